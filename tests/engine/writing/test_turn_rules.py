"""Who may add to a story, mode by mode, and whom a refusal names."""

import pytest

from engine.errors import (
    BallotClosed,
    ChosenByVote,
    ModelHasItsPlace,
    NobodyElse,
    NotAllowed,
    NotAPlayer,
    NothingToRedo,
    NotOneSentence,
    NotYourTurn,
    OtherMode,
    OutOfTurn,
    PlayerNotFound,
    RulesFault,
    RulesRefused,
    StoryMovedOn,
)
from engine.privacy import erase_member
from engine.settings import EngineSettings
from engine.storage import Database
from engine.story import Member, Sheet, Turn, TurnState
from engine.story.order import Mode, ModelPlace, TurnRules
from engine.writing import (
    add_held_turn,
    check_may_write,
    decide,
    get_turn,
    pass_overdue,
    vote,
)
from engine.writing.cast import Scene, create_character, draft_lines, post_draft, speak_as
from engine.writing.versions import bring_back
from tests.fakes.desk import ANN, BO, CY, GUILD, MO, new_id
from tests.fakes.gate import Gate
from tests.fakes.scripted_model import ScriptedModel
from tests.fakes.table import Table, table_over

ORDERED = (Mode.ROUND_ROBIN, Mode.ONE_SENTENCE, Mode.BLIND)


async def test_without_rules_anybody_writes_at_any_time(table: Table) -> None:
    await table.start()
    await table.write("One.", ANN)
    await table.write("Two.", ANN)
    state = await table.state(BO)
    assert (state.rules.mode, state.may_write, state.players) == (Mode.FREE, True, ())


@pytest.mark.parametrize("mode", ORDERED)
async def test_players_write_one_after_the_other_in_the_order_of_joining(
    table: Table, mode: Mode
) -> None:
    await table.begin(mode, ANN, BO, CY)
    for member in (ANN, BO, CY, ANN):
        for other in {ANN, BO, CY} - {member}:
            with pytest.raises(OutOfTurn) as refusal:
                await table.write("Not now.", other)
            assert refusal.value.player_name == member.name
        await table.write(f"So said {member.name}.", member)
    assert await table.whose() == "Bo"


async def test_who_has_not_joined_is_asked_to(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN)
    with pytest.raises(NotAPlayer):
        await table.write("Hello.", ANN)
    await table.join(ANN)
    with pytest.raises(NotAPlayer):
        await table.write("Hello.", BO)
    await table.write("Hello.", ANN)
    await table.write("I am alone.", ANN)


async def test_a_text_out_of_turn_is_held_and_can_be_added_when_it_is_due(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO)
    with pytest.raises(OutOfTurn) as refusal:
        await table.write("Bo's text.", BO, expected_head_id=None)
    held_id = refusal.value.held_turn_id
    assert held_id is not None
    with pytest.raises(OutOfTurn) as again:
        await add_held_turn(
            table.engine, guild_id=GUILD, turn_id=held_id, member=BO, interaction_id=new_id()
        )
    assert again.value.held_turn_id == held_id
    await table.write("Ann's text.", ANN)
    added = await add_held_turn(
        table.engine, guild_id=GUILD, turn_id=held_id, member=BO, interaction_id=new_id()
    )
    assert (added.id, added.state) == (held_id, TurnState.WRITTEN)
    assert await table.texts() == ["Ann's text.", "Bo's text."]
    assert await table.whose() == "Ann"


async def test_a_text_from_a_members_own_message_is_not_held(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO)
    with pytest.raises(OutOfTurn) as refusal:
        await table.write("Bo's text.", BO, source_message_id=5)
    assert refusal.value.held_turn_id is None


async def test_the_same_interaction_holds_one_text(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO)
    interaction_id = new_id()
    held = set()
    for _ in range(2):
        with pytest.raises((OutOfTurn, StoryMovedOn)) as refusal:
            await table.write("Bo's text.", BO, interaction_id=interaction_id)
        held.add(refusal.value.held_turn_id)  # type: ignore[attr-defined]
    assert len(held) == 1
    assert None not in held


async def test_a_moderator_adds_a_held_text_in_its_authors_turn_only(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO, MO)
    with pytest.raises(OutOfTurn) as refusal:
        await table.write("Mo's text.", MO)
    await table.write("One.", ANN)
    assert refusal.value.held_turn_id is not None
    with pytest.raises(OutOfTurn) as again:
        await add_held_turn(
            table.engine,
            guild_id=GUILD,
            turn_id=refusal.value.held_turn_id,
            member=MO,
            interaction_id=new_id(),
        )
    assert again.value.player_name == "Bo"


