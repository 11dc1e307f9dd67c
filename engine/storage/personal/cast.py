"""The characters that a member made: their cards, faces and names go with the member."""

from sqlalchemy import Select, delete, select, update

from engine.storage.database import Transaction
from engine.storage.personal.rows import Rows
from engine.storage.schema import cards, characters, faces, line_drafts, lines, turns
from engine.story import CharacterState, Post, TurnState

BLANK = {
    "creator_id": 0,
    "creator_name": "",
    "state": CharacterState.RETIRED,
    "uses_instructions": 0,
    "card_channel_id": None,
    "card_message_id": None,
    "name": "",
    "name_key": "",
    "nickname": "",
    "description": "",
    "personality": "",
    "scenario": "",
    "examples": "",
    "greeting": "",
    "other_greetings": (),
    "system_prompt": "",
    "last_instruction": "",
}


def own_rows(guild_id: int, member_id: int) -> Rows:
    """Select the member's characters with their cards and faces, and the lines spoken as them."""
    own = _own_characters(guild_id, member_id)
    return {
        "characters": select(characters).where(
            characters.c.guild_id == guild_id, characters.c.creator_id == member_id
        ),
        "cards": select(cards).where(cards.c.guild_id == guild_id, cards.c.character_id.in_(own)),
        "faces": select(faces).where(faces.c.guild_id == guild_id, faces.c.character_id.in_(own)),
        "line_drafts": select(line_drafts).where(
            line_drafts.c.guild_id == guild_id, line_drafts.c.member_id == member_id
        ),
        "lines": select(lines).where(lines.c.guild_id == guild_id, lines.c.character_id.in_(own)),
    }


async def list_shown(tx: Transaction, guild_id: int, member_id: int) -> tuple[Post, ...]:
    """Return the messages that introduce the member's characters. Ask before they are erased."""
    rows = await tx.execute(
        select(characters.c.card_channel_id, characters.c.card_message_id).where(
            characters.c.guild_id == guild_id,
            characters.c.creator_id == member_id,
            characters.c.card_message_id.is_not(None),
        )
    )
    return tuple(Post(turn_id=0, part=0, channel_id=row[0], message_id=row[1]) for row in rows)


async def erase(tx: Transaction, guild_id: int, member_id: int) -> dict[str, int]:
    """Retire the member's characters and blank them; their lines stay, spoken by nobody."""
    own = _own_characters(guild_id, member_id)
    drafted = await tx.execute(
        delete(line_drafts).where(
            line_drafts.c.guild_id == guild_id,
            (line_drafts.c.member_id == member_id) | line_drafts.c.character_id.in_(own),
        )
    )
    # A held text goes as a whole, and nothing may refer to its row then.
    await tx.execute(
        delete(lines).where(
            lines.c.guild_id == guild_id,
            lines.c.turn_id.in_(
                select(turns.c.id).where(
                    turns.c.guild_id == guild_id,
                    turns.c.author_id == member_id,
                    turns.c.state == TurnState.HELD,
                )
            ),
        )
    )
    erased = {"line_drafts": drafted.rowcount}
    for table in (cards, faces):
        gone = await tx.execute(
            delete(table).where(table.c.guild_id == guild_id, table.c.character_id.in_(own))
        )
        erased[table.name] = gone.rowcount
    spoken = await tx.execute(
        update(lines)
        .where(lines.c.guild_id == guild_id, lines.c.character_id.in_(own))
        .values(name="")
    )
    # A line's tokens are counted with its name.
    await tx.execute(
        update(turns)
        .where(
            turns.c.guild_id == guild_id,
            turns.c.id.in_(
                select(lines.c.turn_id).where(
                    lines.c.guild_id == guild_id, lines.c.character_id.in_(own)
                )
            ),
        )
        .values(tokens=None, tokenizer=None)
    )
    blanked = await tx.execute(
        update(characters)
        .where(characters.c.guild_id == guild_id, characters.c.creator_id == member_id)
        .values(**BLANK)
    )
    return erased | {"lines": spoken.rowcount, "characters": blanked.rowcount}


def _own_characters(guild_id: int, member_id: int) -> Select[int]:
    return select(characters.c.id).where(
        characters.c.guild_id == guild_id, characters.c.creator_id == member_id
    )
