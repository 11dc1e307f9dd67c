from engine.story import Dropped, Note, Praise, Quote
from engine.writing.critique.ranking import MOST_CAUSES, MOST_NOTES, MOST_PRAISE, rank
from engine.writing.critique.sieve import Sifted


def note(cause: str, number: int) -> Note:
    return Note(cause, Quote(f"Sentence {number}.", number, 1, number), "why", "what?")


def test_notes_on_root_causes_come_first_and_in_the_order_of_the_causes() -> None:
    notes = [note("vague", 1), note("told", 2), note("rhythm", 3), note("rhythm", 4)]
    ranked = rank(Sifted(notes=notes, causes=["told", "rhythm"]), passages=1)
    assert ranked.causes == ("rhythm", "told")
    assert [each.quote.start for each in ranked.notes] == [3, 4, 2, 1]


def test_a_root_cause_without_a_note_is_none() -> None:
    ranked = rank(Sifted(notes=[note("told", 1)], causes=["rhythm", "told"]), passages=1)
    assert ranked.causes == ("told",)
    assert rank(Sifted(causes=["rhythm"]), passages=1).causes == ()


def test_where_no_cause_is_named_two_notes_make_one() -> None:
    notes = [note("vague", 1), note("told", 2), note("told", 3)]
    assert rank(Sifted(notes=notes), passages=1).causes == ("told",)


def test_there_are_at_most_three_root_causes() -> None:
    causes = ["a", "b", "c", "d", "e"]
    notes = [note(cause, number) for number, cause in enumerate(causes)]
    assert len(rank(Sifted(notes=notes, causes=causes), passages=1).causes) == MOST_CAUSES


def test_notes_of_several_readings_become_one_short_list_without_doubles() -> None:
    notes = [note("told", number) for number in range(9)] + [note("vague", 1)]
    praise = [Praise(note("", n).quote, "why") for n in (1, 20, 21, 22)]
    ranked = rank(Sifted(notes=notes, praise=praise), passages=3)
    assert len(ranked.notes) == MOST_NOTES
    assert [each.quote.start for each in ranked.praise] == [20, 21][:MOST_PRAISE]
    assert ranked.dropped == {Dropped.REPEATED: 1, Dropped.BEYOND: 5}
    assert ranked.passages == 3


def test_nothing_left_is_said_to_be_nothing() -> None:
    ranked = rank(Sifted(), passages=1)
    assert ranked.is_empty
    assert (ranked.causes, ranked.dropped) == ((), {})