async def test_the_check_before_a_form_refuses_who_is_not_next(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO)
    assert await check_may_write(table.engine, **table.where, member=ANN) is None
    with pytest.raises(OutOfTurn):
        await check_may_write(table.engine, **table.where, member=BO)


async def test_undo_gives_the_turn_back_and_redo_takes_it_again(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO)
    await table.write("One.", ANN)
    await table.write("Two.", BO)
    await table.undo(BO)
    assert await table.whose() == "Bo"
    await table.redo(BO)
    assert await table.whose() == "Ann"
    await table.undo()
    await table.undo()
    assert await table.whose() == "Ann"


async def test_nothing_is_redone_after_the_turn_went_to_somebody_else(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO, CY)
    await table.write("One.", ANN)
    await table.write("Two.", BO)
    await table.undo(BO)
    await table.skip(BO)
    assert await table.whose() == "Cy"
    with pytest.raises(NothingToRedo):
        await table.redo(BO)
    await table.write("Three.", CY)
    assert await table.texts() == ["One.", "Three."]


async def test_a_player_skips_their_own_turn_and_the_starter_anybodys(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, BO, CY, ANN)
    with pytest.raises(NotAllowed):
        await table.skip(CY)
    await table.skip(BO)
    assert await table.whose() == "Cy"
    await table.skip(ANN)
    assert await table.whose() == "Ann"
    await table.skip(MO)
    assert await table.whose() == "Bo"


async def test_a_skip_is_bound_to_its_place_in_the_story(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO, CY)
    await table.write("One.", ANN)
    await table.skip(BO)
    await table.write("Two.", CY)
    await table.undo(CY)
    assert await table.whose() == "Cy", "Bo's skip is undone by nobody"
    await table.undo(ANN)
    await table.write("Another one.", ANN)
    assert await table.whose() == "Bo", "elsewhere Bo skipped nothing"


async def test_nobody_skips_to_themselves(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN)
    with pytest.raises(NobodyElse):
        await table.skip()


async def test_who_leaves_gives_the_turn_on_and_comes_back_last(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO, CY)
    await table.leave(ANN)
    assert await table.whose() == "Bo"
    await table.write("One.", BO)
    state = await table.join(ANN)
    assert [player.name for player in state.players] == ["Bo", "Cy", "Ann"]
    await table.write("Two.", CY)
    assert await table.whose() == "Ann"
    with pytest.raises(NotAPlayer):
        await table.leave(MO)


async def test_joining_twice_keeps_the_seat(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO)
    state = await table.join(ANN)
    assert [player.name for player in state.players] == ["Ann", "Bo"]
    assert state.you is not None
    assert state.may_write


async def test_a_moderator_hands_the_turn_over_and_the_order_goes_on_from_there(
    table: Table,
) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO, CY)
    with pytest.raises(NotAllowed):
        await table.hand_over(CY, ANN)
    with pytest.raises(PlayerNotFound):
        await table.hand_over(MO)
    await table.hand_over(CY)
    with pytest.raises(OutOfTurn):
        await table.write("Mine.", ANN)
    await table.write("Mine.", CY)
    assert await table.whose() == "Ann"


async def test_popcorn_waits_until_the_next_is_named(table: Table) -> None:
    await table.begin(Mode.POPCORN, ANN, BO, CY)
    await table.write("One.", ANN)
    assert await table.whose() == "name: Ann"
    assert (await table.state(ANN)).may_name
    for member in (ANN, BO, CY):
        with pytest.raises(OutOfTurn) as refusal:
            await table.write("Me!", member)
        assert refusal.value.is_naming
    with pytest.raises(OutOfTurn):
        await table.name(BO, BO)
    with pytest.raises(NobodyElse):
        await table.name(ANN)
    with pytest.raises(PlayerNotFound):
        await table.name(MO)
    await table.name(CY)
    await table.name(BO, CY)  # who was named names another instead
    await table.write("Two.", BO)
    assert await table.whose() == "name: Bo"
    await table.undo(BO)
    assert await table.whose() == "Bo"


async def test_popcorn_alone_goes_on_alone(table: Table) -> None:
    await table.begin(Mode.POPCORN, ANN)
    await table.write("One.")
    await table.write("Two.")
    await table.rules(Mode.FREE)
    with pytest.raises(OtherMode):
        await table.name(BO)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [("One. Two.", 2), ("他来了。她走了。", 2), ("…", 0), ("“Stop!” he said. He ran.", 2)],
)
async def test_one_sentence_is_one(table: Table, text: str, sentences: int) -> None:
    await table.begin(Mode.ONE_SENTENCE, ANN)
    with pytest.raises(NotOneSentence) as refusal:
        await table.write(text)
    assert refusal.value.sentences == sentences
    held_id = refusal.value.held_turn_id
    assert held_id is not None
    _, held = await get_turn(table.engine, guild_id=GUILD, turn_id=held_id)
    assert held.text == text
    added = await add_held_turn(
        table.engine,
        guild_id=GUILD,
        turn_id=held_id,
        member=ANN,
        text="“Stop!” he said.",
        interaction_id=new_id(),
    )
    assert (added.id, added.text) == (held_id, "“Stop!” he said.")


