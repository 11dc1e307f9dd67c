"""Why the import and export of stories refuses, in words."""
