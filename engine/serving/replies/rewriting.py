"""A reply without what is banned: what must not be said is taken back and written otherwise."""

from collections.abc import Sequence

from engine.serving.loop.row import Row
from engine.serving.replies.bans import Backtracking, Bans, Forbidden
from engine.serving.replies.holdback import Hit, Holdback
from engine.serving.replies.text import Detokenizer, StopStrings


class Rewriting:
    """Watches over one reply. It sets the rule of the row, which has no other, with each rewind."""

    def __init__(self, bans: Bans, row: Row, detokenizer: Detokenizer, stops: StopStrings) -> None:
        self.row = row
        self.detokenizer = detokenizer
        self.stops = stops
        self.keep: int | None = None  # how many tokens stay, when some have to be taken back now
        self.gave_up = False  # there is no reply without what is banned
        self._holdback = Holdback(bans, stops.stops)
        self._backtracking = Backtracking()
        self._marks = [detokenizer.mark()]  # before each token
        self._passed = 0  # characters that are before any stop string

    @property
    def characters(self) -> int:
        """Return the length of the text so far, shown or not."""
        return len(self._holdback.text)

    def read(self, tokens: Sequence[int], piece: str, passed: str, *, is_end: bool) -> str:
        """Read the text of the newest token; return what can be shown now.

        `passed` is what the stop strings let pass. Afterwards `keep` or `gave_up` may be set.
        """
        self.keep = None
        self._marks.append(self.detokenizer.mark())
        self._holdback.add(piece, is_whole=self.detokenizer.is_whole)
        self._passed += len(passed)
        hit = self._holdback.find(self._passed, is_end=is_end)
        if hit:
            return self._undo(tokens, hit)
        return self._holdback.let_out(self._passed, is_end=is_end)

    def _undo(self, tokens: Sequence[int], hit: Hit) -> str:
        """Take back what must be; return the end of the reply if nothing is left to try."""
        forbidden = self._backtracking.step_back(tokens, hit.token, self._holdback.settled)
        if forbidden:
            self._go_back(forbidden)
            return ""
        self.gave_up = True
        return self._holdback.close_before(hit)

    def _go_back(self, forbidden: Forbidden) -> None:
        self.keep = forbidden.position
        self.row.rules = (forbidden,)
        self._passed = self._holdback.take_back(self.keep)
        self.detokenizer.go_back(self._marks[self.keep])
        del self._marks[self.keep + 1 :]
        self.stops.start_again(self._holdback.text)
