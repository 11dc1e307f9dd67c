from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from engine.errors import (
    NotAllowed,
    NothingToUndo,
    PassageChanged,
    PassageNotFound,
    Refused,
    RevisionFault,
    RevisionRefused,
    StoryMovedOn,
)
from engine.library.giving import give_story
from engine.runtime import Engine
from engine.storage import paths
from engine.story import Licence, Member, Turn, TurnKind
from engine.story.order import Mode, ModelPlace
from engine.story.revision import Hand, Passage, text_of
from engine.writing import read_story, set_rules
from engine.writing.branches import branch_off, switch_branch
from engine.writing.credits import credits_of, story_credits
from engine.writing.head import get_open_story
from engine.writing.revising import edit_turn, find_passage, merge_turns, split_turn
from engine.writing.style import edition_of
from engine.writing.versions import bring_back, list_versions
from tests.fakes.desk import ANN, BO, CY, MO, Desk, new_id


async def told(desk: Desk) -> list[Passage]:
    async with desk.engine.database.reading() as tx:
        story = await get_open_story(tx, **desk.where)
        return await paths.list_passages(
            tx, guild_id=story.guild_id, head_turn_id=story.head_turn_id
        )


async def edit(desk: Desk, number: int, text: str, member: Member = ANN, **fields: Any) -> Turn:
    passage = (await told(desk))[number - 1]
    fields = {"interaction_id": new_id()} | fields
    revised = await edit_turn(
        desk.engine, **desk.where, member=member, passage_id=passage.turn.id, text=text, **fields
    )
    return revised.turn


async def split(desk: Desk, number: int, begins: str, member: Member = ANN) -> None:
    await split_turn(
        desk.engine,
        **desk.where,
        member=member,
        number=number,
        begins=begins,
        interaction_id=new_id(),
    )


async def merge(desk: Desk, number: int, member: Member = ANN) -> None:
    await merge_turns(
        desk.engine, **desk.where, member=member, number=number, interaction_id=new_id()
    )


async def test_an_edit_is_told_undone_and_redone_like_any_turn(desk: Desk) -> None:
    await desk.write("The lamp was lit.")
    await desk.write("Nobody came.", BO)
    await edit(desk, 1, "The lamp was out.")
    assert await desk.texts() == ["The lamp was out.", "Nobody came."]
    await desk.undo()
    assert await desk.texts() == ["The lamp was lit.", "Nobody came."]
    await desk.redo()
    assert await desk.texts() == ["The lamp was out.", "Nobody came."]
    await desk.write("Rain.")
    assert [turn.number for turn in (await read_story(desk.engine, **desk.where))[1]] == [1, 2, 3]


async def test_the_model_reads_what_is_told(desk: Desk, model: Any) -> None:
    await desk.write("The lamp was lit.")
    await edit(desk, 1, "The lantern burned.")
    await desk.continue_()
    sent = str(model.requests[-1].messages)
    assert "The lantern burned." in sent
    assert "The lamp was lit." not in sent


async def test_buttons_of_the_newest_turn_still_work_after_an_edit(desk: Desk) -> None:
    turn = await desk.write("The lamp was lit.")
    await edit(desk, 1, "The lamp was out.")
    await desk.continue_(expected_head_id=turn.id)
    assert len(await desk.texts()) == 2
    with pytest.raises(StoryMovedOn):
        await desk.continue_(expected_head_id=turn.id)


async def test_a_retry_after_an_edit_of_an_earlier_turn_keeps_the_edit(desk: Desk) -> None:
    await desk.write("The lamp was lit.")
    old = await desk.continue_()
    await edit(desk, 1, "The lamp was out.")
    await edit(desk, 2, "Nothing.")
    new = await desk.retry(old)
    assert await desk.texts() == ["The lamp was out.", new.text]


async def test_the_same_interaction_edits_once(desk: Desk) -> None:
    await desk.write("The lamp was lit.")
    once = new_id()
    first = await edit(desk, 1, "The lamp was out.", interaction_id=once)
    assert await edit(desk, 1, "The lamp was out.", interaction_id=once) == first
    await desk.undo()
    assert await desk.texts() == ["The lamp was lit."]


async def test_an_edit_of_a_text_that_changed_meanwhile_is_refused(desk: Desk) -> None:
    await desk.write("The lamp was lit.")
    edition = edition_of("The lamp was lit.")
    await edit(desk, 1, "The lamp was out.", edition=edition)
    with pytest.raises(PassageChanged):
        await edit(desk, 1, "The lamp burned.", edition=edition)


