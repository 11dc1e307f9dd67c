"""A text from elsewhere becomes a new story, turn by turn."""

import re

from engine.errors import TextRefused
from engine.prose.sentences import sentences_of
from engine.runtime import Engine
from engine.storage import stories, turns
from engine.storage.moves import move_head
from engine.story import Member, MoveKind, Rating, Story, TurnKind, TurnState
from engine.writing.story_bounds import start_story
from engine.writing.texts import MOST_TITLE_CHARACTERS, MOST_TURN_CHARACTERS

TURN_CHARACTERS = 1500  # of a turn, about: paragraphs are put together up to this
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")


async def import_text(
    engine: Engine,
    text: str,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    title: str,
    channel_is_age_restricted: bool,
    interaction_id: int,
) -> tuple[Story, int]:
    """Start a story with a text as the member's turns; return it and how many turns it has.

    Paragraphs are put together until a turn has TURN_CHARACTERS; a longer paragraph is parted
    after a sentence. Every letter but white space at the seams is kept. The same interaction
    again returns the same story.

    Raises:
        TextRefused: there is nothing to read.
        StoryAlreadyOpen: the channel has an open story.
    """
    language = "zh-CN" if 4 * len(_HAN.findall(text)) > len(text) else "en"
    parts = part_text(text, language)
    if not parts:
        raise TextRefused(0, MOST_TURN_CHARACTERS)
    story = await start_story(
        engine,
        guild_id=guild_id,
        channel_id=channel_id,
        starter=member,
        title=title[:MOST_TITLE_CHARACTERS],
        language=language,
        rating=Rating.GENERAL,
        channel_is_age_restricted=channel_is_age_restricted,
        interaction_id=interaction_id,
    )
    if story.head_turn_id is not None:
        return story, len(parts)
    async with engine.database.writing() as tx:
        head = None
        for ordinal, part in enumerate(parts):
            turn = await turns.insert_turn(
                tx,
                guild_id=guild_id,
                story_id=story.id,
                parent_id=head,
                kind=TurnKind.HUMAN,
                state=TurnState.POSTED,  # it is in the story, and nowhere on Discord
                author=member,
                text=part,
                interaction_id=interaction_id,
                ordinal=ordinal,
                now_ms=engine.clock(),
            )
            head = turn.id
        await move_head(
            tx,
            guild_id=guild_id,
            story_id=story.id,
            branch_id=story.branch_id,
            kind=MoveKind.WRITE,
            expected=None,
            to=head,
            member_id=member.id,
            interaction_id=interaction_id,
            now_ms=engine.clock(),
        )
        whole = await stories.find_story(tx, guild_id=guild_id, story_id=story.id)
        assert whole is not None
        return whole, len(parts)


def part_text(text: str, language: str) -> list[str]:
    """Part a text into turns, between paragraphs where that is possible."""
    parts: list[str] = []
    for paragraph in re.split(r"\n[ \t]*\n", text):
        for piece in _pieces(paragraph.strip(), language):
            joined = f"{parts[-1]}\n\n{piece}" if parts else piece
            if parts and len(joined) <= TURN_CHARACTERS:
                parts[-1] = joined
            else:
                parts.append(piece)
    return parts


def _pieces(paragraph: str, language: str) -> list[str]:
    """Return a paragraph in pieces that fit into a turn, parted after sentences if it must be."""
    if not paragraph:
        return []
    if len(paragraph) <= MOST_TURN_CHARACTERS:
        return [paragraph]
    pieces, start, end = [], 0, 0
    for sentence in sentences_of(paragraph, language):
        if end > start and sentence.end - start > MOST_TURN_CHARACTERS:
            pieces.append(paragraph[start:end])
            start = end
        end = sentence.end
    pieces.append(paragraph[start:])
    return [
        part
        for piece in pieces
        for at in range(0, len(piece), MOST_TURN_CHARACTERS)
        if (part := piece[at : at + MOST_TURN_CHARACTERS].strip())
    ]
