"""Lists of phrases, patterns and names: checked when they come in, edited as a whole."""

import pytest

from engine.errors import BanFault, BanRefused, ListFull, StyleChanged
from engine.runtime import Engine
from engine.story import LineKind, Member
from engine.writing import BANS, NAMES, ServerStyle, edit_bans, edit_names, edition_of, list_text
from engine.writing.style_lists import (
    EVERYDAY,
    MOST_LINES,
    MOST_LIST_CHARACTERS,
    MOST_PATTERNS,
    read_bans,
    read_names,
)
from tests.fakes.desk import GUILD

EVA = Member(18, "Eva", may_manage_server=True)
FAY = Member(17, "Fay", may_manage_server=True)


async def ban(engine: Engine, text: str, *, on: str, member: Member = EVA) -> ServerStyle:
    """Send the form that was opened on the list `on`."""
    return await edit_bans(engine, guild_id=GUILD, member=member, text=text, edition=edition_of(on))


async def test_a_list_is_edited_as_a_whole_and_kept_lines_stay_whose_they_were(
    engine: Engine,
) -> None:
    first = "a shiver ran\n/\\bgaze\\b/\na testament to"
    await ban(engine, first, on="")
    second = await ban(engine, "a testament to\n/\\bgaze\\b/\norbs", on=first, member=FAY)
    assert [(line.kind, line.text, line.member_id) for line in second.style.lines] == [
        (LineKind.PATTERN, r"\bgaze\b", EVA.id),
        (LineKind.PHRASE, "a testament to", EVA.id),
        (LineKind.PHRASE, "orbs", FAY.id),
    ]
    assert list_text(second.style, BANS) == "/\\bgaze\\b/\na testament to\norbs"


async def test_the_two_lists_do_not_touch_each_other(engine: Engine) -> None:
    await ban(engine, "orbs", on="")
    await edit_names(engine, guild_id=GUILD, member=EVA, text="Elara\nKael", edition=0)
    emptied = await ban(engine, "", on="orbs")
    assert list_text(emptied.style, NAMES) == "Elara\nKael"
    assert list_text(emptied.style, BANS) == ""


async def test_a_list_that_changed_meanwhile_is_not_overwritten(engine: Engine) -> None:
    await ban(engine, "orbs", on="")
    with pytest.raises(StyleChanged):
        await ban(engine, "a testament to", on="")
    kept = await ban(engine, "orbs", on="orbs")
    assert list_text(kept.style, BANS) == "orbs"


def test_lines_are_tidied_and_count_once_in_any_case() -> None:
    text = "  A  shiver\tran \n\n\u200b\na shiver ran\n//\n/a\\Bb/\n/a\\bb/\n"
    assert read_bans(text) == [
        (LineKind.PHRASE, "A shiver ran"),
        (LineKind.PHRASE, "//"),
        (LineKind.PATTERN, r"a\Bb"),
        (LineKind.PATTERN, r"a\bb"),
    ]
    assert read_names("Elara\nelara\n Kael ") == [
        (LineKind.NAME, "Elara"),
        (LineKind.NAME, "Kael"),
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("x" * 101, BanFault.TOO_LONG),
        (f"/{'x' * 201}/", BanFault.TOO_LONG),
        ("\u200d", BanFault.INVISIBLE),
        ("/(sea/", BanFault.PATTERN),
        ("/sea*?*/", BanFault.PATTERN),
        ("/(?=sea)x/", BanFault.PATTERN),
        ("/x*/", BanFault.PATTERN),
        ("/\\b/", BanFault.PATTERN),
        ("/(a|b?)$/", BanFault.PATTERN),
        ("/((x{100}){100}){100}/", BanFault.PATTERN),
        ("/./", BanFault.EVERYDAY),
        ("/\\w+/", BanFault.EVERYDAY),
        ("/[^x]/", BanFault.EVERYDAY),
        ("The", BanFault.EVERYDAY),
        ("。", BanFault.EVERYDAY),
    ],
)
def test_a_line_that_cannot_be_banned_is_refused_with_the_reason(
    line: str, fault: BanFault
) -> None:
    with pytest.raises(BanRefused) as refused:
        read_bans(f"orbs\n{line}")
    assert refused.value.fault is fault
    assert refused.value.line[:50] == line[:50]
    assert (refused.value.limit > 0) is (fault is BanFault.TOO_LONG)
    assert bool(refused.value.reason) is (fault is BanFault.PATTERN)


def test_the_longest_lines_are_taken() -> None:
    assert len(read_bans(f"{'x' * 100}\n/{'y' * 200}/")) == 2
    assert len(read_names("z" * 40)) == 1
    with pytest.raises(BanRefused):
        read_names("z" * 41)


def test_a_mark_or_a_rare_word_may_be_banned() -> None:
    assert len(read_bans("—\n;\n/\\btapestr(y|ies)\\b/\n挂毯")) == 4
    assert "the" in EVERYDAY


def test_lists_have_a_length() -> None:
    full = "\n".join(f"phrase {n}" for n in range(MOST_LINES))
    assert len(read_bans(full)) == MOST_LINES
    with pytest.raises(ListFull) as refused:
        read_bans(f"{full}\none more")
    assert (refused.value.entries, refused.value.most_entries) == (201, 200)
    long = "\n".join(f"{n:050}" for n in range(MOST_LIST_CHARACTERS // 51 + 1))
    with pytest.raises(ListFull) as refused:
        read_bans(long)
    assert refused.value.characters > refused.value.most_characters == MOST_LIST_CHARACTERS
    assert refused.value.entries < MOST_LINES


def test_patterns_are_fewer_than_phrases() -> None:
    patterns = [f"/pattern {n}/" for n in range(MOST_PATTERNS + 1)]
    assert len(read_bans("\n".join(patterns[1:]))) == MOST_PATTERNS
    with pytest.raises(BanRefused) as refused:
        read_bans("\n".join(patterns))
    assert refused.value.fault is BanFault.TOO_MANY_PATTERNS