async def test_only_the_author_the_starter_and_moderators_edit(desk: Desk) -> None:
    await desk.write("The lamp was lit.", BO)
    with pytest.raises(NotAllowed):
        await edit(desk, 1, "No.", CY)
    for member in (BO, ANN, MO):
        await edit(desk, 1, f"{member.name} was here.", member)


async def test_who_wrote_a_text_may_undo_its_edit(desk: Desk) -> None:
    await desk.write("The lamp was lit.", BO)
    await edit(desk, 1, "The lamp was out.", MO)
    with pytest.raises(NotAllowed):
        await desk.undo(CY)
    await desk.undo(BO)
    assert await desk.texts() == ["The lamp was lit."]


async def test_a_turn_is_told_as_two_and_two_as_one(desk: Desk) -> None:
    await desk.write("One. Two. Three.")
    await split(desk, 1, "Two.")
    assert await desk.texts() == ["One. ", "Two. Three."]
    await split(desk, 2, "Three.")
    await edit(desk, 3, "Four.", ANN)
    await merge(desk, 1)
    assert await desk.texts() == ["One. \n\nTwo. ", "Four."]
    for _ in range(4):
        await desk.undo()
    assert await desk.texts() == ["One. Two. Three."]


@pytest.mark.parametrize(
    ("begins", "fault"),
    [
        ("Four.", RevisionFault.NOT_FOUND),
        (" ", RevisionFault.NOT_FOUND),
        ("One.", RevisionFault.EMPTY),
    ],
)
async def test_a_split_without_a_place_is_refused(
    desk: Desk, begins: str, fault: RevisionFault
) -> None:
    await desk.write("One. Two.")
    with pytest.raises(RevisionRefused) as refusal:
        await split(desk, 1, begins)
    assert refusal.value.fault is fault


async def test_what_cannot_be_told_as_one_is_refused(desk: Desk) -> None:
    await desk.write("a" * 3000)
    with pytest.raises(RevisionRefused) as refusal:
        await merge(desk, 1)
    assert refusal.value.fault is RevisionFault.LAST
    await desk.write("b" * 1500)
    with pytest.raises(RevisionRefused) as refusal:
        await merge(desk, 1)
    assert refusal.value.fault is RevisionFault.LONG
    with pytest.raises(PassageNotFound):
        await merge(desk, 3)


async def test_a_blind_story_is_revised_by_its_own_hands_alone(desk: Desk) -> None:
    await desk.write("One.", BO)
    await set_rules(
        desk.engine,
        **desk.where,
        member=ANN,
        mode=Mode.BLIND,
        model_place=ModelPlace.ON_REQUEST,
    )
    with pytest.raises(RevisionRefused) as refusal:
        await find_passage(desk.engine, **desk.where, member=ANN, number=1)
    assert refusal.value.fault is RevisionFault.VEILED
    assert (await find_passage(desk.engine, **desk.where, member=BO)).turn.text == "One."


async def test_credits_follow_the_words_through_an_edit(desk: Desk) -> None:
    await desk.continue_()
    (passage,) = await told(desk)
    await edit(desk, 1, passage.turn.text + " And so it ended.", ANN)
    _, found = await story_credits(desk.engine, **desk.where)
    assert [(credit.hand, credit.name, credit.words) for credit in found] == [
        (Hand.MEMBER, "Ann", 4),
        (Hand.MODEL, "scripted", 12),
    ]
    assert [credit.share for credit in found] == [250, 750]


@pytest.mark.parametrize("seed", range(2))
async def test_spans_cover_all_and_undo_restores_all_after_any_sequence(
    engine: Engine, seed: int
) -> None:
    random, desk = Random(seed), Desk(engine)
    await desk.start()
    seen: dict[int | None, list[tuple[int, str]]] = {}
    for step in range(30):
        passages = await told(desk)
        for passage in passages:
            assert text_of(passage.spans) == passage.turn.text
        shares = [credit.share for credit in credits_of(passages)]
        assert sum(shares) == (1000 if passages else 0)
        async with engine.database.reading() as tx:
            head = (await get_open_story(tx, **desk.where)).head_turn_id
        state = [(passage.turn.id, passage.turn.text) for passage in passages]
        assert seen.setdefault(head, state) == state
        with suppress(Refused):
            await act(random, desk, step, passages)
    assert len(seen) > 10


