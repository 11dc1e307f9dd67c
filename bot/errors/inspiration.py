"""Why there are no story prompts, in words."""
