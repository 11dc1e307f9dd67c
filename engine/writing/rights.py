"""Who may do what not everybody may. Writing, continuing and voting are free to all."""

from engine.errors import NotAllowed, Right
from engine.story import Character, Member, Story, Turn


def require_starter(story: Story, member: Member) -> None:
    """Raise NotAllowed unless the member started the story or is a moderator."""
    if member.id != story.starter_id and not member.is_moderator:
        raise NotAllowed(Right.STARTER)


def require_author(story: Story, turn: Turn, member: Member) -> None:
    """Raise NotAllowed unless the turn is the member's, or they may do the starter's part."""
    if member.id not in {turn.author_id, story.starter_id} and not member.is_moderator:
        raise NotAllowed(Right.AUTHOR)


def require_writer(turn: Turn, member: Member) -> None:
    """Raise NotAllowed unless the turn is the member's or they are a moderator."""
    if member.id != turn.author_id and not member.is_moderator:
        raise NotAllowed(Right.WRITER)


def require_creator(character: Character, member: Member) -> None:
    """Raise NotAllowed unless the member made the character or is a moderator."""
    if member.id != character.creator_id and not member.is_moderator:
        raise NotAllowed(Right.CREATOR)


def require_moderator(member: Member) -> None:
    """Raise NotAllowed unless the member is a moderator."""
    if not member.is_moderator:
        raise NotAllowed(Right.MODERATOR)


def require_server(member: Member) -> None:
    """Raise NotAllowed unless the member may manage the server.

    Moderators of one channel are not enough: this concerns every story.
    """
    if not member.may_manage_server:
        raise NotAllowed(Right.SERVER)
