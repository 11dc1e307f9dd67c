"""The messages of a character's line, posted through a webhook, each once.

A webhook's post has no nonce. So whoever does not know what became of one looks for it in the
channel before posting again: after a restart, and after an answer of Discord's that never came.
"""

from collections.abc import Sequence

import discord
import structlog
from discord.utils import escape_markdown

from bot.looks import Look
from bot.outages import NOT_TAKEN
from bot.publication import Publication
from bot.webhooks import UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK, Faceless, Faces, NoFace
from engine.errors import CharacterNotFound
from engine.runtime import Engine
from engine.story import Story, Turn
from engine.writing.cast import read_character

log = structlog.get_logger()


class LinePublication(Publication):
    """Brings a line's messages up to date, under its character's name and face where it can."""

    def __init__(
        self,
        engine: Engine,
        channel: discord.PartialMessageable,
        story: Story,
        turn: Turn,
        *,
        faces: Faces,
        my_id: int,
    ) -> None:
        super().__init__(engine, channel, story, turn)
        self.no_face: NoFace | None = None
        self._faces = faces
        self._my_id = my_id
        self._is_doubtful = False  # whether a post may stand in the channel that we do not know

    async def settle(self, looks: Sequence[Look]) -> None:
        """Post every part that is not posted; a line does not change once it is there."""
        for part, look in enumerate(looks):
            if part not in self._message_ids:
                await self._post(part, look)

    async def restore(self, looks: Sequence[Look]) -> None:
        """Show the line as it was; one whose messages were deleted is posted anew."""
        try:
            await self.edit_last(looks)
        except discord.NotFound:
            self._message_ids.clear()
            await self.settle(looks)

    async def _send(self, part: int, look: Look) -> int:
        if self._is_doubtful:
            await self.recover(self._my_id)
            if (found := await self._take_unrecorded(part, look)) is not None:
                return found
        self._is_doubtful = True
        message_id = await self._speak(part, look)
        self._is_doubtful = False
        return message_id

    async def _speak(self, part: int, look: Look) -> int:
        name = await self._faces.name_for(self._guild_id, self._name)
        for _ in range(2):
            try:
                return await self._faces.post(
                    self.channel_id, look.text, name=name, face_url=await self._face_url()
                )
            except Faceless as error:
                self.no_face = error.why
                break
            except discord.NotFound as error:
                if error.code != UNKNOWN_WEBHOOK:
                    raise
                log.info("webhook_gone", channel_id=self.channel_id)  # made anew, once
        else:
            self.no_face = NoFace.RIGHT
        message = await self._channel.send(
            self._plain(look.text),
            nonce=f"{self._turn.post_key}-{part}",
            allowed_mentions=discord.AllowedMentions.none(),
            suppress_embeds=True,
            silent=True,
        )
        return message.id

    async def _edit(self, part: int, look: Look) -> None:
        message_id = self._message_ids[part]
        try:
            await self._faces.edit(self.channel_id, message_id, look.text)
        except (Faceless, discord.NotFound) as error:
            # Not through the webhook: a plain message of the bot, or it is gone.
            if isinstance(error, discord.NotFound) and error.code != UNKNOWN_MESSAGE:
                log.info("webhook_gone", channel_id=self.channel_id)
            message = self._channel.get_partial_message(message_id)
            await message.edit(
                content=self._plain(look.text), allowed_mentions=discord.AllowedMentions.none()
            )

    async def _is_candidate(self, message: discord.Message, my_id: int) -> bool:
        return message.author.id == my_id or await self._faces.is_own(message)

    async def _shows(self, message: discord.Message, look: Look) -> bool:
        if message.webhook_id is None:
            return message.content == self._plain(look.text)
        if message.author.name != await self._faces.name_for(self._guild_id, self._name):
            return False
        text = message.content
        if not text:  # hidden: the Message Content intent is off
            try:
                text = await self._faces.read(self.channel_id, message.id)
            except (Faceless, *NOT_TAKEN):
                return False
        return text == look.text

    async def _face_url(self) -> str | None:
        assert self._turn.character is not None
        try:
            character = await read_character(
                self._engine, guild_id=self._guild_id, character_id=self._turn.character.id
            )
        except CharacterNotFound:  # erased; the line stays
            return None
        return await self._faces.picture_url(character.card_channel_id, character.card_message_id)

    @property
    def _name(self) -> str:
        assert self._turn.character is not None
        return self._turn.character.name

    def _plain(self, text: str) -> str:
        """Return the line as the bot itself posts it."""
        return f"**{escape_markdown(self._name or '…')}**: {text}"
