"""How the model writes on each server: what was chosen, and the lists."""

from collections.abc import Mapping

from sqlalchemy import delete, insert, select

from engine.storage.conflicts import insert_into
from engine.storage.database import Transaction
from engine.storage.rows import select_style_lines, to_style_line
from engine.storage.schema import style_lines, styles
from engine.story import LineKind, Style


async def find_style(tx: Transaction, *, guild_id: int) -> Style | None:
    """Return a server's style, None when it chose nothing and listed nothing."""
    chosen = (
        await tx.execute(
            select(styles.c.preset, styles.c.own_values, styles.c.bans_cliches).where(
                styles.c.guild_id == guild_id
            )
        )
    ).one_or_none()
    rows = await tx.execute(
        select_style_lines().where(style_lines.c.guild_id == guild_id).order_by(style_lines.c.id)
    )
    lines = tuple(map(to_style_line, rows))
    if chosen is None:
        return Style(lines=lines) if lines else None
    return Style(chosen.preset, chosen.own_values, bool(chosen.bans_cliches), lines)


async def save_choices(
    tx: Transaction,
    *,
    guild_id: int,
    preset: str,
    own_values: Mapping[str, float],
    bans_cliches: bool,
) -> None:
    """Keep all that a server chose, in place of what it chose before; the lists stay."""
    chosen = {
        "preset": preset,
        "own_values": dict(own_values),
        "bans_cliches": int(bans_cliches),
    }
    statement = insert_into(tx, styles).values(guild_id=guild_id, **chosen)
    await tx.execute(
        statement.on_conflict_do_update(index_elements=[styles.c.guild_id], set_=chosen)
    )


async def add_line(
    tx: Transaction, *, guild_id: int, kind: LineKind, line: str, member_id: int, now_ms: int
) -> None:
    """Add a line at the end of a server's list."""
    await tx.execute(
        insert(style_lines).values(
            guild_id=guild_id, kind=kind, text=line, member_id=member_id, created_ms=now_ms
        )
    )


async def delete_line(tx: Transaction, *, guild_id: int, kind: LineKind, line: str) -> None:
    """Take a line out of a server's list; one that is not there is no fault."""
    await tx.execute(
        delete(style_lines).where(
            style_lines.c.guild_id == guild_id,
            style_lines.c.kind == kind,
            style_lines.c.text == line,
        )
    )
