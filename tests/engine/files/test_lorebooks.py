"""Lorebooks: read from every form, given back as they came, and across forms without loss."""

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import LorebookFault, LorebookRefused
from engine.files.lorebooks import (
    MOST_CONTENT,
    MOST_ENTRIES,
    book_of_card,
    read_lorebook,
    write_book,
    write_lorebook,
)
from engine.story import (
    BookForm,
    BookNoticeKind,
    Lorebook,
    LorebookFile,
    LoreEntry,
    LorePosition,
    LoreRole,
    LoreText,
    SecondaryLogic,
)

BOOKS = Path(__file__).parent / "lorebooks"
WORLD, V3, CARD = BookForm.WORLD_INFO, BookForm.LOREBOOK_V3, BookForm.CHARACTER_BOOK


def read(name: str) -> LorebookFile:
    return read_lorebook((BOOKS / f"{name}.json").read_bytes(), f"{name}.json")


def json_of(name: str) -> Any:
    return json.loads((BOOKS / f"{name}.json").read_bytes())


def as_read(book: Lorebook, form: BookForm) -> Lorebook:
    return read_lorebook(write_lorebook(book, form)).book


def less_ids(book: Lorebook) -> Lorebook:
    return replace(book, id=0, entries=tuple(replace(entry, id=0) for entry in book.entries))


def test_every_field_of_world_info_is_read() -> None:
    first, second, third = read("world-info").book.entries
    assert first == LoreEntry(
        id=0,
        name="The light",
        content="The lamp has not burned since {{user}} came.",
        keys=("lighthouse", "/light.?house/i"),
        secondary_keys=("storm", "night"),
        logic=SecondaryLogic.AND_ALL,
        order=250,
        position=LorePosition.AT_DEPTH,
        depth=2,
        role=LoreRole.USER,
        scan_depth=6,
        is_case_sensitive=True,
        has_whole_words=False,
        probability=60,
        sticky=3,
        cooldown=2,
        delay=1,
    )
    assert second == LoreEntry(
        id=1,
        name="沈知微",
        content="沈知微在桥下等了十年。",
        keys=("沈知微",),
        is_constant=True,
        is_on=False,
        position=LorePosition.OUTLET,
        outlet="End",
        also_in=(LoreText.PERSONA_DESCRIPTION, LoreText.SCENARIO),
        is_not_recursed=True,
        wakes_nobody=True,
        recursion_level=2,
        group="watch,harbour",
        group_override=True,
        group_weight=40,
        group_scoring=True,
        characters=("Mira",),
        character_tags=("ghost",),
        characters_excluded=True,
        triggers=("normal", "swipe"),
        ignores_budget=True,
    )
    assert (third.sticky, third.cooldown, third.delay, third.id) == (0, 0, 0, 7)


def test_every_field_of_a_cards_book_is_read_in_both_spellings() -> None:
    found = read("card-with-book")
    harbour, gull = found.book.entries
    assert (found.form, found.book.name) == (CARD, "Mira")
    assert harbour == LoreEntry(
        name="Harbour",
        content="The harbour is shut.",
        keys=("harbour",),  # use_regex is true, and still it is a plain word: World Info's rules
        secondary_keys=("fog",),
        logic=SecondaryLogic.NOT_ANY,
        is_constant=True,
        order=90,
        position=LorePosition.AT_DEPTH,
        depth=3,
        role=LoreRole.ASSISTANT,
        scan_depth=5,
        is_case_sensitive=False,
        has_whole_words=True,
        also_in=(LoreText.PERSONA_DESCRIPTION, LoreText.SCENARIO),
        is_not_recursed=True,
        wakes_nobody=True,
        recursion_level=1,
        probability=80,
        group="g",
        group_override=True,
        group_weight=30,
        group_scoring=False,
        sticky=4,
        cooldown=5,
        delay=6,
        triggers=("quiet",),
        ignores_budget=True,
    )
    assert gull == LoreEntry(
        id=1,
        content="Gulls follow.",
        keys=("gull",),
        logic=SecondaryLogic.NOT_ALL,
        is_selective=False,
        is_on=False,
        order=5,
        position=LorePosition.AFTER_CHARACTER,
        is_not_recursed=True,
        wakes_nobody=True,
        recursion_level=3,
        uses_probability=False,
        group_weight=5,
    )


