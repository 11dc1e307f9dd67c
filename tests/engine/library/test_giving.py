"""Giving, answering, withdrawing and browsing, as use cases."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from engine.errors import NotItsAuthor, WorkClosed, WorkFault, WorkNotFound, WorkRefused
from engine.library.answering import agree, ask, decline
from engine.library.browsing import browse, own_work, own_works, read_work
from engine.library.gate import Reason, hash_of
from engine.library.giving import DAYS_TO_ANSWER, MOST_WAITING, give_story, give_text
from engine.library.withdrawing import unlist, withdraw, withdraw_for_author
from engine.library.wording import NEWEST_VERSION, consent_wording
from engine.privacy import erase_member, export_member
from engine.runtime import Engine, open_engine
from engine.settings import EngineSettings
from engine.storage import Transaction, cast, library, training_jobs, voices
from engine.story import (
    Licence,
    Member,
    MoveKind,
    Purpose,
    Rating,
    Sheet,
    Story,
    TurnKind,
    Way,
    Work,
    WorkState,
)
from tests.engine.storage.samples import (
    ADA,
    BEA,
    CHANNEL,
    GUILD,
    add_character,
    add_model_turn,
    add_story,
    add_turn,
    move,
    new_interaction,
)
from tests.engine.storage.voice_samples import add_adapter, add_job, promote, training_work
from tests.fakes.scripted_model import ScriptedModel

CY = Member(903, "Cy")
TEXT = "The lamp burned on."
CANARY = "canary lamp"


@pytest.fixture
async def engine(sqlite_settings: EngineSettings) -> AsyncGenerator[Engine]:
    async with open_engine(sqlite_settings, model=ScriptedModel()) as opened:
        yield opened


async def give(engine: Engine, giver: Member = ADA, text: str = TEXT, **changes: Any) -> Work:
    facts: dict[str, Any] = {
        "title": "The  Lamp\n",
        "licence": Licence.LEARN_AND_READ,
        "language": "en",
        "channel_is_age_restricted": False,
        "interaction_id": new_interaction(),
    }
    return await give_text(engine, guild_id=GUILD, giver=giver, text=text, **(facts | changes))


async def say_yes(engine: Engine, work: Work, *members: Member, lists: bool = False) -> Work:
    for member in members:
        answered = await agree(
            engine,
            guild_id=GUILD,
            work_id=work.id,
            member_id=member.id,
            language="en",
            lists=lists,
        )
    return answered.work


async def write_story(tx: Transaction, *authors: Member, **changes: Any) -> Story:
    """Let the members and the model take turns in the channel."""
    story = await add_story(tx, **changes)
    head = None
    for author in authors:
        own = await add_turn(tx, story, head, author=author, text=f"{author.name} wrote this.")
        await move(tx, story, MoveKind.WRITE, head, own.id)
        head = own.id
    return story


async def give_channel(engine: Engine, giver: Member = ADA) -> Work:
    return await give_story(
        engine,
        guild_id=GUILD,
        channel_id=CHANNEL,
        giver=giver,
        licence=Licence.LEARN,
        channel_is_age_restricted=False,
        interaction_id=new_interaction(),
    )


async def test_a_given_text_waits_and_is_bound_to_its_hash(engine: Engine) -> None:
    work = await give(engine, text="The lamp\r\nburned on. \u200b")
    assert (work.title, work.state) == ("The Lamp", WorkState.WAITING)
    assert work.text_hash == hash_of("The lamp\nburned on.")
    (own,) = await own_works(engine, guild_id=GUILD, member_id=ADA.id)
    assert own.reason is Reason.NOT_GIVEN
    given = await say_yes(engine, work, ADA)
    assert given.state is WorkState.GIVEN


async def test_the_same_interaction_gives_one_work(engine: Engine) -> None:
    first = await give(engine, interaction_id=5)
    assert await give(engine, interaction_id=5) == first


async def test_a_consent_names_text_version_language_and_exact_wording(engine: Engine) -> None:
    work = await give(engine)
    await agree(
        engine, guild_id=GUILD, work_id=work.id, member_id=ADA.id, language="zh-CN", lists=True
    )
    async with engine.database.reading() as tx:
        held = await library.list_consents(tx, guild_id=GUILD, work_id=work.id)
    shown = consent_wording(engine.settings, NEWEST_VERSION, "zh-CN")
    assert [each.purpose for each in held] == [Purpose.TRAINING, Purpose.LISTING]
    for each in held:
        assert (each.version, each.language, each.way) == (NEWEST_VERSION, "zh-CN", Way.BUTTON)
        assert (each.wording_hash, each.text_hash) == (shown.digest, work.text_hash)


async def test_agreeing_twice_is_one_consent(engine: Engine) -> None:
    work = await give(engine)
    await say_yes(engine, work, ADA, ADA)
    async with engine.database.reading() as tx:
        assert len(await library.list_consents(tx, guild_id=GUILD)) == 1


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"title": " "}, WorkFault.NO_TITLE),
        ({"title": "t" * 101}, WorkFault.TITLE_TOO_LONG),
        ({"text": " \u200b\n"}, WorkFault.EMPTY),
        ({"text": "x" * 2_000_001}, WorkFault.TOO_LONG),
        ({"channel_is_age_restricted": True}, WorkFault.FOR_ADULTS),
    ],
)
async def test_what_is_not_taken_in(
    engine: Engine, changes: dict[str, Any], fault: WorkFault
) -> None:
    with pytest.raises(WorkRefused) as refused:
        await give(engine, **changes)
    assert refused.value.fault is fault
    assert await own_works(engine, guild_id=GUILD, member_id=ADA.id) == []


async def test_a_text_that_the_library_has_is_refused_until_it_is_withdrawn(
    engine: Engine,
) -> None:
    work = await give(engine)
    with pytest.raises(WorkRefused) as refused:
        await give(engine, BEA)
    assert refused.value.fault is WorkFault.KNOWN
    await withdraw(engine, guild_id=GUILD, work_id=work.id, member_id=ADA.id)
    assert (await give(engine)).id != work.id


async def test_questions_without_an_answer_are_few_and_end_by_themselves(
    engine: Engine,
) -> None:
    for number in range(MOST_WAITING):
        await give(engine, text=f"Text {number}.")
    with pytest.raises(WorkRefused) as refused:
        await give(engine)
    assert refused.value.fault is WorkFault.TOO_MANY_WAIT
    later = engine.clock() + (DAYS_TO_ANSWER + 1) * 86_400_000
    object.__setattr__(engine, "clock", lambda: later)
    await give(engine)
    states = [o.work.state for o in await own_works(engine, guild_id=GUILD, member_id=ADA.id)]
    assert states == [WorkState.WAITING] + [WorkState.DECLINED] * MOST_WAITING
    async with engine.database.reading() as tx:
        assert await library.find_text(tx, guild_id=GUILD, work_id=1) is None


async def test_a_story_is_given_when_all_who_wrote_it_agreed(engine: Engine) -> None:
    async with engine.database.writing() as tx:
        story = await write_story(tx, ADA, BEA, ADA)
        await add_model_turn(tx, story, None, author=CY)  # asked for, and in no branch
    work = await give_channel(engine, BEA)
    assert [(a.member_id, a.name) for a in work.authors] == [(ADA.id, "Ada"), (BEA.id, "Bea")]
    asked = await ask(engine, guild_id=GUILD, work_id=work.id, member_id=ADA.id, language="en")
    assert asked.lacks_permission
    half = await say_yes(engine, work, BEA)
    assert half.state is WorkState.WAITING
    with pytest.raises(NotItsAuthor):
        await say_yes(engine, work, CY)
    assert (await say_yes(engine, work, ADA)).state is WorkState.GIVEN
    _, text = await read_work(engine, guild_id=GUILD, work_id=work.id, member_id=ADA.id)
    assert text == "Ada wrote this.\n\nBea wrote this.\n\nAda wrote this."


async def test_who_let_a_character_speak_is_an_author_of_the_story(engine: Engine) -> None:
    async with engine.database.writing() as tx:
        story = await write_story(tx, ADA)
        character = await add_character(tx, Sheet("Marn"))
        line = await add_turn(tx, story, 1, author=BEA, kind=TurnKind.MODEL, text="Leave!")
        await cast.insert_line(
            tx, guild_id=GUILD, turn_id=line.id, character_id=character.id, name="Marn"
        )
        await move(tx, story, MoveKind.WRITE, 1, line.id)
    work = await give_channel(engine)
    assert [author.member_id for author in work.authors] == [ADA.id, BEA.id]


async def test_a_newer_state_of_a_story_takes_the_place_of_the_given_one(engine: Engine) -> None:
    async with engine.database.writing() as tx:
        story = await write_story(tx, ADA)
    first = await say_yes(engine, await give_channel(engine), ADA)
    async with engine.database.writing() as tx:
        turn = await add_turn(tx, story, 1, author=BEA, text="Bea goes on.")
        await move(tx, story, MoveKind.WRITE, 1, turn.id)
    second = await give_channel(engine)
    await say_yes(engine, second, ADA)
    assert (await own_work_of(engine, ADA, first.id)).state is WorkState.GIVEN
    await say_yes(engine, second, BEA)
    assert (await own_work_of(engine, ADA, first.id)).state is WorkState.WITHDRAWN
    assert (await own_work_of(engine, ADA, second.id)).state is WorkState.GIVEN


async def own_work_of(engine: Engine, member: Member, work_id: int) -> Work:
    own = await own_work(engine, guild_id=GUILD, member_id=member.id, work_id=work_id)
    return own.work


async def test_a_story_with_an_erased_part_or_for_adults_is_not_taken(engine: Engine) -> None:
    async with engine.database.writing() as tx:
        await write_story(tx, ADA, BEA)
    await erase_member(engine, guild_id=GUILD, member_id=BEA.id)
    with pytest.raises(WorkRefused) as refused:
        await give_channel(engine)
    assert refused.value.fault is WorkFault.ERASED
    async with engine.database.writing() as tx:
        await write_story(tx, ADA, channel_id=77, rating=Rating.MATURE)
    with pytest.raises(WorkRefused) as refused:
        await give_story(
            engine,
            guild_id=GUILD,
            channel_id=77,
            giver=ADA,
            licence=Licence.LEARN,
            channel_is_age_restricted=False,
            interaction_id=new_interaction(),
        )
    assert refused.value.fault is WorkFault.FOR_ADULTS


async def test_a_no_erases_the_text_and_ends_the_consents_of_the_others(engine: Engine) -> None:
    async with engine.database.writing() as tx:
        await write_story(tx, ADA, BEA)
    work = await give_channel(engine)
    await say_yes(engine, work, ADA)
    declined = await decline(engine, guild_id=GUILD, work_id=work.id, member_id=BEA.id)
    assert (declined.work.state, declined.text) == (WorkState.DECLINED, "")
    async with engine.database.reading() as tx:
        (consent,) = await library.list_consents(tx, guild_id=GUILD)
        assert await library.find_text(tx, guild_id=GUILD, work_id=work.id) is None
    assert consent.withdrawn_way is Way.CLOSED
    with pytest.raises(WorkClosed):
        await say_yes(engine, work, BEA)


async def test_a_withdrawal_makes_stale_what_learned_from_the_work_and_nothing_else(
    engine: Engine,
) -> None:
    work = await say_yes(engine, await give(engine), ADA)
    other = await say_yes(engine, await give(engine, BEA, "Bea's text."), BEA)
    async with engine.database.writing() as tx:
        adapters = [
            await add_adapter(tx, works=(work.id,)),
            await add_adapter(tx, works=(work.id, other.id)),
            await add_adapter(tx, works=(other.id,)),
        ]
        await promote(tx, adapters[1])
        job = await add_job(tx)
        await training_jobs.replace_works(
            tx, guild_id=GUILD, job_id=job.id, works=[training_work(work.id)]
        )
    assert await engine.voices.ready(GUILD) == adapters[1].name
    with pytest.raises(NotItsAuthor):
        await withdraw(engine, guild_id=GUILD, work_id=work.id, member_id=BEA.id)
    done = await withdraw(engine, guild_id=GUILD, work_id=work.id, member_id=ADA.id)
    assert done.adapters == 2
    assert await engine.voices.ready(GUILD) is None
    assert adapters[1].name not in await engine.model.list_adapters()
    async with engine.database.reading() as tx:
        known = await voices.list_adapters(tx, guild_id=GUILD)
        ending = await training_jobs.find_job(tx, guild_id=GUILD, job_id=job.id)
        assert await library.find_text(tx, guild_id=GUILD, work_id=work.id) is None
        kept = await library.find_work(tx, guild_id=GUILD, work_id=work.id)
    assert [adapter.is_stale for adapter in known] == [False, True, True]
    assert ending is not None
    assert ending.ending is not None
    assert kept is not None
    assert kept.text_hash == work.text_hash, "manifests could not be checked any more"
    with pytest.raises(WorkClosed):
        await withdraw(engine, guild_id=GUILD, work_id=work.id, member_id=ADA.id)


async def test_the_operator_withdraws_for_an_author(engine: Engine) -> None:
    work = await say_yes(engine, await give(engine), ADA)
    async with engine.database.writing() as tx:
        await promote(tx, await add_adapter(tx, works=(work.id,)))
    done = await withdraw_for_author(engine.database, guild_id=GUILD, work_id=work.id)
    assert done.adapters == 1
    assert await engine.voices.ready(GUILD) is None
    for number, refusal in ((work.id, WorkClosed), (99, WorkNotFound)):
        with pytest.raises(refusal):
            await withdraw_for_author(engine.database, guild_id=GUILD, work_id=number)


async def test_erasing_a_member_withdraws_their_works_and_keeps_only_the_hash(
    sqlite_settings: EngineSettings,
) -> None:
    async with open_engine(sqlite_settings, model=ScriptedModel()) as engine:
        zoe = Member(777_000_777, "canary Zoe")
        work = await give(engine, zoe, CANARY * 300, title=CANARY)
        await say_yes(engine, work, zoe)
        async with engine.database.writing() as tx:
            await promote(tx, await add_adapter(tx, works=(work.id,)))
        exported = await export_member(engine, guild_id=GUILD, member_id=zoe.id)
        assert exported["works"][0]["text"] == CANARY * 300
        assert exported["consents"][0]["version"] == NEWEST_VERSION
        await erase_member(engine, guild_id=GUILD, member_id=zoe.id)
        assert await engine.voices.ready(GUILD) is None
        async with engine.database.reading() as tx:
            left = await library.find_work(tx, guild_id=GUILD, work_id=work.id)
            (consent,) = await library.list_consents(tx, guild_id=GUILD)
        assert left is not None
        assert (left.state, left.text_hash) == (WorkState.WITHDRAWN, work.text_hash)
        assert consent.withdrawn_way is Way.ERASED
        for file in sqlite_settings.data_dir.rglob("*"):
            assert not file.is_file() or b"canary" not in file.read_bytes()


async def test_only_works_whose_authors_all_agreed_are_shown(engine: Engine) -> None:
    async with engine.database.writing() as tx:
        await write_story(tx, ADA, BEA)
    work = await give_channel(engine)
    await say_yes(engine, work, ADA, lists=True)
    await say_yes(engine, work, BEA)
    assert (await browse(engine, guild_id=GUILD, page=0)).in_all == 0
    await say_yes(engine, work, BEA, lists=True)
    shelf = await browse(engine, guild_id=GUILD, page=5)
    assert ([w.id for w in shelf.works], shelf.page, shelf.pages) == ([work.id], 0, 1)
    with pytest.raises(WorkNotFound):  # to learn from only
        await read_work(engine, guild_id=GUILD, work_id=work.id, member_id=CY.id)
    await unlist(engine, guild_id=GUILD, work_id=work.id, member_id=ADA.id)
    assert (await browse(engine, guild_id=GUILD, page=0)).in_all == 0
    assert (await own_work_of(engine, ADA, work.id)).state is WorkState.GIVEN


async def test_a_shelf_has_pages_with_the_newest_first(engine: Engine) -> None:
    for number in range(13):
        work = await give(engine, text=f"Text {number}.")
        await say_yes(engine, work, ADA, lists=True)
    pages = [await browse(engine, guild_id=GUILD, page=page) for page in (0, 1, 2)]
    assert [[w.id for w in shelf.works] for shelf in pages] == [
        [13, 12, 11, 10, 9],
        [8, 7, 6, 5, 4],
        [3, 2, 1],
    ]
    _, text = await read_work(engine, guild_id=GUILD, work_id=3, member_id=CY.id)
    assert text == "Text 2."


async def test_another_server_knows_nothing_of_a_work(engine: Engine) -> None:
    work = await say_yes(engine, await give(engine), ADA, lists=True)
    other = {"guild_id": GUILD + 1, "work_id": work.id, "member_id": ADA.id}
    for refused in (
        ask(engine, **other, language="en"),
        agree(engine, **other, language="en", lists=True),
        decline(engine, **other),
        withdraw(engine, **other),
        unlist(engine, **other),
        read_work(engine, **other),
    ):
        with pytest.raises(WorkNotFound):
            await refused
