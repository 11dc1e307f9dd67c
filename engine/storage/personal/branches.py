"""What a member wrote into edited turns, and the branches that they parted and named."""

from sqlalchemy import String, cast, delete, select, update

from engine.storage.database import Transaction
from engine.storage.personal.rows import Rows
from engine.storage.rows import select_posts, to_post
from engine.storage.schema import (
    branches,
    draft_originals,
    line_drafts,
    offshoots,
    posts,
    revisions,
    spans,
    turns,
)
from engine.story import Post, TurnKind


def own_rows(guild_id: int, member_id: int) -> Rows:
    """Select the member's spans and revisions, their branches, and what their drafts were."""
    own = select(turns.c.id).where(turns.c.guild_id == guild_id, turns.c.author_id == member_id)
    drafts = select(line_drafts.c.id).where(
        line_drafts.c.guild_id == guild_id, line_drafts.c.member_id == member_id
    )
    parted = select(offshoots.c.branch_id).where(
        offshoots.c.guild_id == guild_id, offshoots.c.creator_id == member_id
    )
    return {
        "spans": select(spans).where(spans.c.guild_id == guild_id, spans.c.author_id == member_id),
        "revisions": select(revisions).where(
            revisions.c.guild_id == guild_id, revisions.c.turn_id.in_(own)
        ),
        "offshoots": select(offshoots).where(
            offshoots.c.guild_id == guild_id, offshoots.c.creator_id == member_id
        ),
        "branches": select(branches).where(
            branches.c.guild_id == guild_id, branches.c.id.in_(parted)
        ),
        "draft_originals": select(draft_originals).where(
            draft_originals.c.guild_id == guild_id, draft_originals.c.draft_id.in_(drafts)
        ),
    }


async def list_shown(tx: Transaction, guild_id: int, member_id: int) -> tuple[Post, ...]:
    """Return where Discord shows others' turns with words of the member. Ask before erasing."""
    rows = await tx.execute(
        select(revisions.c.turn_id, revisions.c.target_id).where(revisions.c.guild_id == guild_id)
    )
    targets = {row.turn_id: row.target_id for row in rows}
    edited = await tx.scalars(
        select(spans.c.turn_id).where(spans.c.guild_id == guild_id, spans.c.author_id == member_id)
    )
    shown = set()
    for turn_id in edited:
        while turn_id in targets:  # the second half of a split is shown with the first
            turn_id = targets[turn_id]  # noqa: PLW2901
        shown.add(turn_id)
    found = await tx.execute(
        select_posts()
        .join(turns, (turns.c.guild_id == posts.c.guild_id) & (turns.c.id == posts.c.turn_id))
        .where(
            posts.c.guild_id == guild_id,
            posts.c.turn_id.in_(shown),
            # Those of the member's own turns are listed with their stories.
            (turns.c.author_id != member_id) | (turns.c.kind != TurnKind.HUMAN),
        )
        .order_by(posts.c.turn_id, posts.c.part)
    )
    return tuple(to_post(row) for row in found)


async def erase(tx: Transaction, guild_id: int, member_id: int) -> dict[str, int]:
    """Take the member's spans out of every edit, and the names off their branches."""
    own_texts = select(turns.c.id).where(
        turns.c.guild_id == guild_id,
        turns.c.author_id == member_id,
        turns.c.kind == TurnKind.HUMAN,
    )
    # A turn whose text is blanked as a whole has no spans left.
    gone = await tx.execute(
        delete(spans).where(spans.c.guild_id == guild_id, spans.c.turn_id.in_(own_texts))
    )
    blanked = await tx.execute(
        update(spans)
        .where(spans.c.guild_id == guild_id, spans.c.author_id == member_id)
        .values(author_id=0, name="", text="")
    )
    parted = select(offshoots.c.branch_id).where(
        offshoots.c.guild_id == guild_id, offshoots.c.creator_id == member_id
    )
    renamed = await tx.execute(
        update(branches)
        .where(branches.c.guild_id == guild_id, branches.c.id.in_(parted))
        .values(name="#" + cast(branches.c.id, String))
    )
    await tx.execute(
        update(offshoots)
        .where(offshoots.c.guild_id == guild_id, offshoots.c.creator_id == member_id)
        .values(creator_id=0)
    )
    drafts = select(line_drafts.c.id).where(
        line_drafts.c.guild_id == guild_id, line_drafts.c.member_id == member_id
    )
    originals = await tx.execute(
        delete(draft_originals).where(
            draft_originals.c.guild_id == guild_id, draft_originals.c.draft_id.in_(drafts)
        )
    )
    return {
        "spans": gone.rowcount + blanked.rowcount,
        "branches": renamed.rowcount,
        "draft_originals": originals.rowcount,
    }
