"""Renew the catalogues from the code: `python -m bot.locales`, then translate what is new.

Needs Babel. Texts are found as the first argument of `words(...)`, as the first two of
`words.plural(...)`, and in the names and descriptions of the commands.
"""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import discord
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from discord import app_commands

from bot.client import create_bot
from bot.locales import DOMAIN, FOLDER, LANGUAGES
from bot.settings import BotSettings

if TYPE_CHECKING:
    from engine.runtime import Engine

RENEWED = datetime(2026, 1, 1, tzinfo=UTC)  # constant: a renewal without news changes no file
ROOT = FOLDER.parent.parent
KEYWORDS: dict[str, Any] = {"words": None, "plural": (1, 2)}


def texts_of_code() -> Iterator[tuple["Text", str]]:
    """Yield each text with the file that it stands in."""
    for package in ("bot", "cogs"):
        for path, _, message, _, _ in extract_from_dir(ROOT / package, keywords=KEYWORDS):
            yield message, f"{package}/{path}"


async def texts_of_commands() -> list[str]:
    """Return every name and description that Discord shows."""
    bot = create_bot(cast("Engine", None), BotSettings())  # commands are looked at, none is run
    await bot.load_cogs()
    texts: list[str] = []
    for command in bot.tree.walk_commands():
        texts += [command.name, command.description]
        if isinstance(command, app_commands.Command):
            for parameter in command.parameters:
                texts += [parameter.name, str(parameter.description)]
                texts += [choice.name for choice in parameter.choices]
    menus = bot.tree.get_commands(type=discord.AppCommandType.message)
    return texts + [menu.name for menu in menus]


Text = str | tuple[str, ...]


async def collect() -> dict[Text, set[str]]:
    """Return all texts, each with the files that it stands in."""
    texts: dict[Text, set[str]] = {}
    for message, path in texts_of_code():
        texts.setdefault(message, set()).add(path)
    for command_text in await texts_of_commands():
        texts.setdefault(command_text, set()).add("cogs")
    return texts


def path_of(language: str, suffix: str) -> Path:
    """Return where a language's catalogue lies."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.{suffix}"


def read_catalogue(language: str) -> Catalog:
    """Return the catalogue of a language, empty if there is none yet."""
    path = path_of(language, "po")
    if not path.exists():
        return Catalog(locale=language, domain=DOMAIN)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def compiled(catalogue: Catalog) -> bytes:
    """Return the catalogue as gettext reads it at run time."""
    output = BytesIO()
    write_mo(output, catalogue)
    return output.getvalue()


def renew(language: str, texts: dict[Text, set[str]]) -> Catalog:
    """Return the catalogue with exactly these texts, the translations kept."""
    old = read_catalogue(language)
    new = Catalog(
        locale=language,
        domain=DOMAIN,
        header_comment=f"# The words of Scriptorium: {language}. Renew: python -m bot.locales",
        project="Scriptorium",
        version="1",
        copyright_holder="",
        msgid_bugs_address="none",
        creation_date=RENEWED,
        revision_date=RENEWED,
        last_translator="none",
        language_team=language,
        fuzzy=False,
    )
    for text, paths in texts.items():
        known = old.get(text[0] if isinstance(text, tuple) else text)
        string = (
            known.string if known and is_translated(known) else text if language == "en" else ""
        )
        new.add(text, string, locations=[(path, 0) for path in sorted(paths)])
    return new


def is_translated(message: Message) -> bool:
    """Whether every form of a text has a translation."""
    forms = message.string if isinstance(message.string, tuple | list) else [message.string]
    return all(forms)


async def main() -> None:
    """Renew and compile all catalogues; say what lacks a translation."""
    texts = await collect()
    for language in LANGUAGES:
        catalogue = renew(language, texts)
        path_of(language, "po").parent.mkdir(parents=True, exist_ok=True)
        with path_of(language, "po").open("wb") as file:
            write_po(file, catalogue, width=96, include_lineno=False)
        path_of(language, "mo").write_bytes(compiled(catalogue))
        for message in catalogue:
            if message.id and not is_translated(message):
                print(f"{language}: no translation of {message.id!r}")  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main())
