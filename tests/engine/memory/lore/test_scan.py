"""What no table says: that a scan is pure, that chance is fair, and that nobody can stall it."""

import re
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.memory.lore import key_notices, lore_budget, lore_lines, offers_of, scan
from engine.memory.lore.decorators import strip_decorators
from engine.story import (
    ActiveLore,
    BookNoticeKind,
    Lorebook,
    LoreEntry,
    LoreLine,
    LoreObstacle,
    LoreScene,
    LoreScope,
    LoreSettings,
    Scan,
    SecondaryLogic,
    ShelvedBook,
    Speaker,
    TurnKind,
)
from tests.engine.memory.lore.table import CASES
from tests.fakes.nouns import turn_with

RULES = Path(__file__).parents[4] / "docs" / "lore.md"
BUDGET = 4_000


def words(text: str) -> int:
    return len(text.split())


def scanned(
    entries: list[LoreEntry], lines: list[LoreLine], told: LoreSettings | None = None
) -> Scan:
    return scan(
        [ShelvedBook(LoreScope.STORY, Lorebook(entries=tuple(entries)))],
        LoreScene(tuple(lines)),
        settings=told or LoreSettings(),
        budget_tokens=BUDGET,
        count=words,
    )


def lines_of(*texts: str, first: int = 1) -> list[LoreLine]:
    return [LoreLine(at, "Ann", text) for at, text in enumerate(texts, first)]


_WORDS = st.sampled_from(["alpha", "beta", "gamma", "delta", "龙", "quiet"])
_ENTRIES = st.lists(
    st.builds(
        LoreEntry,
        keys=st.lists(_WORDS, min_size=1, max_size=2).map(tuple),
        secondary_keys=st.lists(_WORDS, max_size=2).map(tuple),
        logic=st.sampled_from(list(SecondaryLogic)),
        content=st.lists(_WORDS, min_size=1, max_size=3).map(" ".join),
        is_constant=st.sampled_from([False, False, False, True]),
        order=st.integers(0, 3),
        probability=st.sampled_from([100, 100, 50]),
        group=st.sampled_from(["", "", "g", "g,h"]),
        group_weight=st.integers(0, 3),
        sticky=st.integers(0, 3),
        cooldown=st.integers(0, 3),
        delay=st.integers(0, 3),
        recursion_level=st.integers(0, 2),
        is_not_recursed=st.booleans(),
        wakes_nobody=st.booleans(),
        ignores_budget=st.booleans(),
    ),
    max_size=6,
).map(lambda entries: [replace(entry, id=at) for at, entry in enumerate(entries, 1)])
_CHAT = st.lists(st.lists(_WORDS, min_size=1, max_size=3).map(" ".join), min_size=1, max_size=10)


@settings(max_examples=60, deadline=None)
@given(_ENTRIES, _CHAT, _CHAT, st.integers(0, 9), st.integers(1, 30))
def test_after_an_undo_and_another_turn_the_lore_is_that_of_a_story_told_so(
    entries: list[LoreEntry], chat: list[str], other: list[str], kept: int, percent: int
) -> None:
    told = LoreSettings(budget_percent=percent)
    first = lines_of(*chat)
    whole = [scanned(entries, first[:length], told) for length in range(1, len(first) + 1)]
    branch = first[:kept] + lines_of(*other, first=100)
    after_undo = scanned(entries, branch, told)
    again = [scanned(entries, first[:length], told) for length in range(1, len(first) + 1)]
    assert whole == again  # redone, and what was looked at meanwhile left no trace
    assert after_undo == scanned(entries, list(branch), told)


def test_sticky_cooldown_and_delay_over_ten_turns_with_an_undo_in_the_middle() -> None:
    entry = LoreEntry(id=1, keys=("dragon",), content="x", sticky=3, cooldown=2, delay=2)

    def state(lines: list[LoreLine]) -> str:
        found = scanned([entry], lines, LoreSettings(scan_depth=1))
        told = [str(each.reason) for each in found.active]
        return (told + [str(each.obstacle) for each in found.dropped] + [""])[0]

    first = lines_of(*["a dragon"] * 6)
    states = [state(first[:length]) for length in range(1, 7)]
    assert states == ["delay", "key", "sticky", "sticky", "sticky", "cooldown"]
    # Undone to the first turn: nothing is sticky, and nothing cools down.
    told = first[:1] + lines_of("quiet", "a dragon", "quiet", "quiet", first=7)
    states = [state(told[:length]) for length in range(2, 6)]
    assert states == ["", "key", "sticky", "sticky"]
    # Redone, as if nothing had been.
    assert state(first) == "cooldown"


