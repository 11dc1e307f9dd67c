"""Why lore refuses, in words."""
