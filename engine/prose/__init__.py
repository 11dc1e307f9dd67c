"""What code can tell of a text: pure functions."""
