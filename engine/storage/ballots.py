"""Ballots between alternatives. The candidates are turns inserted with `ballot_id`."""

from sqlalchemy import func, insert, select, update

from engine.errors import BallotClosed, TurnNotFound
from engine.storage.conflicts import insert_into, insert_unless_present
from engine.storage.database import Transaction
from engine.storage.rows import AnyRow, select_ballots, to_ballot
from engine.storage.schema import ballot_branches, ballots, candidates, turns, votes
from engine.story import Ballot, BallotState, Tally, TurnKind


async def open_ballot(
    tx: Transaction,
    *,
    guild_id: int,
    story_id: int,
    branch_id: int,
    head_turn_id: int | None,
    opener_id: int,
    interaction_id: int,
    now_ms: int,
) -> Ballot:
    """Open a ballot without candidates; the same interaction again returns the same ballot."""
    ballot_id = await insert_unless_present(
        tx,
        ballots,
        guild_id=guild_id,
        story_id=story_id,
        head_turn_id=head_turn_id,
        state=BallotState.OPEN,
        opener_id=opener_id,
        interaction_id=interaction_id,
        created_ms=now_ms,
    )
    if ballot_id is not None:
        await tx.execute(
            insert(ballot_branches).values(
                guild_id=guild_id, ballot_id=ballot_id, branch_id=branch_id
            )
        )
    row = await tx.execute(
        select_ballots().where(
            ballots.c.guild_id == guild_id, ballots.c.interaction_id == interaction_id
        )
    )
    return await _with_candidates(tx, row.one())


async def find_ballot(tx: Transaction, *, guild_id: int, ballot_id: int) -> Ballot | None:
    """Return a ballot with its candidates."""
    row = (
        await tx.execute(
            select_ballots().where(ballots.c.guild_id == guild_id, ballots.c.id == ballot_id)
        )
    ).one_or_none()
    return await _with_candidates(tx, row) if row else None


async def find_open_ballot(
    tx: Transaction, *, guild_id: int, story_id: int, branch_id: int, head_turn_id: int | None
) -> Ballot | None:
    """Return a branch's newest open ballot on the turn after a head."""
    found = await list_open_ballots(
        tx, guild_id=guild_id, story_id=story_id, head_turn_id=head_turn_id
    )
    own = [ballot for ballot in found if ballot.branch_id == branch_id]
    return own[-1] if own else None


async def list_open_ballots(
    tx: Transaction, *, guild_id: int, story_id: int, head_turn_id: int | None
) -> list[Ballot]:
    """Return all open ballots on the turn after a head, of every branch, oldest first."""
    rows = await tx.execute(
        select_ballots()
        .where(
            ballots.c.guild_id == guild_id,
            ballots.c.story_id == story_id,
            ballots.c.head_turn_id.is_not_distinct_from(head_turn_id),
            ballots.c.state == BallotState.OPEN,
        )
        .order_by(ballots.c.id)
    )
    return [await _with_candidates(tx, row) for row in rows.all()]


async def list_candidate_kinds(
    tx: Transaction, *, guild_id: int, ballot_id: int
) -> dict[int, TurnKind]:
    """Return who wrote each candidate, a member or the model, by turn id."""
    rows = await tx.execute(
        select(turns.c.id, turns.c.kind)
        .join(
            candidates,
            (candidates.c.guild_id == turns.c.guild_id) & (candidates.c.turn_id == turns.c.id),
        )
        .where(candidates.c.guild_id == guild_id, candidates.c.ballot_id == ballot_id)
        .order_by(turns.c.id)
    )
    return {row.id: row.kind for row in rows}


async def add_candidate(tx: Transaction, *, guild_id: int, ballot_id: int, turn_id: int) -> None:
    """Put a turn that is in no branch to the vote."""
    await tx.execute(
        insert(candidates).values(guild_id=guild_id, turn_id=turn_id, ballot_id=ballot_id)
    )


async def _with_candidates(tx: Transaction, row: AnyRow) -> Ballot:
    ids = await tx.scalars(
        select(candidates.c.turn_id)
        .where(candidates.c.guild_id == row.guild_id, candidates.c.ballot_id == row.id)
        .order_by(candidates.c.turn_id)
    )
    return to_ballot(row, tuple(ids))


async def cast_vote(
    tx: Transaction, *, guild_id: int, ballot_id: int, member_id: int, turn_id: int, now_ms: int
) -> None:
    """Give a member's one vote, or change it.

    Raises:
        TurnNotFound: the turn is no candidate of this ballot.
        BallotClosed: the ballot was decided.
    """
    await _require_open(tx, guild_id, ballot_id, candidate_id=turn_id)
    statement = insert_into(tx, votes).values(
        guild_id=guild_id,
        ballot_id=ballot_id,
        member_id=member_id,
        turn_id=turn_id,
        cast_ms=now_ms,
    )
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=[votes.c.guild_id, votes.c.ballot_id, votes.c.member_id],
            set_={"turn_id": turn_id, "cast_ms": now_ms},
        )
    )


async def read_tally(tx: Transaction, *, guild_id: int, ballot_id: int) -> Tally | None:
    """Count the votes; None when the server has no such ballot."""
    ballot = await find_ballot(tx, guild_id=guild_id, ballot_id=ballot_id)
    if ballot is None:
        return None
    rows = await tx.execute(
        select(votes.c.turn_id, func.count().label("votes"))
        .where(votes.c.guild_id == guild_id, votes.c.ballot_id == ballot_id)
        .group_by(votes.c.turn_id)
    )
    counts = {row.turn_id: row.votes for row in rows}
    return Tally(ballot, tuple(counts.get(turn_id, 0) for turn_id in ballot.candidate_ids))


async def decide_ballot(
    tx: Transaction, *, guild_id: int, ballot_id: int, chosen_turn_id: int
) -> None:
    """Close a ballot in favour of a candidate.

    Raises:
        TurnNotFound: the turn is no candidate of this ballot.
        BallotClosed: it was decided before.
    """
    await _require_open(tx, guild_id, ballot_id, candidate_id=chosen_turn_id)
    await tx.execute(
        update(ballots)
        .where(ballots.c.guild_id == guild_id, ballots.c.id == ballot_id)
        .values(state=BallotState.DECIDED, chosen_turn_id=chosen_turn_id)
    )


async def _require_open(
    tx: Transaction, guild_id: int, ballot_id: int, *, candidate_id: int
) -> None:
    ballot = await find_ballot(tx, guild_id=guild_id, ballot_id=ballot_id)
    if ballot is None or candidate_id not in ballot.candidate_ids:
        raise TurnNotFound(candidate_id)
    if ballot.state is BallotState.DECIDED:
        raise BallotClosed(ballot.chosen_turn_id)


async def list_voters(tx: Transaction, *, guild_id: int, ballot_id: int) -> set[int]:
    """Return the ids of the members who voted."""
    voters = await tx.scalars(
        select(votes.c.member_id).where(
            votes.c.guild_id == guild_id, votes.c.ballot_id == ballot_id
        )
    )
    return set(voters)
