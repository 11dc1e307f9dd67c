"""A channel with two writers and a moderator, and what they see."""

from dataclasses import dataclass
from typing import Any

import discord
from simcord import ChannelHandle, Env, GuildHandle, InteractionResult, MemberActor

from bot.client import ScriptoriumBot
from engine.runtime import Engine


@dataclass
class Scene:
    """Alice starts the story, Bo joins in, Maya moderates."""

    env: Env
    engine: Engine
    guild: GuildHandle
    room: ChannelHandle
    alice: MemberActor
    bo: MemberActor
    maya: MemberActor

    async def start(self, **options: Any) -> InteractionResult:
        """Alice starts a story in the room."""
        return await self.alice.slash(self.room, "story start", title="The Lighthouse", **options)

    async def write(self, member: MemberActor, text: str) -> InteractionResult:
        """A member opens the form and sends it."""
        form = await member.slash(self.room, "story write")
        return await member.submit_modal(form, {"text": text})

    async def go_on(self, member: MemberActor | None = None, **options: Any) -> InteractionResult:
        """A member lets the model write."""
        return await (member or self.alice).slash(self.room, "story continue", **options)

    def public(self, place: ChannelHandle | None = None) -> list[discord.Message]:
        """Return the messages that everybody sees."""
        return [m for m in (place or self.room).history() if not m.flags.ephemeral]

    def contents(self) -> list[str]:
        """Return the texts that everybody sees in the room."""
        return [message.content for message in self.public()]

    async def tidied(self) -> list[discord.Message]:
        """Return what everybody sees, once old buttons are gone."""
        assert isinstance(self.env.bot, ScriptoriumBot)
        await self.env.bot.tidying.idle()
        return self.public()

    @property
    def newest(self) -> discord.Message:
        """The newest message that everybody sees."""
        return self.public()[-1]


def told(result: InteractionResult) -> str:
    """Return what the bot told the acting member alone."""
    answers = [result.response, *result.followups]
    texts = [answer for answer in answers if answer is not None and answer.ephemeral]
    return "\n".join(dict.fromkeys(answer.content for answer in texts))


def file_of(result: InteractionResult) -> discord.Attachment:
    """Return the file that the bot handed to the acting member."""
    answers = [result.response, *result.followups]
    (file,) = [file for answer in answers if answer for file in answer.attachments]
    return file


def labels(message: discord.Message) -> list[str]:
    """Return what the buttons under a message say."""
    rows = [line for line in message.components if isinstance(line, discord.ActionRow)]
    return [str(getattr(button, "label", "")) for row in rows for button in row.children]
