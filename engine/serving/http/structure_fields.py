"""How a request says what form its reply must have: OpenAI's field and vLLM's."""

import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from engine.serving.faults import bad_request

MOST_CHARACTERS = 65_536  # of a schema, a grammar or all choices
MOST_REGEX_CHARACTERS = 4_096

Kind = Literal["json", "regex", "choice", "grammar"]
Option = Annotated[str, StringConstraints(min_length=1, max_length=1024)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A form: a JSON schema as JSON text, a regular expression, or a grammar in Lark's syntax."""

    kind: Kind
    text: str


class Fields(BaseModel):
    """A JSON object with no unknown field."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


class NamedSchema(Fields):
    """OpenAI's envelope around a schema. Replies always keep to it: `strict` changes nothing."""

    name: str = "reply"
    description: str | None = None
    json_schema: dict[str, Any] = Field(alias="schema")
    strict: bool | None = None


class ResponseFormat(Fields):
    """OpenAI's `response_format`."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: NamedSchema | None = None

    def wanted(self) -> Wanted | None:
        """Return the form; None for plain text."""
        if (self.type == "json_schema") != (self.json_schema is not None):
            raise bad_request(
                "invalid_value", "json_schema goes with type json_schema", "response_format"
            )
        if self.json_schema:
            return json_form(self.json_schema.json_schema)
        return json_form({"type": "object"}) if self.type == "json_object" else None


class StructuredOutputs(Fields):
    """vLLM's `structured_outputs`: one of four."""

    json_form: dict[str, Any] | str | None = Field(default=None, alias="json")
    regex: Annotated[str, Field(min_length=1)] | None = None
    choice: Annotated[list[Option], Field(min_length=1, max_length=256)] | None = None
    grammar: Annotated[str, Field(min_length=1)] | None = None

    def wanted(self) -> Wanted:
        """Return the form.

        Raises:
            ApiError: there are several, or none.
        """
        forms: list[Wanted] = []
        if self.json_form is not None:
            forms.append(json_form(self.json_form))
        if self.regex is not None:
            forms.append(Wanted("regex", self.regex))
        if self.choice is not None:
            options = (json.dumps(option, ensure_ascii=False) for option in self.choice)
            forms.append(Wanted("choice", "start: " + " | ".join(options)))
        if self.grammar is not None:
            forms.append(Wanted("grammar", self.grammar))
        if len(forms) != 1:
            message = "give exactly one of json, regex, choice and grammar"
            raise bad_request("invalid_value", message, "structured_outputs")
        return forms[0]


def json_form(schema: dict[str, Any] | str) -> Wanted:
    """Return the form for a schema, given as an object or as JSON text."""
    if isinstance(schema, str):
        return Wanted("json", schema)
    return Wanted("json", json.dumps(schema, ensure_ascii=False))


def wanted_form(
    response_format: ResponseFormat | None, structured: StructuredOutputs | None
) -> Wanted | None:
    """Return the one form that a request asks for, if it asks for any.

    Raises:
        ApiError: there are several, or one is too large.
    """
    forms = [form.wanted() for form in (response_format, structured) if form is not None]
    asked = [form for form in forms if form is not None]
    if len(asked) > 1:
        message = "give either response_format or structured_outputs"
        raise bad_request("invalid_value", message, "structured_outputs")
    if not asked:
        return None
    form = asked[0]
    most = MOST_REGEX_CHARACTERS if form.kind == "regex" else MOST_CHARACTERS
    if len(form.text) > most:
        message = f"the {form.kind} has {len(form.text)} characters; {most} are allowed"
        raise bad_request("structure_too_large", message)
    try:
        form.text.encode()
    except UnicodeEncodeError as error:
        raise bad_request("invalid_text", "the text is not valid Unicode") from error
    return form
