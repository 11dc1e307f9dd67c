"""JSON schemas of many kinds, for the tests of structured replies."""

from typing import Any


def closed(**properties: Any) -> dict[str, Any]:
    """Return the schema of an object with exactly these properties."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


TEXT = {"type": "string"}
NODE = closed(name=TEXT, children={"type": "array", "items": {"$ref": "#/$defs/node"}})
PAIR = {"prefixItems": [{"type": "integer"}, TEXT], "items": False, "minItems": 2}

SCHEMAS: dict[str, dict[str, Any]] = {
    "critique": closed(
        issue={"enum": ["cliche", "pacing", "tense"]},
        severity={"type": "integer", "minimum": 1, "maximum": 5},
        quote=TEXT,
    ),
    "string": TEXT,
    "short_string": {"type": "string", "minLength": 3, "maxLength": 10},
    "long_string": {"type": "string", "minLength": 80},
    "integer": {"type": "integer"},
    "year": {"type": "integer", "minimum": 1800, "maximum": 2100},
    "number": {"type": "number", "minimum": 0.25, "maximum": 0.75},
    "multiple": {"type": "integer", "multipleOf": 7, "minimum": 100},
    "boolean": {"type": "boolean"},
    "nothing": {"type": "null"},
    "array": {"type": "array", "items": {"type": "integer"}},
    "array_of_few": {"type": "array", "items": TEXT, "minItems": 2, "maxItems": 4},
    "array_in_array": {"type": "array", "items": {"type": "array", "items": TEXT}},
    "pair": {"type": "array"} | PAIR,
    "optional": {
        "type": "object",
        "additionalProperties": False,
        "properties": {"a": TEXT, "b": {"type": "number"}, "c": {"type": "array"}},
    },
    "free_object": {"type": "object"},
    "at_most_two": {"type": "object", "maxProperties": 2},
    "anything": {},
    "map": {"type": "object", "additionalProperties": {"type": "integer"}},
    "pattern": closed(id={"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"}),
    "pattern_keys": {
        "type": "object",
        "patternProperties": {"^x_": {"type": "integer"}},
        "additionalProperties": False,
    },
    "unicode": closed(地点={"enum": ["灯塔", "海边🎉"]}, 谁={"type": "string"}),
    "constant": {"const": {"a": [1, None, "é"], "b": {}}},
    "either": {"anyOf": [closed(kind={"const": "a"}, x=TEXT), closed(kind={"const": "b"})]},
    "one_of": {"oneOf": [{"type": "integer"}, closed(deep=closed(deeper=closed(deepest=TEXT)))]},
    "all_of": {"allOf": [closed(a=TEXT, b=TEXT), {"type": "object", "required": ["a"]}]},
    "nullable": closed(note={"type": ["string", "null"]}),
    "reference": {"$ref": "#/$defs/name", "$defs": {"name": closed(first=TEXT, last=TEXT)}},
    "tree": {"$ref": "#/$defs/node", "$defs": {"node": NODE}},
    "date": closed(day={"type": "string", "format": "date"}),
    "uuid": {"type": "string", "format": "uuid"},
}
