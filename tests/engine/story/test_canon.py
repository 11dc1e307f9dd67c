"""What holds is worked out from the path: undo and branches take it back exactly."""

from dataclasses import replace

from engine.story import Turn
from engine.story.canon import Established, Fact, FactScope, FactState
from engine.story.canon import facts_now as facts_of_path
from engine.story.canon import facts_on as established_on
from tests.fakes.nouns import turn_with

FACT = Fact(
    1,
    1,
    1,
    None,
    "Mira",
    "eye_color",
    "grey",
    "",
    FactState.ACCEPTED,
    FactScope.EVERYBODY,
    (),
    None,
    0,
    0,
    0,
)


def fact(number: int, turn_id: int | None, value: str, **fields: object) -> Fact:
    return replace(FACT, id=number, turn_id=turn_id, value=value, **fields)


def told(*ids: int, text: str = "Her grey eyes closed.") -> list[Turn]:
    return [replace(turn_with(1, text), id=turn_id) for turn_id in ids]


def facts_now(facts: list[Fact], ids: list[int]) -> list[Fact]:
    return facts_of_path(facts, told(*ids))


def facts_on(facts: list[Fact], ids: list[int]) -> list[Established]:
    return established_on(facts, told(*ids))


OLD, NEW = fact(1, 10, "grey"), fact(2, 12, "blind white")


def test_the_newest_value_of_a_matter_holds_and_undo_gives_back_the_older() -> None:
    assert facts_now([OLD, NEW], [10, 11, 12]) == [NEW]
    assert facts_now([OLD, NEW], [10, 11]) == [OLD]
    assert facts_now([OLD, NEW], [9]) == []
    (first, second) = facts_on([NEW, OLD], [10, 11, 12])
    assert (first.fact, first.superseded_by) == (OLD, NEW.id)
    assert (second.fact, second.superseded_by) == (NEW, None)


def test_another_branch_has_its_own_value() -> None:
    other = fact(3, 20, "green")
    assert facts_now([OLD, NEW, other], [10, 20]) == [other]
    assert facts_now([OLD, NEW, other], [10, 12]) == [NEW]


def test_the_order_of_the_story_decides_and_not_that_of_the_ledger() -> None:
    told_earlier_but_noted_later = fact(9, 10, "grey")
    assert facts_now([fact(2, 12, "white"), told_earlier_but_noted_later], [10, 12])[0].id == 2


def test_relations_of_which_there_may_be_many_stand_beside_each_other() -> None:
    lamp, boat = (fact(n, 10, value, relation="owns") for n, value in ((1, "lamp"), (2, "boat")))
    assert facts_now([lamp, boat], [10]) == [lamp, boat]
    sold = fact(3, 11, "nothing", relation="owns", supersedes_id=1)
    assert facts_now([lamp, boat, sold], [10, 11]) == [boat, sold]
    assert facts_now([lamp, boat, sold], [10]) == [lamp, boat]


def test_only_what_was_accepted_holds_and_a_fact_without_a_turn_holds_everywhere() -> None:
    proposed = fact(2, 10, "blue", state=FactState.PROPOSED)
    rejected = fact(3, 10, "red", state=FactState.REJECTED)
    always = fact(4, None, "grey")
    assert facts_now([proposed, rejected, always], [10]) == [always]
    assert facts_now([always], []) == [always]


def test_a_fact_holds_only_while_its_turn_is_told_with_its_quote() -> None:
    quoted = fact(1, 10, "grey", quote="Her grey eyes")
    assert facts_of_path([quoted], told(10)) == [quoted]
    assert facts_of_path([quoted], told(10, text="Her green eyes closed.")) == []
    assert facts_of_path([quoted], told(10, text="Her  grey\neyes closed.")) == [quoted]
