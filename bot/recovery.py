"""After a restart: every turn that was accepted is finished and posted."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import discord
import structlog

from engine.story import Story, Turn
from engine.writing import resume_turn

if TYPE_CHECKING:
    from bot.client import ScriptoriumBot

log = structlog.get_logger()


async def resume_all(bot: "ScriptoriumBot", unfinished: Sequence[tuple[Story, Turn]]) -> None:
    """Resume the turns, those of one channel in their order, the channels side by side."""
    await bot.wait_until_ready()
    channels: dict[int, list[tuple[Story, Turn]]] = {}
    for story, turn in unfinished:
        channels.setdefault(story.channel_id, []).append((story, turn))
    await asyncio.gather(*(_resume_channel(bot, turns) for turns in channels.values()))


async def _resume_channel(bot: "ScriptoriumBot", unfinished: Sequence[tuple[Story, Turn]]) -> None:
    for story, turn in sorted(unfinished, key=lambda pair: pair[1].id):
        try:
            await _resume(bot, story, turn)
            log.info("turn_resumed", turn_id=turn.id)
        except discord.NotFound:
            log.warning("channel_gone", turn_id=turn.id, channel_id=story.channel_id)
        except Exception as error:
            log.error("resume_failed", turn_id=turn.id, exc_info=error)


async def _resume(bot: "ScriptoriumBot", story: Story, turn: Turn) -> None:
    if not turn.is_being_written:
        await bot.replies.post(story, turn, is_resumed=True)
        return
    async with resume_turn(bot.engine, turn) as draft:
        await bot.replies.show(draft, is_resumed=True)
