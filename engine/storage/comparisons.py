"""Comparisons of voices: blind pairs, and what members found of them."""

from sqlalchemy import insert, select, update

from engine.storage.conflicts import insert_into, insert_unless_present
from engine.storage.database import Transaction
from engine.storage.rows import select_comparisons, select_pairs, to_comparison, to_pair
from engine.storage.schema import comparison_pairs, comparison_votes, comparisons
from engine.story import Choice, Comparison, Pair


async def insert_comparison(
    tx: Transaction, comparison: Comparison, *, guild_id: int, interaction_id: int
) -> Comparison:
    """Keep a comparison, without pairs, under an id of its own; once for each interaction."""
    await insert_unless_present(
        tx,
        comparisons,
        guild_id=guild_id,
        channel_id=comparison.channel_id,
        adapter_id=comparison.adapter_id,
        rival_adapter_id=comparison.rival_adapter_id,
        opener_id=comparison.opener_id,
        language=comparison.language,
        seed=comparison.seed,
        interaction_id=interaction_id,
        created_ms=comparison.created_ms,
    )
    row = await tx.execute(
        select_comparisons().where(
            comparisons.c.guild_id == guild_id, comparisons.c.interaction_id == interaction_id
        )
    )
    return to_comparison(row.one())


async def find_comparison(
    tx: Transaction, *, guild_id: int, comparison_id: int
) -> Comparison | None:
    """Return a comparison of the server."""
    row = (
        await tx.execute(
            select_comparisons().where(
                comparisons.c.guild_id == guild_id, comparisons.c.id == comparison_id
            )
        )
    ).one_or_none()
    return to_comparison(row) if row else None


async def list_comparisons(tx: Transaction, *, guild_id: int) -> list[Comparison]:
    """Return the server's comparisons, the newest first."""
    rows = await tx.execute(
        select_comparisons()
        .where(comparisons.c.guild_id == guild_id)
        .order_by(comparisons.c.id.desc())
    )
    return [to_comparison(row) for row in rows]


async def insert_pair(
    tx: Transaction,
    *,
    guild_id: int,
    comparison_id: int,
    number: int,
    prompt: str,
    first: str,
    second: str,
    adapter_is_first: bool,
) -> None:
    """Add a pair to a comparison."""
    await tx.execute(
        insert(comparison_pairs).values(
            guild_id=guild_id,
            comparison_id=comparison_id,
            number=number,
            prompt=prompt,
            first=first,
            second=second,
            adapter_is_first=int(adapter_is_first),
        )
    )


async def list_pairs(tx: Transaction, *, guild_id: int, comparison_id: int) -> list[Pair]:
    """Return the pairs of a comparison in their order."""
    rows = await tx.execute(
        select_pairs()
        .where(
            comparison_pairs.c.guild_id == guild_id,
            comparison_pairs.c.comparison_id == comparison_id,
        )
        .order_by(comparison_pairs.c.number)
    )
    return [to_pair(row) for row in rows]


async def find_pair(tx: Transaction, *, guild_id: int, pair_id: int) -> Pair | None:
    """Return a pair of the server."""
    row = (
        await tx.execute(
            select_pairs().where(
                comparison_pairs.c.guild_id == guild_id, comparison_pairs.c.id == pair_id
            )
        )
    ).one_or_none()
    return to_pair(row) if row else None


async def set_pair_message(
    tx: Transaction, *, guild_id: int, pair_id: int, message_id: int
) -> None:
    """Note which message shows a pair."""
    await tx.execute(
        update(comparison_pairs)
        .where(comparison_pairs.c.guild_id == guild_id, comparison_pairs.c.id == pair_id)
        .values(message_id=message_id)
    )


async def cast_choice(
    tx: Transaction, *, guild_id: int, pair_id: int, member_id: int, choice: Choice, now_ms: int
) -> None:
    """Give a member's one vote on a pair, or change it."""
    statement = insert_into(tx, comparison_votes).values(
        guild_id=guild_id, pair_id=pair_id, member_id=member_id, choice=choice, cast_ms=now_ms
    )
    votes = comparison_votes.c
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=[votes.guild_id, votes.pair_id, votes.member_id],
            set_={"choice": choice, "cast_ms": now_ms},
        )
    )


async def list_choices(
    tx: Transaction, *, guild_id: int, comparison_id: int
) -> list[tuple[bool, Choice]]:
    """Return every vote on a comparison: whether the adapter was first, and the choice."""
    rows = await tx.execute(
        select(comparison_pairs.c.adapter_is_first, comparison_votes.c.choice)
        .join(
            comparison_votes,
            (comparison_votes.c.guild_id == comparison_pairs.c.guild_id)
            & (comparison_votes.c.pair_id == comparison_pairs.c.id),
        )
        .where(
            comparison_pairs.c.guild_id == guild_id,
            comparison_pairs.c.comparison_id == comparison_id,
        )
    )
    return [(bool(row.adapter_is_first), row.choice) for row in rows]
