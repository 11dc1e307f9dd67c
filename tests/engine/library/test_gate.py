"""The rule of what may be trained on, line by line, and the gate that asks it."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import update

from engine.library.gate import (
    Reason,
    hash_of,
    permission_of,
    refusal,
    still_trainable,
    trainable_works,
)
from engine.runtime import Engine, open_engine
from engine.settings import EngineSettings
from engine.storage.schema import works
from engine.story import (
    Consent,
    Licence,
    Permission,
    Purpose,
    Source,
    Way,
    Work,
    WorkAuthor,
    WorkState,
)
from tests.engine.storage.library_samples import add_given, add_work
from tests.engine.storage.samples import ADA, BEA, GUILD, NOW
from tests.fakes.scripted_model import ScriptedModel

HASH = hash_of("The lamp burned on.")
AUTHORS = (WorkAuthor(1, 7, ADA.id, "Ada"), WorkAuthor(2, 7, None, "Bea"))
PERMISSION = Permission("Olga", date(2026, 1, 31), "ticket 17")
RECORDED: dict[str, Any] = {
    "discord_training_permission_by": "Olga",
    "discord_training_permission_date": date(2026, 1, 31),
    "discord_training_permission_reference": "ticket 17",
}


def work(**changes: Any) -> Work:
    facts: dict[str, Any] = {
        "id": 7,
        "guild_id": GUILD,
        "title": "The Lamp",
        "source": Source.HANDED_IN,
        "licence": Licence.LEARN,
        "language": "en",
        "text_hash": HASH,
        "characters": 19,
        "story_id": None,
        "giver_id": ADA.id,
        "state": WorkState.GIVEN,
        "consent_version": 1,
        "evidence": "",
        "created_ms": NOW,
        "closed_ms": None,
        "authors": AUTHORS,
    }
    return Work(**(facts | changes))


def consent(author_id: int, **changes: Any) -> Consent:
    facts: dict[str, Any] = {
        "id": author_id,
        "work_id": 7,
        "author_id": author_id,
        "purpose": Purpose.TRAINING,
        "text_hash": HASH,
        "version": 1,
        "language": "en",
        "wording_hash": "",
        "way": Way.BUTTON,
        "evidence": "",
        "given_ms": NOW,
        "withdrawn_ms": None,
        "withdrawn_way": None,
    }
    return Consent(**(facts | changes))


BOTH = (consent(1), consent(2))


def test_a_handed_in_work_with_everybodys_consent_may_be_trained_on() -> None:
    assert refusal(work(), BOTH, None) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"state": WorkState.WAITING}, Reason.NOT_GIVEN),
        ({"state": WorkState.DECLINED}, Reason.CLOSED),
        ({"state": WorkState.WITHDRAWN}, Reason.CLOSED),
        ({"characters": 0}, Reason.NO_TEXT),
        ({"licence": Licence.CC_BY_ND}, Reason.LICENCE),
        ({"source": Source.DISCORD}, Reason.NO_PERMISSION),
        ({"authors": ()}, Reason.NO_AUTHOR),
        ({"source": Source.PUBLIC_DOMAIN, "licence": Licence.CC_BY}, Reason.LICENCE),
        ({"text_hash": hash_of("Another text.")}, Reason.NO_CONSENT),
        ({"id": 8}, Reason.NO_CONSENT),
    ],
    ids=str,
)
def test_what_stands_against_a_work_with_consents(changes: dict[str, Any], reason: Reason) -> None:
    assert refusal(work(**changes), BOTH, None) is reason


@pytest.mark.parametrize(
    "held",
    [
        (),
        (consent(1),),
        (consent(2),),
        (consent(1), consent(2, withdrawn_ms=NOW)),
        (consent(1), consent(2, purpose=Purpose.LISTING)),
        (consent(1), consent(2, text_hash=hash_of("Another text."))),
        (consent(1), consent(2, work_id=8)),
        (consent(1), consent(1), consent(3)),
    ],
    ids=str,
)
def test_a_work_needs_the_live_consent_of_each_author_to_this_text_and_purpose(
    held: tuple[Consent, ...],
) -> None:
    assert refusal(work(), held, None) is Reason.NO_CONSENT
    assert refusal(work(source=Source.DISCORD), held, PERMISSION) is Reason.NO_CONSENT


def test_a_consent_given_anew_counts_beside_one_that_ended() -> None:
    held = (consent(1), consent(2, withdrawn_ms=NOW), consent(2))
    assert refusal(work(), held, None) is None


def test_discords_permission_lets_consented_works_of_discord_pass() -> None:
    assert refusal(work(source=Source.DISCORD), BOTH, PERMISSION) is None


@pytest.mark.parametrize("licence", list(Licence))
def test_every_licence_but_one_allows_learning(licence: Licence) -> None:
    allowed = refusal(work(licence=licence), BOTH, None) is None
    assert allowed is (licence is not Licence.CC_BY_ND)


def test_in_the_public_domain_only_members_have_to_be_asked() -> None:
    public = {"source": Source.PUBLIC_DOMAIN, "licence": Licence.PUBLIC_DOMAIN}
    assert refusal(work(**public, authors=()), (), None) is None
    assert refusal(work(**public, authors=AUTHORS[1:]), (), None) is None
    assert refusal(work(**public), (), None) is Reason.NO_CONSENT


def test_the_permission_is_recorded_by_three_settings() -> None:
    assert permission_of(EngineSettings()) is None
    assert permission_of(EngineSettings(**RECORDED)) == PERMISSION


@pytest.mark.parametrize("name", list(RECORDED))
def test_a_permission_with_a_part_missing_stops_the_start(name: str) -> None:
    parts = {key: value for key, value in RECORDED.items() if key != name}
    with pytest.raises(ValidationError, match=f"missing: {name.upper()}"):
        EngineSettings(**parts)
    with pytest.raises(ValidationError, match="Set all three, or none"):
        EngineSettings(**{name: RECORDED[name]})


def test_a_permission_of_tomorrow_or_of_blanks_stops_the_start() -> None:
    later = datetime.now(UTC).date() + timedelta(days=3)
    with pytest.raises(ValidationError, match="lies in the future"):
        EngineSettings(**(RECORDED | {"discord_training_permission_date": later}))
    with pytest.raises(ValidationError, match="missing: DISCORD_TRAINING_PERMISSION_BY"):
        EngineSettings(**(RECORDED | {"discord_training_permission_by": "  "}))


@pytest.fixture
async def engine(storage_settings: EngineSettings) -> AsyncGenerator[Engine]:
    async with open_engine(storage_settings, model=ScriptedModel()) as opened:
        yield opened


async def test_the_gate_hands_out_texts_with_what_makes_them_trainable(engine: Engine) -> None:
    async with engine.database.writing() as tx:
        given = await add_given(tx, authors=(ADA, BEA))
        await add_work(tx, text="A text that waits.")
        await add_given(tx, GUILD + 1, text="A text of another server.")
        await add_given(tx, source=Source.DISCORD, text="A text of Discord.")
    (passed,) = await trainable_works(engine, guild_id=GUILD)
    assert (passed.work_id, passed.text) == (given.id, "The lamp burned on.")
    assert {each.author_id for each in passed.consents} == {a.id for a in given.authors}
    permitted = replace(engine, settings=engine.settings.model_copy(update=RECORDED))
    assert len(await trainable_works(permitted, guild_id=GUILD)) == 2
    async with engine.database.reading() as tx:
        assert await still_trainable(tx, guild_id=GUILD, permission=None) == {given.id: HASH}


async def test_a_text_that_is_not_what_was_agreed_to_does_not_pass(engine: Engine) -> None:
    async with engine.database.writing() as tx:
        given = await add_given(tx)
        await tx.execute(update(works).where(works.c.id == given.id).values(text="Smuggled in."))
    assert await trainable_works(engine, guild_id=GUILD) == []
