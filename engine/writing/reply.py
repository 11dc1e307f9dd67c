"""What of a reply is story text. Cut only what is surely none."""

import re

from engine.prose.sentences import sentences_of

# A reasoning model thinks aloud first; the thought is not the story, finished or not.
_THOUGHT = re.compile(r"\A\s*<think>.*?(?:</think>|\Z)", re.DOTALL)
# The role that opens a message, alone on its line: "Assistant: come in!" may well be a story.
_ROLE_LABEL = re.compile(
    r"\A\s*(?:(?:<\|im_start\|>|<\|start_header_id\|>)\s*(?:assistant|model)?"
    r"|(?:assistant|model)(?=\s*(?:\n|<\|end_header_id\|>)))"
    r"(?:<\|end_header_id\|>)?\s*"
)
# Marks that end a message; whatever follows was meant for nobody.
_STOP_MARK = re.compile(
    r"<\|(?:im_end|im_start|endoftext|eot_id|end_of_text|start_header_id|end)\|>"
    r"|</s>|<end_of_turn>|<start_of_turn>|<｜end▁of▁sentence｜>"
)
_ABBREVIATION = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|Prof|Capt|Sgt|Lt|Jr|Sr|vs|[A-Z])\.$")
_SENTENCE_END = re.compile(r"""(?:[.!?…]+["'”’»)\]*_]*(?=\s|$)|[。！？…]+[”’」』）]*)""")


def clean_reply(text: str) -> str:
    """Return the story text of a reply, also of one that is still coming in."""
    text = _THOUGHT.sub("", text, count=1)
    text = _ROLE_LABEL.sub("", text, count=1)
    return _STOP_MARK.split(text, maxsplit=1)[0].strip()


def cut_to_sentence(text: str) -> str:
    """Cut a text that broke off back to its last whole sentence, if half of it remains."""
    ends = [
        match.end()
        for match in _SENTENCE_END.finditer(text)
        if not _ABBREVIATION.search(text[: match.end()])
    ]
    if not ends or ends[-1] < len(text) / 2:
        return text
    return text[: ends[-1]]


def keep_first_sentence(text: str, language: str) -> str:
    """Cut a text after its first sentence that has a word."""
    for sentence in sentences_of(text, language):
        if any(map(str.isalnum, sentence.text)):
            return text[: sentence.end]
    return text
