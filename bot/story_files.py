"""Stories handed out as files, and taken in: what a member sees of it."""

import asyncio
import io
import zipfile
from pathlib import PurePath

import discord

from bot import turn_order
from bot.actions import Action
from bot.answers import channel_of, guild_of, member_of, words_of
from bot.buttons import Interaction, row
from bot.errors import FileTooLarge
from bot.locales import Words, words_for
from bot.places import StoryPlace
from bot.private_wait import conclude, wait_for
from engine.files.documents import check_document
from engine.story import Story, StoryState
from engine.writing import Answering, Show, read_story, see_order
from engine.writing.exchange import (
    MOST_BYTES,
    Export,
    FileForm,
    export_archive,
    export_story,
    filename_of,
)

ARCHIVE = "jsonl"  # beside the forms that are for reading
_PACKED_ALREADY = (".epub", ".docx", ".pdf")


async def hand_out(
    interaction: Interaction, form: str, *, channel_id: int, story_id: int | None = None
) -> None:
    """Make a story's file, showing how it goes, and hand it to the member in private.

    A file that is too large for Discord is packed; a packed one that still is, is refused.
    """
    engine = interaction.client.engine
    guild_id = guild_of(interaction)

    async def make(show: Show) -> Export:
        if form == ARCHIVE:
            story, data = await export_archive(
                engine,
                guild_id=guild_id,
                channel_id=channel_id,
                story_id=story_id,
                member=member_of(interaction),
            )
            return Export(filename_of(story, "jsonl"), data)
        loop = asyncio.get_running_loop()

        def step(done: int, total: int) -> None:
            loop.call_soon_threadsafe(show, Answering(done, total))

        return await export_story(
            engine,
            guild_id=guild_id,
            channel_id=channel_id,
            story_id=story_id,
            form=FileForm(form),
            step=step,
        )

    async def make_fitting(show: Show) -> Export:
        return await asyncio.to_thread(fitting, await make(show), interaction.filesize_limit)

    export = await wait_for(interaction, make_fitting)
    file = discord.File(io.BytesIO(export.data), export.filename)
    await conclude(interaction, _with_file(form, words_of(interaction)), files=(file,))


def fitting(export: Export, most_bytes: int) -> Export:
    """Return a file that Discord takes, packed if it must be.

    Raises:
        FileTooLarge: it is too large, packed or not.
    """
    if len(export.data) > most_bytes and not export.filename.endswith(_PACKED_ALREADY):
        output = io.BytesIO()
        with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(export.filename, export.data)
        export = Export(f"{export.filename}.zip", output.getvalue())
    if len(export.data) > most_bytes:
        raise FileTooLarge(len(export.data), most_bytes)
    return export


def check_size(filename: str, size: int) -> bool:
    """Refuse a file that is too large or of no kind that is read; return whether it is whole."""
    if PurePath(filename).suffix.casefold() != f".{ARCHIVE}":
        check_document(filename, size)
        return False
    if size > MOST_BYTES:
        raise FileTooLarge(size, MOST_BYTES)
    return True


async def announce(interaction: Interaction) -> None:
    """Say in the channel that a story came in."""
    guild_id, channel = guild_of(interaction), channel_of(interaction)
    engine = interaction.client.engine
    story, turns = await read_story(engine, guild_id=guild_id, channel_id=channel.id)
    words = words_for(story.language)
    text = taken_in(story, len(turns), words)
    if story.state is StoryState.ENDED:
        await StoryPlace(channel).post(text, row((Action.EXPORT,), story.id, words))
        return
    line, view = turn_order.onward(await see_order(engine, story), words)
    await StoryPlace(channel).post(f"{text}\n-# {line}" if line else text, view)


def taken_in(story: Story, turns: int, words: Words) -> str:
    """Say in the channel that a story came in, and how it goes on."""
    if story.state is StoryState.ENDED:
        return words.plural(
            "📥 **{title}** came in as a file: {count} turn. It has ended; /story read shows it.",
            "📥 **{title}** came in as a file: {count} turns. It has ended; /story read shows it.",
            turns,
            title=discord.utils.escape_markdown(story.title),
        )
    return words.plural(
        "📥 **{title}** came in as a file: {count} turn. /story read shows it; "
        "/story write and /story continue go on with it.",
        "📥 **{title}** came in as a file: {count} turns. /story read shows it; "
        "/story write and /story continue go on with it.",
        turns,
        title=discord.utils.escape_markdown(story.title),
    )


def _with_file(form: str, words: Words) -> str:
    if form == ARCHIVE:
        return words("All of the story, with every branch. /story import takes it in again.")
    return ""
