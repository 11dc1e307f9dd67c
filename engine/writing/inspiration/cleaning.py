"""From a reply to a story prompt, or to nothing: what code can tell is no premise is dropped."""

import re

from engine.prose.sentences import sentences_of
from engine.prose.words import words_of
from engine.writing.inspiration.asking import angles

# How a model leads over to what it was asked for, and the labels that it puts before it.
_LEAD = re.compile(
    r"\A\s*(?:(?:sure|certainly|of course|okay)[,!.]?\s*)?"
    r"(?:here(?:'s| is| are)[^\n:]{0,80}:|(?:story )?(?:prompt|premise|title|idea|beginning)"
    r"(?:\s*\d+)?\s*:|(?:故事)?(?:构思|提示|开头|标题)\s*[:：]|[#>*\-\s\d.]+(?=\w))\s*",
    re.IGNORECASE,
)
_MARKS = re.compile(r"[*_`#]+")
_QUOTES = "\"“”'‘’「」『』 "
_SPEECH = re.compile(r"[\"“”「」『』]")
# Words of somebody who talks about the task.
_META = re.compile(
    r"\b(?:as an ai|language model|the premise|this premise|the story (?:is|begins|starts|follows|"
    r"revolves|takes|will)|in this (?:story|tale)|the reader|the author|once upon a time|"
    r"two sentences|four sentences)\b"
    r"|作为(?:一个)?(?:AI|人工智能|语言模型)|本文|读者|作者|这个构思",
    re.IGNORECASE,
)
SENTENCES = {False: 3, True: 5}  # at most, of a short and of a long one
LEAST_WORDS, LEAST_CHARACTERS = 10, 16  # of English, of Chinese
MOST_CHARACTERS = 600


def clean_prompt(reply: str, language: str, *, is_long: bool) -> str:
    """Return the premise in a reply, whole sentences of one paragraph; "" when there is none."""
    text = reply
    while (bare := _LEAD.sub("", text, count=1)) != text:
        text = bare
    paragraph = next((part for part in text.split("\n") if part.strip()), "")
    text = _unquote(_MARKS.sub("", paragraph).strip())
    kept = _whole_sentences(text, language)[: SENTENCES[is_long]]
    premise = ("" if language.startswith("zh") else " ").join(kept)[:MOST_CHARACTERS]
    return premise if _is_premise(premise, language) else ""


def _unquote(text: str) -> str:
    """Take away the quotation marks around a whole text; somebody's words inside keep theirs."""
    bare = text.strip(_QUOTES)
    return text if _SPEECH.search(bare) else bare


def _whole_sentences(text: str, language: str) -> list[str]:
    kept = []
    for sentence in sentences_of(text, language):
        bare = sentence.text.strip()
        if not bare.rstrip("\"'”’」』)）").endswith((".", "!", "?", "…", "。", "！", "？")):
            break  # it broke off here
        if not _META.search(bare):
            kept.append(bare)
    return kept


def _is_premise(text: str, language: str) -> bool:
    if language.startswith("zh"):
        han = sum("\u4e00" <= character <= "\u9fff" for character in text)
        return han >= LEAST_CHARACTERS and han > len(text) / 2
    words = words_of(text, language)
    echoes = any(text.startswith(angle[:24]) for angle in angles(language))
    return len(words) >= LEAST_WORDS and len(set(words)) > len(words) / 2 and not echoes
