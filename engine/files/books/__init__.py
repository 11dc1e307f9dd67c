"""A story as a book: one value, and a writer for each kind of file. Pure functions."""
