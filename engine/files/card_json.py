"""JSON from strangers: bounded before it is parsed, and refused where readers would differ."""

import json
import math
from collections import Counter
from collections.abc import Iterator
from typing import Any, NoReturn

from engine.errors import CardFault, CardRefused

MOST_JSON_BYTES = 2_000_000
MOST_MARKS = 200_000  # commas and opening brackets: no fewer than there are values
MOST_DEPTH = 64
MOST_DIGITS = 40


def read_json(content: bytes) -> dict[str, Any]:
    """Return the object that the JSON says.

    Raises:
        CardRefused: it is too long, too deep or of too many values, no JSON in UTF-8, no object,
            or it has a key twice or a number that not every program reads.
    """
    if len(content) > MOST_JSON_BYTES:
        raise CardRefused(CardFault.TEXT_TOO_LONG, limit=MOST_JSON_BYTES)
    if sum(map(content.count, (b",", b"[", b"{"))) > MOST_MARKS:
        raise CardRefused(CardFault.TOO_MANY_PARTS, limit=MOST_MARKS)
    try:
        read = json.loads(
            content.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_constant=_refuse_number,
            parse_float=_float,
            parse_int=_int,
        )
    except RecursionError as error:
        raise CardRefused(CardFault.TOO_DEEP, limit=MOST_DEPTH) from error
    except ValueError as error:
        raise CardRefused(CardFault.NOT_JSON) from error
    if not isinstance(read, dict):
        raise CardRefused(CardFault.NOT_A_CHARACTER)
    _check_depth(read)
    return read


def write_json(card: dict[str, Any]) -> str:
    """Return the object as JSON in ASCII, which holds NUL and lone surrogates as they were."""
    return json.dumps(card, separators=(",", ":"))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        (twice, _), *_ = Counter(key for key, _ in pairs).most_common(1)
        raise CardRefused(CardFault.KEY_TWICE, detail=twice[:80])
    return made


def _refuse_number(number: str) -> NoReturn:
    raise CardRefused(CardFault.NUMBER, detail=number[:MOST_DIGITS])


def _int(digits: str) -> int:
    return int(digits) if len(digits) <= MOST_DIGITS else _refuse_number(digits)


def _float(digits: str) -> float:
    number = float(digits) if len(digits) <= MOST_DIGITS else math.inf
    return number if math.isfinite(number) else _refuse_number(digits)


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(MOST_DEPTH):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise CardRefused(CardFault.TOO_DEEP, limit=MOST_DEPTH)


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value