async def test_the_models_turn_is_cut_to_one_sentence(
    database: Database, storage_settings: EngineSettings
) -> None:
    model = ScriptedModel(["Dr. Bo came in. Nobody looked up."])
    async with table_over(database, model, storage_settings) as table:
        await table.begin(Mode.ONE_SENTENCE, ANN, BO)
        turn = await table.continue_()
        assert turn.text == "Dr. Bo came in."
        assert "first sentence of the story" in str(model.requests[0].messages)
        assert await table.whose() == "Bo", "who asked the model gave it their turn"


async def test_asking_the_model_takes_the_turn_of_who_asked(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO)
    with pytest.raises(OutOfTurn):
        await table.continue_(BO)
    with pytest.raises(OutOfTurn):
        await table.offer(BO)
    turn = await table.continue_(ANN)
    assert await table.whose() == "Bo"
    again = await table.retry(turn)
    assert again.id != turn.id
    assert await table.whose() == "Bo", "a second try is the same turn"


async def test_alternatives_fall_with_the_turn(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO)
    candidates = await table.offer(ANN)
    await table.skip(ANN)
    with pytest.raises(BallotClosed):
        await decide(table.engine, guild_id=GUILD, turn_id=candidates[0].id, member=ANN)
    assert await table.whose() == "Bo"
    assert await table.texts() == []


async def test_nothing_about_the_order_is_done_while_the_model_writes(
    table: Table, gate: Gate
) -> None:
    await table.begin(Mode.POPCORN, ANN, BO)
    gate.shut()
    async with table.drafting(ANN):
        assert (await table.state()).is_being_written
        for step in (table.skip(ANN), table.name(BO), table.hand_over(BO)):
            with pytest.raises(NotYourTurn):
                await step
        await table.leave(BO)
        await table.rules(Mode.ROUND_ROBIN)
        gate.open()
    assert len(await table.texts()) == 1


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"model_place": ModelPlace.EVERY_NTH, "every": 1}, RulesFault.EVERY),
        ({"model_place": ModelPlace.EVERY_NTH, "every": 21}, RulesFault.EVERY),
        ({"deadline_hours": -1}, RulesFault.HOURS),
        ({"deadline_hours": 337}, RulesFault.HOURS),
        ({"mode": Mode.FREE, "model_place": ModelPlace.PLAYER}, RulesFault.NEEDS_ORDER),
        (
            {"mode": Mode.VOTE, "model_place": ModelPlace.STAND_IN, "deadline_hours": 1},
            RulesFault.NEEDS_ORDER,
        ),
        ({"model_place": ModelPlace.STAND_IN}, RulesFault.NEEDS_DEADLINE),
    ],
)
async def test_rules_that_do_not_fit_are_refused(
    table: Table, fields: dict[str, object], fault: RulesFault
) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN)
    with pytest.raises(RulesRefused) as refusal:
        await table.rules(**({"mode": Mode.ROUND_ROBIN} | fields))  # type: ignore[arg-type]
    assert refusal.value.fault is fault
    assert (await table.state()).rules.model_place is ModelPlace.ON_REQUEST


async def test_only_the_starter_or_a_moderator_sets_rules(table: Table) -> None:
    await table.start()
    with pytest.raises(NotAllowed):
        await table.rules(Mode.VOTE, BO)
    await table.rules(Mode.VOTE, MO)


async def test_the_model_writes_on_request_only_where_that_is_its_place(table: Table) -> None:
    await table.begin(Mode.FREE, ANN, model_place=ModelPlace.EVERY_NTH, every=3)
    with pytest.raises(ModelHasItsPlace):
        await table.continue_()
    with pytest.raises(ModelHasItsPlace):
        await table.offer()


