"""What lore refuses."""