@settings(max_examples=60, deadline=None)
@given(_ENTRIES, _CHAT, st.integers(0, 100))
def test_every_entry_is_in_or_out_once_and_the_budget_holds(
    entries: list[LoreEntry], chat: list[str], cap: int
) -> None:
    told = LoreSettings(budget_cap=cap)
    found = scanned(entries, lines_of(*chat), told)
    counted = [each for each in found.active if not each.entry.ignores_budget]
    assert sum(each.tokens for each in counted) == found.tokens
    assert not counted or found.tokens < found.budget_tokens == lore_budget(told, BUDGET)
    seen = [each.entry.id for each in (*found.active, *found.dropped)]
    assert len(seen) == len(set(seen))
    groups = Counter(name for each in found.active for name in each.entry.groups)
    sticky = {
        name for each in found.active if each.reason == "sticky" for name in each.entry.groups
    }
    assert all(count == 1 or name in sticky for name, count in groups.items())
    order = [offer.order for offer in offers_of(found, char="", user="")]
    assert len(order) == len(set(order))


def test_chance_is_fair_over_many_turns() -> None:
    half = LoreEntry(id=5, keys=("dragon",), content="x", probability=30)
    light = LoreEntry(id=6, keys=("dragon",), content="x", group="g", group_weight=1)
    heavy = LoreEntry(id=7, keys=("dragon",), content="x", group="g", group_weight=3)
    active: Counter[int] = Counter()
    for head in range(1, 2_001):
        found = scanned([half, light, heavy], [LoreLine(head, "Ann", "a dragon")])
        active.update(each.entry.id for each in found.active)
    assert 0.27 < active[5] / 2_000 < 0.33
    assert 0.22 < active[6] / 2_000 < 0.28
    assert active[6] + active[7] == 2_000


def test_chance_belongs_to_the_turn_and_the_entry_and_not_to_their_neighbours() -> None:
    entry = LoreEntry(id=5, keys=("dragon",), content="x", probability=50)
    beside = [LoreEntry(id=at, keys=("dragon",), content="y", order=at) for at in range(10, 14)]
    for head in range(1, 41):
        line = [LoreLine(head, "Ann", "a dragon")]
        alone, among = scanned([entry], line), scanned([*beside, entry], line)
        assert bool(alone.active) is (5 in {each.entry.id for each in among.active})


def test_a_replay_is_bounded_and_knows_the_last_two_hundred_turns() -> None:
    entry = LoreEntry(id=1, keys=("dragon",), content="x", sticky=150)
    chat = ["quiet"] * 700 + ["a dragon"] + ["quiet"] * 149
    found = scanned([entry], lines_of(*chat))
    assert [each.reason for each in found.active] == ["sticky"]
    assert not scanned([entry], lines_of(*chat, "quiet", "quiet")).active


def test_no_book_stalls_a_scan() -> None:
    text = "the quick brown fox " * 200
    entries = [
        LoreEntry(
            id=at,
            keys=(f"/(x+x+)+y{at}/", f"word{at}", "/(.*a){20}/s"),
            content=f"word{at + 1} " * 20,
            is_constant=at == 0,
        )
        for at in range(300)
    ]
    began = time.process_time()
    chat = [text + "x" * 2_000] * 10
    found = scanned(entries, lines_of(*chat), LoreSettings(budget_percent=100))
    assert time.process_time() - began < 10
    assert 1 < len(found.active) < 100  # each sweep wakes one more, as long as there is work left
    assert found == scanned(entries, lines_of(*chat), LoreSettings(budget_percent=100))


def test_patterns_too_many_are_never_found_and_told() -> None:
    entries = [LoreEntry(id=at, keys=(f"/n{at}x/",), content="x") for at in range(1, 503)]
    found = scanned(entries, lines_of("n1x n500x n501x n502x"))
    assert [each.entry.id for each in found.active] == [1, 500]
    assert [(each.entry, each.detail) for each in found.notices] == [
        (f"/n{at}x/", "more than 500 patterns") for at in (501, 502)
    ]


def test_no_more_characters_are_looked_at_than_may_be() -> None:
    entry = LoreEntry(id=1, keys=("dragon",), content="x", scan_depth=1_000)
    near = [LoreLine(1, "Ann", "a dragon"), *lines_of(*["x" * 4_000] * 24, first=2)]
    assert scanned([entry], near).active
    assert not scanned([entry], [*near, LoreLine(90, "Ann", "x" * 9_000)]).active


