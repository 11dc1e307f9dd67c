"""Whatever is banned, however the text is cut into tokens: it never shows, and what shows stays.

The writer here is no model: it draws from a few tokens by a seed, so that thousands of replies with
hits at every place can be tried. The oracle is Python's own `re`, on texts of this file alone.
"""

import random
import re
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.safety.patterns import LONGEST_MATCH
from engine.serving.drawing.sampling import Sampling
from engine.serving.job import Job
from engine.serving.loop.row import Row
from engine.serving.replies.bans import REWINDS_TO_BEGIN_WITH, TRIES_AT_A_TOKEN, read_bans
from engine.serving.replies.text import BROKEN
from engine.serving.replies.writing import Reply

END = 0
# Words whole, in parts and run together; two characters and an accent in pieces of their bytes.
TOKENS = (
    *(b"", b"a", b"b", b"c", b"ab", b"bc", b" ", b" a", b" b", b" ab", b"\n", b".", b"a b", b"c."),
    *("灯"[:1].encode()[:1], "灯".encode()[1:], "灯塔".encode(), b" \xe7", b"\xc3", b"\xa9"),
    *("塔".encode()[:2], "塔".encode()[2:], b" b c", b"B", b"'", "’".encode()),
)
PHRASES = ("a b c", "ab", "b", "灯塔", "a.", "c a b", "b'c", "塔 a", "bc", "abc ab")
IN_WORD = r"[^\W\u3400-\u9fff]"
PATTERNS = ("a b+c", r"\bab\b", r"c[^.]{1,6}a", "灯.?灯", r"b\s+c$", r"(?:a|b) c", r"\ba.*c\b")


def decode(tokens: list[int]) -> str:
    """Decode as byte-level tokenizers do."""
    return b"".join(TOKENS[token] for token in tokens).decode(errors="replace")


def oracle(phrases: list[str], patterns: list[str], text: str) -> list[str]:
    """Return what is banned in a text, found in another way."""
    found = []
    for phrase in phrases:
        body = r"\s+".join(re.escape(word) for word in phrase.split(" ")).replace("'", "['’]")
        first = rf"(?<!{IN_WORD})" if phrase[0].isascii() and phrase[0].isalpha() else ""
        last = rf"(?!{IN_WORD})" if phrase[-1].isascii() and phrase[-1].isalpha() else ""
        found += re.findall(first + body + last, text, re.IGNORECASE)
    for pattern in patterns:
        # The end is the very end to RE2; to Python it is before a last newline too.
        found += re.findall(pattern.replace("$", r"\Z"), text, re.IGNORECASE | re.ASCII)
    return found


class Writer:
    """Stands for the loop: draws tokens by a seed, place and text so far; obeys the row's rule."""

    def __init__(self, seed: int, row: Row | None = None) -> None:
        self.seed, self.row = seed, row

    def next(self, tokens: list[int]) -> int:
        """Return the next token."""
        order = list(range(len(TOKENS)))
        random.Random(hash((self.seed, *tokens[-3:], len(tokens)))).shuffle(order)
        rule: Any = self.row.rules[-1] if self.row and self.row.rules else None
        bad = rule.tokens if rule and rule.position == len(tokens) else ()
        return next(token for token in order if token not in bad)


def job(phrases: list[str], patterns: list[str], stops: list[str], most_tokens: int) -> Job:
    """Return a request as the server checks it."""
    return Job(
        prompts=([1],),
        choices=1,
        most_tokens=most_tokens,
        sampling=Sampling(),
        stops=tuple(stops),
        ignore_stop_tokens=False,
        cache_salt="",
        bans=read_bans(phrases, patterns),
    )


