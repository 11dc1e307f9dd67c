"""A branch, an edit and the draft of a line, each with words of a member's."""

from collections.abc import Sequence

from engine.storage import Transaction, branches, revisions
from engine.story import Member, Story, Turn
from engine.story.revision import Hand, Revision, RevisionKind, Span
from tests.engine.storage.samples import BEA, NOW


async def add_edit(
    tx: Transaction,
    story: Story,
    target_id: int,
    *,
    member: Member,
    text: str,
    interaction_id: int,
    others: Sequence[Span] = (Span(Hand.MEMBER, BEA.id, BEA.name, "Bea's part. "),),
) -> Turn:
    """Edit a turn, from the story's head on: somebody's words, and the member's `text`."""
    return await revisions.insert_revision(
        tx,
        story,
        Revision(RevisionKind.EDIT, target_id, other_id=target_id),
        guild_id=story.guild_id,
        kept=(*others, Span(Hand.MEMBER, member.id, member.name, text)),
        member=member,
        interaction_id=interaction_id,
        now_ms=NOW,
    )


async def add_branch(
    tx: Transaction, story: Story, *, member: Member, name: str, head_turn_id: int, thread_id: int
) -> int:
    """Part a branch in a thread."""
    return await branches.insert_branch(
        tx,
        guild_id=story.guild_id,
        story_id=story.id,
        name=name,
        head_turn_id=head_turn_id,
        from_turn_id=head_turn_id,
        channel_id=thread_id,
        member_id=member.id,
        now_ms=NOW,
    )