def test_what_is_dropped_says_which_key_was_found() -> None:
    entry = LoreEntry(id=1, keys=("wyrm", "dragon"), content="x", probability=0)
    (dropped,) = scanned([entry], lines_of("a dragon")).dropped
    assert (dropped.obstacle, dropped.key, dropped.key_text) == (LoreObstacle.ROLL, 1, "dragon")


def test_offers_have_their_macros_expanded_from_head_and_entry() -> None:
    entry = LoreEntry(id=1, keys=("dragon",), content="{{char}} and {{user}}: {{roll:1000}}")
    texts = set()
    for head in (1, 2, 3):
        found = scanned([entry], [LoreLine(head, "Ann", "a dragon")])
        (offer,) = offers_of(found, char="Mira", user="Ann")
        assert offer == offers_of(found, char="Mira", user="Ann")[0]
        assert offer.text.startswith("Mira and Ann: ")
        assert (offer.ids, offer.key) == ((1,), 0)
        texts.add(offer.text)
    assert len(texts) > 1
    steady = replace(entry, is_constant=True)
    said = {
        offers_of(scanned([steady], [LoreLine(head, "Ann", "x")]), char="", user="")[0].text
        for head in (1, 2, 3)
    }
    assert len(said) == 1  # what is always there says the same, so that the prefix stays


def test_offers_stand_in_the_order_of_their_taking() -> None:
    low = LoreEntry(id=1, keys=("dragon",), content="low", order=1)
    high = LoreEntry(id=2, keys=("dragon",), content="high", order=2, ignores_budget=True)
    first, second = offers_of(scanned([low, high], lines_of("a dragon")), char="", user="")
    assert (first.text, first.is_vital, second.text) == ("high", True, "low")
    assert first.order > second.order


def test_a_key_that_cannot_be_used_is_told_at_once() -> None:
    entry = LoreEntry(name="Cave", keys=("/a(?=b)/", "/(/", "fine"), secondary_keys=(r"/(a)\1/",))
    notices = key_notices(entry)
    assert [(each.kind, each.entry) for each in notices] == [
        (BookNoticeKind.REFUSED_KEY, "Cave"),
        (BookNoticeKind.PLAIN_KEY, "Cave"),
        (BookNoticeKind.REFUSED_KEY, "Cave"),
    ]
    assert notices[0].detail == "/a(?=b)/: looking around, (?="


def test_an_active_entry_knows_its_sweep_and_tokens() -> None:
    first = LoreEntry(id=1, keys=("alpha",), content="a beta indeed")
    second = LoreEntry(id=2, keys=("beta",), content="two words")
    found = scanned([first, second], lines_of("alpha"))
    told: list[ActiveLore] = list(found.active)
    assert [(each.sweep, each.tokens, each.key_text) for each in told] == [
        (1, 3, "alpha"),
        (2, 2, "beta"),
    ]
    assert found.tokens == 5
    assert found.head == 1


def test_a_path_is_looked_at_with_the_names_of_who_speaks() -> None:
    mira = Speaker(3, "Mira")
    path = [
        replace(turn_with(1, "One."), author_name="Ann"),
        turn_with(2, "Two.", kind=TurnKind.MODEL),
        replace(turn_with(3, "Three.", kind=TurnKind.MODEL), character=mira),
    ]
    assert lore_lines(path) == (
        LoreLine(101, "Ann", "One."),
        LoreLine(102, "", "Two.", is_model=True),
        LoreLine(103, "Mira", "Three.", is_model=True),
    )


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("@@depth 2\n@@@unknown\nText\n@@kept", "Text\n@@kept"),
        ("plain @@depth 2", "plain @@depth 2"),
        ("@@activate", ""),
    ],
)
def test_decorators_are_taken_out_at_the_beginning_only(content: str, text: str) -> None:
    assert strip_decorators(content) == text


def test_the_guide_lists_exactly_the_rules_of_the_table() -> None:
    cases = Counter(case.rule for case in CASES)
    table = RULES.read_text().partition("<!-- rules -->")[2].partition("<!-- end of rules -->")[0]
    rows = re.findall(r"^\| (.+) \| (\d+) \|$", table, re.MULTILINE)
    assert {rule.replace("\\|", "|"): int(count) for rule, count in rows} == cases
