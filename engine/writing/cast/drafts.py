"""Three drafts of a character's next line, for the member who asked alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.errors import DraftGone, NoOwnWords
from engine.memory.macros import sheet_in_use
from engine.runtime import Engine
from engine.storage import cast, line_drafts, turns
from engine.storage.database import Transaction
from engine.story import Character, LineDraft, Member, Provenance, Turn, TurnKind
from engine.writing.asking_all import Show, show_nothing
from engine.writing.cast.characters import get_live_character
from engine.writing.cast.drawing import Part, draw_lines
from engine.writing.cast.scene import Scene, find_scene
from engine.writing.head import get_free_head
from engine.writing.style import get_style
from engine.writing.texts import MOST_DIRECTION_CHARACTERS, tidy_line

DRAFTS_KEPT_MS = 7 * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class LineDrafts:
    """What the member chooses from."""

    character: Character
    drafts: tuple[LineDraft, ...]  # one at least


async def draft_lines(
    engine: Engine,
    *,
    scene: Scene,
    character_id: int,
    member: Member,
    direction: str = "",
    interaction_id: int,
    show: Show = show_nothing,
) -> LineDrafts:
    """Draft what a character says next, in three ways; the same interaction drafts once.

    Raises:
        CharacterNotFound, CharacterRetired: it cannot speak.
        ContentRefused: the story's rating is not allowed in this channel.
        NoOwnWords: however often it was drawn, the character spoke for somebody else.
        NotYourTurn: the model is writing the turn before it.
        TextRefused: the direction is too long.
        QueueFull, ModelUnavailable, GenerationFailed, PromptRefused, Unsupported: as `ask_all`.
        ModelUnusable: the context is too small.
        VoiceUnavailable: the server's own voice cannot be loaded.
    """
    direction = tidy_line(direction, MOST_DIRECTION_CHARACTERS)
    async with engine.database.reading() as tx:
        part = await _read_part(tx, scene, character_id, member, direction)
        style = await get_style(tx, engine, scene.guild_id)
        known = await line_drafts.list_drafts(
            tx, guild_id=scene.guild_id, interaction_id=interaction_id
        )
    if not known:
        drawn = await draw_lines(engine, part, style, show=show)
        if not drawn.lines:
            raise NoOwnWords
        known = await _keep(engine, part, drawn.lines, interaction_id)
    return LineDrafts(part.character, tuple(known))


async def draft_again(
    engine: Engine,
    *,
    scene: Scene,
    draft_id: int,
    member: Member,
    interaction_id: int,
    show: Show = show_nothing,
) -> LineDrafts:
    """Draft anew what a draft of the member's was asked for, after the scene as it stands now.

    Raises:
        DraftGone: the draft is forgotten, or somebody else's.
        What `draft_lines` raises.
    """
    async with engine.database.reading() as tx:
        draft = await line_drafts.find_draft(tx, guild_id=scene.guild_id, draft_id=draft_id)
    if draft is None or draft.member_id != member.id:
        raise DraftGone
    return await draft_lines(
        engine,
        scene=replace(scene, channel_id=draft.channel_id),
        character_id=draft.character_id,
        member=member,
        direction=draft.direction,
        interaction_id=interaction_id,
        show=show,
    )


async def forget_drafts(engine: Engine) -> None:
    """Forget the drafts of all servers that are a week old, posted or not."""
    before_ms = engine.clock() - DRAFTS_KEPT_MS
    async with engine.database.writing() as tx:
        for guild_id in await line_drafts.list_servers_with_drafts(tx):
            await line_drafts.forget_drafts(tx, guild_id=guild_id, before_ms=before_ms)


async def _read_part(
    tx: Transaction, scene: Scene, character_id: int, member: Member, direction: str
) -> Part:
    character = await get_live_character(tx, guild_id=scene.guild_id, character_id=character_id)
    story = await find_scene(tx, scene, member)
    await get_free_head(tx, story)
    characters = await cast.list_characters(tx, guild_id=scene.guild_id)
    path = await turns.list_path(tx, guild_id=scene.guild_id, head_turn_id=story.head_turn_id)
    return Part(
        story=story,
        character=character,
        sheet=sheet_in_use(character, user=_answered(path) or member.name),
        path=path,
        direction=direction,
        member=member,
        cast_names=tuple(each.name for each in characters if each.id != character.id),
    )


def _answered(path: Sequence[Turn]) -> str:
    """Return the name of the member who spoke last in the scene."""
    for turn in reversed(path):
        if turn.kind is TurnKind.HUMAN and turn.character is None and turn.text:
            return turn.author_name
    return ""


async def _keep(
    engine: Engine, part: Part, lines: tuple[tuple[str, Provenance], ...], interaction_id: int
) -> list[LineDraft]:
    guild_id, now_ms = part.story.guild_id, engine.clock()
    async with engine.database.writing() as tx:
        await line_drafts.forget_drafts(tx, guild_id=guild_id, before_ms=now_ms - DRAFTS_KEPT_MS)
        for number, (text, provenance) in enumerate(lines, start=1):
            await line_drafts.insert_draft(
                tx,
                guild_id=guild_id,
                channel_id=part.story.channel_id,
                story_id=part.story.id or None,
                character_id=part.character.id,
                head_turn_id=part.story.head_turn_id,
                member_id=part.member.id,
                interaction_id=interaction_id,
                number=number,
                direction=part.direction,
                text=text,
                provenance=provenance,
                now_ms=now_ms,
            )
        return await line_drafts.list_drafts(tx, guild_id=guild_id, interaction_id=interaction_id)
