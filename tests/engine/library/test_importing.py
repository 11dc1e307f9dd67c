"""A folder of works is taken in whole or not at all, and every fault says where it is."""

from datetime import date
from pathlib import Path

import pytest
from docx import Document

from engine.errors import ImportRefused
from engine.library.gate import refusal
from engine.library.importing import HandedText, Verdict, import_works, judge, read_folder
from engine.library.withdrawing import withdraw_for_author
from engine.settings import EngineSettings
from engine.storage import Database, library
from engine.story import Purpose, Source, Way, WorkState
from tests.engine.storage.samples import GUILD

TODAY = date(2026, 3, 1)
SETTINGS = EngineSettings()
LAMP = """
[[work]]
file = "lamp.txt"
title = "The Lamp"
source = "handed in"
licence = "learn"
language = "en"

[[work.author]]
name = "Ada"
member = 901
consent = { version = 1, language = "en", given = 2026-01-31, evidence = "letter 4" }

[[work.author]]
name = "Bea"
[work.author.consent]
version = 1
language = "zh-CN"
given = 2026-02-01
evidence = "letter 5"
listed = true
"""
WHALE = """
title = "The Whale"
source = "public domain"
licence = "public-domain"
language = "en"
evidence = "1851; its author died in 1891"
author = [{ name = "Herman Melville" }]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two works: one described in works.toml, one by a file of its own."""
    folder = tmp_path / "works"
    folder.mkdir()
    (folder / "lamp.txt").write_text("The lamp burned on.\n")
    (folder / "works.toml").write_text(LAMP)
    document = Document()
    document.add_paragraph("Call me Ishmael.")
    document.save(str(folder / "whale.docx"))
    (folder / "whale.toml").write_text(WHALE)
    return folder


def read(folder: Path) -> list[HandedText]:
    return read_folder(folder, SETTINGS, today=TODAY)


def faults_of(folder: Path) -> tuple[str, ...]:
    with pytest.raises(ImportRefused) as refused:
        read(folder)
    return refused.value.faults


async def take_in(database: Database, folder: Path) -> list[Verdict]:
    judged = await import_works(database, SETTINGS, guild_id=GUILD, texts=read(folder))
    return [each.verdict for each in judged]


async def test_a_folder_is_taken_in_with_authors_consents_and_evidence(
    database: Database, folder: Path
) -> None:
    assert await take_in(database, folder) == [Verdict.NEW, Verdict.NEW]
    async with database.reading() as tx:
        lamp, whale = await library.list_works(tx, guild_id=GUILD)
        held = await library.list_consents(tx, guild_id=GUILD)
        text = await library.find_text(tx, guild_id=GUILD, work_id=whale.id)
    assert text == "Call me Ishmael."
    assert (lamp.source, lamp.state, lamp.giver_id) == (Source.HANDED_IN, WorkState.GIVEN, 0)
    assert [(author.member_id, author.name) for author in lamp.authors] == [
        (901, "Ada"),
        (None, "Bea"),
    ]
    assert [(each.purpose, each.language, each.evidence, each.way) for each in held] == [
        (Purpose.TRAINING, "en", "letter 4", Way.OPERATOR),
        (Purpose.TRAINING, "zh-CN", "letter 5", Way.OPERATOR),
        (Purpose.LISTING, "zh-CN", "letter 5", Way.OPERATOR),
    ]
    assert [refusal(work, held, None) for work in (lamp, whale)] == [None, None]


async def test_a_second_import_changes_nothing(sqlite_database: Database, folder: Path) -> None:
    await take_in(sqlite_database, folder)
    assert await take_in(sqlite_database, folder) == [Verdict.KNOWN, Verdict.KNOWN]
    async with sqlite_database.reading() as tx:
        assert len(await library.list_works(tx, guild_id=GUILD)) == 2


async def test_judging_changes_nothing(sqlite_database: Database, folder: Path) -> None:
    judged = await judge(sqlite_database, guild_id=GUILD, texts=read(folder))
    assert [each.verdict for each in judged] == [Verdict.NEW, Verdict.NEW]
    async with sqlite_database.reading() as tx:
        assert await library.list_works(tx, guild_id=GUILD) == []


