"""Blind pairs in a channel, a message each."""

from collections.abc import Sequence

import discord

from bot.buttons import row
from bot.locales import words_for
from bot.voice_cards import PAIR_ACTIONS, pair_text
from engine.library.comparing import record_pair_message
from engine.runtime import Engine
from engine.story import Comparison, Pair


async def post_pairs(
    engine: Engine,
    channel: discord.TextChannel | discord.Thread,
    comparison: Comparison,
    pairs: Sequence[Pair],
) -> None:
    """Post the pairs in their order, for everybody."""
    words = words_for(comparison.language)
    for pair in pairs:
        message = await channel.send(
            pair_text(pair, len(pairs), words),
            view=row(PAIR_ACTIONS, pair.id, words) or discord.utils.MISSING,
            nonce=f"pair-{pair.id}",
            allowed_mentions=discord.AllowedMentions.none(),
            suppress_embeds=True,
        )
        await record_pair_message(
            engine, guild_id=comparison.guild_id, pair_id=pair.id, message_id=message.id
        )
