"""A share, drawn in letters."""

BAR_CELLS = 20


def bar(part: int, whole: int) -> str:
    """Return a bar of BAR_CELLS characters, filled in proportion."""
    filled = round(BAR_CELLS * part / whole) if whole else 0
    return "█" * filled + "░" * (BAR_CELLS - filled)
