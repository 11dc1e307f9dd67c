"""A critique on Discord: its private answer, the question to authors, and what all may see."""

import asyncio
import io
from collections.abc import Awaitable, Callable

import discord
import structlog

from bot import answers, critique_looks
from bot.answers import channel_of, guild_of, member_of, words_of
from bot.buttons import Interaction
from bot.erasure import delete_posts
from bot.fact_sheet import FactSheet, fact_sheet
from bot.forms import MOST_INPUT_CHARACTERS, Form
from bot.locales import Words, words_for
from bot.private_wait import conclude, wait_for
from engine.prose import examine
from engine.story import CritiqueSource, CritiqueState
from engine.writing import Show
from engine.writing.critique import (
    Lens,
    Reading,
    delete_critique,
    list_shared,
    read_critique,
    record_shared,
    share,
    write_critique,
)

MOST_SHOWN_CHARACTERS = 600  # of a text, to its own author

log = structlog.get_logger()


class CritiqueForm(discord.ui.Modal):
    """One large field for a text; the lens's number stands in the custom id."""

    def __init__(self, words: Words, lens: Lens) -> None:
        super().__init__(
            title=words("A text to be criticised"),
            custom_id=f"{Form.CRITIQUE}:{lens.number}",
            timeout=900,
        )
        field: discord.ui.TextInput[discord.ui.View] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph,
            max_length=MOST_INPUT_CHARACTERS,
            custom_id="text",
        )
        self.add_item(
            discord.ui.Label(
                text=words("Your own text"),
                description=words("Only you see the answer. The text is kept for a day."),
                component=field,
            )
        )

    async def on_submit(self, interaction: discord.Interaction[discord.Client], /) -> None:
        """Do nothing: `ScriptoriumBot.on_interaction` answers."""


async def answer(interaction: Interaction, hand_in: Callable[[], Awaitable[Reading]]) -> None:
    """Take a text in and show the critique in private, once it is written.

    The answer comes at once, since a file has to be fetched; the rest is shown below it.
    """

    async def work(show: Show) -> Reading:
        reading = await hand_in()
        return await _written(interaction, reading.critique.id, show)

    await _show(interaction, await wait_for(interaction, work))


async def answer_or_ask(interaction: Interaction, reading: Reading) -> None:
    """Show the critique of a text that was taken in; ask its authors first, if they are others."""
    if reading.critique.state is CritiqueState.WAITING:
        await ask_authors(interaction, reading)
        return
    await show_again(interaction, reading.critique.id)


async def show_again(interaction: Interaction, critique_id: int) -> None:
    """Show a critique in private, writing it if it is not written yet."""

    async def work(show: Show) -> Reading:
        return await _written(interaction, critique_id, show)

    await _show(interaction, await wait_for(interaction, work))


async def _written(interaction: Interaction, critique_id: int, show: Show) -> Reading:
    return await write_critique(
        interaction.client.engine,
        guild_id=guild_of(interaction),
        critique_id=critique_id,
        member=member_of(interaction),
        show=show,
    )


async def _show(interaction: Interaction, reading: Reading) -> None:
    """Show the notes, then the facts, which take a moment more; the buttons are under the last."""
    words = words_of(interaction)
    pages = critique_looks.pages(reading.critique, words)
    view = critique_looks.buttons(reading, words, member_id=interaction.user.id)
    has_facts = bool(reading.critique.text)
    views = [None] * (len(pages) - 1) + [None if has_facts else view]
    await conclude(interaction, pages[0], view=views[0])
    for page, below in zip(pages[1:], views[1:], strict=True):
        await answers.tell(interaction, page, view=below)
    if sheet := await _sheet(reading, words):
        await answers.tell(interaction, sheet.text, view=view, file=_picture(sheet))


async def _sheet(reading: Reading, words: Words) -> FactSheet | None:
    """Return the facts about the text, None once it is not kept any longer."""
    critique = reading.critique
    if not critique.text:
        return None
    facts = await asyncio.to_thread(examine, critique.text, critique.language)
    return await fact_sheet(facts, words)


def _picture(sheet: FactSheet) -> discord.File:
    return discord.File(
        io.BytesIO(sheet.picture), "rhythm.png", description=sheet.picture_text[:1024]
    )


