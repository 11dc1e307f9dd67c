"""Forms (modals) whose text is never lost: what they mean is in their custom id.

discord.py forgets an open form when the process restarts, and whoever submits it then loses
the text. So a submission is read from the interaction itself, by the same code in both cases.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import discord

from bot.buttons import Interaction
from bot.locales import Words
from engine.writing import edition_of

MOST_INPUT_CHARACTERS = 4000  # Discord's limit of one field
CUSTOM_ID = re.compile(r"(?P<form>form:[a-z]+):(?P<target>[0-9]+)(?::(?P<edition>[0-9]+))?")


class Form(StrEnum):
    """What a form is for; the number in its custom id tells what it was opened on.

    For WRITE the head's id, for HELD the turn's, for lists and values the edition of the text that
    is edited, for SHEET the character's id, for LINE the draft's.
    """

    WRITE = "form:write"
    CANDIDATE = "form:candidate"  # as WRITE, for a vote
    HELD = "form:held"  # a held turn, edited
    TUNE = "form:tune"
    BANS = "form:bans"
    NAMES = "form:names"
    CRITIQUE = "form:critique"  # opened for the lens of this number
    LINE = "form:line"
    REVISE = "form:revise"  # the numbers: the passage's id, and the edition of its text
    CHARACTER = "form:character"  # a new one
    SHEET = "form:sheet"
    LORE = "form:lore"  # a new entry; the numbers: its place, and which scope
    ENTRY = "form:entry"  # the numbers: the entry, and its edition
    LORE_TEST = "form:test"
    FACT = "form:fact"  # a new one
    FACT_EDIT = "form:factedit"  # the number: the fact's
    NOTE = "form:note"
    PIN = "form:pin"
    SAMPLE = "form:sample"
    SUMMARY = "form:summary"  # the number: the summary's
    GIVE = "form:give"  # the numbers: licence and language of the work


@dataclass(frozen=True, slots=True)
class Submission:
    """A form as a member sent it. `target_id` is None for a 0: there was no head, or no text."""

    form: Form
    target_id: int | None
    fields: Mapping[str, str]  # by custom id, in the form's order
    edition: int = 0  # of what was edited, where the form is about a thing with an id

    @property
    def text(self) -> str:
        """All fields, one below the other: what is given back when something goes wrong."""
        return "\n".join(self.fields.values())


Submit = Callable[[Interaction, Submission], Awaitable[None]]


class WriteForm(discord.ui.Modal):
    """One large field for a turn; `target_id` is the turn that the text is to follow.

    With HELD, it is the turn itself, which is held, and `text` its text.
    """

    def __init__(
        self, words: Words, target_id: int | None, *, form: Form = Form.WRITE, text: str = ""
    ) -> None:
        title = words("Your candidate") if form is Form.CANDIDATE else words("Your turn")
        super().__init__(title=title, custom_id=f"{form}:{target_id or 0}", timeout=900)
        field: discord.ui.TextInput[Any] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph,
            placeholder=words("What happens next?"),
            default=text or None,
            max_length=MOST_INPUT_CHARACTERS,
            custom_id="text",
        )
        self.add_item(discord.ui.Label(text=words("Text"), component=field))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Do nothing: `ScriptoriumBot.on_interaction` answers."""


class LineForm(discord.ui.Modal):
    """One large field with the draft of a character's line."""

    def __init__(self, words: Words, draft_id: int, *, name: str, text: str) -> None:
        title = words("{name} says", name=name)
        super().__init__(title=title[:45], custom_id=f"{Form.LINE}:{draft_id}", timeout=900)
        field: discord.ui.TextInput[Any] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph,
            default=text,
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


@dataclass(frozen=True, slots=True)
class Field:
    """One text field of a form; `name` is its custom id."""

    name: str
    label: str
    text: str = ""
    hint: str = ""
    most: int = MOST_INPUT_CHARACTERS
    is_long: bool = True
    is_required: bool = False


class FieldsForm(discord.ui.Modal):
    """Up to five text fields about the thing `target_id`."""

    def __init__(
        self,
        form: Form,
        fields: Sequence[Field],
        *,
        title: str,
        target_id: int = 0,
        edition: int = 0,
    ) -> None:
        super().__init__(title=title, custom_id=f"{form}:{target_id}:{edition}", timeout=900)
        for field in fields:
            style = discord.TextStyle.paragraph if field.is_long else discord.TextStyle.short
            component: discord.ui.TextInput[Any] = discord.ui.TextInput(
                style=style,
                default=field.text or None,
                required=field.is_required,
                max_length=field.most,
                custom_id=field.name,
            )
            hint = field.hint or None
            self.add_item(discord.ui.Label(text=field.label, description=hint, component=component))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Do nothing: `ScriptoriumBot.on_interaction` answers."""


def form_of(interaction: discord.Interaction[Any]) -> Submission | None:
    """Return what a form of ours says, None for any other interaction."""
    data: dict[str, Any] = dict(interaction.data or {})
    match = CUSTOM_ID.fullmatch(data.get("custom_id", ""))
    if match is None:
        return None
    fields = _fields(data["components"])
    target_id, edition = int(match["target"]) or None, int(match["edition"] or 0)
    return Submission(Form(match["form"]), target_id, fields, edition)


def _fields(components: list[dict[str, Any]]) -> dict[str, str]:
    """Return the texts of all fields by custom id, in labels and in rows."""
    found: dict[str, str] = {}
    for component in components:
        if "value" in component:
            found[component["custom_id"]] = component["value"]
        found |= _fields(component.get("components", []))  # a row
        found |= _fields([component["component"]] if "component" in component else [])  # a label
    return found
