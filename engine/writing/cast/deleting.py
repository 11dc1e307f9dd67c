"""Taking back what a character said."""

from dataclasses import dataclass

from engine.errors import NotALine, NotYourTurn, StoryMovedOn
from engine.runtime import Engine
from engine.story import Member, Story, StoryState, Turn
from engine.writing.head import get_turn_and_story
from engine.writing.rights import require_writer
from engine.writing.undoing import undo


@dataclass(frozen=True, slots=True)
class DeletedLine:
    """A line whose messages are to go; not undone, it stays in the story."""

    story: Story
    turn: Turn
    is_undone: bool


async def delete_line(
    engine: Engine, *, guild_id: int, turn_id: int, member: Member, interaction_id: int
) -> DeletedLine:
    """Take a line back if it is the newest turn; else only its messages may go.

    Raises:
        NotALine: the turn is no character's line.
        NotAllowed: neither is the line the member's nor are they a moderator.
        TurnNotFound: the server has no such turn.
    """
    async with engine.database.reading() as tx:
        turn, story = await get_turn_and_story(tx, guild_id=guild_id, turn_id=turn_id)
    if turn.character is None:
        raise NotALine
    require_writer(turn, member)
    if story.state is StoryState.ENDED or story.head_turn_id != turn.id:
        return DeletedLine(story, turn, is_undone=False)
    try:
        await undo(
            engine,
            guild_id=guild_id,
            channel_id=story.channel_id,
            member=member,
            expected_head_id=turn.id,
            interaction_id=interaction_id,
        )
    except (NotYourTurn, StoryMovedOn):  # between the two looks
        return DeletedLine(story, turn, is_undone=False)
    return DeletedLine(story, turn, is_undone=True)
