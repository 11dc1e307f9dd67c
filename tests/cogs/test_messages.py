"""Turns that were written as messages, with the Message Content intent off."""

import re
from pathlib import Path

import discord

from bot.client import ScriptoriumBot
from bot.message_turns import add_reply
from tests.cogs.scene import Scene, labels, told


async def test_a_pinged_reply_to_a_turn_is_the_next_turn(scene: Scene) -> None:
    await scene.start()
    await scene.go_on()
    await scene.bo.send(scene.room, "Then the door opened.", reply_to=scene.newest)
    added = scene.newest
    read = await scene.alice.slash(scene.room, "story read")
    assert added.content == "✅ Added as turn 2."
    assert labels(added) == ["Continue", "Undo"]
    assert "**bo**: Then the door opened." in told(read)


async def test_a_pinged_reply_to_the_opening_is_the_first_turn(scene: Scene) -> None:
    await scene.start()
    await scene.bo.send(scene.room, "It began.", reply_to=scene.newest)
    assert scene.newest.content == "✅ Added as turn 1."


async def test_the_answer_refers_to_the_members_own_message(scene: Scene) -> None:
    await scene.start()
    own = await scene.bo.send(scene.room, "It began.", reply_to=scene.newest)
    reference = scene.newest.reference
    assert reference is not None
    assert reference.message_id == own.id


async def test_a_mention_of_the_bot_is_not_part_of_the_text(scene: Scene) -> None:
    await scene.start()
    me = scene.env.bot.user
    assert me is not None
    await scene.bo.send(scene.room, f"{me.mention} It began.", reply_to=scene.newest)
    read = await scene.alice.slash(scene.room, "story read")
    assert told(read).startswith("**bo**: It began.")


async def test_a_pinged_reply_to_the_opening_goes_on_with_what_was_written_meanwhile(
    scene: Scene,
) -> None:
    await scene.start()
    await scene.write(scene.alice, "One.")
    opening, _ = await scene.tidied()
    await scene.bo.send(scene.room, "Two.", reply_to=opening)
    assert scene.newest.content == "✅ Added as turn 2."


async def test_a_reply_that_arrives_twice_is_answered_once(scene: Scene) -> None:
    bot = scene.env.bot
    assert isinstance(bot, ScriptoriumBot)
    received: list[discord.Message] = []

    async def keep(message: discord.Message) -> None:
        received.append(message)

    await scene.start()
    bot.add_listener(keep, "on_message")
    await scene.bo.send(scene.room, "It began.", reply_to=scene.newest)
    await scene.tidied()
    before = len(scene.env.http_requests)
    await add_reply(bot, received[0])
    assert len(scene.env.http_requests) == before


async def test_ordinary_talk_is_left_alone(scene: Scene) -> None:
    await scene.start()
    await scene.go_on()
    talk = await scene.bo.send(scene.room, "Nice story!")
    await scene.bo.send(scene.room, "I agree.", reply_to=talk)
    assert len(scene.public()) == 4


async def test_a_refused_reply_is_answered_for_a_while_only(scene: Scene) -> None:
    await scene.start()
    await scene.go_on()
    turn = scene.newest
    await scene.alice.slash(scene.room, "story end")
    with_notice = len(scene.public()) + 2
    scene.env.settle_timeout = 0.2
    await scene.bo.send(scene.room, "Too late.", reply_to=turn)
    assert len(scene.public()) == with_notice
    assert scene.newest.content.startswith("“The Lighthouse” has ended. You can /story read")
    await scene.env.advance_time(31)
    assert scene.newest.content == "Too late."


async def test_a_members_own_message_is_added_by_the_menu(scene: Scene) -> None:
    await scene.start()
    message = await scene.bo.send(scene.room, "The sea rose.")
    await scene.bo.context_menu(scene.room, "Add to story", message)
    assert scene.newest.content == "✅ Added as turn 1."


async def test_a_message_is_added_once(scene: Scene) -> None:
    await scene.start()
    message = await scene.bo.send(scene.room, "The sea rose.", reply_to=scene.newest)
    again = await scene.bo.context_menu(scene.room, "Add to story", message)
    assert told(again) == "This is turn 1 already."
    assert scene.contents().count("✅ Added as turn 1.") == 1


async def test_the_message_of_somebody_else_is_not_added(scene: Scene) -> None:
    await scene.start()
    message = await scene.bo.send(scene.room, "The sea rose.")
    refused = await scene.alice.context_menu(scene.room, "Add to story", message)
    assert told(refused) == "Only your own messages can be added. Ask its author to do it."


async def test_a_message_without_text_is_refused(scene: Scene) -> None:
    await scene.start()
    message = await scene.bo.send(scene.room, "", attachments=[("sea.png", b"png")])
    refused = await scene.bo.context_menu(scene.room, "Add to story", message)
    assert told(refused) == "There is no text in it. Write some words and send it again."


async def test_the_message_menus_are_those_that_were_decided(scene: Scene) -> None:
    page = Path(__file__).parents[2] / "docs" / "decisions" / "0002-message-menus.md"
    decided = re.findall(r"^\| \*(.+?)\* \|.*\| here \|$", page.read_text("utf-8"), re.MULTILINE)
    menus = [name for name, kind in scene.env.backend.commands[None] if kind == 3]
    assert sorted(menus) == sorted(decided)
