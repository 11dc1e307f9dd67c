"""What branches, edits and credits refuse."""
