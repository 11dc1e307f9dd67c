from hypothesis import given
from hypothesis import strategies as st

from engine.prose.hands import common, edit_spans
from engine.story import TurnKind
from engine.story.revision import (
    Hand,
    Node,
    Passage,
    Revision,
    RevisionKind,
    Span,
    cut,
    tell_passages,
    tell_path,
    text_of,
)
from engine.writing.credits import credits_of, parted
from tests.fakes.nouns import path_of, turn_with

ANN = Span(Hand.MEMBER, 1, "Ann", "")
BO = Span(Hand.MEMBER, 2, "Bo", "")
CY = Span(Hand.MEMBER, 3, "Cy", "")

texts = st.text(alphabet="ab 雾灯，.\n", max_size=30)
steps = st.lists(
    st.tuples(st.sampled_from(RevisionKind), st.integers(0, 9), st.integers(0, 30), texts),
    max_size=12,
)


def revised(
    path: list[tuple[TurnKind, str]], wanted: list[tuple[RevisionKind, int, int, str]]
) -> list[Node]:
    """Return the nodes of a path after a sequence of revisions, each of what is told by then."""
    nodes = [Node(turn) for turn in path_of(path)]
    for number, (kind, which, at, text) in enumerate(wanted):
        told = tell_passages(nodes)
        passage = told[which % len(told)]
        other = told[(which % len(told) + 1) % len(told)].turn.id
        step = turn_with(len(path), "", kind=TurnKind.REVISION, id=1000 + number)
        kept = edit_spans(passage.spans, text, BO if number % 2 else CY)
        nodes.append(
            Node(
                step,
                Revision(kind, passage.turn.id, other_id=other, at=at),
                kept if kind is RevisionKind.EDIT else (),
            )
        )
    return nodes


def check(told: list[Passage]) -> None:
    for passage in told:
        assert text_of(passage.spans) == passage.turn.text
        assert all(span.text for span in passage.spans)
    ids = [passage.turn.id for passage in told]
    assert len(ids) == len(set(ids))
    shares = [credit.share for credit in credits_of(told)]
    assert sum(shares) in ({1000} if any(passage.spans for passage in told) else {0})


@given(
    st.lists(st.tuples(st.sampled_from((TurnKind.HUMAN, TurnKind.MODEL)), texts), min_size=1),
    steps,
)
def test_spans_cover_every_told_text_after_any_sequence_of_revisions(
    path: list[tuple[TurnKind, str]], wanted: list[tuple[RevisionKind, int, int, str]]
) -> None:
    nodes = revised(path, wanted)
    check(tell_passages(nodes))
    # Undone step by step, each head is told as it was.
    for left in range(len(wanted) + 1):
        shorter = nodes[: len(nodes) - left]
        check(tell_passages(shorter))
        assert shorter == revised(path, wanted[: len(wanted) - left])


@given(texts, texts, texts)
def test_an_edit_keeps_every_word_of_a_longest_common_subsequence(
    old: str, middle: str, new: str
) -> None:
    spans = edit_spans([Span(Hand.MODEL, 0, "m", old)] if old else [], middle, BO)
    assert text_of(spans) == middle
    assert text_of(edit_spans(spans, new, CY)) == new
    assert edit_spans(spans, middle, CY) == spans


@given(st.text("ab", max_size=12), st.text("ab", max_size=12))
def test_a_common_subsequence_is_longest(first: str, second: str) -> None:
    lengths = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for a, letter in enumerate(first):
        for b, other in enumerate(second):
            lengths[a + 1][b + 1] = (
                lengths[a][b] + 1 if letter == other else max(lengths[a][b + 1], lengths[a + 1][b])
            )
    pairs = common(first, second)
    assert len(pairs) == lengths[-1][-1]
    assert all(first[a] == second[b] for a, b in pairs)
    assert pairs == sorted(pairs)
    assert len({a for a, _ in pairs}) == len({b for _, b in pairs}) == len(pairs)


def test_an_edit_gives_each_word_to_its_hand() -> None:
    model = Span(Hand.MODEL, 0, "m", "The lamp was lit. Nobody came.")
    edited = edit_spans([model], "The old lamp was lit! Nobody came.", BO)
    assert [(span.name, span.text) for span in edited] == [
        ("m", "The "),
        ("Bo", "old "),
        ("m", "lamp was lit"),
        ("Bo", "! "),
        ("m", "Nobody came."),
    ]


def test_chinese_is_told_apart_sign_by_sign() -> None:
    edited = edit_spans([Span(Hand.MEMBER, 1, "Ann", "夜里很冷。")], "夜里很暖。", BO)
    assert [(span.name, span.text) for span in edited] == [
        ("Ann", "夜里很"),
        ("Bo", "暖"),
        ("Ann", "。"),
    ]


def test_a_revision_of_a_passage_that_is_not_there_changes_nothing() -> None:
    first, second = path_of([(TurnKind.HUMAN, "One."), (TurnKind.HUMAN, "Two.")])
    step = turn_with(2, "", kind=TurnKind.REVISION, id=900)
    for revision in (
        Revision(RevisionKind.EDIT, 555),
        Revision(RevisionKind.SPLIT, 555, at=1),
        Revision(RevisionKind.MERGE, first.id, other_id=555),
        Revision(RevisionKind.MERGE, second.id, other_id=first.id),
    ):
        assert tell_path([Node(first), Node(second), Node(step, revision)]) == [first, second]


def test_a_cut_beyond_the_end_leaves_nothing_after_it() -> None:
    span = Span(Hand.MEMBER, 1, "Ann", "One")
    assert cut([span], 99) == ((span,), ())
    assert cut([span], -1) == ((), (span,))


@given(st.lists(st.integers(0, 10**6), max_size=12))
def test_shares_sum_to_exactly_the_whole(counts: list[int]) -> None:
    parts = parted(counts)
    assert sum(parts) == (1000 if any(counts) else 0)
    total = sum(counts)
    for count, part in zip(counts, parts, strict=True):
        assert not total or abs(part - 1000 * count / total) < 1
