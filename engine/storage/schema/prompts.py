"""Story prompts, and what members made of them."""
