"""What characters, their cards and their lines refuse."""
