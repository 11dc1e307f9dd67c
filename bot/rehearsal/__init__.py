"""Discord without Discord: the same bot and cogs in a local page or a played script."""
