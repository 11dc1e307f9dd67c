"""Why there is no critique, in words."""
