"""Calls that Discord does not take, and whether it is worth to make them again."""

import aiohttp
import discord

NOT_TAKEN = (discord.HTTPException, aiohttp.ClientError, OSError)
"""What a call to Discord raises, but for bugs of ours; a time-out is an OSError."""


def may_pass(error: Exception) -> bool:
    """Whether the same call may succeed later: Discord is down, busy, or out of reach."""
    return not isinstance(error, discord.HTTPException) or error.status in {429, *range(500, 600)}
