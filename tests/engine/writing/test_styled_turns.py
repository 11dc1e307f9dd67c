"""What a server chose reaches the model with every turn, and the turn tells of it."""

import asyncio
from dataclasses import asdict

import pytest

from engine.errors import ModelUnavailable
from engine.model.request import Banned, Priority
from engine.runtime import Engine
from engine.safety.cliches import shipped_cliches
from engine.story import Member
from engine.writing import (
    ban_cliches,
    choose_preset,
    edit_bans,
    edit_names,
    edition_of,
    read_style,
    tune_values,
)
from tests.fakes.desk import GUILD, Desk
from tests.fakes.gate import Gate
from tests.fakes.scripted_model import Breaks, ScriptedModel

EVA = Member(18, "Eva", may_manage_server=True)


async def choose(engine: Engine, preset: str, guild_id: int = GUILD) -> None:
    await choose_preset(engine, guild_id=guild_id, member=EVA, preset=preset)


async def test_preset_own_values_and_bans_reach_the_model(
    engine: Engine, desk: Desk, model: ScriptedModel
) -> None:
    await choose(engine, "verse")
    edition = edition_of((await read_style(engine, guild_id=GUILD)).values_text)
    await tune_values(
        engine, guild_id=GUILD, member=EVA, text="temperature = 1.75", edition=edition
    )
    await edit_bans(
        engine, guild_id=GUILD, member=EVA, text="sapphire pools\n/\\bgaze\\b/", edition=0
    )
    await desk.continue_()
    (request,) = model.requests
    verse = asdict(engine.presets["verse"].sampling)
    assert asdict(request.sampling) == verse | {"temperature": 1.75}
    assert "sapphire pools" in request.banned.phrases
    assert request.banned.patterns == (r"\bgaze\b",)


async def test_a_request_tells_whose_channel_it_is_and_that_somebody_waits(
    engine: Engine, model: ScriptedModel
) -> None:
    desks = [Desk(engine), Desk(engine)]
    for desk in desks:
        await desk.start()
        await desk.continue_()
    assert [request.channel for request in model.requests] == [
        str(desk.channel_id) for desk in desks
    ]
    assert {request.priority for request in model.requests} == {Priority.INTERACTIVE}
    assert {request.adapter for request in model.requests} == {None}


async def test_a_turn_tells_its_preset_its_values_and_how_much_was_banned_but_no_phrase(
    engine: Engine, desk: Desk, model: ScriptedModel
) -> None:
    await choose(engine, "steady")
    before = (await desk.continue_()).provenance
    await edit_bans(
        engine, guild_id=GUILD, member=EVA, text="sapphire pools\n/\\bgaze\\b/", edition=0
    )
    after = (await desk.continue_()).provenance
    assert before is not None
    assert after is not None
    assert after.preset == "steady"
    assert after.sampling["temperature"] == model.requests[-1].sampling.temperature == 0.7
    assert after.banned == before.banned + 2
    assert "sapphire pools" not in repr(after)


async def test_the_style_of_another_server_changes_nothing(
    engine: Engine, desk: Desk, model: ScriptedModel
) -> None:
    await choose(engine, "adventurous", GUILD + 1)
    await edit_bans(engine, guild_id=GUILD + 1, member=EVA, text="sapphire pools", edition=0)
    await desk.continue_()
    assert model.requests[-1].sampling == engine.presets["balanced"].sampling
    assert "sapphire pools" not in model.requests[-1].banned.phrases


async def test_alternatives_and_retries_have_the_style_too(
    engine: Engine, desk: Desk, model: ScriptedModel
) -> None:
    turn = await desk.continue_()
    await choose(engine, "verse")
    await desk.retry(turn)
    await desk.offer()
    assert [request.sampling.top_k for request in model.requests] == [50, 100, 100, 100, 100]


async def test_cliches_are_kept_out_in_the_language_of_the_story_until_they_are_allowed(
    engine: Engine, model: ScriptedModel
) -> None:
    for language in ("en", "zh-CN"):
        desk = Desk(engine)
        await desk.start(language=language)
        await desk.continue_()
    english, chinese = (set(request.banned.phrases) for request in model.requests)
    assert english == set(shipped_cliches("en"))
    assert chinese == set(shipped_cliches("zh"))
    assert english.isdisjoint(chinese)
    await ban_cliches(engine, guild_id=GUILD, member=EVA, is_banned=False)
    await desk.continue_()
    assert model.requests[-1].banned == Banned()


async def test_an_allowed_name_is_not_banned_on_its_server(
    engine: Engine, desk: Desk, model: ScriptedModel
) -> None:
    await edit_names(engine, guild_id=GUILD, member=EVA, text="Elara", edition=0)
    await edit_names(engine, guild_id=GUILD + 1, member=EVA, text="Kael", edition=0)
    await desk.continue_()
    banned = model.requests[-1].banned.phrases
    assert "elara" not in banned
    assert {"kael", "thorne"} <= set(banned)


@pytest.mark.parametrize("place", ["title", "genre", "style", "direction", "turn"])
async def test_a_name_of_the_story_itself_is_not_banned_in_it(
    engine: Engine, model: ScriptedModel, place: str
) -> None:
    text = "Thorne of the Whispering Woods"
    desk = Desk(engine)
    await desk.start(**({place: text} if place in {"title", "genre", "style"} else {}))
    if place == "turn":
        await desk.write(text)
    await desk.continue_(direction=text if place == "direction" else "")
    banned = set(model.requests[-1].banned.phrases)
    assert banned == set(shipped_cliches("en")) - {"thorne", "whispering woods"}


async def test_a_cliche_that_is_no_name_stays_banned_though_a_member_wrote_it(
    engine: Engine, desk: Desk, model: ScriptedModel
) -> None:
    await desk.write("Only time would tell. Orbs? No, eyes. The Woods were Whispering to kael.")
    await desk.continue_()
    banned = set(shipped_cliches("en")) - set(model.requests[-1].banned.phrases)
    assert banned == {"orbs"}, "a word at the beginning of a sentence may be a name"


async def test_what_a_server_bans_itself_is_banned_whatever_is_allowed(
    engine: Engine, desk: Desk, model: ScriptedModel
) -> None:
    await edit_names(engine, guild_id=GUILD, member=EVA, text="Elara", edition=0)
    await edit_bans(engine, guild_id=GUILD, member=EVA, text="Elara", edition=0)
    await desk.continue_()
    assert "Elara" in model.requests[-1].banned.phrases


class TestWhileATurnIsWritten:
    @pytest.fixture
    def model(self, gate: Gate) -> ScriptedModel:
        return ScriptedModel(
            [Breaks(ModelUnavailable("away"), "The lamp went", pieces=2), "The lamp went out."],
            sleep=gate,
        )

    async def test_a_change_of_style_waits_for_the_next_turn(
        self, engine: Engine, desk: Desk, model: ScriptedModel, gate: Gate
    ) -> None:
        gate.shut()
        async with desk.drafting() as draft:
            while not model.requests:
                await asyncio.sleep(0.01)
            await choose(engine, "verse")
            gate.open()
            turn = await draft.finished()
        assert [request.sampling.top_k for request in model.requests] == [50, 50]
        assert turn.provenance is not None
        assert turn.provenance.preset == "balanced"
