"""Facts of a story, proposals, and what the server chose."""
