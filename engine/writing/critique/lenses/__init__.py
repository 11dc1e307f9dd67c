"""Lenses: ways to read a text, as data files; a new file is a new lens.

A file says in each language what the lens is called, what it asks of the reader, and which causes
of weakness it looks for; and how many notes one reading may have.
"""

import copy
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

FOLDER = Path(__file__).parent
REPLY = FOLDER / "reply.json"
MOST_LENSES = 25  # what one list of choices on Discord holds

# A line of prose without the marks of JSON, in which small models get lost. No least length and
# few demands: a form whose shortest reply is hard to find is refused by the model server.
STATEMENTS = {
    "en": r'^[A-Z“][^"\\{}\[\]<>\r\n]{1,220}[.!]$',
    "zh-CN": r'^[^"\\{}\[\]<>\r\n]{0,120}$',
}
QUESTIONS = {
    "en": r'^[A-Z“][^"\\{}\[\]<>\r\n?]{1,150}[?]$',
    "zh-CN": r'^[^"\\{}\[\]<>\r\n]{0,80}$',
}

Line = Annotated[str, StringConstraints(pattern=r"^\S(.{0,198}\S)?$")]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,30}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Example(_Strict):
    """One reading that shows the model what a note is. Its text is the lens's own."""

    text: str
    names: tuple[str, ...]  # of its people: in a note on another text they are an echo
    quote: str
    cause: Key
    why: Line
    question: Line
    praised: str
    praise: Line

    @model_validator(mode="after")
    def _quotes_its_text(self) -> "Example":
        for quote in (self.quote, self.praised, *self.names):
            if quote not in self.text:
                raise ValueError("an example quotes what is not in its text")
        return self


class LensWords(_Strict):
    """A lens in one language."""

    name: Annotated[str, StringConstraints(pattern=r"^\S(.{0,28}\S)?$")]
    description: Annotated[str, StringConstraints(pattern=r"^\S(.{0,98}\S)?$")]
    task: Line
    example: Example


class CauseWords(_Strict):
    """A cause in one language: what it is called, and how it is told."""

    name: Annotated[str, StringConstraints(pattern=r"^\S(.{0,38}\S)?$")]
    look: Line


class Cause(_Strict):
    """One thing to look for."""

    key: Key
    en: CauseWords
    chinese: Annotated[CauseWords, Field(alias="zh-CN")]

    def wording(self, language: str) -> CauseWords:
        """Return the cause in a language of stories."""
        return self.chinese if language == "zh-CN" else self.en


class _File(_Strict):
    number: Annotated[int, Field(ge=1, le=MOST_LENSES)]  # the order, and the lens's id in forms
    least_notes: Annotated[int, Field(ge=0, le=4)]
    most_notes: Annotated[int, Field(ge=1, le=8)]
    most_praise: Annotated[int, Field(ge=0, le=4)]
    en: LensWords
    chinese: Annotated[LensWords, Field(alias="zh-CN")]
    causes: Annotated[tuple[Cause, ...], Field(min_length=2, max_length=24)]

    @model_validator(mode="after")
    def _each_cause_once(self) -> "_File":
        for language in ("en", "zh-CN"):
            names = [cause.wording(language).name for cause in self.causes]
            if len(set(names)) != len(names):
                raise ValueError(f"two causes have one name in {language}")
        if len({cause.key for cause in self.causes}) != len(self.causes):
            raise ValueError("two causes have one key")
        if not {self.en.example.cause, self.chinese.example.cause} <= {c.key for c in self.causes}:
            raise ValueError("an example has a cause that the lens has not")
        return self


@dataclass(frozen=True, slots=True)
class Lens:
    """One way to read a text."""

    key: str
    number: int
    least_notes: int  # of one passage with as many quotes and more
    most_notes: int  # of one passage
    most_praise: int  # likewise
    wordings: Mapping[str, LensWords]  # by language: "en", "zh-CN"
    causes: tuple[Cause, ...]

    def names(self, language: str) -> dict[str, str]:
        """Return the causes' keys by their names in a language."""
        return {cause.wording(language).name: cause.key for cause in self.causes}

    def schema(self, quotable: int, language: str) -> dict[str, Any]:
        """Return the form of a reply that quotes sentences 1 to `quotable` by their numbers."""
        schema = copy.deepcopy(_reply_schema())
        schema["$defs"]["sentence"]["enum"] = list(range(1, quotable + 1))
        schema["$defs"]["cause"]["enum"] = list(self.names(language))
        schema["properties"]["notes"]["minItems"] = min(self.least_notes, quotable // 2)
        schema["properties"]["notes"]["maxItems"] = self.most_notes
        schema["properties"]["praise"]["maxItems"] = self.most_praise
        schema["$defs"]["why"]["pattern"] = STATEMENTS[language]
        schema["$defs"]["question"]["pattern"] = QUESTIONS[language]
        return schema


def read_lens(file: Path) -> Lens:
    """Read one file; the lens's key is the file's name without its ending.

    Raises:
        ValueError: it is no lens, for the reason given.
    """
    read = _File.model_validate(tomllib.loads(file.read_text("utf-8")))
    return Lens(
        key=file.stem,
        number=read.number,
        least_notes=read.least_notes,
        most_notes=read.most_notes,
        most_praise=read.most_praise,
        wordings={"en": read.en, "zh-CN": read.chinese},
        causes=read.causes,
    )


def load_lenses(folder: Path = FOLDER) -> dict[str, Lens]:
    """Return the lenses of a folder by key, in the order of their numbers.

    Raises:
        ValueError: a file is no lens, or two have one number.
    """
    lenses = sorted(map(read_lens, folder.glob("*.toml")), key=lambda lens: lens.number)
    if len({lens.number for lens in lenses}) != len(lenses):
        raise ValueError("two lenses have one number")
    return {lens.key: lens for lens in lenses}


@cache
def shipped_lenses() -> Mapping[str, Lens]:
    """Return the lenses that come with the bot, by key, in their order."""
    return load_lenses()


@cache
def _reply_schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(REPLY.read_text("utf-8"))
    return schema
