"""What the families of personal rows share."""

from base64 import b64encode
from dataclasses import asdict, is_dataclass
from typing import Any

from sqlalchemy import Select

Rows = dict[str, Select[*tuple[Any, ...]]]
"""The rows that hold a member's words, name or id, by table."""


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it; bytes in base64."""
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
