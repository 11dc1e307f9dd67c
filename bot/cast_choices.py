"""What is offered while a member types the name of a character, or picks one of its lines."""

from discord.app_commands import Choice

from bot.answers import guild_of, member_of
from bot.buttons import Interaction
from engine.runtime import Engine
from engine.writing.cast import list_greetings, read_cast

MOST_CHOICES = 25  # Discord's
MOST_NAME_CHARACTERS = 100  # Discord's, of a choice


async def name_choices(engine: Engine, interaction: Interaction, typed: str) -> list[Choice[str]]:
    """Return the characters whose names have what was typed."""
    characters = await read_cast(engine, guild_id=guild_of(interaction))
    names = [character.name for character in characters]
    found = [name for name in names if typed.casefold() in name.casefold()]
    return [Choice(name=name, value=name) for name in found[:MOST_CHOICES]]


async def greeting_choices(engine: Engine, interaction: Interaction) -> list[Choice[int]]:
    """Return the first lines of the character that is named in the same command."""
    greetings = await list_greetings(
        engine,
        guild_id=guild_of(interaction),
        name=str(interaction.namespace.name),
        user=member_of(interaction).name,
    )
    lines = [(number, " ".join(text.split())) for number, text in enumerate(greetings)]
    return [
        Choice(name=f"{number + 1}. {line}"[:MOST_NAME_CHARACTERS], value=number)
        for number, line in lines[:MOST_CHOICES]
        if line
    ]
