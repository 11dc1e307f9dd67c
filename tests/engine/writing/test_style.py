"""A server's style: chosen by who may manage it, within bounds, and nobody else's."""

from dataclasses import replace

import pytest

from engine.errors import NotAllowed, PresetUnknown, Right, StyleChanged, ValueRefused
from engine.model.bounds import BOUNDS, IDLE_WITHOUT
from engine.model.request import Sampling
from engine.runtime import Engine
from engine.storage import styles
from engine.story import Member
from engine.writing import (
    ServerStyle,
    ban_cliches,
    choose_preset,
    drop_values,
    edit_bans,
    edit_names,
    edition_of,
    own_values,
    read_style,
    tune_values,
)
from engine.writing.style_values import read_values, write_values
from tests.fakes.desk import GUILD, MO

EVA = Member(18, "Eva", may_manage_server=True)


async def tune(engine: Engine, text: str, edition: int | None = None) -> ServerStyle:
    if edition is None:
        edition = edition_of((await read_style(engine, guild_id=GUILD)).values_text)
    return await tune_values(engine, guild_id=GUILD, member=EVA, text=text, edition=edition)


async def test_a_server_begins_with_the_balanced_preset_and_clicheless(engine: Engine) -> None:
    style = await read_style(engine, guild_id=GUILD)
    assert (style.preset.key, style.style.bans_cliches) == ("balanced", True)
    assert style.sampling == engine.presets["balanced"].sampling
    assert [preset.key for preset in style.presets] == list(engine.presets)


async def test_a_chosen_preset_is_kept_and_own_values_go(engine: Engine) -> None:
    await tune(engine, "temperature = 1.5")
    chosen = await choose_preset(engine, guild_id=GUILD, member=EVA, preset="verse")
    assert chosen == await read_style(engine, guild_id=GUILD)
    assert chosen.sampling == engine.presets["verse"].sampling


async def test_a_preset_that_there_is_not_is_refused(engine: Engine) -> None:
    with pytest.raises(PresetUnknown) as refused:
        await choose_preset(engine, guild_id=GUILD, member=EVA, preset="wild")
    assert refused.value.preset == "wild"
    assert (await read_style(engine, guild_id=GUILD)).preset.key == "balanced"


async def test_the_default_stands_in_for_a_preset_that_the_operator_took_away(
    engine: Engine,
) -> None:
    await choose_preset(engine, guild_id=GUILD, member=EVA, preset="verse")
    fewer = {key: preset for key, preset in engine.presets.items() if key != "verse"}
    style = await read_style(replace(engine, presets=fewer), guild_id=GUILD)
    assert (style.preset.key, style.is_preset_gone) == ("balanced", True)
    assert not (await read_style(engine, guild_id=GUILD)).is_preset_gone


async def test_only_lines_that_differ_from_the_preset_are_own_values(engine: Engine) -> None:
    text = (await read_style(engine, guild_id=GUILD)).values_text
    tuned = await tune(engine, text.replace("min_p = 0\n", "min_p = 0.05\n") + "\ntop_k: 12")
    assert list(own_values(tuned).items()) == [("top_k", 12), ("min_p", 0.05)]
    assert tuned.sampling == replace(tuned.preset.sampling, top_k=12, min_p=0.05)
    assert (await tune(engine, "min_p = 0.05")).style.own_values == {"min_p": 0.05}
    assert (await tune(engine, "")).style.own_values == {}


@pytest.mark.parametrize(("name", "needed"), IDLE_WITHOUT.items())
async def test_a_value_that_would_do_nothing_is_refused(
    engine: Engine, name: str, needed: str
) -> None:
    line = f"{name} = {BOUNDS[name].most:g}"
    with pytest.raises(ValueRefused) as refused:
        await tune(engine, line)
    assert (refused.value.name, refused.value.idle_without) == (name, needed)
    tuned = await tune(engine, f"{line}\n{needed} = 0.5")
    assert tuned.style.own_values.keys() == {name, needed}
    with pytest.raises(ValueRefused):
        await tune(engine, line)


