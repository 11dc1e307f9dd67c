"""What authors decide: whether their text is read, and whether others may see what was found."""

from engine.errors import CritiqueNotFound, SharingMissing
from engine.runtime import Engine
from engine.storage import critiques
from engine.story import ConsentState, CritiqueState, Member, Post
from engine.writing.critique.access import (
    Reading,
    get_reading,
    require_author,
    require_open,
    require_party,
    tidy,
)


async def agree(engine: Engine, *, guild_id: int, critique_id: int, member: Member) -> Reading:
    """Let an author agree; with the last of them the critique is ready to be written.

    Raises:
        CritiqueNotFound, CritiqueClosed, NotTheAuthor: they cannot agree to this.
    """
    return await _answer(engine, guild_id, critique_id, member, ConsentState.GIVEN)


async def refuse(engine: Engine, *, guild_id: int, critique_id: int, member: Member) -> Reading:
    """Let an author refuse: the critique is closed and the text deleted.

    An author may refuse as long as nothing is written, having agreed or not.

    Raises:
        CritiqueNotFound, CritiqueClosed, NotTheAuthor: they cannot refuse this.
    """
    return await _answer(engine, guild_id, critique_id, member, ConsentState.REFUSED)


async def _answer(
    engine: Engine, guild_id: int, critique_id: int, member: Member, answer: ConsentState
) -> Reading:
    now_ms = engine.clock()
    async with engine.database.writing() as tx:
        await tidy(tx, guild_id=guild_id, now_ms=now_ms)
        reading = await get_reading(tx, guild_id=guild_id, critique_id=critique_id)
        require_author(reading, member)
    # After the transaction that may have closed it: what is overdue stays closed.
    require_open(reading)
    async with engine.database.writing() as tx:
        await critiques.answer_consent(
            tx,
            guild_id=guild_id,
            critique_id=critique_id,
            author_id=member.id,
            state=answer,
            now_ms=now_ms,
        )
        reading = await get_reading(tx, guild_id=guild_id, critique_id=critique_id)
        if reading.critique.state is CritiqueState.WAITING:
            if answer is ConsentState.REFUSED:
                await critiques.close_critique(
                    tx,
                    guild_id=guild_id,
                    critique_id=critique_id,
                    state=CritiqueState.REFUSED,
                    now_ms=now_ms,
                )
            elif not reading.missing:
                await critiques.change_state(
                    tx,
                    guild_id=guild_id,
                    critique_id=critique_id,
                    expected=CritiqueState.WAITING,
                    to=CritiqueState.READY,
                    now_ms=now_ms,
                )
        return await get_reading(tx, guild_id=guild_id, critique_id=critique_id)


async def share(engine: Engine, *, guild_id: int, critique_id: int, member: Member) -> Reading:
    """Let an author show a critique to all; with several authors, once each of them said so.

    Raises:
        CritiqueNotFound: there is none, or it is not written.
        NotTheAuthor: the member wrote no part of the text.
        SharingMissing: other authors have not said so yet.
    """
    async with engine.database.writing() as tx:
        reading = await get_reading(tx, guild_id=guild_id, critique_id=critique_id)
        require_author(reading, member)
        if reading.critique.state is not CritiqueState.WRITTEN:
            raise CritiqueNotFound
        await critiques.allow_sharing(
            tx,
            guild_id=guild_id,
            critique_id=critique_id,
            author_id=member.id,
            now_ms=engine.clock(),
        )
        missing = await critiques.count_unwilling(tx, guild_id=guild_id, critique_id=critique_id)
    if missing:
        raise SharingMissing(missing)
    return reading


async def list_shared(engine: Engine, *, guild_id: int, critique_id: int) -> list[Post]:
    """Return the messages in which all can see the critique, in order."""
    async with engine.database.reading() as tx:
        return await critiques.list_critique_posts(tx, guild_id=guild_id, critique_id=critique_id)


async def record_shared(
    engine: Engine, *, guild_id: int, critique_id: int, posts: list[tuple[int, int]]
) -> None:
    """Note the messages, as (channel, message), in which all can see the critique."""
    async with engine.database.writing() as tx:
        for part, (channel_id, message_id) in enumerate(posts):
            await critiques.record_critique_post(
                tx,
                guild_id=guild_id,
                critique_id=critique_id,
                part=part,
                channel_id=channel_id,
                message_id=message_id,
            )


async def delete_critique(
    engine: Engine, *, guild_id: int, critique_id: int, member: Member
) -> list[Post]:
    """Delete text and notes; return the messages that show them, to be taken from Discord.

    Raises:
        CritiqueNotFound, NotYourCritique: there is none, or it is not theirs.
    """
    async with engine.database.writing() as tx:
        reading = await get_reading(tx, guild_id=guild_id, critique_id=critique_id)
        require_party(reading, member)
        shown = await critiques.list_critique_posts(tx, guild_id=guild_id, critique_id=critique_id)
        await critiques.forget_critique_posts(tx, guild_id=guild_id, critique_id=critique_id)
        await critiques.close_critique(
            tx,
            guild_id=guild_id,
            critique_id=critique_id,
            state=CritiqueState.DELETED,
            now_ms=engine.clock(),
        )
    return shown
