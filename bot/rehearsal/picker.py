"""The command picker in the member's language: simcord shows Discord's default texts only."""

from collections.abc import Iterable, Mapping
from typing import Any

Node = Mapping[str, Any]  # a command, a subcommand, an option or a choice as Discord keeps it


def translate(entries: Iterable[dict[str, Any]], commands: Iterable[Node], language: str) -> None:
    """Put descriptions and choices of the picker's entries into `language`, in place.

    Names of commands and options stay: simcord sends them back as they are.
    """
    by_id = {str(command["id"]): command for command in commands}
    for entry in entries:
        leaf = _leaf(by_id[entry["commandId"]], entry["path"][1:])
        entry["description"] = _in(language, leaf, "description")
        options = {option["name"]: option for option in leaf.get("options") or []}
        for shown in entry["options"]:
            option = options[shown["name"]]
            shown["description"] = _in(language, option, "description")
            for choice, known in zip(shown["choices"], option.get("choices") or [], strict=True):
                choice["name"] = _in(language, known, "name")


def _leaf(node: Node, path: Iterable[str]) -> Node:
    for name in path:
        node = next(option for option in node["options"] if option["name"] == name)
    return node


def _in(language: str, node: Node, field: str) -> str:
    translated = node.get(f"{field}_localizations") or {}
    return str(translated.get(language, node[field]))
