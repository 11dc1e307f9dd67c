"""What summaries, notes and pins refuse."""
