"""A process ends while a character's line is posted; the next one posts it, once."""

import pytest

from bot.client import ScriptoriumBot
from engine.story import Member, Turn, TurnState
from engine.writing.cast import Scene, speak_as
from tests.bot.test_recovery import Lives, die_before_recording, lives
from tests.fakes.scripted_model import ScriptedModel

__all__ = ["lives"]  # the fixture


async def accept(lives: Lives, line: str, number: int) -> Turn:
    """Accept a line without posting it, as a process that is killed right then does."""
    scene = Scene(lives.room.guild.id, lives.room.id, "room", "en", is_age_restricted=False)
    turn = await speak_as(
        lives.engine,
        scene=scene,
        name="Mira",
        line=line,
        member=Member(lives.alice.id, "alice"),
        interaction_id=number,
    )
    assert turn.state is TurnState.WRITTEN
    return turn


async def test_a_line_that_was_accepted_is_posted_by_the_next_process(lives: Lives) -> None:
    await lives.begin(ScriptedModel())
    await accept(lives, "One.", 1)
    await lives.begin_again(ScriptedModel())
    assert await lives.finished() == ["One."]
    assert [post.author.name for post in lives.posts()] == ["Mira"]


async def test_a_line_that_was_posted_and_not_recorded_is_found_by_its_name_and_text(
    lives: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lives.begin(ScriptedModel())
    lives.env.settle_timeout = 1
    with monkeypatch.context() as patch:
        die_before_recording(patch)
        await lives.alice.slash(lives.room, "npc as", name="Mira", line="One.")
    await lives.begin_again(ScriptedModel())
    assert await lives.finished() == ["One."]


async def test_only_the_part_that_is_missing_is_posted(
    lives: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lives.begin(ScriptedModel())
    lives.env.settle_timeout = 1
    with monkeypatch.context() as patch:
        die_before_recording(patch, part=1)
        await lives.alice.slash(lives.room, "npc as", name="Mira", line="The sea was calm. " * 220)
    await lives.begin_again(ScriptedModel())
    parts = await lives.finished()
    assert len(parts) == 3
    assert sum(part.count("The sea was calm.") for part in parts) == 220


async def test_two_lines_of_the_same_words_are_both_posted(lives: Lives) -> None:
    await lives.begin(ScriptedModel())
    await lives.alice.slash(lives.room, "npc as", name="Mira", line="One.")
    await accept(lives, "One.", 2)
    await lives.begin_again(ScriptedModel())
    assert await lives.finished() == ["One.", "One."]


async def test_a_post_of_which_no_answer_came_is_looked_for_before_it_is_posted_again(
    lives: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lives.begin(ScriptedModel())
    bot = lives.env.bot
    assert isinstance(bot, ScriptoriumBot)
    post, answers = bot.replies.faces.post, [OSError("the answer was lost")]

    async def post_and_lose_the_answer(*args: object, **named: object) -> int:
        message_id = await post(*args, **named)  # type: ignore[arg-type]
        if answers:
            raise answers.pop()
        return message_id

    monkeypatch.setattr(bot.replies.faces, "post", post_and_lose_the_answer)
    await lives.alice.slash(lives.room, "npc as", name="Mira", line="One.")
    assert await lives.finished() == ["One."]
