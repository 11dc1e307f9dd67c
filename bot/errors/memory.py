"""Why summaries, notes and pins refuse, in words."""
