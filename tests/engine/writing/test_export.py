import pytest

from engine.errors import NoOpenStory
from engine.runtime import Engine
from engine.story import Member
from engine.writing import end_story, export_story
from engine.writing.cast import Scene, speak_as
from tests.fakes.desk import ANN, BO, Desk

EXPECTED = """\
# The Lamp

*by Ann, Bo and the language model scripted*

The lamp was lit.

Nobody came,
or so it seemed.

And then the lantern of room 1 went out, and somebody laughed.

---

## Who wrote what

- Ann: 18.2 % (turns 1, words 4)
- Bo: 27.3 % (turns 1, words 6)
- the language model scripted: 54.5 % (turns 1, words 12)
"""


async def test_a_story_is_exported_whole_with_its_authors(desk: Desk) -> None:
    await desk.write("The lamp was lit.", ANN)
    await desk.write("Nobody came,\nor so it seemed.", BO)
    await desk.continue_()
    export = await export_story(desk.engine, **desk.where)
    assert export.filename == "The-Lamp.md"
    assert export.data.decode() == EXPECTED


async def test_alternatives_and_what_was_undone_are_not_exported(desk: Desk) -> None:
    await desk.offer()
    await desk.write("Gone.")
    await desk.undo()
    first = await desk.continue_()
    second = await desk.retry(first)
    markdown = (await export_story(desk.engine, **desk.where)).data.decode()
    assert second.text in markdown
    assert first.text not in markdown
    assert "Gone." not in markdown


async def test_an_ended_story_is_exported_too(desk: Desk) -> None:
    await desk.write("The lamp was lit.")
    before = await export_story(desk.engine, **desk.where)
    await end_story(desk.engine, **desk.where, member=ANN)
    assert await export_story(desk.engine, **desk.where) == before


async def test_titles_and_names_cannot_pose_as_markdown(engine: Engine) -> None:
    desk = Desk(engine)
    await desk.start(title="*A* [link](http://x) <b>")
    await desk.write("Text *stays* as it is.", Member(21, "# _Eve_"))
    markdown = (await export_story(desk.engine, **desk.where)).data.decode()
    assert markdown.startswith("# \\*A\\* \\[link\\](http://x) \\<b\\>\n")
    assert "*by \\# \\_Eve\\_*" in markdown
    assert "Text *stays* as it is." in markdown


@pytest.mark.parametrize(
    ("language", "title", "filename", "line"),
    [
        ("zh-CN", "雾 与 灯", "雾-与-灯.md", "- Ann：100.0%（1 段，4 字）"),
        ("zh-CN", "!?", "故事.md", "*作者：Ann*"),
        ("en", "../../etc/passwd", "etc-passwd.md", "*by Ann*"),
    ],
)
async def test_an_export_speaks_the_language_of_the_story(
    engine: Engine, language: str, title: str, filename: str, line: str
) -> None:
    desk = Desk(engine)
    await desk.start(title=title, language=language)
    await desk.write("夜里很冷。")
    export = await export_story(desk.engine, **desk.where)
    assert export.filename == filename
    assert line in export.data.decode().splitlines()


async def test_members_of_one_name_are_credited_apart(desk: Desk) -> None:
    await desk.write("One.", Member(21, "Sam"))
    await desk.write("Two words.", Member(22, "Sam"))
    markdown = (await export_story(desk.engine, **desk.where)).data.decode()
    assert "- Sam: 33.3 % (turns 1, words 1)\n- Sam: 66.7 % (turns 1, words 2)" in markdown


async def test_an_empty_story_is_its_title(desk: Desk) -> None:
    assert (await export_story(desk.engine, **desk.where)).data.decode() == "# The Lamp\n"


async def test_a_channel_without_a_story_has_nothing_to_export(engine: Engine) -> None:
    with pytest.raises(NoOpenStory):
        await export_story(engine, guild_id=1, channel_id=2)


async def test_a_characters_line_stands_with_its_name(desk: Desk) -> None:
    scene = Scene(**desk.where, title="The Lamp", language="en", is_age_restricted=False)
    await speak_as(desk.engine, scene=scene, name="Mi*ra", line="Go.", member=BO, interaction_id=77)
    markdown = (await export_story(desk.engine, **desk.where)).data.decode()
    assert "\n\nMi\\*ra: Go.\n\n" in markdown
    assert "- Bo: 100.0 % (turns 1, words 1)" in markdown
