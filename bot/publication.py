"""The messages of one turn on Discord, each posted once whatever happens in between."""

from collections.abc import Sequence
from functools import partial

import discord
import structlog

from bot.buttons import row
from bot.locales import Words, words_for
from bot.looks import Look
from engine.runtime import Engine
from engine.story import Post, Story, Turn
from engine.writing import find_turn_by_message, list_posts, record_post

SEARCHED_MESSAGES = 500  # of the channel, from the moment the turn was accepted
CLOCKS_DIFFER_MS = 300_000  # ours and Discord's, at most

log = structlog.get_logger()


class Publication:
    """Brings a turn's messages up to date, one call to Discord at a time."""

    def __init__(
        self, engine: Engine, channel: discord.PartialMessageable, story: Story, turn: Turn
    ) -> None:
        self.words: Words = words_for(story.language)
        self.channel_id = channel.id
        self._engine = engine
        self._channel = channel
        self._turn = turn
        self._guild_id = story.guild_id
        self._message_ids: dict[int, int] = {}
        self._shown: dict[int, Look] = {}
        self._unrecorded: list[discord.Message] = []
        self._reposts = 0
        self._is_elsewhere = False  # a branch in a thread goes on from a turn of its channel
        self._is_lost = False  # somebody deleted a message; only the final form is posted anew

    @property
    def is_posted(self) -> bool:
        """Whether a message of the turn is known: one that came in with a file has none."""
        return bool(self._message_ids)

    async def load(self) -> None:
        """Find the messages that are recorded."""
        posts = await list_posts(self._engine, guild_id=self._guild_id, turn_id=self._turn.id)
        self._is_elsewhere = any(post.channel_id != self.channel_id for post in posts)
        self._message_ids = {post.part: post.message_id for post in posts}

    async def recover(self, my_id: int) -> None:
        """Find what an earlier process has posted already as user `my_id`, recorded or not."""
        await self.load()
        self._unrecorded = []
        after = discord.Object(self._turn_snowflake())
        try:
            async for message in self._channel.history(
                limit=SEARCHED_MESSAGES, after=after, oldest_first=True
            ):
                if not await self._is_candidate(message, my_id):
                    continue
                if await self._is_unrecorded(message):
                    self._unrecorded.append(message)
        except discord.Forbidden:  # without the right to read, the nonce has to do
            log.warning("history_not_readable", turn_id=self._turn.id)

    async def step(self, looks: Sequence[Look]) -> bool:
        """Bring the first message that differs up to date; False when none does.

        A missing message comes before an outdated one, so that the newest text always has the
        button that stops it.
        """
        for part, look in enumerate(looks):
            if part not in self._message_ids:
                await self._post(part, look)
                return True
        for part, look in enumerate(looks):
            if self._shown.get(part) != look:
                await self._edit(part, look)
                return True
        return False

    async def advance(self, looks: Sequence[Look]) -> bool:
        """Take one step while the text still grows; nothing after a message was deleted."""
        if self._is_lost:
            return False
        try:
            return await self.step(looks)
        except discord.NotFound:
            self._is_lost = True
            return False

    async def settle(self, looks: Sequence[Look]) -> None:
        """Take every step to the final form, posting anew what was deleted."""
        await self._delete_surplus(len(looks))
        more = True
        while more:
            more = await self.step_or_repost(looks)

    async def step_or_repost(self, looks: Sequence[Look]) -> bool:
        """Take a step; a message that is gone counts as missing from now on."""
        try:
            return await self.step(looks)
        except discord.NotFound as error:
            if error.code != 10008 or self._reposts >= len(looks):  # 10008: unknown message
                raise
            self._reposts += 1
            gone = next(p for p, look in enumerate(looks) if self._shown.get(p) != look)
            del self._message_ids[gone]
            return True

    async def edit_last(self, looks: Sequence[Look]) -> None:
        """Bring the message with the last part up to date, if it is posted here."""
        last = len(looks) - 1
        if last in self._message_ids and not self._is_elsewhere:
            await self._edit(last, looks[last])

    async def restore(self, looks: Sequence[Look]) -> None:
        """Show the last message as it was before it was marked."""
        await self.edit_last(looks)

    async def _post(self, part: int, look: Look) -> None:
        message_id = await self._take_unrecorded(part, look)
        if message_id is None:
            message_id = await self._send(part, look)
            self._shown[part] = look
        self._message_ids[part] = message_id
        post = Post(self._turn.id, part, self._channel.id, message_id)
        await record_post(self._engine, guild_id=self._guild_id, post=post)

    async def _send(self, part: int, look: Look) -> int:
        send = self._channel.send
        if part == 0 and (source := self._source()):
            send = partial(send, reference=source)
        message = await send(
            look.text,
            view=self._view(look) or discord.utils.MISSING,
            nonce=f"{self._turn.post_key}-{part}" + "r" * self._reposts,
            allowed_mentions=discord.AllowedMentions.none(),
            suppress_embeds=True,
            silent=True,
        )
        return message.id

    async def _edit(self, part: int, look: Look) -> None:
        message = self._channel.get_partial_message(self._message_ids[part])
        await message.edit(
            content=look.text,
            view=self._view(look),
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self._shown[part] = look

    async def _delete_surplus(self, parts: int) -> None:
        """Delete what an earlier, longer attempt at this turn has left."""
        surplus = [
            self._message_ids.pop(part) for part in sorted(self._message_ids) if part >= parts
        ]
        missing = sum(part not in self._message_ids for part in range(parts))
        left = [message for message in self._unrecorded if self._turn.id in _turn_ids(message)]
        for message in left[missing:]:
            self._unrecorded.remove(message)
            surplus.append(message.id)
        for message_id in surplus:
            try:
                await self._channel.get_partial_message(message_id).delete()
            except discord.NotFound:
                log.info("surplus_message_gone", turn_id=self._turn.id)

    def _view(self, look: Look) -> discord.ui.View | None:
        return row(look.actions, self._turn.id, self.words, look.votes)

    def _source(self) -> discord.MessageReference | None:
        """Return the member's own message, to which the post is then a reply."""
        if self._turn.source_message_id is None:
            return None
        return discord.MessageReference(
            message_id=self._turn.source_message_id,
            channel_id=self.channel_id,
            fail_if_not_exists=False,
        )

    # --- after a restart ------------------------------------------------------------------------

    def _turn_snowflake(self) -> int:
        accepted_at = self._turn.created_ms - CLOCKS_DIFFER_MS
        return max(0, (accepted_at - discord.utils.DISCORD_EPOCH) << 22)

    async def _is_unrecorded(self, message: discord.Message) -> bool:
        turn = await find_turn_by_message(
            self._engine, guild_id=self._guild_id, message_id=message.id
        )
        return turn is None

    async def _is_candidate(self, message: discord.Message, my_id: int) -> bool:
        """Whether a message may be one that an earlier process posted."""
        return message.author.id == my_id

    async def _take_unrecorded(self, part: int, look: Look) -> int | None:
        """Return the message that shows this part but was not recorded before the kill."""
        for message in self._unrecorded:
            if await self._shows(message, look):
                self._unrecorded.remove(message)
                return message.id
        return None

    async def _shows(self, message: discord.Message, look: Look) -> bool:
        return message.content == look.text or self._turn.id in _turn_ids(message)


def _turn_ids(message: discord.Message) -> set[int]:
    """Return the turns that the message's buttons act on."""
    custom_ids = (
        component.custom_id
        for line in message.components
        if isinstance(line, discord.ActionRow)
        for component in line.children
        if isinstance(component, discord.Button) and component.custom_id
    )
    return {
        int(custom_id.rpartition(":")[2])
        for custom_id in custom_ids
        if custom_id.startswith(("turn:", "ballot:"))
    }
