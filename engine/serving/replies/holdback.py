"""How much of a reply can be shown so that no word is ever taken back.

What might become something banned is held back until it did or cannot any more. A token is shown
whole or not at all, because only whole tokens can be taken back.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from engine.safety.patterns import LONGEST_MATCH
from engine.safety.phrases import Mark, Phrases, PhraseSearch, Span
from engine.serving.replies.bans import Bans
from engine.serving.replies.text import longest_overlap


@dataclass(frozen=True, slots=True)
class Hit:
    """Something banned was written."""

    token: int  # the first of the reply's tokens to be taken back
    start: int  # the character where it begins


class Holdback:
    """The text of one reply and what of it is still held back.

    `settled` tokens make the text that is shown, `shown` characters of it; both only grow.
    """

    def __init__(self, bans: Bans, stops: Sequence[str]) -> None:
        self.text = ""
        self.shown = 0
        self.settled = 0
        self._stops = stops
        self._patterns = bans.patterns
        self._search = PhraseSearch(bans.phrases or Phrases(()))
        self._marks: list[Mark] = [self._search.mark()]  # at each character from `shown` on
        self._starts: list[int] = []  # of each token: where the text begins that came with it
        self._whole: list[bool] = []  # likewise: no character is unfinished after it
        self._searched = 0  # characters in which no pattern matches

    def add(self, piece: str, *, is_whole: bool) -> None:
        """Add the text that came with the next token."""
        self._starts.append(len(self.text))
        self._whole.append(is_whole)
        self.text += piece

    def find(self, end: int, *, is_end: bool) -> Hit | None:
        """Look for something banned up to a character, where the reply may end."""
        span = self._read_phrases(end)
        if not span and is_end:
            span = self._search.end()
        text = self.text[:end]
        if self._patterns:
            window = max(0, self._searched - LONGEST_MATCH)
            match = self._patterns.find(text, start=window, is_whole=is_end)
            while match and match.end <= self.shown:  # it was too long to be seen
                match = self._patterns.find(text, start=match.start + 1, is_whole=is_end)
            if match and (not span or match.start < span.start):
                span = match
        if not span:
            self._searched = end
            return None
        return Hit(max(self._token_at(span.start), self.settled), span.start)

    def let_out(self, end: int, *, is_end: bool) -> str:
        """Return what can be shown now, after `find` found nothing up to `end`."""
        if is_end:
            return self._show(end, len(self._starts))
        until = min(end, self._search.open_from)
        if self._patterns:
            window = max(0, end - LONGEST_MATCH)
            until = min(until, self._patterns.open_from(self.text[:end], start=window))
        return self._show(*self._fit(until, goes_on=True))

    def close_before(self, hit: Hit) -> str:
        """Return the last text to be shown when the reply has to end before a hit."""
        return self._show(*self._fit(hit.start, goes_on=False))

    def take_back(self, keep: int) -> int:
        """Forget all but the first `keep` tokens, which are not fewer than `settled`.

        Returns:
            The characters up to which no stop string can begin.
        """
        if keep < len(self._starts):
            self.text = self.text[: self._starts[keep]]
            del self._starts[keep:], self._whole[keep:]
        passed = len(self.text) - longest_overlap(self.text, self._stops)
        end = min(passed, self._search.length)
        self._search.go_back(self._marks[end - self.shown])
        del self._marks[end - self.shown + 1 :]
        self._searched = min(self._searched, end)
        return passed

    def _read_phrases(self, end: int) -> Span | None:
        """Read on up to a character, or up to the end of a phrase."""
        while self._search.length < end:
            span = self._search.read(self.text[self._search.length])
            self._marks.append(self._search.mark())
            if span:
                return span
        return None

    def _token_at(self, character: int) -> int:
        """Return the token with which a character begins, though a later one may complete it."""
        token = bisect_right(self._starts, character) - 1
        if self._starts[token] == character:
            while token and not self._whole[token - 1]:
                token -= 1
        return token

    def _fit(self, until: int, *, goes_on: bool) -> tuple[int, int]:
        """Return the most characters that can be shown, up to `until`, and their tokens.

        They end with a token, and what they say would not be banned if it ended there. If the
        reply goes on, what comes next may be taken back, so no stop string can begin in them.
        """
        while until > self.shown:
            tokens = self._token_at(until) if until < len(self.text) else len(self._starts)
            while tokens and not self._whole[tokens - 1]:
                tokens -= 1
            until = self._starts[tokens] if tokens < len(self._starts) else len(self.text)
            if until <= self.shown:
                break
            span = self._search.end(self._marks[until - self.shown])
            if not span and self._patterns and self._patterns.looks_ahead:
                window = max(0, until - LONGEST_MATCH)
                span = self._patterns.find(self.text[:until], start=window, is_whole=True)
            stop = longest_overlap(self.text[:until], self._stops) if goes_on else 0
            if not span and not stop:
                return until, tokens
            until = span.start if span else until - stop
        return self.shown, self.settled

    def _show(self, until: int, tokens: int) -> str:
        piece = self.text[self.shown : until]
        del self._marks[: until - self.shown]
        self.shown, self.settled = max(self.shown, until), max(self.settled, tokens)
        return piece
