"""The canon: proposed with real quotes, decided by members, asked, offered, doubted, undone."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from engine.chores import Chores
from engine.errors import (
    FactDecided,
    FactIncomplete,
    FactNotFound,
    NotAllowed,
    PassageNotFound,
    QuoteNotFound,
)
from engine.memory.prompt import BlockKind
from engine.model.request import ModelRequest
from engine.privacy import erase_member
from engine.prose.continuity import DoubtKind
from engine.runtime import Engine
from engine.settings import EngineSettings
from engine.storage import Database, canon
from engine.story import Member
from engine.story.canon import CanonSettings, Fact
from engine.writing import show_context
from engine.writing.canon import (
    accept_fact,
    add_fact,
    ask_canon,
    choose_settings,
    doubts_of,
    edit_fact,
    graph_of,
    read_canon,
    reject_fact,
)
from engine.writing.canon.proposing import fit_facts, propose_facts
from engine.writing.posting import mark_posted
from engine.writing.revising import edit_turn
from tests.fakes.desk import ANN, BO, GUILD, Desk, engine_over, new_id
from tests.fakes.gate import Gate
from tests.fakes.scripted_model import ScriptedModel

OWNER = Member(9, "Owner", is_moderator=True, may_manage_server=True)
PASSAGE = "Mira lit the lamp. Her grey eyes were tired. She lived in Hollow Bay."
PROPOSED = [
    {"subject": "Mira", "relation": "eye_color", "value": "grey", "quote": "Her grey eyes"},
    {"subject": "Mira", "relation": "lives_in", "value": "Hollow Bay", "quote": "in Hollow Bay"},
    {"subject": "Mira", "relation": "age", "value": "34", "quote": "she was thirty-four"},
    {"subject": "Tomas", "relation": "age", "value": "34", "quote": "Her grey eyes"},
]


def reply_of(*rows: dict[str, Any]) -> str:
    return json.dumps({"facts": rows})


def propose(request: ModelRequest) -> str:
    """Propose what is true of the passage, and something that is not."""
    return reply_of(*PROPOSED) if request.structure else "And the lamp burned on."


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel(propose)


@pytest.fixture
async def engine(
    database: Database, storage_settings: EngineSettings, model: ScriptedModel
) -> AsyncGenerator[Engine]:
    chores = Chores()
    async with engine_over(database, model, storage_settings, chores=chores) as opened:
        yield opened
        await chores.close()


async def proposals(desk: Desk) -> list[Fact]:
    canon = await read_canon(desk.engine, **desk.where)
    await propose_facts(desk.engine, GUILD, canon.story.id)
    return list((await read_canon(desk.engine, **desk.where)).proposed)


async def state(desk: Desk, subject: str, relation: str, value: str, **fields: Any) -> Fact:
    return await add_fact(
        desk.engine,
        **desk.where,
        member=ANN,
        subject=subject,
        relation=relation,
        value=value,
        **fields,
    )


async def holding(desk: Desk) -> list[str]:
    canon = await read_canon(desk.engine, **desk.where)
    return [e.fact.value for e in canon.established if e.superseded_by is None]


async def test_only_what_is_quoted_word_by_word_and_named_is_proposed(desk: Desk) -> None:
    await desk.write(PASSAGE)
    assert [(fact.relation, fact.quote) for fact in await proposals(desk)] == [
        ("eye_color", "Her grey eyes"),
        ("lives_in", "in Hollow Bay"),
    ]
    assert await holding(desk) == []


async def test_a_passage_is_read_once_after_it_was_posted(desk: Desk, model: ScriptedModel) -> None:
    turn = await desk.write(PASSAGE)
    for _ in range(2):
        await mark_posted(desk.engine, guild_id=GUILD, turn_id=turn.id)
        await desk.engine.chores.idle()
    assert len(model.requests) == 1
    assert len((await read_canon(desk.engine, **desk.where)).proposed) == 2


async def test_members_accept_edit_and_reject(desk: Desk) -> None:
    await desk.write(PASSAGE)
    eyes, home = await proposals(desk)
    await accept_fact(desk.engine, guild_id=GUILD, fact_id=eyes.id, member=BO)
    await edit_fact(
        desk.engine,
        guild_id=GUILD,
        fact_id=home.id,
        member=BO,
        subject="Mira",
        relation="lives in",
        value="the bay",
    )
    assert sorted(await holding(desk)) == ["grey", "the bay"]
    await reject_fact(desk.engine, guild_id=GUILD, fact_id=home.id, member=ANN)
    assert await holding(desk) == ["grey"]
    with pytest.raises(FactDecided):
        await accept_fact(desk.engine, guild_id=GUILD, fact_id=home.id, member=BO)
    with pytest.raises(FactNotFound):
        await accept_fact(desk.engine, guild_id=GUILD, fact_id=999, member=BO)


async def test_words_that_were_erased_while_the_model_read_them_do_not_come_back(
    desk: Desk, model: ScriptedModel, gate: Gate
) -> None:
    await desk.write(PASSAGE, ANN)
    story = (await read_canon(desk.engine, **desk.where)).story
    model._sleep = gate
    gate.shut()
    reading = asyncio.create_task(propose_facts(desk.engine, GUILD, story.id))
    while not model.requests:
        await asyncio.sleep(0.01)
    await erase_member(desk.engine, guild_id=GUILD, member_id=ANN.id)
    gate.open()
    await reading
    async with desk.engine.database.reading() as tx:
        assert await canon.list_facts(tx, guild_id=GUILD, story_id=story.id) == []


async def test_an_edited_turn_is_read_as_it_is_told_now_and_once(
    desk: Desk, model: ScriptedModel
) -> None:
    turn = await desk.write("It was dark.")
    await desk.write("Nothing else.")
    await edit_turn(
        desk.engine,
        **desk.where,
        member=ANN,
        passage_id=turn.id,
        text=PASSAGE,
        interaction_id=new_id(),
    )
    assert [fact.relation for fact in await proposals(desk)] == ["eye_color", "lives_in"]
    asked = len(model.requests)
    await proposals(desk)
    assert len(model.requests) == asked


async def test_who_is_stated_to_live_after_all_may_act(desk: Desk) -> None:
    await desk.write("Mira died.")
    await state(desk, "Mira", "died", "yes")
    turn = await desk.write("Mira opened the door and laughed.")
    assert await doubts_of(desk.engine, guild_id=GUILD, turn_id=turn.id)
    await state(desk, "Mira", "died", "no")
    turn = await desk.write("Mira opened the door and laughed.")
    assert await doubts_of(desk.engine, guild_id=GUILD, turn_id=turn.id) == []


async def test_what_a_member_states_need_not_be_decided_any_more(desk: Desk) -> None:
    await desk.write(PASSAGE)
    assert [fact.relation for fact in await proposals(desk)] == ["eye_color", "lives_in"]
    mine = await state(desk, "mira", "eye color", "Grey")
    assert [fact.relation for fact in await proposals(desk)] == ["lives_in"]
    await reject_fact(desk.engine, guild_id=GUILD, fact_id=mine.id, member=ANN)
    assert [fact.relation for fact in await proposals(desk)] == ["eye_color", "lives_in"]


async def test_what_was_thrown_out_is_not_proposed_again(desk: Desk) -> None:
    await desk.write(PASSAGE)
    for fact in await proposals(desk):
        await reject_fact(desk.engine, guild_id=GUILD, fact_id=fact.id, member=ANN)
    await desk.write(f"{PASSAGE} Again.")
    assert await proposals(desk) == []


async def test_a_server_may_let_facts_hold_at_once_or_have_none_proposed(
    desk: Desk, model: ScriptedModel
) -> None:
    with pytest.raises(NotAllowed):
        await choose_settings(desk.engine, guild_id=GUILD, member=ANN, chosen=CanonSettings())
    chosen = CanonSettings(accepts=True)
    await choose_settings(desk.engine, guild_id=GUILD, member=OWNER, chosen=chosen)
    await desk.write(PASSAGE)
    assert await proposals(desk) == []
    assert await holding(desk) == ["grey", "Hollow Bay"]
    chosen = CanonSettings(proposes=False)
    await choose_settings(desk.engine, guild_id=GUILD, member=OWNER, chosen=chosen)
    asked = len(model.requests)
    await desk.write("Another passage.")
    assert await proposals(desk) == []
    assert len(model.requests) == asked


async def test_undo_takes_a_fact_back_and_redo_brings_it_again(desk: Desk) -> None:
    await desk.write("Mira had grey eyes.")
    await state(desk, "Mira", "eye_color", "grey")
    await desk.write("The fire took the colour of her eyes.")
    await state(desk, "Mira", "eye_color", "white", quote="The fire took the colour")
    assert await holding(desk) == ["white"]
    await desk.undo()
    assert await holding(desk) == ["grey"]
    await desk.redo()
    assert await holding(desk) == ["white"]


async def test_a_fact_that_is_no_fact_is_refused(desk: Desk) -> None:
    await desk.write(PASSAGE)
    with pytest.raises(FactIncomplete):
        await state(desk, "Mira", "owns", " ")
    with pytest.raises(FactIncomplete):
        await state(desk, "M" * 200, "owns", "lamp")
    with pytest.raises(QuoteNotFound):
        await state(desk, "Mira", "owns", "lamp", quote="the lamp of gold")
    with pytest.raises(PassageNotFound):
        await state(desk, "Mira", "owns", "lamp", turn_number=7)


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("What colour are Mira's eyes?", ["grey"]),
        ("Where does Mira live?", ["Hollow Bay"]),
        ("How old is Mira?", []),
        ("What colour are Tomas's eyes?", []),
        ("Who owns the brass key?", ["brass key"]),
        ("Who sold the brass key?", []),
        ("Mira", ["grey", "Hollow Bay", "brass key"]),
        ("Who is Mira?", ["grey", "Hollow Bay", "brass key"]),
        ("Does Mira have green eyes?", ["grey"]),
    ],
)
async def test_a_question_is_answered_by_the_ledger_or_not_at_all(
    desk: Desk, question: str, values: list[str]
) -> None:
    await desk.write("Mira lit the lamp.")
    await state(desk, "Mira", "eye_color", "grey", quote="Mira lit")
    await state(desk, "Mira", "lives_in", "Hollow Bay")
    await state(desk, "Mira", "owns", "brass key")
    answer = await ask_canon(desk.engine, **desk.where, question=question)
    assert [each.fact.value for each in answer.facts] == values
    assert answer.is_established is bool(values)


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("谁有铜钥匙？", ["铜钥匙"]),
        ("林娘", ["铜钥匙", "海湾"]),
        ("林娘住在哪里？", ["海湾"]),
        ("谁丢了船？", []),
    ],
)
async def test_a_chinese_question_names_the_value_or_the_name_alone(
    desk: Desk, question: str, values: list[str]
) -> None:
    await desk.write("林娘点了灯。")
    await state(desk, "林娘", "owns", "铜钥匙")
    await state(desk, "林娘", "lives_in", "海湾")
    answer = await ask_canon(desk.engine, **desk.where, question=question)
    assert [each.fact.value for each in answer.facts] == values


@pytest.mark.parametrize(
    ("subject", "question", "is_found"),
    [
        ("Mira Voss", "What colour are Voss's eyes?", True),
        ("Mira Voss", "What colour are Mira's eyes?", True),
        ("Mira Voss", "what color is mira's hair", False),
        ("Mira Voss", "What colour is Mira's coat?", False),
        ("Mira Voss", "What colour are Vossen's eyes?", False),
        ("Mira Voss", "What colour are Mira Holt's eyes?", False),
        ("Mira Voss", "What colour are Tomas Voss's eyes?", False),
        ("Mira Voss", "Describe Mira's eyes", True),
        ("Mira Voss", "Mira's eyes: what colour?", True),
        ("Mira Voss", "Has Captain Voss grey eyes?", True),
        ("Mira Voss", "Has Professor Voss grey eyes?", True),
        ("Mira Voss", "What are Aunt Mira's eyes like?", True),
        ("Mira Voss", "WHAT COLOUR ARE MIRA'S EYES?", True),
        ("Mira Voss", "What Colour Are Mira's Eyes?", True),
        ("Mira Voss", "Has Mira Eyes Of Grey?", True),
        ("Mira Voss", "Quick question. Describe Mira's eyes", True),
        ("Mira Voss", "On Monday Mira's eyes were what colour?", True),
        ("Mira Voss", "Has Mira J. Voss grey eyes?", True),
        ("Mira Voss", "Has Mira J. Holt grey eyes?", False),
        ("Mira Voss", "Are the windows of Voss Manor like eyes?", False),
        ("Mira Voss", "Are Mira's eyes those of Mira Holt?", True),
        ("Mira Voss", "Does Mira Voss have the eyes of Mira Holt?", True),
        ("米拉·沃斯", "米拉的眼睛是什么颜色？", True),
        ("米拉·沃斯", "米拉的头发是什么颜色？", False),
    ],
)
async def test_a_part_of_a_name_is_enough_and_another_colour_is_no_answer(
    desk: Desk, subject: str, question: str, *, is_found: bool
) -> None:
    await desk.write("It rained.")
    await state(desk, subject, "eye_color", "grey")
    answer = await ask_canon(desk.engine, **desk.where, question=question)
    assert bool(answer.facts) is is_found


async def test_what_the_ledger_does_not_have_is_quoted_from_the_story(desk: Desk) -> None:
    await desk.write("Tomas hid the brass key under the stove.")
    await desk.write("Rain fell all night on the harbour.")
    answer = await ask_canon(
        desk.engine, **desk.where, question="Where did Tomas hide the brass key?"
    )
    assert answer.facts == ()
    assert "under the stove" in answer.passages[0].text


async def test_the_newest_value_reaches_the_prompt_when_its_subject_is_named(desk: Desk) -> None:
    await desk.write("Mira had grey eyes.")
    await state(desk, "Mira", "eye_color", "grey")
    await desk.write("Mira's eyes turned white.")
    await state(desk, "Mira", "eye_color", "white")
    await state(desk, "Tomas", "eye_color", "green")

    async def offered(direction: str = "") -> list[str]:
        prompt = await show_context(desk.engine, **desk.where, direction=direction)
        return [block.text for block in prompt.blocks if block.kind is BlockKind.CANON]

    assert await offered() == ["Established: Mira has white eyes."]
    assert "Established: Tomas has green eyes." in await offered("Tomas comes in")


async def test_what_a_turn_contradicts_is_told_with_its_fact(desk: Desk) -> None:
    await desk.write("Mira had grey eyes.")
    fact = await state(desk, "Mira", "eye_color", "grey", quote="grey eyes")
    fine = await desk.write("Mira's grey eyes closed.")
    wrong = await desk.write("Mira's brown eyes opened.")
    assert await doubts_of(desk.engine, guild_id=GUILD, turn_id=fine.id) == []
    (doubted,) = await doubts_of(desk.engine, guild_id=GUILD, turn_id=wrong.id)
    assert doubted.doubt.kind is DoubtKind.CHANGED_ATTRIBUTE
    assert doubted.doubt.place.quote in wrong.text
    assert doubted.fact == fact
    chosen = CanonSettings(doubts=False)
    await choose_settings(desk.engine, guild_id=GUILD, member=OWNER, chosen=chosen)
    assert await doubts_of(desk.engine, guild_id=GUILD, turn_id=wrong.id) == []


async def test_the_picture_has_who_has_to_do_with_whom_now(desk: Desk) -> None:
    await desk.write("Mira came.")
    await state(desk, "Mira", "lives_in", "Hollow Bay")
    await state(desk, "Mira", "lives_in", "the Lighthouse")
    await state(desk, "Tomas", "sibling_of", "mira")
    await state(desk, "Mira", "eye_color", "grey")
    await state(desk, "Tomas", "fears", "Mira")
    graph = graph_of((await read_canon(desk.engine, **desk.where)).established)
    assert set(graph.edges) == {
        ("Mira", "lives_in", "the Lighthouse"),
        ("Tomas", "sibling_of", "Mira"),
        ("Tomas", "fears", "Mira"),
    }
    assert "Hollow Bay" not in graph.nodes


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "no JSON",
        "[]",
        '{"facts": 5}',
        '{"facts": [5, null, {}]}',
        '{"facts": [{"subject": 1}]}',
    ],
)
def test_a_reply_of_another_form_proposes_nothing(reply: str) -> None:
    assert list(fit_facts(reply, PASSAGE, [])) == []


@pytest.mark.parametrize(
    ("subject", "is_kept"),
    [
        ("Mr. Reed of Hollow Bay", True),
        ("the lamp", True),
        ("Mr. Reed of Hollow Bay lit the lamp", False),
        ("lit the lamp.", False),
        ("the lamp, the oil", False),
        ("John Reed Jr.", True),
        ('"Red" Reed', True),
        ("灯塔看守人陈安", True),
        ("陈安", True),
        ("了空", True),
        ("亚历山德拉·伊万诺夫娜·彼得罗娃", True),
        ("陈安点了灯，走了", False),
        ("陈安点了灯", False),
        ("灯塔看守人陈安点亮那盏旧灯", False),
    ],
)
def test_a_sentence_is_nobodys_name(subject: str, *, is_kept: bool) -> None:
    passage = (
        "Mr. Reed of Hollow Bay lit the lamp. He filled the lamp, the oil was dear. "
        'John Reed Jr. and "Red" Reed saw it. 灯塔看守人陈安点亮那盏旧灯。陈安点了灯，走了。'
        "了空和亚历山德拉·伊万诺夫娜·彼得罗娃来过。"
    )
    row = {"subject": subject, "relation": "is_a", "value": "keeper", "quote": passage[:20]}
    assert bool(list(fit_facts(reply_of(row), passage, []))) is is_kept


def test_a_fact_that_is_known_or_waits_is_not_proposed_twice() -> None:
    reply = reply_of(PROPOSED[0], PROPOSED[0])
    assert len(list(fit_facts(reply, PASSAGE, []))) == 1
