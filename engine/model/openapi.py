"""Which routes and fields a server says that it has: its own OpenAPI document, where it has one.

A field that stands there is read by the server. Many servers take any other field in silence, so
an answer of 200 proves nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CHAT = "/v1/chat/completions"
COMPLETIONS = "/v1/completions"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What of an OpenAPI document is read; empty where there is none."""

    title: str = ""
    paths: frozenset[str] = frozenset()
    chat: frozenset[str] = frozenset()  # fields of the body of a chat
    completions: frozenset[str] = frozenset()


def read_manifest(document: object) -> Manifest:
    """Read a document; whatever has not the shape that is looked for counts as absent."""
    paths = under(document, "paths")
    return Manifest(
        title=str(under(document, "info").get("title", "")),
        paths=frozenset(map(str, paths)),
        chat=fields_of(document, CHAT),
        completions=fields_of(document, COMPLETIONS),
    )


def fields_of(document: object, path: str) -> frozenset[str]:
    """Return the fields of a route's JSON body that can hold more than one value."""
    body = under(document, "paths", path, "post", "requestBody", "content", "application/json")
    schema = under(body, "schema")
    for part in (schema, *listed(schema.get("allOf")), *listed(schema.get("anyOf"))):
        name = str(under(part).get("$ref", "")).rpartition("/")[2]
        if name:
            schema = under(document, "components", "schemas", name)
            break
    return frozenset(
        str(name) for name, kind in under(schema, "properties").items() if is_free(under(kind))
    )


def is_free(kind: Mapping[str, Any]) -> bool:
    """Tell a field that can be set from one that is there for its neutral value only."""
    kinds = [under(each) for each in listed(kind.get("anyOf"))] or [kind]
    told = [each for each in kinds if each.get("type") != "null"]
    return not told or any(
        "const" not in each and ("minimum" not in each or each["minimum"] != each.get("maximum"))
        for each in told
    )


def under(value: object, *path: str) -> Mapping[str, Any]:
    """Follow a path of names through objects; an empty object where it ends early."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def listed(value: object) -> list[object]:
    """Return a list as it is, and an empty one for anything else."""
    return value if isinstance(value, list) else []