def write(seed: int, asked: Job) -> tuple[list[str], list[int], Reply, int]:
    """Return the pieces of a reply, its tokens, the reply, and how often it was rewound."""
    row = Row(1, asked.sampling)
    batch: Any = SimpleNamespace(loaded=SimpleNamespace(decode=decode, stop_tokens=(END,)))
    reply, writer = Reply(batch, asked, row), Writer(seed, row)
    pieces: list[str] = []
    tokens: list[int] = []
    rewinds = 0
    while not reply.finish:
        tokens.append(writer.next(tokens))
        pieces.append(reply.extend(tokens))
        if reply.keep is not None:
            del tokens[reply.keep :]
            rewinds += 1
            assert rewinds < 10_000
    return pieces, tokens, reply, rewinds


lists_of = st.lists
REPLIES = {
    "seed": st.integers(0, 10**6),
    "phrases": lists_of(st.sampled_from(PHRASES), unique=True, max_size=5),
    "patterns": lists_of(st.sampled_from(PATTERNS), unique=True, max_size=3),
    "stops": lists_of(st.sampled_from(["\n", "c.", ". ", "灯", "b a"]), unique=True, max_size=2),
    "most_tokens": st.integers(1, 40),
}


@settings(max_examples=500, deadline=None)
@given(**REPLIES)
def test_nothing_banned_shows_and_nothing_shown_is_taken_back(
    seed: int, phrases: list[str], patterns: list[str], stops: list[str], most_tokens: int
) -> None:
    asked = job(phrases, patterns, stops, most_tokens)
    pieces, tokens, reply, rewinds = write(seed, asked)
    shown = "".join(pieces)
    assert oracle(phrases, patterns, shown) == []
    said = decode([token for token in tokens if token != END]).replace(BROKEN, "")
    gave_up = bool(reply.rewriting and reply.rewriting.gave_up)
    # The pieces are what the tokens that stayed say: none of them was of a token taken back.
    assert said.startswith(shown)
    if not reply.stops.met and not gave_up:
        assert shown == said
    assert not any(stop in shown for stop in stops)
    assert len(tokens) <= most_tokens
    assert rewinds <= REWINDS_TO_BEGIN_WITH + most_tokens


@settings(max_examples=200, deadline=None)
@given(**REPLIES)
def test_without_a_hit_the_text_is_what_it_would_be_without_bans(
    seed: int, phrases: list[str], patterns: list[str], stops: list[str], most_tokens: int
) -> None:
    free, *_ = write(seed, job([], [], stops, most_tokens))
    banned, _, reply, rewinds = write(seed, job(phrases, patterns, stops, most_tokens))
    if not oracle(phrases, patterns, "".join(free)):
        assert "".join(banned) == "".join(free)
        assert rewinds == 0 or stops  # a hit behind a stop string would not have shown either
    elif reply.rewriting:
        assert rewinds or reply.rewriting.gave_up


def test_text_that_can_become_nothing_banned_is_shown_at_once() -> None:
    tokens = [TOKENS.index(piece) for piece in (b"a", b" b", b"c", b" ", b"b", b" ", b"c.")]
    batch: Any = SimpleNamespace(loaded=SimpleNamespace(decode=decode, stop_tokens=(END,)))
    reply = Reply(batch, job(["bc c"], [], [], 40), Row(1, Sampling()))
    pieces = [reply.extend(tokens[: i + 1]) for i in range(len(tokens))]
    assert pieces == ["a", "", "", "", " bc ", "b ", "c."]


@pytest.mark.parametrize(
    ("phrases", "patterns", "pieces", "begins"),
    [
        (["b a ab"], [], (b"a", b" b", b" a", b" ab", b"."), 1),
        ([], [r"b a\s+ab"], (b"a", b" b", b" a", b" ab", b"."), 1),
        (["a.", "b a a"], [], (b"c.", b" b", b" a", b"."), 2),  # not where more might have begun
        (
            ["灯塔"],
            [],
            (b"a", b" \xe7", "灯".encode()[1:], "塔".encode()[:2], "塔".encode()[2:]),
            1,
        ),
        (["塔"], [], (b"c", "灯塔".encode(), b"."), 1),
        (["bc"], [], (b"a", b" b", b"c."), 1),
    ],
)
def test_a_hit_is_taken_back_to_the_token_where_it_begins(
    phrases: list[str], patterns: list[str], pieces: tuple[bytes, ...], begins: int
) -> None:
    tokens = [TOKENS.index(piece) for piece in pieces]
    batch: Any = SimpleNamespace(loaded=SimpleNamespace(decode=decode, stop_tokens=(END,)))
    row = Row(1, Sampling())
    reply = Reply(batch, job(phrases, patterns, [], 40), row)
    for i in range(len(tokens)):
        if reply.keep is None:
            reply.extend(tokens[: i + 1])
    if reply.keep is None:
        reply.extend([*tokens, END])  # what ends a word may be the end of the reply
    assert reply.keep == begins
    rule: Any = row.rules[-1]
    assert (rule.position, rule.tokens) == (begins, (tokens[begins],))