async def act(random: Random, desk: Desk, step: int, passages: list[Passage]) -> None:
    member, number = random.choice((ANN, BO, MO)), random.randint(1, max(1, len(passages)))
    words = " ".join(random.choices(("lamp", "fog", "雾", "rain.", "went"), k=6))
    match random.choice(("write", "write", "model", "edit", "split", "merge", "undo", "redo")):
        case "write":
            await desk.write(words, member)
        case "model":
            await desk.continue_(member)
        case "edit" if passages:
            old = passages[number - 1].turn.text.split()
            await edit(desk, number, " ".join((*old[::2], words)), MO)
        case "split" if passages:
            await split(desk, number, passages[number - 1].turn.text.split()[-1], MO)
        case "merge":
            await merge(desk, number, MO)
        case "undo":
            await desk.undo(MO)
        case "redo":
            await desk.redo(MO)


async def test_other_versions_of_the_newest_turn_come_back(desk: Desk) -> None:
    await desk.write("The lamp was lit.")
    first = await desk.continue_()
    second = await desk.retry(first)
    await edit(desk, 1, "The lamp was out.")
    number, versions = await list_versions(desk.engine, **desk.where)
    assert (number, [(each.turn.id, each.is_told) for each in versions]) == (
        2,
        [(first.id, False), (second.id, True)],
    )
    returned = await bring_back(
        desk.engine, **desk.where, turn_id=first.id, member=ANN, interaction_id=new_id()
    )
    assert returned.replaced == replace(second)
    assert await desk.texts() == ["The lamp was out.", first.text]
    await desk.undo()
    _, versions = await list_versions(desk.engine, **desk.where, number=1)
    assert len(versions) == 1


async def test_what_was_undone_comes_back_after_other_turns(desk: Desk) -> None:
    await desk.write("One.")
    gone = await desk.write("Two.")
    await desk.undo()
    assert [each.turn.id for each in (await list_versions(desk.engine, **desk.where, number=2))[1]]
    await desk.write("Other.")
    await bring_back(
        desk.engine, **desk.where, turn_id=gone.id, member=ANN, interaction_id=new_id()
    )
    assert await desk.texts() == ["One.", "Two."]


async def test_a_version_of_an_older_turn_comes_back_on_a_branch(desk: Desk) -> None:
    await desk.write("One.")
    gone = await desk.write("Two.")
    await desk.undo()
    await desk.write("Other.")
    await desk.write("Three.")
    returned = await bring_back(
        desk.engine, **desk.where, turn_id=gone.id, member=ANN, interaction_id=new_id()
    )
    assert returned.switched is not None
    assert await desk.texts() == ["One.", "Two."]
    await switch_branch(desk.engine, **desk.where, member=ANN, name="main")
    assert await desk.texts() == ["One.", "Other.", "Three."]


async def test_a_revision_on_one_branch_is_not_told_on_another(desk: Desk) -> None:
    await desk.write("One.")
    await desk.write("Two.")
    await branch_off(
        desk.engine, **desk.where, member=ANN, name="dark", number=1, interaction_id=new_id()
    )
    await edit(desk, 1, "Dark.")
    assert await desk.texts() == ["Dark."]
    switched = await switch_branch(desk.engine, **desk.where, member=ANN, name="main")
    assert await desk.texts() == ["One.", "Two."]
    assert [turn.text for turn in switched.retold] == ["One."]
    assert all(turn.kind is TurnKind.HUMAN for turn in switched.retold)


async def test_there_is_nothing_to_undo_below_the_first_turn(desk: Desk) -> None:
    await desk.write("One.")
    await edit(desk, 1, "Two.")
    await desk.undo()
    await desk.undo()
    with pytest.raises(NothingToUndo):
        await desk.undo()


async def test_who_edited_a_story_is_one_of_its_authors(desk: Desk) -> None:
    await desk.write("The lamp was lit. " * 3, ANN)
    passage = await find_passage(desk.engine, **desk.where, member=MO)
    await edit_turn(
        desk.engine,
        **desk.where,
        member=MO,
        passage_id=passage.turn.id,
        text=f"{passage.turn.text} And out it went.",
        interaction_id=new_id(),
    )
    work = await give_story(
        desk.engine,
        **desk.where,
        giver=ANN,
        licence=Licence.LEARN,
        channel_is_age_restricted=False,
        interaction_id=new_id(),
    )
    assert {author.member_id for author in work.authors} == {ANN.id, MO.id}
