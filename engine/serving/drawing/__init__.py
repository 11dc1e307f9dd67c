"""Drawing the next token: penalties, what is cut off, and the draw."""
