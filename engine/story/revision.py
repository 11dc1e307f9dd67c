"""Revisions: steps of a story that change how earlier turns of its path are told. Pure.

A told text is a row of spans, each from one hand, which joined are the text: nothing is left out.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from engine.story.turn import Turn, TurnKind

SEAM = "\n\n"  # between two passages that are told as one


class RevisionKind(StrEnum):
    EDIT = "edit"
    SPLIT = "split"
    MERGE = "merge"


class Hand(StrEnum):
    """What wrote a span."""

    MEMBER = "member"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a told text that one hand wrote."""

    hand: Hand
    author_id: int  # the member's; 0 for a model, and once erased
    name: str  # the member's, or the model's
    text: str


@dataclass(frozen=True, slots=True)
class Revision:
    """What a turn of kind REVISION does."""

    kind: RevisionKind
    target_id: int  # the passage that is changed; of a merge, the first of the two
    other_id: int | None = None  # of a merge, the passage that is joined to it
    at: int = 0  # of a split, the character with which the second passage begins


@dataclass(frozen=True, slots=True)
class Node:
    """A turn of a path as it is stored: a text, or a revision of earlier ones.

    `spans` are those that are kept with it: of an edit the new text, of a turn who wrote what
    where that is not one hand.
    """

    turn: Turn
    revision: Revision | None = None
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A turn as the story tells it. The second passage of a split has the revision's id."""

    turn: Turn
    spans: tuple[Span, ...]  # joined, they are `turn.text`
    sources: tuple[int, ...]  # the turns whose words it tells
    revised_by: tuple[int, ...] = ()  # revisions, oldest first


def tell_path(nodes: Iterable[Node]) -> list[Turn]:
    """Return the turns of a path as they are told; without revisions, as they stand."""
    return [passage.turn for passage in tell_passages(nodes)]


def tell_passages(nodes: Iterable[Node]) -> list[Passage]:
    """Return the passages of a path, numbered from 1 where any were split or merged.

    A revision of a passage that is not there changes nothing.
    """
    told: list[Passage] = []
    is_renumbered = False
    for node in nodes:
        if node.turn.kind is not TurnKind.REVISION:
            told.append(Passage(node.turn, node.spans or whole(node.turn), (node.turn.id,)))
        elif node.revision is not None:
            _REVISE[node.revision.kind](told, node, node.revision)
            is_renumbered |= node.revision.kind is not RevisionKind.EDIT
    if is_renumbered:
        told = [
            passage
            if passage.turn.number == number
            else replace(passage, turn=replace(passage.turn, number=number))
            for number, passage in enumerate(told, start=1)
        ]
    return told


def whole(turn: Turn) -> tuple[Span, ...]:
    """Return the one span of a turn that nobody revised; none without a text."""
    if not turn.text:
        return ()
    if turn.kind is TurnKind.MODEL:
        model = turn.provenance.model if turn.provenance else ""
        return (Span(Hand.MODEL, 0, model, turn.text),)
    return (Span(Hand.MEMBER, turn.author_id, turn.author_name, turn.text),)


def text_of(spans: Iterable[Span]) -> str:
    """Return the text that spans are of."""
    return "".join(span.text for span in spans)


def cut(spans: Sequence[Span], at: int) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Return the spans of a text's first `at` characters, and those of the rest."""
    before: list[Span] = []
    after: list[Span] = []
    for span in spans:
        taken = max(0, min(at, len(span.text)))
        if taken:
            before.append(replace(span, text=span.text[:taken]))
        if taken < len(span.text):
            after.append(replace(span, text=span.text[taken:]))
        at -= len(span.text)
    return tuple(before), tuple(after)


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans without empty ones, neighbours of one hand as one."""
    found: list[Span] = []
    for span in spans:
        if not span.text:
            continue
        last = found[-1] if found else None
        if last is not None and replace(last, text="") == replace(span, text=""):
            found[-1] = replace(last, text=last.text + span.text)
        else:
            found.append(span)
    return tuple(found)


def find_place(told: Sequence[Passage], passage_id: int | None) -> int | None:
    """Return where in a told path a passage stands, from 0."""
    return next((at for at, each in enumerate(told) if each.turn.id == passage_id), None)


def split_spans(passage: Passage, at: int) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Return both passages of a split; white space at the seam stays with the first."""
    text = passage.turn.text
    at = min(at, len(text))
    while at < len(text) and text[at].isspace():
        at += 1
    return cut(passage.spans, at)


def merge_spans(first: Passage, second: Passage) -> tuple[Span, ...]:
    """Return the spans of two passages as one; the seam is the first one's last hand's."""
    if not first.spans or not second.spans:
        return joined((*first.spans, *second.spans))
    kept = first.turn.text
    seam = SEAM[min(len(SEAM), len(kept) - len(kept.rstrip("\n"))) :]
    last = replace(first.spans[-1], text=first.spans[-1].text + seam)
    return joined((*first.spans[:-1], last, *second.spans))


def _edit(told: list[Passage], node: Node, revision: Revision) -> None:
    place = find_place(told, revision.target_id)
    if place is not None:
        told[place] = _retold(told[place], node, node.spans)


def _split(told: list[Passage], node: Node, revision: Revision) -> None:
    place = find_place(told, revision.target_id)
    if place is None:
        return
    passage = told[place]
    before, after = split_spans(passage, revision.at)
    first = _retold(passage, node, before)
    told[place : place + 1] = [
        first,
        replace(
            _retold(passage, node, after),
            turn=replace(
                passage.turn, id=node.turn.id, text=text_of(after), tokens=None, tokenizer=None
            ),
        ),
    ]


def _merge(told: list[Passage], node: Node, revision: Revision) -> None:
    place = find_place(told, revision.target_id)
    if place is None or find_place(told, revision.other_id) != place + 1:
        return
    first, second = told[place : place + 2]
    one = _retold(first, node, merge_spans(first, second))
    told[place : place + 2] = [
        replace(
            one,
            sources=tuple(dict.fromkeys((*first.sources, *second.sources))),
            revised_by=tuple(sorted({*first.revised_by, *second.revised_by, node.turn.id})),
        )
    ]


def _retold(passage: Passage, node: Node, spans: tuple[Span, ...]) -> Passage:
    text = text_of(spans)
    turn = passage.turn
    if text != turn.text:
        turn = replace(turn, text=text, tokens=None, tokenizer=None)
    return replace(
        passage,
        turn=turn,
        spans=joined(spans),
        revised_by=(*passage.revised_by, node.turn.id),
    )


_REVISE: dict[RevisionKind, Callable[[list[Passage], Node, Revision], None]] = {
    RevisionKind.EDIT: _edit,
    RevisionKind.SPLIT: _split,
    RevisionKind.MERGE: _merge,
}
