"""The consent texts: which version, in which language, in which exact words."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from engine.settings import EngineSettings

NEWEST_VERSION = 1
LANGUAGES = ("en", "zh-CN")
_UNNAMED = {
    "en": "a person whom the moderators of this server know",
    "zh-CN": "一位本服务器管理员认识的人",
}


@dataclass(frozen=True, slots=True)
class Wording:
    """A consent text as an author reads it."""

    version: int
    language: str
    text: str

    @property
    def digest(self) -> str:
        """The SHA-256 of the exact words, hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def consent_wording(settings: EngineSettings, version: int, language: str) -> Wording:
    """Return the words of a version, old ones too; raise LookupError when there is none.

    A language without a text of its own reads the English one.
    """
    language = language if language in LANGUAGES else "en"
    text = _template(version, language).replace(
        "{operator}", settings.operator_name or _UNNAMED[language]
    )
    return Wording(version, language, text)


@cache
def _template(version: int, language: str) -> str:
    file = files("engine.library.consent_texts") / f"{version}.{language}.md"
    if not file.is_file():
        raise LookupError(f"no consent text {version} in {language}")
    return file.read_text("utf-8").strip()