@pytest.mark.parametrize(
    "recursion",
    [
        {"excludeRecursion": True, "preventRecursion": True, "delayUntilRecursion": 2},
        {"exclude_recursion": True, "prevent_recursion": True, "delay_until_recursion": 2},
        {
            "extensions": {
                "exclude_recursion": True,
                "preventRecursion": True,
                "delay_until_recursion": 2,
            }
        },
    ],
)
@pytest.mark.parametrize("form", [WORLD, CARD])
def test_recursion_is_read_in_every_spelling_and_place(
    recursion: dict[str, Any], form: BookForm
) -> None:
    entry = {"key": ["a"], "keys": ["a"], "content": "b", **recursion}
    file: dict[str, Any] = {"entries": {"0": {"uid": 0, **entry}}}
    if form is CARD:
        del entry["key"]
        file = {"entries": [entry], "extensions": {}}
    book = read_lorebook(json.dumps(file).encode()).book
    (read_back,) = book.entries
    assert (read_back.is_not_recursed, read_back.wakes_nobody, read_back.recursion_level) == (
        True,
        True,
        2,
    )
    assert json.loads(write_lorebook(book, form)) == file


def test_a_lorebook_v3_keeps_its_own_settings_and_rules() -> None:
    book = read("lorebook-v3").book
    assert (book.name, book.scan_depth, book.token_budget, book.is_recursive) == (
        "The Lark",
        10,
        400,
        False,
    )
    ship, captain, rats = book.entries
    assert (ship.name, ship.priority, ship.secondary_keys) == ("Ship", 7, ("sail",))
    assert captain.has_patterns
    assert not captain.is_constant
    assert not captain.is_selective
    assert not rats.is_on


@pytest.mark.parametrize(("name", "form"), [("world-info", WORLD), ("lorebook-v3", V3)])
def test_a_file_comes_back_as_it_was(name: str, form: BookForm) -> None:
    assert json.loads(write_lorebook(read(name).book, form)) == json_of(name)


def test_a_cards_book_comes_back_as_it_was() -> None:
    card = json_of("card-with-book")
    found = book_of_card(card)
    assert found is not None
    assert write_book(found.book, CARD) == card["data"]["character_book"]


@pytest.mark.parametrize("name", ["world-info", "lorebook-v3", "card-with-book"])
@pytest.mark.parametrize("between", list(BookForm))
def test_a_book_survives_every_other_form(name: str, between: BookForm) -> None:
    found = read(name)
    passed = as_read(found.book, between)
    back = as_read(passed, found.form)
    assert less_ids(replace(back, name="")) == less_ids(replace(found.book, name=""))
    assert json.loads(write_lorebook(passed, found.form)) == json.loads(
        write_lorebook(found.book, found.form)
    )


@pytest.mark.parametrize("form", list(BookForm))
def test_every_field_survives_every_form(form: BookForm) -> None:
    for entry in read("world-info").book.entries + read("card-with-book").book.entries:
        fresh = replace(entry, id=0, raw={}, form=WORLD, priority=3)
        assert as_read(Lorebook(entries=(fresh,)), form).entries == (fresh,)


def test_a_bare_pattern_gets_slashes_where_patterns_have_them() -> None:
    book = read("lorebook-v3").book
    written = json.loads(write_lorebook(book, WORLD))
    assert [entry["key"] for entry in written["entries"].values()][1] == [r"/cap(tain|t\.)/i"]


