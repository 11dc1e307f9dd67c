import pytest
from sqlalchemy.exc import IntegrityError

from engine.storage import Database, styles
from engine.story import LineKind, Style, StyleLine
from tests.engine.storage.samples import ADA, BEA, GUILD, NOW


async def test_a_server_that_chose_nothing_has_no_style(database: Database) -> None:
    async with database.reading() as tx:
        assert await styles.find_style(tx, guild_id=GUILD) is None


async def test_the_newest_choices_hold(database: Database) -> None:
    async with database.writing() as tx:
        for preset, values in (("verse", {"min_p": 0.25, "top_k": 7}), ("steady", {"top_p": 0.5})):
            await styles.save_choices(
                tx, guild_id=GUILD, preset=preset, own_values=values, bans_cliches=False
            )
    async with database.reading() as tx:
        style = await styles.find_style(tx, guild_id=GUILD)
    assert style == Style("steady", {"top_p": 0.5}, bans_cliches=False)


async def test_lines_stand_in_their_order_with_who_added_them(database: Database) -> None:
    lines = [
        StyleLine(LineKind.PHRASE, "a shiver ran", ADA.id, NOW),
        StyleLine(LineKind.NAME, "Elara", BEA.id, NOW),
        StyleLine(LineKind.PATTERN, r"\bgaze\b", ADA.id, NOW + 1),
    ]
    async with database.writing() as tx:
        for line in lines:
            await styles.add_line(
                tx,
                guild_id=GUILD,
                kind=line.kind,
                line=line.text,
                member_id=line.member_id,
                now_ms=line.created_ms,
            )
    async with database.writing() as tx:
        style = await styles.find_style(tx, guild_id=GUILD)
        assert style == Style(lines=tuple(lines))
        await styles.delete_line(tx, guild_id=GUILD, kind=LineKind.NAME, line="a shiver ran")
        await styles.delete_line(tx, guild_id=GUILD, kind=LineKind.PHRASE, line="a shiver ran")
    async with database.reading() as tx:
        left = await styles.find_style(tx, guild_id=GUILD)
    assert left == Style(lines=tuple(lines[1:]))


async def test_a_line_is_in_a_list_once(database: Database) -> None:
    line = {"kind": LineKind.NAME, "line": "Elara", "member_id": ADA.id, "now_ms": NOW}
    async with database.writing() as tx:
        await styles.add_line(tx, guild_id=GUILD, **line)
        with pytest.raises(IntegrityError):
            await styles.add_line(tx, guild_id=GUILD, **line)
