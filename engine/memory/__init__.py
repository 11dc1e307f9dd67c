"""What of a story reaches the prompt: pure functions."""
