"""The three versions of a card, and the sheet that they all say."""

import copy
from dataclasses import fields
from typing import Any

from engine.errors import CardFault, CardRefused
from engine.story import Sheet

V2, V3 = "chara_card_v2", "chara_card_v3"
KEYS = {
    "name": "name",
    "nickname": "nickname",
    "description": "description",
    "personality": "personality",
    "scenario": "scenario",
    "examples": "mes_example",
    "greeting": "first_mes",
    "other_greetings": "alternate_greetings",
    "system_prompt": "system_prompt",
    "last_instruction": "post_history_instructions",
}
V1_KEYS = ("name", "description", "personality", "scenario", "first_mes", "mes_example")
V2_REST: dict[str, Any] = {
    "creator_notes": "",
    "system_prompt": "",
    "post_history_instructions": "",
    "alternate_greetings": [],
    "tags": [],
    "creator": "",
    "character_version": "",
    "extensions": {},
}


def check_card(card: dict[str, Any]) -> dict[str, Any]:
    """Return the card if it is one of version 1, 2 or 3, or newer.

    Raises:
        CardRefused: it is none, or a field that Scriptorium reads is of another kind.
    """
    spec = card.get("spec")
    if spec not in (None, V2, V3):
        raise CardRefused(CardFault.NOT_A_CHARACTER, detail=str(spec)[:80])
    data = card.get("data") if spec else card
    if not isinstance(data, dict) or (not spec and not set(V1_KEYS[1:]) & set(data)):
        raise CardRefused(CardFault.NOT_A_CHARACTER)
    for key in (*KEYS.values(), "creator_notes"):
        value = data.get(key)
        if key == "alternate_greetings":
            is_right = value is None or _are_texts(value)
        else:
            is_right = value is None or isinstance(value, str)
        if not is_right:
            raise CardRefused(CardFault.FIELD, detail=key)
    if not (data.get("name") or "").strip():
        raise CardRefused(CardFault.NO_NAME)
    return card


def version_of(card: dict[str, Any]) -> int:
    """Return the version of a card that was checked."""
    return {V2: 2, V3: 3}.get(card.get("spec", ""), 1)


def data_of(card: dict[str, Any]) -> dict[str, Any]:
    """Return the part of a card in which its fields stand."""
    data: dict[str, Any] = card if version_of(card) == 1 else card["data"]
    return data


def is_newer(card: dict[str, Any]) -> bool:
    """Whether the card says that it is of a version after 3.0."""
    try:
        return version_of(card) == 3 and float(str(card.get("spec_version", "3.0"))[:20]) > 3.0
    except ValueError:
        return False


def sheet_of(card: dict[str, Any]) -> Sheet:
    """Return what a checked card says of its character, as it stands there."""
    data = data_of(card)
    texts: dict[str, Any] = {
        name: data.get(key) or "" for name, key in KEYS.items() if name != "other_greetings"
    }
    return Sheet(**texts, other_greetings=tuple(data.get("alternate_greetings") or ()))


def card_of(sheet: Sheet) -> dict[str, Any]:
    """Return a new V3 card that says what the sheet says."""
    data: dict[str, Any] = {key: getattr(sheet, name) for name, key in KEYS.items()}
    data["alternate_greetings"] = list(sheet.other_greetings)
    if not sheet.nickname:
        del data["nickname"]
    rest = copy.deepcopy({key: value for key, value in V2_REST.items() if key not in data})
    return to_v3({"spec": V2, "spec_version": "2.0", "data": data | rest})


def rewritten(card: dict[str, Any], before: Sheet, after: Sheet) -> dict[str, Any]:
    """Return the card with the fields that differ between the sheets written anew.

    `before` is the sheet that was taken from the card. All else stays as it is, keys that nobody
    knows included.
    """
    changed = copy.deepcopy(card)
    data = data_of(changed)
    for name in (field.name for field in fields(Sheet)):
        value = getattr(after, name)
        if value == getattr(before, name):
            continue
        key = KEYS[name]
        data[key] = list(value) if name == "other_greetings" else value
        if data is not changed and key in V1_KEYS and key in changed:  # doubled for old readers
            changed[key] = value
    return changed


def to_v2(card: dict[str, Any]) -> dict[str, Any]:
    """Return the card as version 2; a V3 card keeps its keys but for decorators in its book."""
    changed = copy.deepcopy(card)
    if version_of(card) == 1:
        return {"spec": V2, "spec_version": "2.0", "data": _defaults() | changed}
    if version_of(card) == 3:
        changed |= {"spec": V2, "spec_version": "2.0"}
        _strip_decorators(changed["data"].get("character_book"))
    return changed


def to_v3(card: dict[str, Any]) -> dict[str, Any]:
    """Return the card as version 3; a V3 card, or a newer one, as it is."""
    if version_of(card) == 3:
        return copy.deepcopy(card)
    changed = to_v2(card)
    changed |= {"spec": V3, "spec_version": "3.0"}
    changed["data"].setdefault("group_only_greetings", [])
    return changed


def _defaults() -> dict[str, Any]:
    return copy.deepcopy(V2_REST)


def _strip_decorators(book: Any) -> None:
    entries = book.get("entries") if isinstance(book, dict) else None
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("content"), str):
            lines = entry["content"].split("\n")
            while lines and lines[0].startswith("@@"):
                lines.pop(0)
            entry["content"] = "\n".join(lines)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)
