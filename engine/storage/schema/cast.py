"""Characters, their lines and drafts of lines."""
