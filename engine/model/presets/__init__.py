"""Presets: ways to draw the next token that a server chooses from, as data files.

A file gives a value to every name of `Sampling`, and says in each language what it is called and
what it feels like, in a line of at most 100 characters.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from engine.errors import PresetsUnreadable
from engine.model.bounds import BOUNDS, MOST_BREAKER_CHARACTERS, MOST_BREAKERS
from engine.model.request import Sampling

SHIPPED = Path(__file__).parent
DEFAULT = "balanced"
MOST_PRESETS = 25  # what one menu of Discord holds

Line = Annotated[str, StringConstraints(pattern=r"^\S(.{0,98}\S)?$")]
Breaker = Annotated[str, StringConstraints(min_length=1, max_length=MOST_BREAKER_CHARACTERS)]
Breakers = Annotated[tuple[Breaker, ...], Field(max_length=MOST_BREAKERS)]


@dataclass(frozen=True, slots=True)
class Preset:
    """One way to draw. Names and descriptions by the language of a story: "en", "zh-CN"."""

    key: str
    names: Mapping[str, str]
    descriptions: Mapping[str, str]
    sampling: Sampling


def load_presets(folder: Path | None = None) -> dict[str, Preset]:
    """Return the shipped presets by key, the calmest first; those of `folder` add or replace.

    Raises:
        PresetsUnreadable: a file is no preset, or there are too many.
    """
    if folder is not None and not folder.is_dir():
        raise PresetsUnreadable(str(folder), "there is no such folder")
    files = [*SHIPPED.glob("*.toml"), *(sorted(folder.glob("*.toml")) if folder else ())]
    presets = {file.stem: read_preset(file) for file in files}
    if len(presets) > MOST_PRESETS:
        raise PresetsUnreadable(str(folder), f"{len(presets)} presets; {MOST_PRESETS} fit")
    return dict(sorted(presets.items(), key=lambda item: (item[1].sampling.temperature, item[0])))


def read_preset(file: Path) -> Preset:
    """Read one file; the preset's key is the file's name without its ending.

    Raises:
        PresetsUnreadable: it cannot be read, lacks a value, or has one that does not fit.
    """
    try:
        read = _File.model_validate(tomllib.loads(file.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PresetsUnreadable(str(file), str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise PresetsUnreadable(str(file), f"{where}: {first['msg']}") from error
    if fault := _fault_of(read.sampling):
        raise PresetsUnreadable(str(file), fault)
    wordings = {"en": read.en, "zh-CN": read.chinese}
    return Preset(
        key=file.stem,
        names={language: wording.name for language, wording in wordings.items()},
        descriptions={language: wording.description for language, wording in wordings.items()},
        sampling=Sampling(dry_sequence_breakers=read.dry_sequence_breakers, **read.sampling),
    )


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Wording(_Strict):
    name: Line
    description: Line


class _File(_Strict):
    en: _Wording
    chinese: Annotated[_Wording, Field(alias="zh-CN")]
    dry_sequence_breakers: Breakers
    sampling: dict[str, Any]  # the numbers; looked at by `_fault_of`


def _fault_of(values: Mapping[str, Any]) -> str:
    """Say what is wrong with the numbers of a preset, "" when nothing is."""
    for name in values.keys() - BOUNDS.keys():
        return f"sampling.{name}: there is no such value"
    for name, bound in BOUNDS.items():
        if name not in values:
            return f"sampling.{name}: is missing"
        value = values[name]
        if isinstance(value, bool) or not isinstance(value, int | float):
            return f"sampling.{name}: is no number"
        if not bound.allows(value):
            return f"sampling.{name}: goes from {bound.least:g} to {bound.most:g}"
        if bound.is_whole and not isinstance(value, int):
            return f"sampling.{name}: is a whole number"
    return ""
