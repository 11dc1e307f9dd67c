"""What a training process is told, and what it tells."""
