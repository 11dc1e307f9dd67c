"""python -m bot run | rehearse | doctor | backup | erase-server"""

import asyncio
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import discord
import structlog
import typer

from bot.client import create_bot
from bot.logs import configure_logs
from bot.setting_faults import setting_faults
from bot.settings import BotSettings, LogLevel
from engine.errors import StorageFailed
from engine.library.erasing import erase_trainings
from engine.privacy import erase_guild
from engine.runtime import open_engine
from engine.settings import EngineSettings
from engine.storage import open_database
from engine.storage.backup import back_up

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
log = structlog.get_logger()

Port = Annotated[int, typer.Option(help="Where the page is served on this computer.")]
Language = Annotated[str, typer.Option(help="What Discord is set to: en or zh-CN.")]
ScriptFiles = Annotated[
    list[Path] | None,
    typer.Option("--script", help="Play this script in the terminal instead; may be repeated."),
]


@app.callback()
def refuse_wrong_settings(context: typer.Context) -> None:
    """Write stories together on Discord. An unknown or unfit setting stops the start."""
    if context.invoked_subcommand == "doctor":
        return  # it tells the faults itself, and more
    if faults := setting_faults():
        typer.echo("\n".join(faults), err=True)
        raise typer.Exit(2)


@app.command()
def run() -> None:
    """Start the bot on Discord; without DISCORD_TOKEN, open the rehearsal."""
    settings = BotSettings()
    configure_logs(settings)
    if settings.discord_token is None:
        typer.echo("DISCORD_TOKEN is not set, so this is a rehearsal on your own computer.")
        _open_rehearsal(settings, 8810, "en")
        return
    try:
        asyncio.run(_serve(EngineSettings(), settings, settings.discord_token.get_secret_value()))
    except discord.LoginFailure:
        typer.echo("Discord refuses DISCORD_TOKEN. Ask `python -m bot doctor`.", err=True)
        raise typer.Exit(1) from None


@app.command()
def rehearse(script: ScriptFiles = None, port: Port = 8810, language: Language = "en") -> None:
    """Open the bot in a page on this computer, without Discord."""
    settings = BotSettings()
    if not script:
        configure_logs(settings)
        _open_rehearsal(settings, port, language)
        return
    if "log_level" not in settings.model_fields_set:  # the transcript is what is to be read
        settings = settings.model_copy(update={"log_level": LogLevel.WARNING})
    configure_logs(settings)
    from bot.rehearsal.script import play_scripts  # noqa: PLC0415  an extra; the bot runs without

    raise typer.Exit(asyncio.run(play_scripts(script, EngineSettings(), settings)))


@app.command()
def doctor() -> None:
    """Check everything that the bot needs, and say what to do."""
    from bot.doctor import run_doctor  # noqa: PLC0415  much that a start does not need

    raise typer.Exit(run_doctor())


@app.command()
def backup() -> None:
    """Copy the database, also while the bot runs."""
    settings = EngineSettings()
    stamp = datetime.now(UTC).strftime("%Y-%m-%d-%H%M%S")
    target = settings.data_dir / "backups" / f"scriptorium-{stamp}.sqlite3"
    try:
        back_up(settings, target)
    except StorageFailed as error:
        typer.echo(error.reason, err=True)
        raise typer.Exit(1) from None
    typer.echo(str(target))


@app.command()
def erase_server(
    server: Annotated[int, typer.Argument(help="The server's id, as Discord copies it.")],
) -> None:
    """Erase all that is held about a server that the bot has left. The bot must be stopped."""
    try:
        asyncio.run(_erase_server(EngineSettings(), server))
    except StorageFailed as error:
        typer.echo(error.reason, err=True)
        raise typer.Exit(1) from None
    typer.echo(f"Nothing is held about server {server} any more. Backups are yours to delete.")


def _open_rehearsal(settings: BotSettings, port: int, language: str) -> None:
    from bot.rehearsal.page import open_rehearsal  # noqa: PLC0415  an extra; the bot runs without

    asyncio.run(open_rehearsal(EngineSettings(), settings, port=port, language=language))


async def _erase_server(settings: EngineSettings, guild_id: int) -> None:
    async with open_database(settings) as database:
        await erase_trainings(database, settings, guild_id=guild_id)
        await erase_guild(database, guild_id=guild_id)


async def _serve(engine_settings: EngineSettings, settings: BotSettings, token: str) -> None:
    """Run the bot until SIGTERM or Ctrl-C; turns under way are resumed at the next start."""
    async with open_engine(engine_settings) as engine, create_bot(engine, settings) as bot:
        running = asyncio.create_task(bot.start(token))
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, running.cancel)
        await asyncio.wait([running])
        if not running.cancelled():
            await running


if __name__ == "__main__":
    app()
