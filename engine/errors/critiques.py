"""What a critique refuses."""
