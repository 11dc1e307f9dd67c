"""The command picker in the member's language: simcord shows Discord's default texts only."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Node = Mapping[str, Any]  # a command, a subcommand, an option or a choice as Discord keeps it


def translate(entries: Iterable[dict[str, Any]], commands: Iterable[Node], language: str) -> None:
    """Put names, descriptions and choices of the picker's entries into `language`, in place.

    A command is found by its name in the language, with which answers call it, and by its own.
    What simcord sends back stays: paths, and names of options.
    """
    by_id = {str(command["id"]): command for command in commands}
    for entry in entries:
        nodes = list(_nodes(by_id[entry["commandId"]], entry["path"][1:]))
        leaf = nodes[-1]
        own = " ".join(entry["path"])
        named = " ".join(_in(language, node, "name") for node in nodes)
        entry["invocation"] = own if named == own else f"{named} · {own}"
        entry["description"] = _in(language, leaf, "description")
        options = {option["name"]: option for option in leaf.get("options") or []}
        for shown in entry["options"]:
            option = options[shown["name"]]
            shown["description"] = _in(language, option, "description")
            for choice, known in zip(shown["choices"], option.get("choices") or [], strict=True):
                choice["name"] = _in(language, known, "name")


def _nodes(node: Node, path: Iterable[str]) -> Iterator[Node]:
    yield node
    for name in path:
        node = next(option for option in node["options"] if option["name"] == name)
        yield node


def _in(language: str, node: Node, field: str) -> str:
    translated = node.get(f"{field}_localizations") or {}
    return str(translated.get(language, node[field]))