async def test_what_was_withdrawn_comes_back_only_by_a_later_consent(
    sqlite_database: Database, folder: Path
) -> None:
    await take_in(sqlite_database, folder)
    await withdraw_for_author(sqlite_database, guild_id=GUILD, work_id=1)
    assert await take_in(sqlite_database, folder) == [Verdict.WITHDRAWN, Verdict.KNOWN]
    later = LAMP.replace("2026-01-31", "2099-01-01").replace("2026-02-01", "2099-01-01")
    (folder / "works.toml").write_text(later)
    texts = read_folder(folder, SETTINGS, today=date(2099, 1, 1))
    judged = await judge(sqlite_database, guild_id=GUILD, texts=texts)
    assert [each.verdict for each in judged] == [Verdict.NEW, Verdict.KNOWN]
    half = LAMP.replace("2026-01-31", "2099-01-01")
    (folder / "works.toml").write_text(half)
    texts = read_folder(folder, SETTINGS, today=date(2099, 1, 1))
    judged = await judge(sqlite_database, guild_id=GUILD, texts=texts)
    assert judged[0].verdict is Verdict.WITHDRAWN, "one author did not agree anew"


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('title = "The Lamp"', 'titel = "The Lamp"', "works.toml:2: title: Field required"),
        ('title = "The Lamp"', 'title = ""', "works.toml:4: title: "),
        ('"learn"', '"all rights reserved"', "works.toml:6: licence: "),
        ('"learn"', '"learn', "works.toml:6: it is no TOML: "),
        ('"handed in"', '"discord"', "works.toml:2: source: works from Discord are given there"),
        ('"handed in"', '"public domain"', "works.toml:2: licence: in the public domain it is"),
        ('"handed in"', '"public domain"', "works.toml:2: evidence: say where"),
        ('evidence = "letter 5"', 'evidence = ""', "works.toml:20: author.consent.evidence: "),
        (
            "version = 1\n",
            "version = 9\n",
            "works.toml:2: author 'Bea': there is no consent text 9",
        ),
        ("2026-02-01", "2026-04-01", "works.toml:2: author 'Bea': the consent lies in the future"),
        ('"lamp.txt"', '"../lamp.txt"', "works.toml:2: there is no text '../lamp.txt' beside it"),
        ('"lamp.txt"', '"whale.docx"', "works.toml:2: 'whale.docx' is described twice"),
        ("[[work]]", "[[works]]", "works.toml:1: it has a [[work]] for each text, nothing else"),
        ("consent = {", "#", "works.toml:2: author 'Ada': without a consent"),
        ("[[work.author]]", "[[work.writer]]", "works.toml:9: writer: Extra inputs"),
    ],
    ids=str,
)
def test_a_fault_names_file_line_and_what_is_wrong(
    folder: Path, before: str, after: str, fault: str
) -> None:
    assert before in LAMP
    (folder / "works.toml").write_text(LAMP.replace(before, after))
    faults = faults_of(folder)
    assert any(each.startswith(fault) for each in faults), faults


def test_texts_that_nobody_describes_or_that_cannot_be_read_are_faults(folder: Path) -> None:
    (folder / "stray.md").write_text("Whose am I?")
    assert faults_of(folder) == ("stray.md: no TOML file describes this text",)
    (folder / "stray.md").unlink()
    (folder / "lamp.txt").write_bytes(b"\x00\x01\x02" * 50)
    (fault,) = faults_of(folder)
    assert fault.startswith("lamp.txt: it cannot be read: ")


def test_the_same_text_twice_is_a_fault(folder: Path) -> None:
    (folder / "twin.txt").write_text("The lamp burned on.")
    (folder / "twin.toml").write_text(WHALE)
    assert faults_of(folder) == ("twin.toml:1: the same text as lamp.txt",)


def test_an_empty_folder_is_a_fault(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path)
    assert fault.endswith("there are no works in this folder")


async def test_nothing_is_taken_in_when_the_database_refuses_one(
    sqlite_database: Database, folder: Path
) -> None:
    texts = read(folder)
    broken = HandedText(texts[1].entry, texts[1].text, None)  # type: ignore[arg-type]
    with pytest.raises(Exception, match=r"(?i)null|storage"):
        await import_works(sqlite_database, SETTINGS, guild_id=GUILD, texts=[texts[0], broken])
    async with sqlite_database.reading() as tx:
        assert await library.list_works(tx, guild_id=GUILD) == []
