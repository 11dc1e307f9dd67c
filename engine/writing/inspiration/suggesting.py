"""Story prompts for a member: many candidates in one batch, of which the most different stay."""

from collections.abc import Sequence

import structlog

from engine.errors import NoPromptsLeft, PromptNotFound, Unsupported
from engine.prose.distance import Shape, cosine_distance
from engine.runtime import Engine
from engine.storage import prompts
from engine.story import Member, PromptMark, StoryPrompt, Wish
from engine.writing.asking_all import Reply, Show, ask_all, show_nothing
from engine.writing.inspiration.asking import examples, request_candidates
from engine.writing.inspiration.choosing import choose, drop_near_duplicates
from engine.writing.inspiration.cleaning import clean_prompt
from engine.writing.patience import patiently
from engine.writing.style import get_style
from engine.writing.texts import tidy_line

REMEMBERED = 100  # of the server's newest prompts, from which new ones keep away
MOST_WISH_CHARACTERS = 100  # of each part of a wish

log = structlog.get_logger()


async def suggest_prompts(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    wish: Wish,
    interaction_id: int,
    like_id: int | None = None,
    show: Show = show_nothing,
) -> list[StoryPrompt]:
    """Return up to five new prompts; the same interaction again returns the same ones.

    With `like_id` they are near to that prompt in idea, and that prompt's wish counts.

    Raises:
        TextRefused: a part of the wish is too long.
        PromptNotFound: the server has no prompt `like_id`.
        NoPromptsLeft: no candidate was fit to be shown.
        QueueFull, ModelUnavailable, GenerationFailed, PromptRefused, Unsupported: as `ask_all`.
        VoiceUnavailable: the server's own voice cannot be loaded.
    """
    wish = _tidy(wish)
    async with engine.database.reading() as tx:
        known = await prompts.list_prompts_of(tx, guild_id=guild_id, interaction_id=interaction_id)
        like = None
        if like_id is not None:
            like = await prompts.find_prompt(tx, guild_id=guild_id, prompt_id=like_id)
            if like is None:
                raise PromptNotFound(like_id)
            wish = like.wish
        style = await get_style(tx, engine, guild_id)
        recent = await prompts.list_recent_texts(
            tx, guild_id=guild_id, language=wish.language, most=REMEMBERED
        )
    if known:
        return known
    info = await patiently(engine, engine.model.info)
    replies = await ask_all(
        engine,
        request_candidates(
            wish,
            style,
            like=like.text if like else "",
            specials=info.special_tokens,
            seed=engine.seeds(),
            guild_id=guild_id,
            channel_id=channel_id,
        ),
        guild_id=guild_id,
        channel_id=channel_id,
        member=member,
        voice=lambda: engine.voices.ready(guild_id),
        show=show,
    )
    texts = await pick_different(
        engine,
        _premises(replies, wish),
        # The model may copy an example that it was shown.
        [*recent, *(example.premise for example in examples(wish.language))],
        wish.language,
    )
    log.info("prompts_chosen", guild_id=guild_id, candidates=len(replies), shown=len(texts))
    if not texts:
        raise NoPromptsLeft(len(replies))
    async with engine.database.writing() as tx:
        await prompts.insert_prompts(
            tx,
            guild_id=guild_id,
            interaction_id=interaction_id,
            member_id=member.id,
            wish=wish,
            texts=texts,
            now_ms=engine.clock(),
        )
        if like_id is not None:
            await prompts.set_mark(
                tx,
                guild_id=guild_id,
                prompt_id=like_id,
                member_id=member.id,
                kind=PromptMark.MORE,
                now_ms=engine.clock(),
            )
        return await prompts.list_prompts_of(tx, guild_id=guild_id, interaction_id=interaction_id)


def _premises(replies: Sequence[Reply | None], wish: Wish) -> list[str]:
    cleaned = (
        clean_prompt(reply.text, wish.language, is_long=wish.is_long) for reply in replies if reply
    )
    return [premise for premise in cleaned if premise]


async def pick_different(
    engine: Engine, candidates: list[str], recent: list[str], language: str
) -> list[str]:
    """Return the candidates that differ most from each other and from the recent texts."""
    texts = [*candidates, *recent]
    shapes = [Shape(text, language) for text in texts]

    def lexical(one: int, other: int) -> float:
        return shapes[one].distance(shapes[other])

    new = drop_near_duplicates(len(candidates), len(recent), lexical)
    left = [*new, *range(len(candidates), len(texts))]
    vectors = await _embed(engine, [texts[number] for number in left])

    def distance(one: int, other: int) -> float:
        by_words = lexical(left[one], left[other])
        if vectors is None:
            return by_words
        return (by_words + cosine_distance(vectors[one], vectors[other])) / 2

    return [texts[new[number]] for number in choose(len(new), len(recent), distance)]


async def _embed(engine: Engine, texts: list[str]) -> list[list[float]] | None:
    """Return where the texts lie by their meaning; None where the server has no embeddings."""
    try:
        return await patiently(engine, lambda: engine.model.embed(texts)) if texts else []
    except Unsupported:
        return None


def _tidy(wish: Wish) -> Wish:
    return Wish(
        wish.language,
        tidy_line(wish.genre, MOST_WISH_CHARACTERS),
        tidy_line(wish.tone, MOST_WISH_CHARACTERS),
        tidy_line(wish.form, MOST_WISH_CHARACTERS),
        tidy_line(wish.seed_words, MOST_WISH_CHARACTERS),
        wish.is_long,
    )
