"""A bot small enough to see through, for tests of the rehearsal itself."""

import asyncio

import discord
from discord import app_commands

STORY = "The lamp burned low over the harbour. Nobody came. The sea took its time."


class Continue(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Continue", custom_id="continue")
    async def press(
        self, interaction: discord.Interaction["TinyBot"], _: "discord.ui.Button[Continue]"
    ) -> None:
        await interaction.response.defer()
        await interaction.client.write(interaction.channel)


class Stop(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Stop", custom_id="stop")
    async def press(
        self, interaction: discord.Interaction["TinyBot"], _: "discord.ui.Button[Stop]"
    ) -> None:
        interaction.client.is_stopped = True
        await interaction.response.defer()


class Write(discord.ui.Modal, title="Write a turn"):
    text: discord.ui.TextInput["Write"] = discord.ui.TextInput(label="Your turn", custom_id="text")

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(self.text.value, view=Continue())


class TinyBot(discord.AutoShardedClient):
    """Some commands, and the menu `Keep`."""

    def __init__(self, *, seconds_between_words: float = 0.02) -> None:
        super().__init__(intents=discord.Intents(guilds=True, guild_messages=True))
        self.tree = app_commands.CommandTree(self)
        self.seconds_between_words = seconds_between_words
        self.is_stopped = False
        for command in (
            begin,
            write,
            silence,
            language,
            thread,
            broken,
            weigh,
            choose,
            speak,
            later,
        ):
            self.tree.add_command(command)
        self.tree.add_command(keep)

    async def setup_hook(self) -> None:
        self.add_view(Continue())
        self.add_view(Stop())
        await self.tree.sync()

    async def write(self, channel: object) -> None:
        """Write the story word by word until it is whole or stopped."""
        assert isinstance(channel, discord.TextChannel | discord.Thread)
        message = await channel.send("One moment", view=Stop())
        text = ""
        for word in STORY.split(" "):
            await asyncio.sleep(self.seconds_between_words)
            if self.is_stopped:
                break
            text = f"{text} {word}".strip()
            await message.edit(content=text + " ▌")
        await message.edit(content=text or "Stopped", view=Continue())


@app_commands.command(description="Begin a story.")
async def begin(interaction: discord.Interaction, title: str) -> None:
    await interaction.response.send_message(f"# {title}", view=Continue())


@app_commands.command(description="Write a turn.")
async def write(interaction: discord.Interaction) -> None:
    await interaction.response.send_modal(Write())


@app_commands.command(description="Say nothing.")
async def silence(_: discord.Interaction) -> None: ...


@app_commands.command(description="Fail.")
async def broken(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("So far, so good")
    raise RuntimeError("a bug")


@app_commands.command(description="Tell the member's language.")
async def language(interaction: discord.Interaction) -> None:
    await interaction.response.send_message(str(interaction.locale), ephemeral=True)


@app_commands.command(description="Open a thread.")
async def thread(interaction: discord.Interaction) -> None:
    assert isinstance(interaction.channel, discord.TextChannel)
    await interaction.channel.create_thread(
        name="a <quiet> corner", type=discord.ChannelType.public_thread
    )
    await interaction.response.send_message("Opened", ephemeral=True)


@app_commands.command(description="Weigh a file.")
async def weigh(interaction: discord.Interaction, file: discord.Attachment) -> None:
    content = await file.read()
    await interaction.response.send_message(
        f"{file.filename} weighs {len(content)}", ephemeral=True
    )


@app_commands.command(description="Choose a colour.")
async def choose(interaction: discord.Interaction) -> None:
    view = discord.ui.View()
    colours: discord.ui.Select[discord.ui.View] = discord.ui.Select(
        placeholder="Colour", options=[discord.SelectOption(label="Deep green", value="g")]
    )

    async def chosen(pressed: discord.Interaction) -> None:
        await pressed.response.edit_message(content=f"Chosen: {colours.values[0]}", view=None)

    colours.callback = chosen  # type: ignore[method-assign]
    view.add_item(colours)
    await interaction.response.send_message("Which one?", view=view, ephemeral=True)


@app_commands.command(description="Speak as somebody else.")
async def speak(interaction: discord.Interaction) -> None:
    assert isinstance(interaction.channel, discord.TextChannel)
    webhook = await interaction.channel.create_webhook(name="tiny")
    await webhook.send("Who goes there?", username="Ines")
    await interaction.response.send_message("Said", ephemeral=True)


@app_commands.command(description="Be done later.")
async def later(interaction: discord.Interaction) -> None:
    channel = interaction.channel
    assert isinstance(channel, discord.TextChannel)
    await interaction.response.send_message("Begun", ephemeral=True)
    asyncio.get_running_loop().call_later(
        0.6, lambda: asyncio.ensure_future(channel.send("At last"))
    )


@app_commands.context_menu(name="Keep")
async def keep(interaction: discord.Interaction, message: discord.Message) -> None:
    await interaction.response.send_message(f"Kept: {message.content}", ephemeral=True)
