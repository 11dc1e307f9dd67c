"""The catalogues say everything that the code says, and Discord takes the commands."""

import ast
import re
from pathlib import Path

import pytest
import simcord

from bot.locales import LANGUAGES, Words, words_for
from bot.locales.__main__ import (
    Text,
    collect,
    compiled,
    is_translated,
    path_of,
    read_catalogue,
    renew,
)
from tests.fakes.openapi import faults_of

PLACEHOLDER = re.compile(r"{(\w*)}")


def sources() -> list[Path]:
    return [path for folder in ("bot", "cogs") for path in sorted(Path(folder).rglob("*.py"))]


@pytest.fixture
async def texts() -> dict[Text, set[str]]:
    return await collect()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_text_of_the_code_is_translated(
    texts: dict[Text, set[str]], language: str
) -> None:
    catalogue = read_catalogue(language)
    missing = []
    for text in texts:
        message = catalogue.get(text[0] if isinstance(text, tuple) else text)
        if message is None or not is_translated(message):
            missing.append(text)
    assert missing == [], "run `python -m bot.locales` and translate what is new"


@pytest.mark.parametrize("path", sources(), ids=str)
def test_no_text_hides_in_an_f_string_where_the_collector_does_not_look(path: Path) -> None:
    hidden = [
        call.lineno
        for string in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and "words" in ast.unparse(call.func) and call.args
        if isinstance(call.args[0], ast.Constant)
    ]
    assert hidden == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_nothing_is_translated_that_the_code_does_not_say(
    texts: dict[Text, set[str]], language: str
) -> None:
    said = {text[0] if isinstance(text, tuple) else text for text in texts}
    held = {m.id[0] if isinstance(m.id, tuple) else m.id for m in read_catalogue(language) if m.id}
    assert held - said == set(), "run `python -m bot.locales`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_places_for_facts_of_its_text(language: str) -> None:
    for message in read_catalogue(language):
        forms = message.string if isinstance(message.string, tuple | list) else [message.string]
        source = message.id[-1] if isinstance(message.id, tuple | list) else message.id
        for form in forms:
            if message.id:
                assert set(PLACEHOLDER.findall(form)) == set(PLACEHOLDER.findall(source)), form


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_up_to_date(language: str) -> None:
    assert path_of(language, "mo").read_bytes() == compiled(read_catalogue(language))


async def test_renewing_changes_nothing_when_nothing_is_new(texts: dict[Text, set[str]]) -> None:
    for language in LANGUAGES:
        again = renew(language, texts)
        assert {m.id: m.string for m in again} == {m.id: m.string for m in read_catalogue(language)}


def test_chinese_of_all_places_and_english_for_the_others() -> None:
    assert words_for("zh-CN").language == words_for("zh-TW").language == "zh_CN"
    assert words_for("en-GB").language == words_for("fr").language == "en"


def test_plural_forms() -> None:
    english = Words("en")
    one = english.plural("- {name}: {count} turn", "- {name}: {count} turns", 1, name="A")
    two = english.plural("- {name}: {count} turn", "- {name}: {count} turns", 2, name="A")
    chinese = Words("zh_CN").plural(
        "- {name}: {count} turn", "- {name}: {count} turns", 2, name="A"
    )
    assert (one, two, chinese) == ("- A: 1 turn", "- A: 2 turns", "- A：2 段")


def test_words_of_members_are_never_taken_for_places() -> None:
    assert Words("en")("{title}, page {number} of {pages}", title="{0}", number=1, pages=2) == (
        "{0}, page 1 of 2"
    )


async def test_every_command_has_a_chinese_name_and_description(simcord_env: simcord.Env) -> None:
    (sent,) = [r.json for r in simcord_env.http_requests if r.path.endswith("/commands") and r.json]
    untranslated = [fault for command in sent for fault in faults(command)]
    assert untranslated == []


def faults(node: dict[str, object], path: str = "") -> list[str]:
    path = f"{path} {node['name']}"
    found = []
    for key in ("name", "description"):
        localized = node.get(f"{key}_localizations")
        if node.get(key) and not (
            isinstance(localized, dict) and {"zh-CN", "zh-TW"} <= {*localized}
        ):
            found.append(f"{path}: {key}")
    for key in ("options", "choices"):
        for inner in node.get(key) or []:  # type: ignore[attr-defined]
            found += [f for f in faults(inner, path) if key == "options" or f.endswith(": name")]
    return found


async def test_discord_takes_the_names_in_every_language(simcord_env: simcord.Env) -> None:
    sent = [request for request in simcord_env.http_requests if request.method == "PUT"]
    assert len(sent) == 1
    assert faults_of(sent) == []
