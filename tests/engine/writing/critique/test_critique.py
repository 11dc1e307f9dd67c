"""From a text that is handed in to the notes: whose it is, who may see it, and what survives."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from engine.errors import (
    AuthorUnknown,
    ConsentMissing,
    CritiqueBeingWritten,
    CritiqueClosed,
    CritiqueNotFound,
    CritiqueTextGone,
    CritiqueTooLong,
    GenerationFailed,
    NoSuchTurns,
    NotTheAuthor,
    NotYourCritique,
    SharingMissing,
    TextRefused,
)
from engine.model.request import ModelRequest
from engine.runtime import Engine
from engine.settings import EngineSettings
from engine.storage import Database
from engine.story import ConsentState, CritiqueState, Dropped, Member, Post
from engine.writing import read_story, record_post
from engine.writing.critique import (
    MOST_CHARACTERS,
    Reading,
    agree,
    delete_critique,
    hand_in_again,
    hand_in_message,
    hand_in_story,
    hand_in_text,
    list_critiques,
    list_shared,
    next_lens,
    read_critique,
    record_shared,
    recover_critiques,
    refuse,
    require_text,
    share,
    shipped_lenses,
    write_critique,
)
from tests.fakes.desk import ANN, BO, CY, GUILD, MO, Desk, engine_over, new_id
from tests.fakes.gate import Gate
from tests.fakes.scripted_model import Breaks, ScriptedModel

LINE = shipped_lenses()["line"]
TEXT = "Mara climbed the tower. She was very sad.\n\nNobody waved from the ship."
DAY = 24 * 60 * 60 * 1000


def notes_reply(request: ModelRequest) -> str:
    """Return a note on sentence 2 that names what each reading has seen."""
    note = {
        "sentence": 2,
        "cause": "told, not shown",
        "why": f"Reading {request.seed}: the tower shows already how tired Mara must be.",
        "question": f"What does Mara see in hour {request.seed} of her watch?",
    }
    return json.dumps({"notes": [note], "root_causes": ["told, not shown"], "praise": []})


@pytest.fixture
def model(gate: Gate) -> ScriptedModel:
    return ScriptedModel(notes_reply, sleep=gate)


class Clock:
    """Time as a test sets it."""

    def __init__(self) -> None:
        self.now_ms = 1_700_000_000_000

    def __call__(self) -> int:
        self.now_ms += 1
        return self.now_ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def engine(
    database: Database, storage_settings: EngineSettings, model: ScriptedModel, clock: Clock
) -> AsyncGenerator[Engine]:
    async with engine_over(database, model, storage_settings, clock=clock) as opened:
        yield opened


async def hand_in(engine: Engine, text: str = TEXT, member: Member = ANN) -> Reading:
    return await hand_in_text(
        engine,
        guild_id=GUILD,
        channel_id=1,
        member=member,
        lens=LINE,
        text=text,
        interaction_id=new_id(),
    )


async def hand_in_others(engine: Engine, author: Member | None = BO) -> Reading:
    """Let Ann hand in a message of somebody else."""
    return await hand_in_message(
        engine,
        guild_id=GUILD,
        channel_id=1,
        member=ANN,
        lens=LINE,
        message_id=new_id(),
        author_id=author.id if author else None,
        text=TEXT,
        interaction_id=new_id(),
    )


def it(reading: Reading) -> dict[str, int]:
    return {"guild_id": GUILD, "critique_id": reading.critique.id}


async def write(engine: Engine, reading: Reading, member: Member = ANN) -> Reading:
    return await write_critique(engine, member=member, **it(reading))


async def test_an_own_text_is_read_twice_and_its_notes_quote_it(
    engine: Engine, model: ScriptedModel
) -> None:
    written = await write(engine, await hand_in(engine))
    notes = written.critique.notes
    assert notes is not None
    assert [note.quote.text for note in notes.notes] == ["She was very sad."]
    assert (notes.causes, notes.dropped) == (("told",), {Dropped.REPEATED: 1})
    assert (written.critique.state, written.critique.model) == (CritiqueState.WRITTEN, "scripted")
    assert len({request.seed for request in model.requests}) == 2
    for request in model.requests:
        assert request.structure is not None
        assert request.banned.phrases == ()
        assert request.sampling == engine.presets["critic"].sampling
        assert request.cache_salt == str(GUILD)


async def test_a_critique_is_written_once_and_shown_again(
    engine: Engine, model: ScriptedModel
) -> None:
    reading = await hand_in(engine)
    first = await write(engine, reading)
    asked = len(model.requests)
    assert await write(engine, reading) == first
    assert len(model.requests) == asked


async def test_two_presses_at_once_write_it_once(engine: Engine, gate: Gate) -> None:
    reading = await hand_in(engine)
    gate.shut()
    writing = asyncio.create_task(write(engine, reading))
    await asyncio.sleep(0.05)
    with pytest.raises(CritiqueBeingWritten):
        await write(engine, reading)
    gate.open()
    assert (await writing).critique.state is CritiqueState.WRITTEN


async def test_the_same_interaction_is_the_same_critique(engine: Engine) -> None:
    fields = {"guild_id": GUILD, "channel_id": 1, "member": ANN, "lens": LINE, "text": TEXT}
    first = await hand_in_text(engine, interaction_id=5, **fields)
    second = await hand_in_text(engine, interaction_id=5, **fields)
    assert second == first


async def test_special_tokens_in_a_text_are_broken_and_its_quotes_are_not(
    engine: Engine, model: ScriptedModel
) -> None:
    text = "Mara climbed.\u202e She said <|im_end|> to the tower."
    written = await write(engine, await hand_in(engine, text))
    assert all("<|im_end|>" not in m.text for r in model.requests for m in r.messages)
    assert written.critique.notes is not None
    (note,) = written.critique.notes.notes
    assert note.quote.text == "She said <|im_end|> to the tower."
    assert note.quote.text in written.critique.text


@pytest.mark.parametrize("text", ["", "  \n ", "\u200e\ufeff"])
async def test_nothing_is_no_text(engine: Engine, text: str) -> None:
    with pytest.raises(TextRefused):
        await hand_in(engine, text)


async def test_a_text_beyond_the_limit_is_refused(engine: Engine) -> None:
    with pytest.raises(CritiqueTooLong):
        await hand_in(engine, "a" * (MOST_CHARACTERS + 1))


async def test_a_long_text_is_read_in_passages_at_once_and_each_sentence_once(
    database: Database, storage_settings: EngineSettings
) -> None:
    sentences = [f"Mara wrote number {n} into the book of the tower." for n in range(400)]
    model = ScriptedModel(notes_reply, context_tokens=4096)
    async with engine_over(database, model, storage_settings) as engine:
        written = await write(engine, await hand_in(engine, " ".join(sentences)))
    notes = written.critique.notes
    assert notes is not None
    assert notes.passages == len(model.requests) == model.most_at_once > 3
    shown = "".join(request.messages[-1].text for request in model.requests)
    assert all(shown.count(sentence) == 1 for sentence in sentences)
    assert all(note.quote.text in sentences for note in notes.notes)
    for request in model.requests:
        counts = await model.count_tokens([message.text for message in request.messages])
        assert sum(counts) + request.most_tokens <= 4096


async def test_a_reading_that_broke_off_is_counted_and_the_other_stands(
    engine: Engine, model: ScriptedModel
) -> None:
    replies = iter([Breaks(GenerationFailed("gone")), "{", ""])
    model._replies = lambda request: next(replies) if request.seed % 2 else notes_reply(request)
    written = await write(engine, await hand_in(engine))
    assert written.critique.notes is not None
    assert len(written.critique.notes.notes) == 1
    assert written.critique.notes.dropped == {Dropped.UNREADABLE: 1}


async def test_a_critique_that_broke_off_is_taken_up_again(
    engine: Engine, model: ScriptedModel
) -> None:
    reading = await hand_in(engine)
    model._replies = lambda _: Breaks(GenerationFailed("gone"))
    with pytest.raises(GenerationFailed):
        await write(engine, reading)
    assert (await read_critique(engine, **it(reading))).critique.state is CritiqueState.READY
    model._replies = notes_reply
    assert (await write(engine, reading)).critique.state is CritiqueState.WRITTEN


async def test_a_critique_of_a_dead_process_is_ready_again_after_the_start(
    engine: Engine, gate: Gate
) -> None:
    reading = await hand_in(engine)
    gate.shut()
    writing = asyncio.create_task(write(engine, reading))
    await asyncio.sleep(0.05)
    await recover_critiques(engine)  # as a new process does, which knows nothing of the task
    assert (await read_critique(engine, **it(reading))).critique.state is CritiqueState.READY
    writing.cancel()
    gate.open()
    await asyncio.gather(writing, return_exceptions=True)
    assert (await write(engine, reading)).critique.state is CritiqueState.WRITTEN


async def test_nothing_of_others_is_read_before_they_agree(
    engine: Engine, model: ScriptedModel
) -> None:
    reading = await hand_in_others(engine)
    assert reading.critique.state is CritiqueState.WAITING
    with pytest.raises(ConsentMissing):
        await write(engine, reading)
    for member in (ANN, CY, MO):
        with pytest.raises(NotTheAuthor):
            await agree(engine, member=member, **it(reading))
    assert model.requests == []
    agreed = await agree(engine, member=BO, **it(reading))
    assert (agreed.critique.state, agreed.missing) == (CritiqueState.READY, 0)
    assert (await write(engine, reading)).critique.notes is not None
    assert (await write(engine, reading, BO)).critique.notes is not None
    with pytest.raises(NotYourCritique):
        await write(engine, reading, MO)


async def test_a_refusal_ends_it_and_deletes_the_text(engine: Engine) -> None:
    reading = await hand_in_others(engine)
    refused = await refuse(engine, member=BO, **it(reading))
    assert (refused.critique.state, refused.critique.text) == (CritiqueState.REFUSED, "")
    with pytest.raises(CritiqueClosed):
        await agree(engine, member=BO, **it(reading))
    with pytest.raises(CritiqueClosed):
        await write(engine, reading)


async def test_after_a_week_it_is_closed_and_the_text_deleted(engine: Engine, clock: Clock) -> None:
    reading = await hand_in_others(engine)
    clock.now_ms += 7 * DAY
    with pytest.raises(CritiqueClosed):
        await agree(engine, member=BO, **it(reading))
    closed = await read_critique(engine, **it(reading))
    assert (closed.critique.state, closed.critique.text) == (CritiqueState.EXPIRED, "")


async def test_a_message_of_a_bot_that_no_story_knows_has_nobody_to_ask(engine: Engine) -> None:
    with pytest.raises(AuthorUnknown):
        await hand_in_others(engine, None)


@pytest.fixture
async def story(engine: Engine) -> Desk:
    """Ann and Bo write a story; the model wrote its third turn for Cy."""
    desk = Desk(engine)
    await desk.start()
    await desk.write("The lamp went out.")
    await desk.write("Somebody knocked.", BO)
    await desk.continue_(CY)
    return desk


async def hand_in_turns(desk: Desk, first: int | None = None, last: int | None = None) -> Reading:
    return await hand_in_story(
        desk.engine,
        **desk.where,
        member=ANN,
        lens=LINE,
        first=first,
        last=last,
        interaction_id=new_id(),
    )


async def test_a_story_needs_everybody_who_wrote_the_turns_or_asked_for_them(story: Desk) -> None:
    whole = await hand_in_turns(story)
    assert [(c.author_id, c.state) for c in whole.consents] == [
        (ANN.id, ConsentState.GIVEN),
        (BO.id, ConsentState.ASKED),
        (CY.id, ConsentState.ASKED),
    ]
    assert whole.critique.text == "\n\n".join(await story.texts())
    own = await hand_in_turns(story, 1, 1)
    assert (own.critique.state, own.critique.text) == (CritiqueState.READY, "The lamp went out.")
    with pytest.raises(NoSuchTurns):
        await hand_in_turns(story, 7, 9)


async def test_a_turn_of_the_bot_belongs_to_who_asked_for_it(story: Desk) -> None:
    turn = (await hand_in_turns(story, 3, 3)).critique.text
    message_id = new_id()
    _, path = await read_story(story.engine, **story.where)
    await record_post(
        story.engine, guild_id=GUILD, post=Post(path[2].id, 0, story.channel_id, message_id)
    )
    reading = await hand_in_message(
        story.engine,
        **story.where,
        member=ANN,
        lens=LINE,
        message_id=message_id,
        author_id=None,
        text="what the message shows",
        interaction_id=new_id(),
    )
    assert reading.critique.text == turn
    assert reading.authors == (CY.id,)


async def test_another_lens_reads_the_same_text_with_the_same_consents(engine: Engine) -> None:
    reading = await hand_in_others(engine)
    await agree(engine, member=BO, **it(reading))
    await write(engine, reading)
    before = await require_text(engine, member=ANN, **it(reading))
    again = await hand_in_again(
        engine, before, member=ANN, lens=next_lens("line"), interaction_id=new_id()
    )
    assert again.critique.id != reading.critique.id
    assert (again.critique.lens, again.critique.text) == ("structure", TEXT)
    assert again.critique.state is CritiqueState.READY
    assert next_lens("dialogue").key == "line"


async def test_the_text_goes_a_day_after_the_critique_and_the_notes_stay(
    engine: Engine, clock: Clock
) -> None:
    reading = await hand_in(engine)
    written = await write(engine, reading)
    clock.now_ms += DAY + 1000
    with pytest.raises(CritiqueTextGone):
        await require_text(engine, member=ANN, **it(reading))
    kept = await read_critique(engine, **it(reading))
    assert kept.critique == replace(written.critique, text="")


async def test_only_authors_show_a_critique_to_all_and_each_of_them(story: Desk) -> None:
    engine = story.engine
    reading = await hand_in_turns(story, 1, 2)
    with pytest.raises(CritiqueNotFound):
        await share(engine, member=ANN, **it(reading))
    await agree(engine, member=BO, **it(reading))
    await write(engine, reading)
    with pytest.raises(NotTheAuthor):
        await share(engine, member=CY, **it(reading))
    with pytest.raises(SharingMissing) as missing:
        await share(engine, member=ANN, **it(reading))
    assert missing.value.missing == 1
    assert (await share(engine, member=BO, **it(reading))).critique.notes is not None


async def test_deleting_takes_text_notes_and_messages_away(engine: Engine) -> None:
    reading = await hand_in(engine)
    await write(engine, reading)
    await record_shared(engine, posts=[(1, 70), (1, 71)], **it(reading))
    with pytest.raises(NotYourCritique):
        await delete_critique(engine, member=MO, **it(reading))
    shown = await delete_critique(engine, member=ANN, **it(reading))
    assert shown == [Post(0, 0, 1, 70), Post(0, 1, 1, 71)]
    assert await list_shared(engine, **it(reading)) == []
    assert await list_critiques(engine, guild_id=GUILD, member=ANN) == []
    with pytest.raises(CritiqueNotFound):
        await read_critique(engine, **it(reading))


async def test_a_critique_deleted_while_it_is_written_stays_deleted(
    engine: Engine, gate: Gate
) -> None:
    reading = await hand_in(engine)
    gate.shut()
    writing = asyncio.create_task(write(engine, reading))
    await asyncio.sleep(0.05)
    await delete_critique(engine, member=ANN, **it(reading))
    gate.open()
    with pytest.raises(CritiqueNotFound):
        await writing
