"""What a member sees of a character's lines: the drafts in private, and what became of them."""

import discord
from discord.utils import escape_markdown

from bot import answers
from bot.actions import Action, label
from bot.answers import channel_of, guild_of, is_age_restricted, words_of
from bot.buttons import ActionButton, Interaction
from bot.locales import Words
from bot.permissions import permission_name
from bot.webhooks import NoFace
from engine.story import Turn, TurnState
from engine.writing import get_turn
from engine.writing.cast import LineDrafts, Scene


def scene_of(interaction: Interaction) -> Scene:
    """Return where the member is; a story that opens there by itself is called as the channel."""
    channel = channel_of(interaction)
    return Scene(
        guild_id=guild_of(interaction),
        channel_id=channel.id,
        title=channel.name,
        language=words_of(interaction).story_language,
        is_age_restricted=is_age_restricted(interaction),
    )


def drafts_page(drafted: LineDrafts, words: Words) -> tuple[str, discord.ui.View]:
    """Return the drafts, one below the other, and their buttons."""
    name = escape_markdown(drafted.character.name)
    view = discord.ui.View(timeout=None)
    parts = [words("🎭 **{name}**: only you see these drafts.", name=name)]
    for draft in drafted.drafts:
        parts.append(f"**{draft.number}.** {draft.text}")
        for action in (Action.LINE_POST, Action.LINE_EDIT):
            button = ActionButton(action, draft.id, f"{draft.number}. {label(action, words)}")
            button.row = draft.number - 1
            view.add_item(button)
    first = drafted.drafts[0]
    again = ActionButton(Action.LINE_AGAIN, first.id, label(Action.LINE_AGAIN, words))
    again.row = len(drafted.drafts)
    view.add_item(again)
    return "\n\n".join(parts), view


async def post(interaction: Interaction, turn: Turn) -> str:
    """Post a line, and return what its member is to be told.

    Raises:
        NotShown: Discord did not take it; it is posted later.
    """
    words = words_of(interaction)
    if turn.state is TurnState.POSTED:
        return words("This is turn {number} already.", number=turn.number)
    story, _ = await get_turn(interaction.client.engine, guild_id=turn.guild_id, turn_id=turn.id)
    no_face = await interaction.client.replies.post(story, turn)
    posted = words("✅ Posted as turn {number}.", number=turn.number)
    return posted if no_face is None else f"{posted}\n{why_faceless(no_face, words)}"


def why_faceless(no_face: NoFace, words: Words) -> str:
    """Tell why the line stands there without its character's name and face."""
    if no_face is NoFace.RIGHT:
        return words(
            "It stands there under my name: to speak under the character's own name and face, I "
            "need the right “{right}” in this channel.",
            right=permission_name("manage_webhooks", words),
        )
    if no_face is NoFace.FULL:
        return words(
            "It stands there under my name: this channel has as many webhooks as Discord allows. "
            "Delete one in the channel's settings, under Integrations."
        )
    return words("It stands there under my name: Discord has no webhooks in such a channel.")


async def close_drafts(interaction: Interaction, text: str) -> None:
    """Put a text in place of the drafts, or of the answer to a form."""
    if interaction.response.is_done():
        await answers.replace(interaction, text)
    else:
        await answers.tell(interaction, text)
