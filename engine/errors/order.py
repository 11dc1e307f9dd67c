"""What turn orders refuse."""
