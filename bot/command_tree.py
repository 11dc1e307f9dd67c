"""The bot's commands: sent to Discord only when they changed, their errors worded in one place."""

import asyncio
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import discord
import structlog
from discord import app_commands

from bot import answers
from bot.locales import CommandTranslator

if TYPE_CHECKING:
    from bot.client import ScriptoriumBot

log = structlog.get_logger()


class ScriptoriumTree(app_commands.CommandTree["ScriptoriumBot"]):
    """Reports every error to the member who met it."""

    async def on_error(
        self,
        interaction: discord.Interaction["ScriptoriumBot"],
        error: app_commands.AppCommandError,
        /,
    ) -> None:
        """Tell the member in private."""
        await answers.report(interaction, error)

    async def sync_if_changed(self, record: Path) -> None:
        """Send the commands unless Discord has them: `record` keeps the hash of what was sent.

        Discord takes 200 new commands a day and server, so a start alone sends nothing.
        """
        await self.set_translator(CommandTranslator())
        commands = [
            await command.get_translated_payload(self, CommandTranslator())
            for command in self._get_all_commands()
        ]
        text = json.dumps(commands, sort_keys=True)
        newest = f"{self.client.application_id} {hashlib.sha256(text.encode()).hexdigest()}"
        known = {(command.name, command.type) for command in await self.fetch_commands()}
        wanted = {
            (command["name"], discord.AppCommandType(command["type"])) for command in commands
        }
        if known == wanted and await asyncio.to_thread(_read, record) == newest:
            return
        await self.sync()
        await asyncio.to_thread(record.write_text, newest)
        log.info("commands_synced", commands=len(commands))


def _read(record: Path) -> str:
    return record.read_text() if record.exists() else ""
