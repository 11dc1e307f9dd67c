"""Buttons that survive a restart: what a press means is in its custom id."""

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import discord

from bot.actions import Action, label
from bot.locales import Words

if TYPE_CHECKING:
    from bot.client import ScriptoriumBot

Interaction: TypeAlias = "discord.Interaction[ScriptoriumBot]"


Press = Callable[[Interaction, int], Awaitable[None]]

STYLES = {
    Action.VOICE_TRAIN: discord.ButtonStyle.primary,
    Action.VOICE_CANCEL: discord.ButtonStyle.danger,
    Action.LINE_POST: discord.ButtonStyle.primary,
    Action.CONTINUE: discord.ButtonStyle.primary,
    Action.BEGIN: discord.ButtonStyle.primary,
    Action.PROMPT_START: discord.ButtonStyle.primary,
    Action.ADD: discord.ButtonStyle.primary,
    Action.TURN_WRITE: discord.ButtonStyle.primary,
    Action.TURN_PROPOSE: discord.ButtonStyle.primary,
    Action.TURN_NAME: discord.ButtonStyle.primary,
    Action.HELD_EDIT: discord.ButtonStyle.primary,
    Action.ORDER_JOIN: discord.ButtonStyle.primary,
    Action.STOP: discord.ButtonStyle.danger,
    Action.ERASE: discord.ButtonStyle.danger,
    Action.LIBRARY_CONFIRM: discord.ButtonStyle.danger,
    Action.CRITIQUE_AGREE: discord.ButtonStyle.primary,
    Action.CRITIQUE_DELETE: discord.ButtonStyle.danger,
}


class ActionButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"(?P<action>{'|'.join(Action)}):(?P<target>[0-9]+)",
):
    """A button whose press goes to the cog that registered its action."""

    def __init__(
        self, action: Action, target_id: int, text: str, *, is_disabled: bool = False
    ) -> None:
        super().__init__(
            discord.ui.Button(
                label=text,
                style=STYLES.get(action, discord.ButtonStyle.secondary),
                custom_id=f"{action}:{target_id}",
                disabled=is_disabled,
            )
        )
        self.action = action
        self.target_id = target_id

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        """Read the button back from the message that it was pressed on."""
        assert isinstance(item, discord.ui.Button)
        return cls(Action(match["action"]), int(match["target"]), item.label or "")

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what the button says; whatever goes wrong is told to the member."""
        try:
            await interaction.client.presses[self.action](interaction, self.target_id)
        except Exception as error:  # noqa: BLE001  the edge: discord.py would only log it
            await interaction.client.report(interaction, error)


def row(
    actions: tuple[Action, ...], target_id: int, words: Words, votes: int = 0
) -> discord.ui.View | None:
    """Return a row of buttons about one turn or story; None for no buttons."""
    if not actions:
        return None
    view = discord.ui.View(timeout=None)
    for action in actions:
        text = label(action, words)
        if action is Action.VOTE and votes:
            text = f"{text} · {votes}"
        view.add_item(ActionButton(action, target_id, text))
    return view
