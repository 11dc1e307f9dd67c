"""An entry as members write it: a name, keys, a text, and its other settings a line each. Pure.

Settings have a name in each language of members; both are read, whoever writes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from engine.errors import LoreFull, LoreLimit, LoreSettingRefused
from engine.story import LoreEntry, LorePosition, LoreRole, LoreText, SecondaryLogic

MOST_NAME = 100  # characters, as Discord shows them in a menu
MOST_TEXT = 20_000
MOST_KEYS = 200
MOST_KEY = 1_000
MOST_QUOTED = 60
FIELDS = ("name", "keys", "secondary", "text", "settings")

_LINE = re.compile(r"\s*(?P<name>[^=:＝：]+?)\s*[=:＝：]\s*(?P<given>.*?)\s*")
_COMMAS = re.compile(r"[,，、]")
_YES = ("yes", "是")
_NO = ("no", "否")
_LARGE = 1_000_000
_CHINESE_CHOICES: Mapping[StrEnum, str] = {
    SecondaryLogic.AND_ANY: "有任一",
    SecondaryLogic.NOT_ALL: "不全有",
    SecondaryLogic.NOT_ANY: "全没有",
    SecondaryLogic.AND_ALL: "全有",
    LorePosition.BEFORE_CHARACTER: "角色之前",
    LorePosition.AFTER_CHARACTER: "角色之后",
    LorePosition.NOTE_TOP: "作者注之上",
    LorePosition.NOTE_BOTTOM: "作者注之下",
    LorePosition.AT_DEPTH: "按深度",
    LorePosition.BEFORE_EXAMPLES: "示例之前",
    LorePosition.AFTER_EXAMPLES: "示例之后",
    LorePosition.OUTLET: "出口",
    LoreRole.SYSTEM: "系统",
    LoreRole.USER: "成员",
    LoreRole.ASSISTANT: "模型",
    LoreText.PERSONA_DESCRIPTION: "化身描述",
    LoreText.CHARACTER_DESCRIPTION: "角色描述",
    LoreText.CHARACTER_PERSONALITY: "角色性格",
    LoreText.CHARACTER_DEPTH_PROMPT: "角色深度提示",
    LoreText.SCENARIO: "场景",
    LoreText.CREATOR_NOTES: "作者说明",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of an entry, under its names."""

    field: str
    english: str
    chinese: str
    kind: type  # bool, int, str, tuple, or an enumeration
    least: int = 0
    most: int = 0
    of: type[StrEnum] | None = None  # what a tuple holds, if not words

    def name(self, language: str) -> str:
        """Return its name in a language."""
        return self.chinese if language == "zh-CN" else self.english


def _number(field: str, english: str, chinese: str, most: int, least: int = 0) -> Setting:
    return Setting(field, english, chinese, int, least, most)


SETTINGS = (
    Setting("is_constant", "constant", "常驻", bool),
    Setting("logic", "logic", "逻辑", SecondaryLogic),
    Setting("is_selective", "selective", "看次要关键词", bool),
    Setting("position", "position", "位置", LorePosition),
    _number("depth", "depth", "深度", 10_000),
    Setting("role", "role", "身份", LoreRole),
    _number("order", "order", "顺序", _LARGE, -_LARGE),
    _number("priority", "priority", "优先级", _LARGE, -_LARGE),
    _number("scan_depth", "scan depth", "扫描深度", 1_000),
    Setting("is_case_sensitive", "case sensitive", "区分大小写", bool),
    Setting("has_whole_words", "whole words", "整词", bool),
    Setting("also_in", "also in", "也查", tuple, of=LoreText),
    Setting("is_not_recursed", "exclude recursion", "不被递归", bool),
    Setting("wakes_nobody", "prevent recursion", "不再递归", bool),
    _number("recursion_level", "recursion level", "递归层级", 100),
    _number("probability", "probability", "概率", 100),
    Setting("uses_probability", "use probability", "使用概率", bool),
    Setting("group", "group", "分组", str),
    Setting("group_override", "group override", "组内优先", bool),
    _number("group_weight", "group weight", "组内权重", _LARGE),
    Setting("group_scoring", "group scoring", "组内计分", bool),
    _number("sticky", "sticky", "持续", 10_000),
    _number("cooldown", "cooldown", "冷却", 10_000),
    _number("delay", "delay", "延迟", 10_000),
    Setting("characters", "characters", "角色", tuple),
    Setting("character_tags", "tags", "标签", tuple),
    Setting("characters_excluded", "exclude characters", "排除角色", bool),
    Setting("ignores_budget", "ignore budget", "不计预算", bool),
)
_BY_NAME = {name: setting for setting in SETTINGS for name in (setting.english, setting.chinese)}


def values_of(setting: Setting, language: str) -> tuple[str, ...]:
    """Return what a setting takes: its choices, or its least and most; () for any words."""
    kind = setting.of or setting.kind
    if kind is bool:
        return tuple(names[language == "zh-CN"] for names in (_YES, _NO))
    if kind is int:
        return (str(setting.least), str(setting.most))
    if kind in {str, tuple}:
        return ()
    return tuple(names[language == "zh-CN"] for names in _names(kind).values())


def fields_of(entry: LoreEntry, language: str) -> dict[str, str]:
    """Return the entry as its form shows it, by `FIELDS`; defaults are not told."""
    return {
        "name": entry.name,
        "keys": "\n".join(entry.keys),
        "secondary": "\n".join(entry.secondary_keys),
        "text": entry.content,
        "settings": settings_text(entry, language),
    }


