"""One group of slash commands a file; translation only."""
