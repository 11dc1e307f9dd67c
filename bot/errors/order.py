"""Why turn orders refuse, in words."""
