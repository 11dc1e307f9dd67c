"""Stories as files on Discord: every form, the way back, and what does not fit."""

import io
import zipfile

import pytest

from bot.errors import FileTooLarge
from bot.story_files import fitting
from engine.writing.exchange import Export
from tests.cogs.scene import Scene, file_of, labels, told


@pytest.mark.parametrize(
    ("form", "name", "beginning"),
    [
        ("markdown", "The-Lighthouse.md", b"# The Lighthouse"),
        ("epub", "The-Lighthouse.epub", b"PK"),
        ("word", "The-Lighthouse.docx", b"PK"),
        ("pdf", "The-Lighthouse.pdf", b"%PDF"),
        ("page", "The-Lighthouse.html", b"<!DOCTYPE html>"),
        ("jsonl", "The-Lighthouse.jsonl", b'{"format": "scriptorium story"'),
    ],
)
async def test_a_story_is_handed_out_in_every_form(
    scene: Scene, form: str, name: str, beginning: bytes
) -> None:
    await scene.start()
    await scene.write(scene.bo, "The lamp was out.")
    file = file_of(await scene.alice.slash(scene.room, "story export", form=form))
    assert file.filename == name
    assert (await file.read()).startswith(beginning)


async def test_the_whole_story_is_for_who_leads_it(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.bo, "The lamp was out.")
    refused = await scene.bo.slash(scene.room, "story export", form="jsonl")
    assert told(refused).startswith("Only ")


def export_of(data: bytes, filename: str = "a.md") -> Export:
    return Export(filename, data)


def test_a_file_that_is_too_large_is_packed_and_then_refused() -> None:
    assert fitting(export_of(b"a" * 90), 100) == export_of(b"a" * 90)
    packed = fitting(export_of(b"a" * 9_000), 1_000)
    assert packed.filename == "a.md.zip"
    with zipfile.ZipFile(io.BytesIO(packed.data)) as archive:
        assert archive.read("a.md") == b"a" * 9_000
    with pytest.raises(FileTooLarge):
        fitting(export_of(bytes(range(256)) * 4), 300)
    with pytest.raises(FileTooLarge):
        fitting(export_of(b"a" * 9_000, "a.epub"), 1_000)


async def test_a_text_becomes_a_story_that_goes_on(scene: Scene) -> None:
    data = "\n\n".join(f"Night {n}. " + "It rained. " * 100 for n in range(3)).encode()
    await scene.alice.slash(scene.room, "story import", file=("the_rain.md", data))
    assert scene.newest.content.startswith("📥 **the rain** came in as a file: 3 turns.")
    assert labels(scene.newest) == ["Write", "Continue"]
    await scene.bo.click(scene.newest, label="Continue")
    assert labels(scene.newest) == ["Continue", "Retry", "Alternatives", "Undo", "Why?"]
    await scene.write(scene.bo, "And then it stopped.")
    read = told(await scene.bo.slash(scene.room, "story read"))
    assert read.startswith("**the rain**") or "Night 0." in read


async def test_what_is_done_to_a_turn_without_messages_is_told_in_private(scene: Scene) -> None:
    data = "\n\n".join(f"Night {n}. " + "It rained. " * 100 for n in range(3)).encode()
    await scene.alice.slash(scene.room, "story import", file=("the_rain.md", data))
    card = scene.newest
    undone = await scene.alice.slash(scene.room, "story undo")
    redone = await scene.alice.slash(scene.room, "story redo")
    merged = await scene.alice.slash(scene.room, "story merge", turn=1)
    assert told(undone) == "↩️ Turn 3 is undone. /story redo brings it back."
    assert told(redone) == "↪️ Turn 3 is back."
    assert told(merged).startswith("✅ The story tells it so now.")
    assert scene.newest.id == card.id


async def test_a_story_that_had_ended_comes_back_ended(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.bo, "The lamp was out.")
    await scene.alice.slash(scene.room, "story end")
    data = await file_of(await scene.alice.slash(scene.room, "story export", form="jsonl")).read()
    await scene.maya.slash(scene.room, "story import", file=("a.jsonl", data))
    assert scene.newest.content.endswith("It has ended; /story read shows it.")
    assert labels(scene.newest) == ["Export"]
    refused = await scene.bo.slash(scene.room, "story write")
    assert told(refused).startswith("“The Lighthouse” has ended.")


async def test_a_whole_story_comes_back_by_a_moderators_hand(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.bo, "The lamp was out.")
    data = await file_of(await scene.alice.slash(scene.room, "story export", form="jsonl")).read()
    await scene.alice.slash(scene.room, "story end")
    refused = await scene.bo.slash(scene.room, "story import", file=("a.jsonl", data))
    assert told(refused).startswith("Only ")
    damaged = await scene.maya.slash(
        scene.room, "story import", file=("a.jsonl", data[: len(data) // 2])
    )
    assert told(damaged).startswith("This file is damaged (line ")
    await scene.maya.slash(scene.room, "story import", file=("a.jsonl", data))
    assert scene.newest.content.startswith("📥 **The Lighthouse** came in as a file: 1 turn.")
    await scene.write(scene.bo, "It was lit again.")


async def test_a_file_of_no_use_is_refused_and_nothing_begins(scene: Scene) -> None:
    refused = await scene.alice.slash(scene.room, "story import", file=("a.exe", b"MZ"))
    assert told(refused)
    await scene.start()
    second = await scene.alice.slash(scene.room, "story import", file=("a.md", b"Once."))
    assert "is open here already" in told(second)
