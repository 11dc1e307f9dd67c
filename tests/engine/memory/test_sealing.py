"""Summaries are bound to the words that they cover, and cover each turn once."""

import itertools
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine.memory.sealing import (
    FANOUT,
    LEAST_BYTES,
    MOST_BYTES,
    Seal,
    SealedBlock,
    blocks_of,
    cover,
    seals_of,
)
from engine.story import Summary, Turn, TurnKind
from tests.fakes.nouns import path_of


def long_path(turns: int, text: str = "The lamp went out. " * 30) -> list[Turn]:
    return path_of([(TurnKind.HUMAN, f"{n}. {text}") for n in range(turns)])


def summary_of(block: SealedBlock, number: int) -> Summary:
    return Summary(number, 1, 1, block.digest, block.level, f"summary {number}", 0, False, 0)


def sealed(path: list[Turn]) -> dict[str, Summary]:
    return {
        block.digest: summary_of(block, number)
        for number, block in enumerate(blocks_of(path), start=1)
    }


def test_blocks_of_a_level_follow_one_another_and_hold_about_as_much() -> None:
    blocks = [block for block in blocks_of(long_path(100)) if block.level == 1]
    assert blocks[0].first == 0
    assert all(one.until == two.first for one, two in itertools.pairwise(blocks))
    for block in blocks:
        size = sum(len(t.told.encode()) for t in long_path(100)[block.first : block.until])
        assert LEAST_BYTES <= size < MOST_BYTES + 700


def test_a_block_of_a_higher_level_is_so_many_of_the_lower() -> None:
    blocks = blocks_of(long_path(400))
    for block in blocks:
        children = [each for each in blocks if each.digest in block.children]
        assert len(children) == (FANOUT if block.level > 1 else 0)
        if children:
            assert (children[0].first, children[-1].until) == (block.first, block.until)
    assert {block.level for block in blocks} == {1, 2, 3}


def test_a_longer_story_keeps_its_blocks() -> None:
    path = long_path(120)
    before = {block.digest for block in blocks_of(path[:80])}
    assert before <= {block.digest for block in blocks_of(path)}


def test_an_edit_unseals_its_block_and_those_above_it_and_taking_it_back_seals_them_again() -> None:
    path = long_path(200)
    found = sealed(path)
    edited = [*path[:3], replace(path[3], text="Another lamp went out. " * 30), *path[4:]]
    valid = seals_of(blocks_of(edited), found)
    assert not [seal for seal in valid if seal.first <= 3 < seal.until]
    assert [seal for seal in valid if seal.first > 3]
    assert seals_of(blocks_of(path), found) == seals_of(blocks_of(list(path)), found)
    assert len(seals_of(blocks_of(path), found)) == len(found)


def test_undo_before_the_end_of_a_block_unseals_it() -> None:
    path = long_path(60)
    found = sealed(path)
    last = max(blocks_of(path), key=lambda block: (block.level == 1, block.until))
    shorter = path[: last.until - 1]
    assert last.digest not in {block.digest for block in blocks_of(shorter)}
    assert len(seals_of(blocks_of(shorter), found)) == len(blocks_of(shorter))


def test_a_block_that_was_erased_has_no_summary_to_stand_for_it() -> None:
    path = long_path(60)
    found = sealed(path)
    erased = [replace(path[0], text=""), *path[1:]]
    first = seals_of(blocks_of(erased), found)
    assert not [seal for seal in first if seal.first == 0]


seals = st.lists(
    st.builds(
        lambda first, length, level, number, pinned: Seal(
            first, first + length, level, f"s{number}", number, pinned
        ),
        st.integers(0, 40),
        st.integers(1, 12),
        st.integers(1, 3),
        st.integers(1, 99),
        st.booleans(),
    ),
    max_size=14,
    unique_by=lambda seal: seal.summary_id,
)


@given(seals, st.integers(0, 45), st.integers(0, 90))
def test_a_cover_never_overlaps_passes_its_end_or_its_share(
    offered: list[Seal], until: int, share: int
) -> None:
    chosen = cover(offered, until, share, lambda seal: 3 + seal.summary_id % 7)
    assert all(seal.until <= until for seal in chosen)
    assert all(one.until <= two.first for one, two in itertools.pairwise(chosen))
    assert sum(3 + seal.summary_id % 7 for seal in chosen) <= share
    assert chosen == cover(list(reversed(offered)), until, share, lambda s: 3 + s.summary_id % 7)


def test_the_newest_turns_are_told_in_most_detail_and_the_whole_past_is_told() -> None:
    path = long_path(400)
    found = seals_of(blocks_of(path), sealed(path))
    until = max(seal.until for seal in found if seal.level == 1)
    everything = cover(found, until, 10_000, lambda seal: 10)
    assert {seal.level for seal in everything} == {1}
    tight = cover(found, until, 120, lambda seal: 10)
    levels = [seal.level for seal in tight]
    assert levels == sorted(levels, reverse=True)
    assert set(levels) > {1}
    assert tight[0].first == 0
    assert sum(seal.until - seal.first for seal in tight) == until


def test_what_does_not_fit_goes_oldest_first_and_pinned_last() -> None:
    found = [Seal(n, n + 1, 1, f"s{n}", n, is_pinned=n == 0) for n in range(6)]
    chosen = cover(found, 6, 30, lambda seal: 10)
    assert [seal.summary_id for seal in chosen] == [0, 4, 5]