async def ask_authors(interaction: Interaction, reading: Reading) -> None:
    """Ask the authors in the channel, and tell the member that this was done."""
    answers.require_rights(interaction)
    await answers.acknowledge(interaction)
    words = words_of(interaction)
    public = _public_words(interaction)
    await channel_of(interaction).send(
        critique_looks.consent_text(reading, public),
        view=critique_looks.consent_buttons(reading, public) or discord.utils.MISSING,
        nonce=f"ask-{interaction.id}",  # of 25 characters at most
        allowed_mentions=discord.AllowedMentions.none(),
    )
    await answers.tell(
        interaction,
        words("The text has another author, who is asked in the channel. Nothing is read before."),
    )


async def update_question(interaction: Interaction, reading: Reading) -> None:
    """Bring the public question up to date after an answer."""
    public = _public_words(interaction)
    await interaction.response.edit_message(
        content=critique_looks.consent_text(reading, public),
        view=critique_looks.consent_buttons(reading, public),
        allowed_mentions=discord.AllowedMentions.none(),
    )


async def tell_which(interaction: Interaction, reading: Reading) -> None:
    """Show an author the beginning of the text that they are asked about."""
    words = words_of(interaction)
    text = reading.critique.text
    shown = discord.utils.escape_markdown(text[:MOST_SHOWN_CHARACTERS])
    more = " …" if len(text) > MOST_SHOWN_CHARACTERS else ""
    head = {
        CritiqueSource.MESSAGE: words("It is this message:"),
        CritiqueSource.STORY: words("It is these turns of the story:"),
    }.get(reading.critique.source, words("It is this text:"))
    await answers.tell(interaction, f"{head}\n>>> {shown}{more}")


async def publish(interaction: Interaction, critique_id: int) -> None:
    """Show a critique to all in the channel, as its authors wish; once."""
    answers.require_rights(interaction, "attach_files")
    engine, guild_id = interaction.client.engine, guild_of(interaction)
    words, public = words_of(interaction), _public_words(interaction)
    reading = await share(
        engine, guild_id=guild_id, critique_id=critique_id, member=member_of(interaction)
    )
    await answers.acknowledge(interaction)
    if await list_shared(engine, guild_id=guild_id, critique_id=critique_id):
        await answers.tell(interaction, words("This critique is shown to all already."))
        return
    pages = critique_looks.pages(reading.critique, public, asked_by=interaction.user.id)
    sheet = await _sheet(reading, public)
    channel = channel_of(interaction)
    posts: list[tuple[int, int]] = []
    for number, page in enumerate(pages):
        is_last = number == len(pages) - 1
        view = critique_looks.shared_buttons(critique_id, public) if is_last else None
        message = await channel.send(
            page,
            view=view or discord.utils.MISSING,
            file=_picture(sheet) if sheet and is_last else discord.utils.MISSING,
            nonce=f"critique-{critique_id}-{number}",  # pressed twice, it is posted once
            allowed_mentions=discord.AllowedMentions.none(),
        )
        posts.append((channel.id, message.id))
    await record_shared(engine, guild_id=guild_id, critique_id=critique_id, posts=posts)
    log.info("critique_shared", critique_id=critique_id, messages=len(posts))


async def delete(interaction: Interaction, critique_id: int) -> None:
    """Delete a critique, here and where all see it."""
    posts = await delete_critique(
        interaction.client.engine,
        guild_id=guild_of(interaction),
        critique_id=critique_id,
        member=member_of(interaction),
    )
    await answers.acknowledge(interaction)
    await delete_posts(interaction.client, posts)
    words = words_of(interaction)
    await answers.tell(
        interaction, words("🗑️ Deleted: the text, the notes, and what all could see of them.")
    )


async def read(interaction: Interaction, critique_id: int) -> Reading:
    """Return a critique of this server as it stands."""
    return await read_critique(
        interaction.client.engine, guild_id=guild_of(interaction), critique_id=critique_id
    )


def _public_words(interaction: Interaction) -> Words:
    """Return the server's own language: everybody reads it."""
    assert interaction.guild is not None
    return words_for(interaction.guild.preferred_locale)
