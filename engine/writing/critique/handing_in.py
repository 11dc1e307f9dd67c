"""A text is handed in: whose it is decides whether it may be read at once."""

import hashlib
from collections.abc import Iterable

from engine.errors import AuthorUnknown, CritiqueTooLong, NoSuchTurns, TextRefused
from engine.prose.invisible import strip_invisible
from engine.runtime import Engine
from engine.storage import critiques, turns
from engine.story import ConsentState, CritiqueSource, CritiqueState, Member, Turn
from engine.writing.critique.access import Reading, get_reading, tidy
from engine.writing.critique.lenses import Lens
from engine.writing.critique.passages import language_of
from engine.writing.reading import read_story

MOST_CHARACTERS = 60_000  # about 10,000 English words: a dozen passages of a small model


async def hand_in_text(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    lens: Lens,
    text: str,
    source: CritiqueSource = CritiqueSource.TEXT,
    interaction_id: int,
) -> Reading:
    """Accept a text of the member's own; the same interaction again is the same critique.

    Raises:
        TextRefused: there is nothing in it.
        CritiqueTooLong: it is longer than MOST_CHARACTERS.
    """
    return await _accept(
        engine,
        guild_id=guild_id,
        channel_id=channel_id,
        member=member,
        lens=lens,
        text=text,
        source=source,
        authors=[member.id],
        interaction_id=interaction_id,
    )


async def hand_in_message(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    lens: Lens,
    message_id: int,
    author_id: int | None,
    text: str,
    interaction_id: int,
) -> Reading:
    """Accept a message; one that shows a turn stands for the whole turn and its author.

    `author_id` is None for a message of a bot or webhook: only a story can tell whose it is.

    Raises:
        AuthorUnknown: no story knows the message, and no person wrote it.
        TextRefused, CritiqueTooLong: as `hand_in_text`.
    """
    async with engine.database.reading() as tx:
        turn = await turns.find_turn_by_message(tx, guild_id=guild_id, message_id=message_id)
    if turn is not None and turn.text:
        authors, text = _authors_of([turn]), turn.text
    elif author_id is not None:
        authors = [author_id]
    else:
        raise AuthorUnknown
    return await _accept(
        engine,
        guild_id=guild_id,
        channel_id=channel_id,
        member=member,
        lens=lens,
        text=text,
        source=CritiqueSource.MESSAGE,
        authors=authors,
        interaction_id=interaction_id,
    )


async def hand_in_story(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    lens: Lens,
    first: int | None,
    last: int | None,
    interaction_id: int,
) -> Reading:
    """Accept the channel's story, or its turns `first` to `last`, counted from 1.

    Raises:
        NoOpenStory: the channel never had one.
        NoSuchTurns: none of its written turns lies between the two.
        CritiqueTooLong: they are longer than MOST_CHARACTERS together.
    """
    _, path = await read_story(engine, guild_id=guild_id, channel_id=channel_id)
    newest = path[-1].number if path else 0
    first, last = first or 1, last or newest
    chosen = [turn for turn in path if first <= turn.number <= last]
    if not chosen:
        raise NoSuchTurns(first, last, newest)
    return await _accept(
        engine,
        guild_id=guild_id,
        channel_id=channel_id,
        member=member,
        lens=lens,
        text="\n\n".join(turn.told for turn in chosen),
        source=CritiqueSource.STORY,
        authors=_authors_of(chosen),
        interaction_id=interaction_id,
    )


async def hand_in_again(
    engine: Engine, reading: Reading, *, member: Member, lens: Lens, interaction_id: int
) -> Reading:
    """Accept the same text for another lens; what its authors agreed to holds for it as well.

    Raises:
        TextRefused: the text is not kept any longer; ask `require_text` before.
    """
    before = reading.critique
    return await _accept(
        engine,
        guild_id=before.guild_id,
        channel_id=before.channel_id,
        member=member,
        lens=lens,
        text=before.text,
        source=before.source,
        authors=reading.authors,
        agreed=[c.author_id for c in reading.consents if c.state is ConsentState.GIVEN],
        interaction_id=interaction_id,
    )


def _authors_of(path: Iterable[Turn]) -> list[int]:
    """Return who wrote the turns or asked the model for them; nobody can speak for the erased."""
    return list(dict.fromkeys(turn.author_id for turn in path if turn.author_id))


async def _accept(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    lens: Lens,
    text: str,
    source: CritiqueSource,
    authors: Iterable[int],
    agreed: Iterable[int] = (),
    interaction_id: int,
) -> Reading:
    text = strip_invisible(text).strip()
    if not text:
        raise TextRefused(0, MOST_CHARACTERS)
    if len(text) > MOST_CHARACTERS:
        raise CritiqueTooLong(len(text), MOST_CHARACTERS)
    given = {member.id, *agreed}
    # What only the model wrote for members who were erased is nobody's: then it is the reader's.
    consents = [
        (author, ConsentState.GIVEN if author in given else ConsentState.ASKED)
        for author in (list(authors) or [member.id])
    ]
    waits = any(state is ConsentState.ASKED for _, state in consents)
    now_ms = engine.clock()
    async with engine.database.writing() as tx:
        await tidy(tx, guild_id=guild_id, now_ms=now_ms)
        critique = await critiques.insert_critique(
            tx,
            guild_id=guild_id,
            channel_id=channel_id,
            requester_id=member.id,
            source=source,
            lens=lens.key,
            language=language_of(text),
            text=text,
            text_hash=hashlib.sha256(text.encode()).hexdigest(),
            state=CritiqueState.WAITING if waits else CritiqueState.READY,
            consents=consents,
            interaction_id=interaction_id,
            now_ms=now_ms,
        )
        return await get_reading(tx, guild_id=guild_id, critique_id=critique.id)
