"""Why a character, its card or its line is refused, in words."""