@pytest.mark.parametrize("name", ["world-info", "lorebook-v3", "card-with-book"])
def test_a_changed_field_is_written_and_everything_else_stays(name: str) -> None:
    found = read(name)
    changes: dict[str, Any] = {
        "name": "Changed",
        "content": "Changed.",
        "keys": ("changed",),
        "order": 1,
        "position": LorePosition.AFTER_EXAMPLES,
        "is_not_recursed": not found.book.entries[0].is_not_recursed,
        "also_in": (LoreText.CREATOR_NOTES,),
        "is_on": False,
        "characters": ("Ann",),
        "sticky": 9,
        "logic": SecondaryLogic.NOT_ALL,
    }
    for noun, value in changes.items():
        first = replace(found.book.entries[0], id=0, **{noun: value})
        book = replace(found.book, entries=(first, *found.book.entries[1:]))
        back = as_read(book, found.form)
        assert replace(back.entries[0], id=0) == first, noun
        assert less_ids(replace(back, entries=back.entries[1:], name="")) == less_ids(
            replace(found.book, entries=found.book.entries[1:], name="")
        )
        kept = json.loads(write_lorebook(book, found.form))
        assert _known_and_unknown(kept) >= _known_and_unknown(
            json.loads(write_lorebook(found.book, found.form))
        )


def _known_and_unknown(value: Any, path: str = "") -> set[str]:
    """All paths of keys in a JSON value."""
    if isinstance(value, dict):
        inner = [(f"{path}.{key}", inner) for key, inner in value.items()]
    elif isinstance(value, list):
        inner = [(f"{path}[{at}]", inner) for at, inner in enumerate(value)]
    else:
        return {path} if ".key" not in path else set()
    return {path for path, _ in inner if ".key" not in path}.union(
        *(_known_and_unknown(value, path) for path, value in inner)
    )


def test_one_bad_entry_does_not_spoil_a_book() -> None:
    found = read("odd")
    assert [entry.content for entry in found.book.entries] == [
        "position as text",
        "order of nothing",
        "keys as one text",
        "",
        "all is well",
    ]
    first, second, third, fourth, _ = found.book.entries
    assert (first.position, first.order) == (LorePosition.BEFORE_CHARACTER, 50)
    assert second.order == 100
    assert third.keys == ("one", "two")
    assert (fourth.probability, fourth.logic, fourth.depth, fourth.is_on) == (
        100,
        SecondaryLogic.AND_ANY,
        4,
        True,
    )
    kinds = [(notice.kind, notice.entry) for notice in found.notices]
    assert kinds.count((BookNoticeKind.BROKEN_ENTRY, "2")) == 1
    assert kinds.count((BookNoticeKind.BROKEN_ENTRY, "3")) == 1
    odd = {notice.detail for notice in found.notices if notice.kind is BookNoticeKind.ODD_FIELD}
    assert odd == {
        "content",
        "probability",
        "selectiveLogic",
        "depth",
        "disable",
        "characterFilter",
    }


def test_an_embedded_original_is_not_read_a_second_time() -> None:
    file = json_of("world-info")
    file["originalData"]["entries"] = [{"keys": ["x"], "content": "twice"}]
    assert len(read_lorebook(json.dumps(file).encode()).book.entries) == 3


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", LorebookFault.NOT_JSON),
        (b"[1, 2]", LorebookFault.NOT_A_LOREBOOK),
        (b'{"a": 1}', LorebookFault.NOT_A_LOREBOOK),
        (b'{"entries": 5}', LorebookFault.NOT_A_LOREBOOK),
        (b'{"spec": "lorebook_v3", "data": {}}', LorebookFault.NOT_A_LOREBOOK),
        (b'{"spec": "chara_card_v2", "data": {"name": "A"}}', LorebookFault.NOT_A_LOREBOOK),
        (b'{"entries": {}, "entries": {}}', LorebookFault.KEY_TWICE),
        (b'{"entries": {"0": {"order": 1e999}}}', LorebookFault.NUMBER),
        (b'{"entries": ' + b"[" * 100 + b"]" * 100 + b"}", LorebookFault.TOO_DEEP),
        (b'{"entries": [' + b"1," * 300_000 + b"1]}", LorebookFault.TOO_MANY_PARTS),
        (b'{"entries": "' + b"x" * 3_000_000 + b'"}', LorebookFault.TOO_LARGE),
        (b"\x89PNG\r\n\x1a\n broken", LorebookFault.CARD),
        (b"PK\x03\x04 broken", LorebookFault.CARD),
    ],
    ids=lambda value: value[:24] if isinstance(value, bytes) else str(value),
)
def test_a_hostile_file_is_refused(content: bytes, fault: LorebookFault) -> None:
    with pytest.raises(LorebookRefused) as refused:
        read_lorebook(content)
    assert refused.value.fault is fault