def written_into(entry: LoreEntry, written: Mapping[str, str], language: str) -> LoreEntry:
    """Return the entry with what a member wrote in its form; an untouched field changes nothing.

    Raises:
        LoreFull: a name, a text, a key or the number of keys is beyond its limit.
        LoreSettingRefused: a setting is unknown or out of its bounds.
    """
    shown = fields_of(entry, language)
    touched = {
        name: text.replace("\r\n", "\n").strip()
        for name, text in written.items()
        if text.replace("\r\n", "\n").strip() != shown[name].strip()
    }
    if "settings" in touched:
        entry = read_settings(touched["settings"], entry)
    changes: dict[str, Any] = {}
    if "name" in touched:
        changes["name"] = " ".join(touched["name"].split())
    if "text" in touched:
        changes["content"] = touched["text"]
    if "keys" in touched:
        changes["keys"] = read_keys(touched["keys"])
    if "secondary" in touched:
        changes["secondary_keys"] = read_keys(touched["secondary"])
    changed = replace(entry, **changes)
    refuse_too_much(changed, changes)
    return changed


def refuse_too_much(entry: LoreEntry, changed: Mapping[str, Any]) -> None:
    """Raise LoreFull when one of the changed fields is beyond its limit."""
    if "name" in changed and len(entry.name) > MOST_NAME:
        raise LoreFull(LoreLimit.NAME, MOST_NAME)
    if "content" in changed and len(entry.content) > MOST_TEXT:
        raise LoreFull(LoreLimit.TEXT, MOST_TEXT)
    for name in ("keys", "secondary_keys"):
        keys = changed.get(name, ())
        if len(keys) > MOST_KEYS:
            raise LoreFull(LoreLimit.KEYS, MOST_KEYS)
        if any(len(key) > MOST_KEY for key in keys):
            raise LoreFull(LoreLimit.KEY, MOST_KEY)


def read_keys(text: str) -> tuple[str, ...]:
    """Read keys: one a line, or on one line with commas between; a /pattern/ keeps its commas."""
    lines = [line.strip() for line in text.splitlines()]
    if len(lines) == 1 and not lines[0].startswith("/"):
        lines = [part.strip() for part in _COMMAS.split(lines[0])]
    return tuple(dict.fromkeys(filter(None, lines)))


def settings_text(entry: LoreEntry, language: str) -> str:
    """Return the settings that are not at their default, a line each."""
    plain = LoreEntry()
    return "\n".join(
        f"{setting.name(language)} = {_shown(getattr(entry, setting.field), language)}"
        for setting in SETTINGS
        if getattr(entry, setting.field) != getattr(plain, setting.field)
    )


def read_settings(text: str, entry: LoreEntry) -> LoreEntry:
    """Return the entry with these settings and no others.

    Raises:
        LoreSettingRefused: a line is no setting, or its value is out of its bounds.
    """
    plain = LoreEntry()
    values: dict[str, Any] = {each.field: getattr(plain, each.field) for each in SETTINGS}
    for line in text.splitlines():
        if not line.strip() or line.strip().startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        name = " ".join(match["name"].casefold().replace("_", " ").split()) if match else line
        setting = _BY_NAME.get(name)
        if match is None or setting is None:
            raise LoreSettingRefused(name.strip()[:MOST_QUOTED], "")
        values[setting.field] = _value(setting, match["given"], name)
    return replace(entry, **values)


def _shown(value: object, language: str) -> str:
    is_chinese = language == "zh-CN"
    if isinstance(value, bool):
        return (_YES if value else _NO)[is_chinese]
    if isinstance(value, tuple):
        return ("、" if is_chinese else ", ").join(_shown(each, language) for each in value)
    if isinstance(value, StrEnum):
        return _CHINESE_CHOICES[value] if is_chinese else str(value)
    return str(value)


def _value(setting: Setting, given: str, name: str) -> object:
    language = "zh-CN" if name == setting.chinese else "en"
    if setting.kind is bool:
        return _choice({True: _YES, False: _NO}, given, name, language)
    if setting.kind is int:
        digits = given.removeprefix("-")
        if digits.isascii() and digits.isdigit() and len(digits) <= 9:
            number = int(given)
            if setting.least <= number <= setting.most:
                return number
        raise LoreSettingRefused(name, given[:MOST_QUOTED], setting.least, setting.most)
    if setting.kind is tuple:
        parts = tuple(filter(None, map(str.strip, _COMMAS.split(given))))
        if setting.of is None:
            return parts
        return tuple(_choice(_names(setting.of), part, name, language) for part in parts)
    if issubclass(setting.kind, StrEnum) and setting.kind is not str:
        return _choice(_names(setting.kind), given, name, language)
    return given


def _names(kind: type[StrEnum]) -> dict[Any, tuple[str, str]]:
    return {each: (str(each), _CHINESE_CHOICES[each]) for each in kind}


def _choice(choices: Mapping[Any, tuple[str, str]], given: str, name: str, language: str) -> Any:
    for value, names in choices.items():
        if given.casefold() in names:
            return value
    shown = tuple(names[language == "zh-CN"] for names in choices.values())
    raise LoreSettingRefused(name, given[:MOST_QUOTED], choices=shown)
