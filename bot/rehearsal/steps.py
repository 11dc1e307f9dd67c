"""The form of a rehearsal's script: who does what, in TOML, and what is expected of it.

title = "The lamp"
room = "fireside"

[[step]]
as = "alice"
slash = "story start"
options = { title = "The Lamp" }
expect = ["The Lamp"]
"""

import tomllib
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator


class ScriptUnreadable(Exception):
    """The file is not there, is no TOML, or says what no script can say."""


class Step(BaseModel):
    """One action of one member. Exactly one of `slash`, `click`, `say` and `menu` is given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    member: Annotated[str, Field(alias="as")]
    slash: str | None = None  # a command, "story start"
    options: dict[str, str | int | bool] = {}  # of the command; choices by value
    click: str | None = None  # a button, by (part of) its label, of the newest message that has it
    nth_newest: Annotated[int, Field(ge=1)] = 1  # ... or of an earlier one
    say: str | None = None  # an ordinary message
    reply: bool = False  # ... that answers the bot's newest message, with a ping
    menu: str | None = None  # a message menu, used on the newest message of a member
    form: dict[str, str] = {}  # what is filled in when the bot opens a form: label or id, text
    expect: list[str] = []  # what must be read somewhere after this step

    @model_validator(mode="after")
    def _one_action(self) -> Self:
        given = [name for name in ("slash", "click", "say", "menu") if getattr(self, name)]
        if len(given) != 1:
            raise ValueError("a step needs exactly one of slash, click, say and menu")
        return self

    def __str__(self) -> str:
        """Say in a phrase what the member does."""
        if self.slash:
            options = "".join(f"  {name}: {value}" for name, value in self.options.items())
            return f"/{self.slash}{options}"
        if self.click:
            return f"presses “{self.click}”"
        if self.menu:
            return f"chooses “{self.menu}” in a message's menu"
        return f"{'answers' if self.reply else 'says'}: {self.say}"


class Script(BaseModel):
    """What is played, in which room and language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    language: str = "en"
    room: str = "fireside"
    seed: int | None = None  # of all that the model draws, so that it reads alike each time
    steps: Annotated[list[Step], Field(alias="step", min_length=1)]


def read_script(path: Path) -> Script:
    """Read a script.

    Raises:
        ScriptUnreadable: with a sentence that says what is wrong and where.
    """
    try:
        return Script.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ScriptUnreadable(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScriptUnreadable(f"{path} is not TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise ScriptUnreadable(f"{path}: {_where(first['loc'])}: {first['msg']}.") from error


def _where(location: tuple[int | str, ...]) -> str:
    return " ".join(str(part + 1) if isinstance(part, int) else part for part in location)
