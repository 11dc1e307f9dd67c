"""What story prompts refuse."""
