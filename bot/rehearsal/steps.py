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


class Upload(BaseModel):
    """A file that is an option of a command: its text here, or its path beside the script."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    text: str | None = None
    path: Path | None = None

    @model_validator(mode="after")
    def _one_content(self) -> Self:
        if (self.text is None) is (self.path is None):
            raise ValueError("a file needs exactly one of text and path")
        return self

    def read(self, folder: Path) -> bytes:
        """Return the file's bytes; a path is seen from `folder`."""
        return (folder / self.path).read_bytes() if self.path else (self.text or "").encode()


ACTIONS = ("slash", "click", "pick", "say", "menu")


class Step(BaseModel):
    """One action of one member: exactly one of ACTIONS is given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    member: Annotated[str, Field(alias="as")]
    room: str | None = None  # a channel or thread by (part of) its name; None: the script's room
    slash: str | None = None  # a command, "story start"
    options: dict[str, str | int | bool] = {}  # of the command; choices by value
    files: dict[str, Upload] = {}  # of the command, by option
    click: str | None = None  # a button, by (part of) its label, of the newest message that has it
    nth_newest: Annotated[int, Field(ge=1)] = 1  # ... or of an earlier one
    pick: str | None = None  # an entry of a list, by (part of) its label
    say: str | None = None  # an ordinary message
    reply: bool = False  # ... that answers the bot's newest message, with a ping
    menu: str | None = None  # a message menu, used on the newest message of a member
    on: str | None = None  # ... or on the newest message of anybody with this text
    form: dict[str, str] = {}  # what is filled in when the bot opens a form: label or id, text
    until: str | None = None  # the step lasts until this is read, at most `seconds`
    seconds: Annotated[float, Field(gt=0, le=1800)] = 180.0
    expect: list[str] = []  # what must be read somewhere after this step

    @model_validator(mode="after")
    def _one_action(self) -> Self:
        if sum(bool(getattr(self, name)) for name in ACTIONS) != 1:
            raise ValueError(f"a step needs exactly one of {', '.join(ACTIONS)}")
        return self

    def __str__(self) -> str:
        """Say in a phrase what the member does."""
        if self.slash:
            given = self.options | {name: file.name for name, file in self.files.items()}
            options = "".join(f"  {name}: {value}" for name, value in given.items())
            return f"/{self.slash}{options}"
        if self.click:
            return f"presses “{self.click}”"
        if self.pick:
            return f"picks “{self.pick}” from a list"
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
    settings: dict[str, str | int | float | bool] = {}  # of the engine, by their field's name
    folder: Path = Path()  # where the script lies; set by `read_script`
    steps: Annotated[list[Step], Field(alias="step", min_length=1)]


def read_script(path: Path) -> Script:
    """Read a script.

    Raises:
        ScriptUnreadable: with a sentence that says what is wrong and where.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        return Script.model_validate({**content, "folder": path.parent})
    except OSError as error:
        raise ScriptUnreadable(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScriptUnreadable(f"{path} is not TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise ScriptUnreadable(f"{path}: {_where(first['loc'])}: {first['msg']}.") from error


def _where(location: tuple[int | str, ...]) -> str:
    return " ".join(str(part + 1) if isinstance(part, int) else part for part in location)
