"""The request for one turn: the prompt, in the style of the server."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from engine.model.request import Banned, ModelRequest, Priority
from engine.safety.cliches import shipped_cliches
from engine.story import LineKind, Provenance, Story, Turn
from engine.writing.prompting import Prepared
from engine.writing.style import ServerStyle

CAPITALIZED = re.compile(r"\b[A-Z][^\W\d_]*")


def request_turn(
    story: Story,
    path: Sequence[Turn],
    prepared: Prepared,
    style: ServerStyle,
    *,
    direction: str,
    seed: int,
    adapter: str | None,
) -> ModelRequest:
    """Return what the model is asked for the turn of a story that follows `path`."""
    texts = [story.title, story.genre, story.style, direction, *(turn.told for turn in path)]
    return ModelRequest(
        messages=prepared.prompt.messages,
        most_tokens=story.length.reply_tokens,
        seed=seed,
        sampling=style.sampling,
        banned=banned_in(style, story.language, texts),
        adapter=adapter,  # None: the base model
        priority=Priority.INTERACTIVE,
        cache_salt=str(story.guild_id),
        channel=str(story.channel_id),
    )


def banned_in(style: ServerStyle, language: str, texts: Sequence[str]) -> Banned:
    """Return what the model must not write in a story of this language and these texts.

    The server's own list, and the shipped one less the names that the server allows or that
    stand in the story already.
    """
    phrases = style.style.texts(LineKind.PHRASE)
    if style.style.bans_cliches:
        listed = language.partition("-")[0]
        names = [*style.style.texts(LineKind.NAME), *names_in(texts, shipped_cliches(listed))]
        phrases = (*shipped_cliches(listed, exempt=names), *phrases)
    return Banned(tuple(dict.fromkeys(phrases)), style.style.texts(LineKind.PATTERN))


def names_in(texts: Iterable[str], phrases: Iterable[str]) -> list[str]:
    """Return those phrases that stand in the texts as a name: each of their words with a capital.

    Scripts without capitals have no names that could be told by them.
    """
    text = "\n".join(texts)
    capitalized = set(CAPITALIZED.findall(text))
    names = [phrase.title() for phrase in phrases]
    return [name for name in names if capitalized.issuperset(name.split()) and name in text]


def provenance_of(prepared: Prepared, request: ModelRequest, style: ServerStyle) -> Provenance:
    """Return how a turn comes to be; the reply's counts are known at its end."""
    sampling = asdict(request.sampling)
    breakers = list(request.sampling.dry_sequence_breakers)  # as JSON gives them back
    return Provenance(
        model=prepared.model.name,
        seed=request.seed,
        sampling={
            **sampling,
            "dry_sequence_breakers": breakers,
            "most_tokens": request.most_tokens,
        },
        prompt_hash=prepared.prompt.digest,
        prompt_tokens=prepared.prompt.tokens,
        cached_tokens=0,
        reply_tokens=0,
        preset=style.preset.key,
        adapter=request.adapter or "",
        parts=prepared.prompt.parts,
        banned=len(request.banned.phrases) + len(request.banned.patterns),
    )
