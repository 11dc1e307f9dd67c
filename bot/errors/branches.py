"""Why branches, edits and credits refuse, in words."""