async def test_another_version_is_told_only_in_its_players_turn(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO, CY)
    await table.write("One.", ANN)
    bos = await table.write("Bo's, undone.", BO)
    await table.undo(BO)
    it = {**table.where, "turn_id": bos.id}
    await table.skip(BO)
    for member in (BO, MO):
        with pytest.raises(OutOfTurn) as refusal:
            await bring_back(table.engine, **it, member=member, interaction_id=new_id())
        assert refusal.value.player_name == "Cy"
    await table.write("Cy's.", CY)
    with pytest.raises(OutOfTurn):
        await bring_back(table.engine, **it, member=MO, interaction_id=new_id())
    await table.undo(CY)
    await table.hand_over(BO)
    await bring_back(table.engine, **it, member=BO, interaction_id=new_id())
    assert await table.texts() == ["One.", "Bo's, undone."]
    assert await table.whose() == "Cy"


async def test_a_second_try_is_exchanged_for_the_first_in_the_same_turn(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO)
    first = await table.continue_(ANN)
    await table.retry(first)
    await bring_back(
        table.engine, **table.where, turn_id=first.id, member=ANN, interaction_id=new_id()
    )
    assert await table.texts() == [first.text]
    assert await table.whose() == "Bo"


async def test_a_members_candidate_counts_only_while_turns_are_chosen_by_vote(table: Table) -> None:
    await table.begin(Mode.VOTE, ANN, BO)
    anns = await table.propose("Ann's.", ANN)
    await table.rules_of(TurnRules(Mode.FREE))
    for act in (vote, decide):
        with pytest.raises(BallotClosed):
            await act(table.engine, guild_id=GUILD, turn_id=anns.id, member=ANN)
    assert await table.texts() == []
    await table.rules_of(TurnRules(Mode.VOTE))
    await decide(table.engine, guild_id=GUILD, turn_id=anns.id, member=ANN)
    assert await table.texts() == ["Ann's."]


async def test_a_vote_is_overruled_by_the_starter_and_moderators_alone(table: Table) -> None:
    await table.begin(Mode.VOTE, ANN, BO)
    anns = await table.propose("Ann's.", ANN)
    bos = await table.propose("Bo's.", BO)
    await decide(table.engine, guild_id=GUILD, turn_id=bos.id, member=ANN)
    it = {**table.where, "turn_id": anns.id}
    with pytest.raises(ChosenByVote):
        await bring_back(table.engine, **it, member=BO, interaction_id=new_id())
    await bring_back(table.engine, **it, member=ANN, interaction_id=new_id())
    assert await table.texts() == ["Ann's."]


async def test_a_characters_line_is_a_turn_of_who_posts_it(table: Table) -> None:
    await table.begin(Mode.ONE_SENTENCE, ANN, BO)
    scene = Scene(GUILD, table.channel_id, "Here", "en", is_age_restricted=False)

    async def speak(line: str, member: Member) -> Turn:
        return await speak_as(
            table.engine,
            scene=scene,
            name="Mira",
            line=line,
            member=member,
            interaction_id=new_id(),
        )

    with pytest.raises(OutOfTurn) as refusal:
        await speak("Who is there?", BO)
    assert refusal.value.held_turn_id is not None
    with pytest.raises(NotOneSentence):
        await speak("Who is there? Speak!", ANN)
    await speak("Nobody.", ANN)
    line = await add_held_turn(
        table.engine,
        guild_id=GUILD,
        turn_id=refusal.value.held_turn_id,
        member=BO,
        interaction_id=new_id(),
    )
    assert line.told == "Mira: Who is there?"
    assert await table.whose() == "Ann"


async def test_the_draft_of_a_line_waits_for_its_members_turn(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO)
    scene = Scene(GUILD, table.channel_id, "Here", "en", is_age_restricted=False)
    character = await create_character(
        table.engine, guild_id=GUILD, sheet=Sheet("Mira"), creator=ANN, interaction_id=new_id()
    )
    drafted = await draft_lines(
        table.engine, scene=scene, character_id=character.id, member=BO, interaction_id=new_id()
    )
    it = {"scene": scene, "draft_id": drafted.drafts[0].id, "member": BO}
    with pytest.raises(OutOfTurn):
        await post_draft(table.engine, **it, interaction_id=new_id())
    await table.skip(ANN)
    line = await post_draft(table.engine, **it, interaction_id=new_id())
    assert line.text == drafted.drafts[0].text
    assert await table.whose() == "Ann"


async def test_who_is_erased_is_awaited_no_more(table: Table) -> None:
    await table.begin(Mode.ROUND_ROBIN, ANN, BO, CY, deadline_hours=1)
    await table.write("One.", ANN)
    await erase_member(table.engine, guild_id=GUILD, member_id=BO.id)
    assert await table.whose() == "Cy"
    table.clock.pass_hours(2)
    assert await pass_overdue(table.engine) == [], "Cy is awaited only now"
    table.clock.pass_hours(2)
    [passed] = await pass_overdue(table.engine)
    assert passed.player is not None
    assert passed.player.name == "Cy"
