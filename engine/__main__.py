"""python -m engine library import | list | withdraw: the library, for the operator."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from pydantic import ValidationError

from engine.errors import ImportRefused, StorageFailed, WorkClosed, WorkNotFound
from engine.library.gate import permission_of, refusal
from engine.library.importing import Judged, Verdict, import_works, judge, read_folder
from engine.library.withdrawing import withdraw_for_author
from engine.settings import EngineSettings
from engine.storage import Database, library, open_database
from engine.story import Consent, Work

Result = TypeVar("Result")

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
works_app = typer.Typer(no_args_is_help=True, help="Works that a server's voice may learn from.")
app.add_typer(works_app, name="library")

Server = Annotated[int, typer.Option("--server", min=1, help="The server's id, as Discord has it.")]


@app.callback()
def explain() -> None:
    """Do what is the operator's alone. With SQLite, stop the bot first."""


@works_app.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False)],
    server: Server,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be.")] = False,
) -> None:
    """Take in works that were handed to you outside Discord; see docs/library.md for the form."""
    settings = _settings()
    try:
        texts = read_folder(folder, settings, today=datetime.now(UTC).date())
    except ImportRefused as refused:
        typer.echo("\n".join(refused.faults), err=True)
        typer.echo("Nothing was taken in.", err=True)
        raise typer.Exit(1) from None

    async def work(database: Database) -> list[Judged]:
        if dry_run:
            return await judge(database, guild_id=server, texts=texts)
        return await import_works(database, settings, guild_id=server, texts=texts)

    judged = _with_database(settings, work)
    for each in judged:
        typer.echo(_described(each))
    new = sum(each.verdict is Verdict.NEW for each in judged)
    typer.echo(f"{new} {'would be' if dry_run else 'were'} taken in, of {len(judged)}.")


@works_app.command("list")
def list_(server: Server) -> None:
    """Show every work of a server, and whether its voice may learn from it."""
    settings = _settings()

    async def read(database: Database) -> tuple[list[Work], list[Consent]]:
        async with database.reading() as tx:
            works = await library.list_works(tx, guild_id=server)
            return works, await library.list_consents(tx, guild_id=server)

    works, consents = _with_database(settings, read)
    for work in works:
        reason = refusal(work, consents, permission_of(settings))
        verdict = "may be learned from" if reason is None else f"not used: {reason.value}"
        names = ", ".join(author.name or "…" for author in work.authors) or "nobody"
        facts = (f"#{work.id}", work.title, names, work.source.value, work.licence.value)
        typer.echo("\t".join((*facts, f"{work.characters} characters", verdict)))
    typer.echo(f"{len(works)} works.")


@works_app.command()
def withdraw(
    work: Annotated[int, typer.Argument(help="The work's number, as `list` shows it.")],
    server: Server,
) -> None:
    """Withdraw a work because its author told you so: its text is erased."""
    try:
        withdrawn = _with_database(
            _settings(),
            lambda database: withdraw_for_author(database, guild_id=server, work_id=work),
        )
    except WorkNotFound:
        typer.echo(f"Server {server} has no work {work}.", err=True)
        raise typer.Exit(1) from None
    except WorkClosed:
        typer.echo(f"Work {work} is withdrawn already.", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"Withdrawn. Adapters taken out of use: {withdrawn.adapters}.")


def _settings() -> EngineSettings:
    try:
        return EngineSettings()
    except ValidationError as error:
        for fault in error.errors(include_input=False, include_context=False):
            name = ".".join(map(str, fault["loc"])).upper() or "Settings"
            typer.echo(f"{name}: {fault['msg']}", err=True)
        raise typer.Exit(2) from None


def _with_database(
    settings: EngineSettings, work: Callable[[Database], Awaitable[Result]]
) -> Result:
    async def run() -> Result:
        async with open_database(settings) as database:
            return await work(database)

    try:
        return asyncio.run(run())
    except StorageFailed as error:
        typer.echo(error.reason, err=True)
        raise typer.Exit(1) from None


def _described(each: Judged) -> str:
    work = each.handed.entry.work
    names = ", ".join(author.name for author in work.author) or "nobody"
    facts = (each.verdict.value, work.file, work.title, names, work.source.value)
    return "\t".join((*facts, work.licence.value, f"{len(each.handed.text)} characters"))


if __name__ == "__main__":
    app()
