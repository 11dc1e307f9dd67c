"""One entry of lore, from its file and back into it.

An entry keeps the object that it came as. Written to the same form again, only what was changed
differs: keys that nobody here knows, old spellings and odd values stay. Written to the other
form, the object goes along under `extensions` if it could not be made anew from what is written.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.files.lore_fields import (
    ALSO_IN,
    CARRIED,
    FIELDS,
    FILTER,
    IS_ON_CARD,
    IS_ON_WORLD,
    POSITION,
    Field,
    OddValue,
    flag,
    snake,
    texts,
)
from engine.story import BookForm, LoreEntry, LorePosition

OURS = "scriptorium"  # the namespace under `extensions`
_EXTENDED = {place for field in FIELDS for place in field.card if place.startswith(".")} | {
    ".position"
}
_CARD_POSITIONS = {
    "before_char": LorePosition.BEFORE_CHARACTER,
    "after_char": LorePosition.AFTER_CHARACTER,
}


@dataclass(frozen=True, slots=True)
class EntryRead:
    """An entry, and the fields that held nothing of their kind."""

    entry: LoreEntry
    odd: tuple[str, ...]


def read_entry(raw: Mapping[str, Any], form: BookForm, *, number: int) -> EntryRead:
    """Return the entry that an object says; `number` is its place in the book."""
    odd: list[str] = []
    is_card = form is not BookForm.WORLD_INFO
    found: dict[str, Any] = {
        field.noun: _get(raw, field, is_card=is_card, odd=odd) for field in FIELDS
    }
    found["is_on"] = _get(raw, IS_ON_CARD if is_card else IS_ON_WORLD, is_card=is_card, odd=odd)
    found["position"] = _position(raw, is_card=is_card, odd=odd)
    found["also_in"] = tuple(
        name for name, field in ALSO_IN.items() if _get(raw, field, is_card=is_card, odd=odd)
    )
    found |= _filter(_get(raw, FILTER, is_card=is_card, odd=odd), odd)
    if is_card and _is_on(raw, "use_regex", odd) and not _has_world_info(raw):
        # The rules of lorebook_v3: its keys are patterns, and these two fields do not count.
        found |= {"has_patterns": True, "is_constant": False, "is_selective": False}
    entry = LoreEntry(id=number, form=form, raw=dict(raw), **found)
    return EntryRead(entry, tuple(odd))


def write_entry(entry: LoreEntry, form: BookForm, *, number: int) -> dict[str, Any]:
    """Return the entry as an object of this form; `number` is its own in its book."""
    base = _raw_of(entry, form)
    if base is not None:
        written = copy.deepcopy(dict(base))
        before = read_entry(base, form, number=number).entry
        if before.has_patterns and not entry.has_patterns:  # it went through World Info
            keys = tuple(_with_slashes(key, before) for key in before.keys)
            before = replace(before, keys=keys, has_patterns=False)
        _write_changes(written, before, entry, form)
        return written
    written = _new_entry(entry, form, number)
    if entry.raw and not _can_be_made_again(written, entry, form):
        _extensions(written)[OURS] = {
            "form": str(entry.form),
            "entry": copy.deepcopy(dict(entry.raw)),
        }
    return written


def number_of(entry: LoreEntry, form: BookForm) -> int | None:
    """Return the number that the entry had in its file, of this form or of the other one."""
    base = _raw_of(entry, form)
    found = entry.raw if base is None else base
    is_card = _is_card(entry.form) if base is None else _is_card(form)
    number = found.get("id" if is_card else "uid")
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _raw_of(entry: LoreEntry, form: BookForm) -> Mapping[str, Any] | None:
    """Return the object that the entry had in this form, if it ever had one."""
    if not entry.raw:
        return None
    if _is_card(entry.form) == _is_card(form):
        return entry.raw
    extensions = entry.raw.get("extensions")
    kept = extensions.get(OURS) if isinstance(extensions, dict) else None
    if not isinstance(kept, dict) or not isinstance(kept.get("entry"), dict):
        return None
    is_card = kept.get("form") != BookForm.WORLD_INFO
    return kept["entry"] if is_card == _is_card(form) else None


def _can_be_made_again(written: dict[str, Any], entry: LoreEntry, form: BookForm) -> bool:
    read = read_entry(written, form, number=entry.id).entry
    number = entry.raw.get("id" if _is_card(entry.form) else "uid")
    return _new_entry(read, entry.form, number) == entry.raw


def _new_entry(entry: LoreEntry, form: BookForm, number: Any) -> dict[str, Any]:
    is_card = _is_card(form)
    written: dict[str, Any] = {"id" if is_card else "uid": number}
    for field in (*FIELDS, *ALSO_IN.values()):
        is_source = field.noun in ALSO_IN
        value: Any = field.noun in entry.also_in if is_source else getattr(entry, field.noun)
        if field.noun == "keys" and entry.has_patterns:
            value = tuple(_with_slashes(key, entry) for key in value)
        if field.noun == "priority" and value is None:
            continue
        places = (field.card[0], *field.also) if is_card else field.world[:1]
        for place in places:
            if value is not None or place.startswith(".") or not is_card:
                _put(written, place, _written(field, value))
    _write_rest(written, entry, form)
    if is_card:
        written["use_regex"] = False
    for name in CARRIED:
        _carry(written, entry, name, is_card=is_card)
    return written


def _write_changes(
    written: dict[str, Any], before: LoreEntry, after: LoreEntry, form: BookForm
) -> None:
    is_card = _is_card(form)
    for field in FIELDS:
        value = getattr(after, field.noun)
        if field.noun == "keys" and after.has_patterns and not before.has_patterns:
            value = tuple(_with_slashes(key, after) for key in value)
        if value != getattr(before, field.noun):
            _change(written, field, _written(field, value), is_card=is_card)
    for name, field in ALSO_IN.items():
        if (name in before.also_in) != (name in after.also_in):
            _change(written, field, name in after.also_in, is_card=is_card)
    rest = ("is_on", "position", "characters", "character_tags", "characters_excluded")
    if any(getattr(before, name) != getattr(after, name) for name in rest):
        _write_rest(written, after, form)


def _write_rest(written: dict[str, Any], entry: LoreEntry, form: BookForm) -> None:
    """Write what does not stand in one place as one value."""
    is_card = _is_card(form)
    written["enabled" if is_card else "disable"] = entry.is_on is is_card
    _put(written, ".position" if is_card else "position", POSITION.write(entry.position))
    if is_card:
        is_before = entry.position is LorePosition.BEFORE_CHARACTER
        written["position"] = "before_char" if is_before else "after_char"
    old = FILTER.card if is_card else FILTER.world
    if entry.characters or entry.character_tags or any(_has(written, place) for place in old):
        value = {
            "isExclude": entry.characters_excluded,
            "names": list(entry.characters),
            "tags": list(entry.character_tags),
        }
        _change(written, FILTER, value, is_card=is_card)


def _change(written: dict[str, Any], field: Field, value: Any, *, is_card: bool) -> None:
    """Write a value where the field stands already, in each of its spellings, or anew."""
    places = field.card if is_card else field.world
    if field.noun == "name":  # a comment beside a name is another text
        places = tuple(place for place in places if written.get(place)) or places
        _put(written, places[0], value)
        return
    there = [place for place in dict.fromkeys((*places, *field.also)) if _has(written, place)]
    for place in there or places[:1]:
        _put(written, place, value)


def _get(raw: Mapping[str, Any], field: Field, *, is_card: bool, odd: list[str]) -> Any:
    """Return a field's value, or its default where the file has none, or an odd one."""
    default = field.default
    if is_card and field.card_default is not None:
        default = field.card_default
    for place in field.card if is_card else field.world:
        value = _at(raw, place)
        is_there = value is not None and not (field.noun == "name" and value == "")
        if is_there:
            try:
                return field.kind.read(value)
            except (OddValue, OverflowError):
                odd.append(place.removeprefix("."))
    return default