def test_a_hit_that_begins_in_what_shows_is_taken_back_to_the_first_token_that_does_not() -> None:
    batch: Any = SimpleNamespace(loaded=SimpleNamespace(decode=decode, stop_tokens=(END,)))
    reply = Reply(batch, job(["a b c", ". a"], [], [], 40), Row(1, Sampling()))

    def say(*pieces: bytes) -> str:
        tokens = [TOKENS.index(piece) for piece in pieces]
        return "".join(reply.extend(tokens[: i + 1]) for i in range(reply.tokens, len(tokens)))

    assert say(b"a", b" b", b".") == "a b"  # no "c" can follow any more: it shows
    assert say(b"a", b" b", b".", b" a", b".") == ""
    assert reply.keep == 2
    # Instead of the full stop the "c" is written after all, behind what shows already.
    assert say(b"a", b" b", b" ", b"c.") == ""
    assert reply.keep == 2
    assert not reply.finish
    assert say(b"a", b" b", b" b", b".", b"B", b"c.") == " b.B"


def test_what_shows_could_be_the_whole_reply() -> None:
    batch: Any = SimpleNamespace(loaded=SimpleNamespace(decode=decode, stop_tokens=(END,)))
    reply = Reply(batch, job([], ["a$", "b c"], [], 40), Row(1, Sampling()))
    tokens = [TOKENS.index(piece) for piece in (b"c", b"a", b" b", b"a", b"B")]
    pieces = [reply.extend(tokens[: i + 1]) for i in range(len(tokens))]
    # If all went wrong after "a b", the reply could not end with the "a" that is banned there.
    assert pieces == ["c", "", "", "a b", ""]


def test_no_more_is_held_than_the_longest_match_that_is_seen() -> None:
    a_token, dot = TOKENS.index(b" a"), TOKENS.index(b".")
    batch: Any = SimpleNamespace(loaded=SimpleNamespace(decode=decode, stop_tokens=(END,)))
    reply = Reply(batch, job([], ["(?s)a.*[.]"], [], 900), Row(1, Sampling()))
    tokens, shown = [a_token] * 600, 0
    for i in range(len(tokens)):
        shown += len(reply.extend(tokens[: i + 1]))
        assert 2 * (i + 1) - shown <= LONGEST_MATCH + 2
    assert shown > 700
    reply.extend([*tokens, dot])
    assert reply.keep is not None  # the last four hundred characters begin with an "a" as well


def test_a_reply_that_can_say_nothing_else_ends_before_the_phrase() -> None:
    batch: Any = SimpleNamespace(loaded=SimpleNamespace(decode=decode, stop_tokens=(END,)))
    reply = Reply(batch, job(["ab"], [], [], 40), Row(1, Sampling()))
    tokens = [TOKENS.index(piece) for piece in (b"c", b" ", b"ab", b".")]
    shown, rewinds = "", 0
    while not reply.finish:  # by a model that says the same whatever is forbidden
        shown += reply.extend(tokens[: reply.tokens + 1])
        rewinds += reply.keep is not None
    assert (shown, reply.finish) == ("c ", "stop")
    assert rewinds == TRIES_AT_A_TOKEN
    assert reply.rewriting
    assert reply.rewriting.gave_up
