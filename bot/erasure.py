"""Takes from Discord what a member had erased."""

from collections.abc import Sequence

import discord
import structlog

from engine.story import Post

log = structlog.get_logger()


async def delete_posts(client: discord.Client, posts: Sequence[Post]) -> None:
    """Delete the bot's messages that show the turns; one that is gone or out of reach is passed."""
    for post in posts:
        channel = client.get_partial_messageable(post.channel_id)
        try:
            await channel.get_partial_message(post.message_id).delete()
        except discord.NotFound:
            continue
        except discord.HTTPException as error:
            log.warning("post_not_deleted", turn_id=post.turn_id, status=error.status)