def _position(raw: Mapping[str, Any], *, is_card: bool, odd: list[str]) -> LorePosition:
    default = LorePosition.AFTER_CHARACTER if is_card else LorePosition.BEFORE_CHARACTER
    for place in (".position", "position") if is_card else ("position", ".position"):
        value = _at(raw, place)
        if value is None:
            continue
        if isinstance(value, str) and value in _CARD_POSITIONS:
            return _CARD_POSITIONS[value]
        try:
            position: LorePosition = POSITION.read(value)
        except OddValue:
            odd.append("position")
        else:
            return position
    return default


def _filter(value: Any, odd: list[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        if value is not None:
            odd.append("characterFilter")
        return {}
    found: dict[str, Any] = {}
    reads: dict[str, tuple[str, Callable[[Any], Any]]] = {
        "names": ("characters", texts),
        "tags": ("character_tags", texts),
        "isExclude": ("characters_excluded", flag),
    }
    for key, (noun, read) in reads.items():
        inner = value.get(key, value.get(snake(key)))
        try:
            found[noun] = read(inner) if inner is not None else None
        except OddValue:
            odd.append(key)
    return {noun: inner for noun, inner in found.items() if inner is not None}


def _is_on(raw: Mapping[str, Any], place: str, odd: list[str]) -> bool:
    value = raw.get(place)
    try:
        return value is not None and flag(value)
    except OddValue:
        odd.append(place)
        return False


def _has_world_info(raw: Mapping[str, Any]) -> bool:
    """Whether its `extensions` are those of World Info, so that its rules hold."""
    return any(_has(raw, place) for place in _EXTENDED)


def _with_slashes(key: str, entry: LoreEntry) -> str:
    """Return a bare pattern as World Info writes patterns."""
    inner = key.replace("\\/", "/").replace("/", "\\/")
    return f"/{inner}/{'' if entry.is_case_sensitive else 'i'}"


def _carry(written: dict[str, Any], entry: LoreEntry, name: str, *, is_card: bool) -> None:
    for place in (name, f".{snake(name)}", f".{name}", snake(name)):
        if _has(entry.raw, place):
            _put(written, f".{snake(name)}" if is_card else name, _at(entry.raw, place))
            return


def _written(field: Field, value: Any) -> Any:
    return None if value is None else field.kind.write(value)


def _is_card(form: BookForm) -> bool:
    return form is not BookForm.WORLD_INFO


def _has(raw: Mapping[str, Any], place: str) -> bool:
    if not place.startswith("."):
        return place in raw
    extensions = raw.get("extensions")
    return isinstance(extensions, dict) and place[1:] in extensions


def _at(raw: Mapping[str, Any], place: str) -> Any:
    if not place.startswith("."):
        return raw.get(place)
    extensions = raw.get("extensions")
    return extensions.get(place[1:]) if isinstance(extensions, dict) else None


def _put(written: dict[str, Any], place: str, value: Any) -> None:
    if place.startswith("."):
        _extensions(written)[place[1:]] = value
    else:
        written[place] = value


def _extensions(written: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(written.get("extensions"), dict):
        written["extensions"] = {}
    extensions: dict[str, Any] = written["extensions"]
    return extensions
