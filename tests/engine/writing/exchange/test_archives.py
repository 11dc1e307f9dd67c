"""A whole story leaves and comes back equal, and a file that is none changes nothing."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.errors import (
    ArchiveFault,
    ArchiveRefused,
    ContentRefused,
    EngineError,
    NotAllowed,
    StoryAlreadyOpen,
)
from engine.runtime import Engine
from engine.storage.schema import metadata, turns
from engine.storage.whole_story import ORDER, STAYS
from engine.story import LoreHome, LoreScope, Member, Rating, Story
from engine.story.order import Mode
from engine.writing import end_story, read_story, show_context
from engine.writing.branch_names import list_branches
from engine.writing.branches import branch_off, switch_branch
from engine.writing.canon import Canon, add_fact, read_canon
from engine.writing.cast import Scene, speak_as
from engine.writing.exchange import export_archive, import_archive
from engine.writing.lore import add_entry
from engine.writing.players import join_story
from engine.writing.remembering import pin_turn, set_note
from engine.writing.revising import edit_turn
from engine.writing.turn_rules import set_rules
from tests.fakes.desk import ANN, BO, GUILD, Desk, new_id

MODERATOR = Member(77, "Mo", is_moderator=True)


async def archive(desk: Desk) -> bytes:
    return (await export_archive(desk.engine, **desk.where, member=MODERATOR))[1]


async def bring(engine: Engine, data: bytes, desk: Desk, **fields: Any) -> Story:
    return await import_archive(
        engine,
        data,
        **{
            **desk.where,
            "member": MODERATOR,
            "channel_is_age_restricted": False,
            "interaction_id": new_id(),
            **fields,
        },
    )


async def busy_evening(desk: Desk) -> None:
    """Write with all that a story can have: retries, alternatives, undone turns, a character."""
    await desk.write("The lamp was lit. 灯亮了。", ANN)
    await desk.retry(await desk.continue_(BO, direction="rain"))
    await desk.write("Gone.", BO)
    await desk.undo(BO)
    await desk.offer()
    scene = Scene(GUILD, desk.channel_id, "here", "en", is_age_restricted=False)
    await speak_as(
        desk.engine,
        scene=scene,
        name="Mira",
        line="Who is there?",
        member=ANN,
        interaction_id=new_id(),
    )
    await desk.write("Nobody came.", BO)
    await _remember(desk)


async def _remember(desk: Desk) -> None:
    """Edit, branch, and set what a story remembers."""
    engine, where = desk.engine, desk.where
    story, path = await read_story(engine, **where)
    await edit_turn(
        engine,
        **where,
        member=MODERATOR,
        passage_id=path[0].id,
        text="The lamp was lit at last.",
        interaction_id=new_id(),
    )
    await branch_off(
        engine, **where, member=MODERATOR, name="away", number=1, interaction_id=new_id()
    )
    await desk.write("She left.", ANN)
    await switch_branch(engine, **where, member=MODERATOR, name="main")
    for value in ("grey", "white"):
        await add_fact(
            engine, **where, member=ANN, subject="Mira", relation="eye_color", value=value
        )
    await set_note(engine, **where, member=ANN, text="Slowly.")
    await pin_turn(engine, **where, member=BO, number=1)
    home = LoreHome(LoreScope.STORY, story.id)
    lore = {"keys": "lamp", "text": "The lamp burns blue.", "name": "Lamp", "settings": ""}
    await add_entry(engine, guild_id=GUILD, home=home, member=ANN, written=lore, language="en")
    await set_rules(engine, **where, member=MODERATOR, mode=Mode.ROUND_ROBIN)
    await join_story(engine, **where, member=ANN)


async def test_the_imported_story_has_the_same_canon_and_gives_the_same_prompt(
    desk: Desk,
) -> None:
    await busy_evening(desk)
    other = Desk(desk.engine)
    await bring(desk.engine, await archive(desk), other)
    for one in (read_canon, list_branches):
        assert _plain(await one(desk.engine, **desk.where)) == _plain(
            await one(desk.engine, **other.where)
        )
    first, second = [await show_context(desk.engine, **each.where) for each in (desk, other)]
    assert first.messages == second.messages


def _plain(found: Any) -> Any:
    if isinstance(found, Canon):
        return [
            (each.fact.value, each.place, each.superseded_by is None) for each in found.established
        ]
    return [(grown.branch.name, grown.turns) for grown in found[1]]


async def test_what_is_imported_is_exported_again_byte_for_byte(desk: Desk) -> None:
    await busy_evening(desk)
    data = await archive(desk)
    other = Desk(desk.engine)
    story = await bring(desk.engine, data, other)
    assert await archive(other) == data
    _, path = await read_story(desk.engine, **desk.where)
    _, again = await read_story(desk.engine, **other.where)
    assert [turn.told for turn in again] == [turn.told for turn in path]
    assert [turn.provenance for turn in again] == [turn.provenance for turn in path]
    assert {turn.story_id for turn in again} == {story.id}


async def test_the_story_goes_on_where_it_was_and_the_first_stays_as_it_was(desk: Desk) -> None:
    await busy_evening(desk)
    before = await archive(desk)
    other = Desk(desk.engine)
    await bring(desk.engine, before, other)
    await other.undo(MODERATOR)
    await other.redo(MODERATOR)
    await other.continue_(ANN)
    assert await archive(desk) == before
    assert len(await other.texts()) == len(await desk.texts()) + 1


async def test_a_turn_that_is_being_written_leaves_as_a_settled_one(desk: Desk) -> None:
    await desk.write("The lamp was lit.")  # written, not shown on Discord yet
    rows = [json.loads(line) for line in (await archive(desk)).splitlines()[1:]]
    assert {row["row"]["state"] for row in rows if row["table"] == "turns"} == {"posted"}


async def test_held_texts_and_ids_of_the_place_are_not_exported(desk: Desk) -> None:
    first = await desk.write("The lamp was lit.")
    await desk.write("Second.")
    with pytest.raises(EngineError):
        await desk.write("held for its author", BO, expected_head_id=first.id)
    data = (await archive(desk)).decode()
    assert "held for its author" not in data
    assert str(desk.channel_id) not in data
    assert '"interaction_id"' not in data
    assert '"guild_id"' not in data


async def test_only_who_leads_the_story_may_export_all_and_only_moderators_import(
    desk: Desk,
) -> None:
    await desk.write("The lamp was lit.")
    with pytest.raises(NotAllowed):
        await export_archive(desk.engine, **desk.where, member=BO)
    _, data = await export_archive(desk.engine, **desk.where, member=ANN)
    with pytest.raises(NotAllowed):
        await bring(desk.engine, data, Desk(desk.engine), member=ANN)


async def test_an_open_story_is_not_brought_into_a_channel_that_has_one(desk: Desk) -> None:
    await desk.write("The lamp was lit.")
    data = await archive(desk)
    with pytest.raises(StoryAlreadyOpen):
        await bring(desk.engine, data, desk)
    await end_story(desk.engine, **desk.where, member=ANN)
    ended = await archive(desk)
    assert (await bring(desk.engine, ended, desk)).state == "ended"


async def test_a_story_for_adults_needs_a_channel_for_adults(engine: Engine) -> None:
    desk = Desk(engine)
    await desk.start(rating=Rating.MATURE, channel_is_age_restricted=True)
    data = await archive(desk)
    with pytest.raises(ContentRefused):
        await bring(engine, data, Desk(engine))
    await bring(engine, data, Desk(engine), channel_is_age_restricted=True)


def edited(change: Callable[[dict[str, Any]], object], table: str) -> Callable[[bytes], bytes]:
    """Return an edit of the last row of a table."""

    def edit(data: bytes) -> bytes:
        lines = [json.loads(line) for line in data.splitlines()]
        change([line for line in lines if line.get("table") == table][-1]["row"])
        return "\n".join(map(json.dumps, lines)).encode()

    return edit


HOSTILE: dict[str, tuple[Callable[[bytes], bytes], ArchiveFault]] = {
    "empty": (lambda data: b"", ArchiveFault.NO_ARCHIVE),
    "a picture": (lambda data: b"\x89PNG\r\n\x1a\n" * 9, ArchiveFault.NO_ARCHIVE),
    "other JSON": (lambda data: b'{"entries": {}}', ArchiveFault.NO_ARCHIVE),
    "a list": (lambda data: b"[1, 2]", ArchiveFault.NO_ARCHIVE),
    "deep": (lambda data: b"[" * 100_000, ArchiveFault.NO_ARCHIVE),
    "a later version": (
        lambda data: data.replace(b'"version": 1', b'"version": 2'),
        ArchiveFault.TOO_NEW,
    ),
    "cut off": (lambda data: data[: len(data) * 2 // 3], ArchiveFault.DAMAGED),
    "no story": (lambda data: data.splitlines()[0], ArchiveFault.DAMAGED),
    "two stories": (
        lambda data: data + data.splitlines()[1] + b"\n",
        ArchiveFault.DAMAGED,
    ),
    "another table": (
        lambda data: data + b'{"table": "consents", "row": {}}\n',
        ArchiveFault.UNKNOWN,
    ),
    "another column": (
        edited(lambda row: row.update(guild_id=1), "turns"),
        ArchiveFault.UNKNOWN,
    ),
    "a circle": (
        edited(lambda row: row.update(parent_id=row["id"]), "turns"),
        ArchiveFault.DAMAGED,
    ),
    "no parent": (edited(lambda row: row.update(parent_id=999), "turns"), ArchiveFault.DAMAGED),
    "a number as text": (edited(lambda row: row.update(text=5), "turns"), ArchiveFault.DAMAGED),
    "a text as number": (
        edited(lambda row: row.update(author_id="1 OR 1"), "turns"),
        ArchiveFault.DAMAGED,
    ),
    "a huge number": (
        edited(lambda row: row.update(author_id=1 << 70), "turns"),
        ArchiveFault.DAMAGED,
    ),
    "no text": (edited(lambda row: row.pop("text"), "turns"), ArchiveFault.DAMAGED),
    "a kind of its own": (
        edited(lambda row: row.update(kind="god"), "turns"),
        ArchiveFault.DAMAGED,
    ),
    "a provenance of its own": (
        edited(lambda row: row.update(provenance='{"model": 5}'), "turns"),
        ArchiveFault.DAMAGED,
    ),
    "a head elsewhere": (
        edited(lambda row: row.update(head_turn_id=4711), "branches"),
        ArchiveFault.DAMAGED,
    ),
    "no branch in use": (
        edited(lambda row: row.update(in_use=0), "branches"),
        ArchiveFault.DAMAGED,
    ),
    "a long text": (
        edited(lambda row: row.update(text="x" * 100_001), "turns"),
        ArchiveFault.TOO_LARGE,
    ),
}


@pytest.mark.parametrize(("spoil", "fault"), HOSTILE.values(), ids=HOSTILE)
async def test_a_file_that_is_no_whole_story_is_refused_and_nothing_is_kept(
    desk: Desk, spoil: Callable[[bytes], bytes], fault: ArchiveFault
) -> None:
    await desk.write("The lamp was lit.")
    await desk.continue_()
    data = spoil(await archive(desk))

    async def count() -> int:
        async with desk.engine.database.reading() as tx:
            return int(await tx.scalar(select(func.count()).select_from(turns)) or 0)

    before = await count()
    with pytest.raises(ArchiveRefused) as refused:
        await bring(desk.engine, data, Desk(desk.engine))
    assert refused.value.fault is fault
    assert await count() == before


async def test_a_damaged_line_is_told_by_its_number_in_the_file(desk: Desk) -> None:
    first, *rows = (await archive(desk)).splitlines()
    data = b"\n".join([first, b"", *rows, b"{"])
    with pytest.raises(ArchiveRefused) as refused:
        await bring(desk.engine, data, Desk(desk.engine))
    assert refused.value.where == str(len(rows) + 3)
    data = b"\n".join([first, b"", b'{"table": 5}', *rows])
    with pytest.raises(ArchiveRefused) as refused:
        await bring(desk.engine, data, Desk(desk.engine))
    assert refused.value.where == "3"


def test_every_table_of_a_story_is_exported_or_said_to_stay() -> None:
    reached = {"stories"}
    for _ in metadata.sorted_tables:
        for table in metadata.sorted_tables:
            if any(key.referred_table.name in reached for key in table.foreign_key_constraints):
                reached.add(table.name)
    reached.discard("stories")
    assert reached <= {*ORDER, *STAYS}
    assert not set(ORDER) & set(STAYS)


async def test_words_that_came_in_can_be_erased_by_who_wrote_them(desk: Desk) -> None:
    await desk.write("a canary of Bo's", replace(BO, id=4242))
    data = await archive(desk)
    other = Desk(desk.engine)
    await bring(desk.engine, data, other)
    _, path = await read_story(desk.engine, **other.where)
    assert [turn.author_id for turn in path] == [4242]
