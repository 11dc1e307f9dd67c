"""How the model writes on a server: seen by everybody, chosen by who may manage the server."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from zlib import crc32

import structlog

from engine.errors import PresetUnknown, StyleChanged
from engine.model.bounds import BOUNDS
from engine.model.presets import DEFAULT, Preset
from engine.model.request import Sampling
from engine.runtime import Engine
from engine.storage import styles
from engine.storage.database import Transaction
from engine.story import Member, Style
from engine.writing.rights import require_server
from engine.writing.style_values import read_values, refuse_idle, write_values

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ServerStyle:
    """A server's style, and what comes of it with the presets of this bot."""

    style: Style
    preset: Preset  # the one in use: the default when the chosen one is there no more
    presets: tuple[Preset, ...]  # to choose from, the calmest first

    @property
    def sampling(self) -> Sampling:
        """The values in use: the server's own in place of the preset's."""
        own: dict[str, Any] = dict(self.style.own_values)
        return replace(self.preset.sampling, **own)

    @property
    def values_text(self) -> str:
        """The values in use, a line each: what the member edits."""
        return write_values(self.sampling)

    @property
    def is_preset_gone(self) -> bool:
        """Whether the chosen preset is none of this bot's any more."""
        return self.preset.key != self.style.preset


def edition_of(text: str) -> int:
    """Return a number of 32 bits that tells a text from what it was before."""
    return crc32(text.encode())


def refuse_other_edition(text: str, edition: int) -> None:
    """Raise StyleChanged unless the text is the one that was edited."""
    if edition_of(text) != edition:
        raise StyleChanged


async def read_style(engine: Engine, *, guild_id: int) -> ServerStyle:
    """Return how the model writes on a server."""
    async with engine.database.reading() as tx:
        return await get_style(tx, engine, guild_id)


async def get_style(tx: Transaction, engine: Engine, guild_id: int) -> ServerStyle:
    """Return a server's style; the default preset stands in for one that is there no more."""
    style = await styles.find_style(tx, guild_id=guild_id) or Style()
    preset = engine.presets.get(style.preset)
    if preset is None:
        log.warning("preset_gone", guild_id=guild_id, preset=style.preset)
        preset = engine.presets[DEFAULT]
    return ServerStyle(style, preset, tuple(engine.presets.values()))


async def choose_preset(
    engine: Engine, *, guild_id: int, member: Member, preset: str
) -> ServerStyle:
    """Choose a preset, as it is: own values go.

    Raises:
        NotAllowed: the member may not manage the server.
        PresetUnknown: there is no such preset.
    """
    require_server(member)
    if preset not in engine.presets:
        raise PresetUnknown(preset)
    return await _save(engine, guild_id, preset=preset, own_values={})


async def tune_values(
    engine: Engine, *, guild_id: int, member: Member, text: str, edition: int
) -> ServerStyle:
    """Take the values that a member edited, a line each; a line that is gone is the preset's.

    `edition` is of the text that they edited, `ServerStyle.values_text`.

    Raises:
        NotAllowed: the member may not manage the server.
        StyleChanged: the values are others by now.
        ValueRefused: a line is no value, out of its bounds, or would do nothing.
    """
    require_server(member)
    values = read_values(text)
    async with engine.database.writing() as tx:
        current = await get_style(tx, engine, guild_id)
        refuse_other_edition(current.values_text, edition)
        own = {
            name: value
            for name, value in values.items()
            if value != getattr(current.preset.sampling, name)
        }
        refuse_idle(own, current.preset.sampling)
        await _store(tx, guild_id, current.style, preset=current.preset.key, own_values=own)
        return await get_style(tx, engine, guild_id)


async def drop_values(engine: Engine, *, guild_id: int, member: Member) -> ServerStyle:
    """Go back to the preset's values.

    Raises:
        NotAllowed: the member may not manage the server.
    """
    require_server(member)
    return await _save(engine, guild_id, own_values={})


async def ban_cliches(
    engine: Engine, *, guild_id: int, member: Member, is_banned: bool
) -> ServerStyle:
    """Ban the clichés of the shipped list, or allow them.

    Raises:
        NotAllowed: the member may not manage the server.
    """
    require_server(member)
    return await _save(engine, guild_id, bans_cliches=is_banned)


async def _save(engine: Engine, guild_id: int, **changes: Any) -> ServerStyle:
    async with engine.database.writing() as tx:
        current = await get_style(tx, engine, guild_id)
        await _store(tx, guild_id, current.style, **changes)
        return await get_style(tx, engine, guild_id)


async def _store(tx: Transaction, guild_id: int, style: Style, **changes: Any) -> None:
    changed = replace(style, **changes)
    await styles.save_choices(
        tx,
        guild_id=guild_id,
        preset=changed.preset,
        own_values=changed.own_values,
        bans_cliches=changed.bans_cliches,
    )


def own_values(style: ServerStyle) -> Mapping[str, float]:
    """Return the server's own values in the order in which they are shown."""
    return {n: style.style.own_values[n] for n in BOUNDS if n in style.style.own_values}
