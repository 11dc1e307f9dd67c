"""Questions to authors: in private to one, in public to the co-authors of a story."""

import discord
import structlog

from bot import answers
from bot.answers import guild_of, words_of
from bot.buttons import Interaction
from bot.library_cards import public_question, question_card, withdrawn_text
from bot.locales import words_for
from engine.library.answering import Answered, ask, find_question, keep_question
from engine.library.withdrawing import withdraw

log = structlog.get_logger()


async def ask_author(interaction: Interaction, work_id: int) -> None:
    """Show the member, an author of the work, the consent text and its buttons."""
    words = words_of(interaction)
    question = await ask(
        interaction.client.engine,
        guild_id=guild_of(interaction),
        work_id=work_id,
        member_id=interaction.user.id,
        language=words.story_language,
    )
    card = question_card(question, words)
    await answers.tell(interaction, card.text, view=card.view)


async def withdraw_work(interaction: Interaction, work_id: int) -> str:
    """Withdraw a work of the member's; return what came of it, in words."""
    withdrawn = await withdraw(
        interaction.client.engine,
        guild_id=guild_of(interaction),
        work_id=work_id,
        member_id=interaction.user.id,
    )
    await show_question(interaction, withdrawn.after)
    return withdrawn_text(withdrawn, words_of(interaction))


async def show_question(
    interaction: Interaction, answered: Answered, *, anew: bool = False
) -> None:
    """Post the question in the channel while somebody is missing, or bring the posted one to date.

    `anew`: post it again, here. A posted one that is gone or out of reach is passed.
    """
    work = answered.work
    if len(work.authors) < 2:
        return
    card = public_question(work, answered.missing, words_for(work.language))
    place = await find_question(interaction.client.engine, work)
    if place is not None and not anew:
        await _edit(interaction.client, place, card.text, card.view)
    elif answered.missing and isinstance(interaction.channel, discord.abc.Messageable):
        message = await interaction.channel.send(
            card.text,
            view=card.view or discord.utils.MISSING,
            allowed_mentions=discord.AllowedMentions.none(),
        )
        await keep_question(
            interaction.client.engine,
            work,
            channel_id=message.channel.id,
            message_id=message.id,
        )


async def _edit(
    client: discord.Client, place: tuple[int, int], text: str, view: discord.ui.View | None
) -> None:
    channel_id, message_id = place
    message = client.get_partial_messageable(channel_id).get_partial_message(message_id)
    try:
        await message.edit(content=text, view=view, allowed_mentions=discord.AllowedMentions.none())
    except discord.HTTPException as error:
        log.warning("question_not_updated", message_id=message_id, status=error.status)
