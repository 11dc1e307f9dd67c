"""How likely the tokens of a prompt are."""