def test_what_is_too_long_or_too_many_is_left_out_and_told() -> None:
    entries: dict[str, Any] = {
        str(at): {"uid": at, "key": ["a"], "content": "b"} for at in range(MOST_ENTRIES + 5)
    }
    entries["1"]["content"] = "x" * (MOST_CONTENT + 1)
    entries["2"]["key"] = ["k"] * 500
    found = read_lorebook(json.dumps({"entries": entries}).encode())
    assert len(found.book.entries) == MOST_ENTRIES - 2
    assert [notice.kind for notice in found.notices] == [
        BookNoticeKind.TOO_MANY,
        BookNoticeKind.TOO_LONG,
        BookNoticeKind.TOO_LONG,
    ]


def test_a_text_has_no_character_that_no_prompt_can_hold() -> None:
    file = b'{"entries": {"0": {"uid": 0, "key": ["a\\u0000", "\\ud800"], "content": "x\\ud800y"}}}'
    found = read_lorebook(file)
    assert found.book.entries[0].content == "xy"
    assert found.book.entries[0].keys == ("a", "")
    assert json.loads(write_lorebook(found.book, WORLD)) == json.loads(file)


_ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 300),
    st.floats(allow_nan=False, allow_infinity=False, width=16),
    st.text(max_size=4),
    st.lists(st.text(max_size=3), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
_KEYS = [*sorted(json_of("world-info")["entries"]["0"]), "extensions", "unknown", "priority"]
_CARD_KEYS = [*sorted(json_of("card-with-book")["data"]["character_book"]["entries"][0]), "name"]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(_KEYS), _ODD, max_size=12), max_size=3))
def test_whatever_stands_in_world_info_comes_back(entries: list[dict[str, Any]]) -> None:
    file = {"entries": {str(at): {**entry, "uid": at} for at, entry in enumerate(entries)}}
    book = read_lorebook(json.dumps(file).encode()).book
    assert json.loads(write_lorebook(book, WORLD)) == file
    between = as_read(book, V3)
    assert json.loads(write_lorebook(between, WORLD)) == file


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(_CARD_KEYS), _ODD, min_size=1, max_size=12), max_size=3
    )
)
def test_whatever_stands_in_a_cards_book_comes_back(entries: list[dict[str, Any]]) -> None:
    file = {"entries": [entry for entry in entries if "key" not in entry], "extensions": {}}
    book = read_lorebook(json.dumps(file).encode()).book
    assert json.loads(write_lorebook(book, CARD)) == file
    between = as_read(book, WORLD)
    assert json.loads(write_lorebook(between, CARD)) == file


def test_every_field_of_an_entry_has_a_place_in_files() -> None:
    plain = LoreEntry()
    told = {field.name for field in fields(LoreEntry)} - {"id", "raw", "form"}
    seen = set()
    for name in ("world-info", "lorebook-v3", "card-with-book"):
        for entry in read(name).book.entries:
            seen |= {noun for noun in told if getattr(entry, noun) != getattr(plain, noun)}
    assert told == seen
