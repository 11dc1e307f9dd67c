"""What members type, as it is kept."""

from engine.errors import TextRefused
from engine.prose.invisible import strip_invisible

MOST_TURN_CHARACTERS = 4000  # what a modal of Discord takes
MOST_TITLE_CHARACTERS = 100
MOST_DETAIL_CHARACTERS = 200  # of a genre or a style
MOST_DIRECTION_CHARACTERS = 500
MOST_PREMISE_CHARACTERS = 700  # of a story prompt


def tidy_text(text: str, most_characters: int) -> str:
    """Return the text with plain line ends and no space around it.

    Raises:
        TextRefused: nothing is left, or it is longer than `most_characters`.
    """
    tidy = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not strip_invisible(tidy).strip() or len(tidy) > most_characters:
        raise TextRefused(len(tidy), most_characters)
    return tidy


def tidy_line(text: str, most_characters: int) -> str:
    """Return the text as one line without invisible characters; it may be empty.

    Raises:
        TextRefused: it is longer than `most_characters`.
    """
    tidy = " ".join(strip_invisible(text).split())
    if len(tidy) > most_characters:
        raise TextRefused(len(tidy), most_characters)
    return tidy
