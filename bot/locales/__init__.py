"""What members read, in their language: gettext catalogues and Discord's command names."""

import gettext
from functools import cache
from pathlib import Path

import discord
from discord import app_commands

DOMAIN = "scriptorium"
FOLDER = Path(__file__).parent
LANGUAGES = ("en", "zh_CN")


class Words:
    """The wording of one language: `words("Place {place} in the queue.", place=2)`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.story_language = language.replace("_", "-")  # as a story's language is named
        self._catalogue = gettext.translation(DOMAIN, FOLDER, [language])

    def __call__(self, message: str, /, **facts: object) -> str:
        """Return `message` in this language, the facts filled in."""
        text = self._catalogue.gettext(message)
        return text.format(**facts) if facts else text

    def plural(self, one: str, many: str, count: int, /, **facts: object) -> str:
        """Return the form for `count`, which fills `{count}`."""
        return self._catalogue.ngettext(one, many, count).format(count=count, **facts)


def words_for(language: str | discord.Locale) -> Words:
    """Return the words of a Discord locale or of a story's language; English for the others."""
    return _words("zh_CN" if str(language).startswith("zh") else "en")


@cache
def _words(language: str) -> Words:
    return Words(language)


class CommandTranslator(app_commands.Translator):
    """Gives Discord the names and descriptions of commands in Chinese."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """Return the translation for the Chinese locales, None for all others."""
        if locale not in {discord.Locale.chinese, discord.Locale.taiwan_chinese}:
            return None
        return words_for(locale)(string.message)
