"""A played script shows what was said and how it streamed, and fails in a sentence."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from bot.rehearsal.room import open_room
from bot.rehearsal.script import play
from bot.rehearsal.steps import Script
from tests.fakes.tiny_bot import STORY, TinyBot

BEGIN = {"as": "alice", "slash": "begin", "options": {"title": "The Lamp"}}
CONTINUE = {"as": "bo", "click": "Continue"}


async def played(*steps: dict[str, object]) -> tuple[bool, str]:
    console = Console(file=io.StringIO(), width=200, highlight=False)
    script = Script.model_validate({"title": "A rehearsal", "step": list(steps)})
    async with open_room(TinyBot, "en-US") as room:
        is_good = await play(script, room, console)
    assert isinstance(console.file, io.StringIO)
    return is_good, console.file.getvalue()


async def test_a_transcript_tells_who_did_what_and_what_the_bot_wrote() -> None:
    is_good, text = await played(BEGIN, CONTINUE)
    assert is_good
    assert "1  Alice /begin  title: The Lamp" in text
    assert "# The Lamp" in text
    assert "2  Bo presses “Continue”" in text
    assert STORY in text


async def test_a_transcript_counts_the_edits_of_a_streamed_text() -> None:
    _, text = await played(BEGIN, CONTINUE)
    words = len(STORY.split(" "))
    assert f"({words + 1} edits, first words after 0." in text


async def test_a_form_is_filled_in_by_label_or_id() -> None:
    for name in ("Your turn", "text"):
        is_good, text = await played(
            {
                "as": "alice",
                "slash": "write",
                "form": {name: "It rained."},
                "expect": ["It rained."],
            }
        )
        assert is_good
        assert "fills in “Write a turn”" in text


async def test_private_answers_are_marked_as_private() -> None:
    _, text = await played({"as": "alice", "slash": "language"})
    assert "Scriptorium, to Alice alone" in text


async def test_a_menu_is_used_on_the_newest_message_of_a_member() -> None:
    is_good, _ = await played(
        {"as": "alice", "say": "An owl"},
        BEGIN,
        {"as": "bo", "menu": "Keep", "expect": ["Kept: An owl"]},
    )
    # Message Content is off, but a menu always carries its message.
    assert is_good


async def test_a_menu_is_used_on_the_message_with_a_text() -> None:
    is_good, text = await played(
        {"as": "alice", "say": "An owl"},
        {"as": "alice", "say": "A crow"},
        {"as": "bo", "menu": "Keep", "on": "owl", "expect": ["Kept: An owl"]},
        {"as": "bo", "menu": "Keep", "on": "eagle"},
    )
    assert not is_good
    assert "Step 4 failed: no message says “eagle”." in text


async def test_a_file_is_given_by_its_text_or_its_path() -> None:
    this = Path(__file__)
    for content, size in ({"text": "abc"}, 3), ({"path": str(this)}, len(this.read_bytes())):
        step = {"as": "bo", "slash": "weigh", "files": {"file": {"name": "a.md", **content}}}
        is_good, text = await played({**step, "expect": [f"a.md weighs {size}"]})
        assert is_good
        assert "/weigh  file: a.md" in text


async def test_an_entry_is_picked_from_a_private_list() -> None:
    is_good, text = await played(
        {"as": "bo", "slash": "choose"},
        {"as": "bo", "pick": "green", "expect": ["Chosen: g"]},
        {"as": "bo", "pick": "blue"},
    )
    assert not is_good
    assert "Bo picks “green” from a list" in text
    assert "Step 3 failed: no list has an entry “blue”." in text


async def test_what_stands_there_for_one_member_is_not_seen_by_another() -> None:
    is_good, _ = await played({"as": "bo", "slash": "choose"}, {"as": "alice", "pick": "green"})
    assert not is_good


async def test_a_message_under_another_name_is_shown_with_it() -> None:
    is_good, text = await played({"as": "bo", "slash": "speak", "expect": ["Ines", "Who goes"]})
    assert is_good
    assert re.search(r"    Ines *\n      Who goes there\?", text)


async def test_a_step_can_play_in_a_thread() -> None:
    is_good, text = await played(
        {"as": "bo", "slash": "thread"},
        {"as": "bo", "room": "quiet", "slash": "begin", "options": {"title": "Below"}},
        {"as": "bo", "room": "quiet", "click": "Continue"},
        {"as": "bo", "click": "Continue"},
    )
    assert not is_good
    assert "Step 4 failed: there are 0 buttons" in text


async def test_a_step_lasts_until_something_is_read() -> None:
    is_good, text = await played({"as": "bo", "slash": "later", "until": "At last"})
    assert is_good
    assert "At last" in text
    is_good, text = await played({"as": "bo", "slash": "later", "until": "Never", "seconds": 1.0})
    assert not is_good
    assert "the bot was not done after 1 s" in text


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        ({"as": "carl", "say": "Hello"}, "nobody is called “carl”; there are alice, bo, maya"),
        ({"as": "bo", "click": "Dance"}, "there are 0 buttons “Dance” to be seen"),
        ({"as": "bo", "slash": "dance"}, "dance"),
        ({"as": "bo", "slash": "silence"}, "the bot never answered"),
        ({"as": "bo", "slash": "broken"}, "the bot failed: .*a bug"),
        ({"as": "bo", "slash": "write"}, "Your turn|required|text"),
        ({"as": "bo", "slash": "language", "form": {"a": "b"}}, "the bot opened no form"),
        ({"as": "bo", "slash": "write", "form": {"a": "b"}}, "the form has no field “a”"),
        ({"as": "bo", "slash": "language", "expect": ["fr"]}, "“fr” is nowhere to be read"),
        ({"as": "bo", "menu": "Keep"}, "there is no such message yet"),
    ],
)
async def test_a_step_that_goes_wrong_ends_the_script_with_the_reason(
    step: dict[str, object], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.rehearsal.live.SECONDS_TO_ANSWER", 0.5)
    is_good, text = await played(step, BEGIN)
    assert not is_good
    last = text.strip().splitlines()[-1]
    assert re.match(f"Step 1 failed: .*({sentence})", last)
