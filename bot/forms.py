"""Forms (modals) whose text is never lost: what they mean is in their custom id.

discord.py forgets an open form when the process restarts, and whoever submits it then loses
the text. So a submission is read from the interaction itself, by the same code in both cases.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import discord

from bot.buttons import Interaction
from bot.locales import Words
from engine.writing import edition_of

MOST_INPUT_CHARACTERS = 4000  # Discord's limit of one field
CUSTOM_ID = re.compile(r"(?P<form>form:[a-z]+):(?P<target>[0-9]+)")


class Form(StrEnum):
    """What a form is for; the number in its custom id tells what it was opened on.

    For WRITE the head's id, for the others the edition of the text that is edited.
    """

    WRITE = "form:write"
    TUNE = "form:tune"
    BANS = "form:bans"
    NAMES = "form:names"


@dataclass(frozen=True, slots=True)
class Submission:
    """A form as a member sent it. `target_id` is None for a 0: there was no head, or no text."""

    form: Form
    target_id: int | None
    fields: Mapping[str, str]  # by custom id, in the form's order

    @property
    def text(self) -> str:
        """All fields, one below the other: what is given back when something goes wrong."""
        return "\n".join(self.fields.values())


Submit = Callable[[Interaction, Submission], Awaitable[None]]


class WriteForm(discord.ui.Modal):
    """One large field for a turn; `head_id` is the turn that the text is to follow."""

    def __init__(self, words: Words, head_id: int | None) -> None:
        super().__init__(
            title=words("Your turn"), custom_id=f"{Form.WRITE}:{head_id or 0}", timeout=900
        )
        field: discord.ui.TextInput[Any] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph,
            placeholder=words("What happens next?"),
            max_length=MOST_INPUT_CHARACTERS,
            custom_id="text",
        )
        self.add_item(discord.ui.Label(text=words("Text"), component=field))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Do nothing: `ScriptoriumBot.on_interaction` answers."""


class TextForm(discord.ui.Modal):
    """One large field with a text to be edited, which may be emptied."""

    def __init__(self, form: Form, *, title: str, label: str, hint: str, text: str) -> None:
        super().__init__(title=title, custom_id=f"{form}:{edition_of(text)}", timeout=900)
        field: discord.ui.TextInput[Any] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph,
            default=text or None,
            required=False,
            max_length=MOST_INPUT_CHARACTERS,
            custom_id="text",
        )
        self.add_item(discord.ui.Label(text=label, description=hint, component=field))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Do nothing: `ScriptoriumBot.on_interaction` answers."""


def form_of(interaction: discord.Interaction[Any]) -> Submission | None:
    """Return what a form of ours says, None for any other interaction."""
    data: dict[str, Any] = dict(interaction.data or {})
    match = CUSTOM_ID.fullmatch(data.get("custom_id", ""))
    if match is None:
        return None
    fields = _fields(data["components"])
    return Submission(Form(match["form"]), int(match["target"]) or None, fields)


def _fields(components: list[dict[str, Any]]) -> dict[str, str]:
    """Return the texts of all fields by custom id, in labels and in rows."""
    found: dict[str, str] = {}
    for component in components:
        if "value" in component:
            found[component["custom_id"]] = component["value"]
        found |= _fields(component.get("components", []))  # a row
        found |= _fields([component["component"]] if "component" in component else [])  # a label
    return found
