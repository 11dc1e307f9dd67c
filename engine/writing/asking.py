"""The request for one turn: the prompt, in the style of the server."""

from dataclasses import asdict

from engine.model.request import Banned, ModelRequest, Priority
from engine.story import LineKind, Provenance, Story
from engine.writing.prompting import Prepared
from engine.writing.style import ServerStyle


def request_turn(story: Story, prepared: Prepared, style: ServerStyle, seed: int) -> ModelRequest:
    """Return what the model is asked for a story's next turn."""
    return ModelRequest(
        messages=prepared.prompt.messages,
        most_tokens=story.length.reply_tokens,
        seed=seed,
        sampling=style.sampling,
        banned=banned_in(style),
        adapter=None,  # the base model
        priority=Priority.INTERACTIVE,
        cache_salt=str(story.guild_id),
        channel=str(story.channel_id),
    )


def banned_in(style: ServerStyle) -> Banned:
    """Return what the model must not write in this story."""
    return Banned(
        phrases=style.style.texts(LineKind.PHRASE),
        patterns=style.style.texts(LineKind.PATTERN),
    )


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
        banned=len(request.banned.phrases) + len(request.banned.patterns),
    )
