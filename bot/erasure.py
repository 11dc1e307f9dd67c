"""Takes from Discord what a member had erased."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import discord
import structlog

from bot.errors import MissingRights
from engine.story import Post, Turn

if TYPE_CHECKING:
    from bot.client import ScriptoriumBot

log = structlog.get_logger()


async def delete_posts(bot: "ScriptoriumBot", posts: Sequence[Post]) -> None:
    """Delete the bot's messages that show the turns; one that is gone or out of reach is passed."""
    for post in posts:
        try:
            await bot.replies.faces.delete(post.channel_id, post.message_id)
        except discord.NotFound:
            continue
        except discord.HTTPException as error:
            log.warning("post_not_deleted", turn_id=post.turn_id, status=error.status)


async def delete_line_posts(bot: "ScriptoriumBot", turn: Turn) -> None:
    """Delete the messages of a character's line.

    Raises:
        MissingRights: they came through a webhook that is out of the bot's reach.
    """
    try:
        await bot.replies.unpost(turn)
    except discord.Forbidden as refusal:
        raise MissingRights(("manage_webhooks",)) from refusal