async def test_own_values_are_dropped_at_once(engine: Engine) -> None:
    await tune(engine, "temperature = 1.5")
    dropped = await drop_values(engine, guild_id=GUILD, member=EVA)
    assert dropped.sampling == engine.presets["balanced"].sampling


async def test_values_that_somebody_else_changed_meanwhile_are_not_overwritten(
    engine: Engine,
) -> None:
    seen = edition_of((await read_style(engine, guild_id=GUILD)).values_text)
    await tune(engine, "temperature = 1.5")
    with pytest.raises(StyleChanged):
        await tune(engine, "top_k = 3", seen)
    style = await read_style(engine, guild_id=GUILD)
    assert style.style.own_values == {"temperature": 1.5}


@pytest.mark.parametrize("name", BOUNDS)
def test_the_bounds_themselves_are_allowed_and_what_lies_beyond_is_refused_with_them(
    name: str,
) -> None:
    bound = BOUNDS[name]
    assert read_values(f"{name} = {bound.least:g}") == {name: bound.least}
    assert read_values(f"{name} = {bound.most:g}") == {name: bound.most}
    for beyond in (bound.least - 0.5, bound.most + 0.5, bound.most + 1):
        with pytest.raises(ValueRefused) as refused:
            read_values(f"{name} = {beyond:g}")
        assert (refused.value.least, refused.value.most) == (bound.least, bound.most)
        assert (refused.value.name, refused.value.given) == (name, f"{beyond:g}")


@pytest.mark.parametrize("given", ["hot", "nan", "inf", "1e9", "", "0x1", "1 2", "--1", "٣"])
def test_what_is_no_number_is_refused_with_the_bounds(given: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        read_values(f"temperature = {given}")
    assert refused.value.most == 2


@pytest.mark.parametrize("line", ["boldness = 1", "warm", "seed = 4", "dry_sequence_breakers = x"])
def test_a_line_that_is_no_value_is_refused_by_its_name(line: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        read_values(f"top_k = 3\n{line}")
    assert refused.value.name == line.partition(" =")[0]
    assert refused.value.least is refused.value.most is None


def test_values_are_read_however_they_are_typed() -> None:
    text = "# warmer\n  Temperature ： 0,9 \n\nTOP_P= .5\ntop_k =7."
    assert read_values(text) == {"temperature": 0.9, "top_p": 0.5, "top_k": 7}


def test_what_is_written_is_read_back() -> None:
    sampling = Sampling(temperature=1.35, min_p=0.025, dry_penalty_last_n=8192, xtc_threshold=0.5)
    values = read_values(write_values(sampling))
    assert replace(Sampling(), **dict(values)) == sampling  # type: ignore[arg-type]


async def test_only_who_may_manage_the_server_changes_anything(engine: Engine) -> None:
    edition = edition_of((await read_style(engine, guild_id=GUILD)).values_text)
    for attempt in (
        choose_preset(engine, guild_id=GUILD, member=MO, preset="verse"),
        tune_values(engine, guild_id=GUILD, member=MO, text="top_k = 3", edition=edition),
        drop_values(engine, guild_id=GUILD, member=MO),
        ban_cliches(engine, guild_id=GUILD, member=MO, is_banned=False),
        edit_bans(engine, guild_id=GUILD, member=MO, text="x-ray", edition=0),
        edit_names(engine, guild_id=GUILD, member=MO, text="Elara", edition=0),
    ):
        with pytest.raises(NotAllowed) as refused:
            await attempt
        assert refused.value.needed is Right.SERVER
    assert MO.is_moderator, "whoever moderates a channel is not enough"
    async with engine.database.reading() as tx:
        assert await styles.find_style(tx, guild_id=GUILD) is None


async def test_a_style_is_of_one_server(engine: Engine) -> None:
    await choose_preset(engine, guild_id=GUILD, member=EVA, preset="verse")
    await edit_bans(engine, guild_id=GUILD, member=EVA, text="x-ray", edition=0)
    other = await read_style(engine, guild_id=GUILD + 1)
    assert (other.preset.key, other.style.lines) == ("balanced", ())
