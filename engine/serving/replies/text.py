"""From tokens to text while the tokens still come: whole characters only, and no stop string."""

from collections.abc import Callable, Sequence

BROKEN = "\ufffd"  # what decoders put for bytes that are no character, or not one yet


class Detokenizer:
    """Turns a growing list of tokens into pieces of text that never change afterwards.

    A character may be spread over several tokens; its piece comes with the last of them. Bytes
    that never become a character are left out.
    """

    def __init__(self, decode: Callable[[list[int]], str]) -> None:
        self.decode = decode
        self.start = 0  # the window that is decoded begins here
        self.boundary = 0  # up to here the tokens made whole characters
        self.shown = 0  # characters of the window that were handed out
        self._whole = True

    def extend(self, tokens: list[int]) -> str:
        """Return the text that is new, given all tokens so far."""
        window = self.decode(tokens[self.start :])
        whole = window.rstrip(BROKEN)
        piece, self.shown = whole[self.shown :], max(self.shown, len(whole))
        self._whole = whole == window
        if self._whole and len(tokens) > self.boundary:
            # The window keeps one piece before the new one: some tokenizers drop a leading space.
            self.start, self.boundary = self.boundary, len(tokens)
            self.shown = len(self.decode(tokens[self.start :]))
        return piece.replace(BROKEN, "")

    @property
    def is_whole(self) -> bool:
        """Whether the tokens so far made whole characters."""
        return self._whole

    def mark(self) -> tuple[int, int, int, bool]:
        """Return where it is now, to go back to when tokens are taken back."""
        return self.start, self.boundary, self.shown, self._whole

    def go_back(self, mark: tuple[int, int, int, bool]) -> None:
        """Forget the tokens since a mark was taken."""
        self.start, self.boundary, self.shown, self._whole = mark


class StopStrings:
    """Lets text pass until a stop string begins; what might be its beginning is held back."""

    def __init__(self, stops: Sequence[str]) -> None:
        self.stops = stops
        self.held = ""
        self.met = False

    def extend(self, piece: str) -> str:
        """Return the text that can be shown; after a stop string was met, nothing."""
        if self.met:
            return ""
        self.held += piece
        found = [(at + len(s), at) for s in self.stops if (at := self.held.find(s)) >= 0]
        if found:
            # The one that was complete first, however the text was cut into pieces.
            _, at = min(found)
            self.met = True
            shown, self.held = self.held[:at], ""
            return shown
        cut = len(self.held) - longest_overlap(self.held, self.stops)
        shown, self.held = self.held[:cut], self.held[cut:]
        return shown

    def start_again(self, text: str) -> None:
        """Go on after a text in which there is no stop string, as if it had just passed."""
        self.met = False
        self.held = text[len(text) - longest_overlap(text, self.stops) :]

    def flush(self) -> str:
        """Return what was held back, at the end of the reply."""
        shown, self.held = self.held, ""
        return shown


def longest_overlap(text: str, stops: Sequence[str]) -> int:
    """Return the length of the longest end of `text` that begins a stop string."""
    return max((overlap(text, stop) for stop in stops), default=0)


def overlap(text: str, stop: str) -> int:
    """Return the length of the longest end of `text` that begins `stop`."""
    longest = min(len(text), len(stop) - 1)
    return next((n for n in range(longest, 0, -1) if text.endswith(stop[:n])), 0)
