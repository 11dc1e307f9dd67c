import asyncio

import discord
import pytest

from tests.fakes.discord_client import NotPossible, SimulatedDiscord
from tests.fakes.discord_server.interactions import DEFERRED_MESSAGE, DEFERRED_UPDATE, MODAL
from tests.simulated_discord.conftest import Connect, SmallBot


class Question(discord.ui.Modal, title="Your turn"):
    text = discord.ui.Label(text="Text", component=discord.ui.TextInput())

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(self.text.component.value)


class Press(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Go on", custom_id="go-on")
    async def go_on(self, interaction: discord.Interaction, _: discord.ui.Button) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="pressed", view=None)


@pytest.fixture
def bot() -> SmallBot:
    bot = SmallBot()

    @bot.tree.command(description="Say a word")
    async def say(interaction: discord.Interaction, word: str) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.channel.send(word)
        await interaction.delete_original_response()

    @bot.tree.command(description="Ask")
    async def ask(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Question())

    @bot.tree.command(description="Say nothing")
    async def idle(interaction: discord.Interaction) -> None:
        await asyncio.sleep(0)

    @bot.tree.command(description="Answer twice")
    async def twice(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        interaction.response._response_type = None
        with pytest.raises(discord.HTTPException, match="already been acknowledged"):
            await interaction.response.send_message("again")
        await interaction.followup.send("refused", ephemeral=True)

    return bot


async def test_a_command_is_acknowledged_and_its_answer_deleted(
    place: SimulatedDiscord, connect: Connect, bot: SmallBot
) -> None:
    writer, room = place.member_ids[1], place.channel_ids[0]
    async with connect(bot):
        answer = await place.command(writer, room, "say", word="lantern")
        await place.wait_message(room, lambda message: message["content"] == "lantern")
    assert answer["answer_type"] == DEFERRED_MESSAGE
    assert answer["acknowledged"] - answer["sent"] < 1
    state = await place.state()
    (private,) = [m for m in state["messages"] if m["interaction_id"] == answer["id"]]
    assert private["deleted"]


async def test_a_modal_carries_what_was_written(
    place: SimulatedDiscord, connect: Connect, bot: SmallBot
) -> None:
    writer, room = place.member_ids[1], place.channel_ids[0]
    async with connect(bot):
        asked = await place.command(writer, room, "ask")
        assert asked["answer_type"] == MODAL
        await place.submit(writer, asked["id"], "a door in the hill")
    (shown,) = await place.messages(room)
    assert shown["content"] == "a door in the hill"


async def test_a_button_edits_its_own_message_and_is_gone(
    place: SimulatedDiscord, connect: Connect, bot: SmallBot
) -> None:
    writer, room = place.member_ids[1], place.channel_ids[0]
    async with connect(bot):
        message = await bot.get_channel(room).send("with a button", view=Press())
        answer = await place.press(writer, message.id, "go-on")
        assert answer["answer_type"] == DEFERRED_UPDATE
        await place.wait_message(room, lambda shown: shown["content"] == "pressed")
        with pytest.raises(NotPossible):
            await place.press(writer, message.id, "go-on")


async def test_a_second_acknowledgement_is_refused(
    place: SimulatedDiscord, connect: Connect, bot: SmallBot
) -> None:
    async with connect(bot):
        answer = await place.command(place.member_ids[1], place.channel_ids[0], "twice")
        await asyncio.sleep(0.5)
    state = await place.state()
    (private,) = [m for m in state["messages"] if m["interaction_id"] == answer["id"]]
    assert private["content"] == "refused"


async def test_an_interaction_without_an_answer_in_three_seconds_is_over(
    place: SimulatedDiscord, connect: Connect, bot: SmallBot
) -> None:
    async with connect(bot):
        answer = await place.command(place.member_ids[1], place.channel_ids[0], "idle")
    assert answer["acknowledged"] is None


async def test_an_unknown_command_cannot_be_used(
    place: SimulatedDiscord, connect: Connect, bot: SmallBot
) -> None:
    async with connect(bot):
        with pytest.raises(NotPossible):
            await place.command(place.member_ids[1], place.channel_ids[0], "sing")
