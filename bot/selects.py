"""Menus that survive a restart, as buttons do: what a choice means is in the custom id."""

import re
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import Any, Self

import discord

from bot.buttons import Interaction


class Menu(StrEnum):
    """What is chosen from a menu."""

    PRESET = "style:preset"
    CHARACTER = "cast:character"
    NEXT_PLAYER = "order:next"
    PROMPT = "prompt:pick"
    VERSION = "turn:version"
    LORE = "lore:entry"
    WORK = "library:work"  # of the member's own
    SHELF = "library:shelf"  # of those that may be read


Pick = Callable[[Interaction, str], Awaitable[None]]


class PickMenu(
    discord.ui.DynamicItem[discord.ui.Select[Any]], template=rf"(?P<menu>{'|'.join(Menu)})"
):
    """A menu of one choice, which goes to the cog that registered the menu."""

    def __init__(
        self, menu: Menu, options: Sequence[discord.SelectOption], *, placeholder: str | None = None
    ) -> None:
        super().__init__(
            discord.ui.Select(custom_id=menu, options=list(options), placeholder=placeholder)
        )
        self.menu = menu

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        """Read the menu back from the message in which something was chosen."""
        assert isinstance(item, discord.ui.Select)
        return cls(Menu(match["menu"]), item.options)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Pass the choice on; whatever goes wrong is told to the member."""
        data: dict[str, Any] = dict(interaction.data or {})
        try:
            await interaction.client.picks[self.menu](interaction, data["values"][0])
        except Exception as error:  # noqa: BLE001  the edge: discord.py would only log it
            await interaction.client.report(interaction, error)
