"""Column types. SQLite's tables are STRICT: underneath there is only INTEGER, TEXT and BLOB."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import BigInteger, Dialect, Integer, LargeBinary, Text, TypeDecorator

from engine.story import PromptPart, Provenance

Choice = TypeVar("Choice", bound=StrEnum)

Long = BigInteger().with_variant(Integer, "sqlite")  # ids, snowflakes, milliseconds
Bytes = LargeBinary()  # BLOB, BYTEA


def storable(text: str) -> str:
    """Return a text as it is stored: NUL and lone surrogates become U+FFFD."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\x00", "\ufffd")


class Words(TypeDecorator[str]):
    """Text that people or models wrote.

    NUL and lone surrogates, which PostgreSQL or UTF-8 cannot hold, become U+FFFD.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class OneOf(TypeDecorator[Choice]):
    """A value of an enumeration, kept as its text."""

    impl = Text
    cache_ok = True

    def __init__(self, choices: type[Choice]) -> None:
        super().__init__()
        self.choices = choices
        self._by_text = {choice.value: choice for choice in choices}

    def process_bind_param(self, value: Choice | None, dialect: Dialect) -> str | None:
        return None if value is None else value.value

    def process_result_value(self, value: str | None, dialect: Dialect) -> Choice | None:
        return None if value is None else self._by_text[value]


class WordsJson(TypeDecorator[tuple[str, ...]]):
    """Several texts that people or models wrote, kept as JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        # Escaped, NUL and lone surrogates are plain letters to the database.
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        return None if value is None else tuple(json.loads(value))


class NumbersJson(TypeDecorator[Mapping[str, float]]):
    """Numbers by name, kept as JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, float] | None, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(dict(value))

    def process_result_value(
        self, value: str | None, dialect: Dialect
    ) -> Mapping[str, float] | None:
        return None if value is None else json.loads(value)


class ProvenanceJson(TypeDecorator[Provenance]):
    """A Provenance, kept as JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Provenance | None, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(asdict(value), ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Provenance | None:
        if value is None:
            return None
        fields = json.loads(value)
        parts = [
            PromptPart(**part | {"ids": tuple(part["ids"])}) for part in fields.pop("parts", ())
        ]
        return Provenance(**fields, parts=tuple(parts))
