"""What the import and export of stories refuses."""
