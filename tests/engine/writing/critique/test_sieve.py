import json
from typing import Any

import pytest

from engine.story import Dropped
from engine.writing.critique.asking import example_reply, instructions
from engine.writing.critique.lenses import shipped_lenses
from engine.writing.critique.passages import Passage, language_of, pieces_of
from engine.writing.critique.sieve import Sieve, Sifted

TEXT = (
    "Mara climbed the tower with the oil can. She was very sad.\n\n"
    "The ship passed without a light. Nobody waved."
)
CHINESE = "老王走进屋里，心里非常难过。桌上放着一封没有拆开的信。"
LINE = shipped_lenses()["line"]
GOOD = "The oil can tells how tired Mara is, so the plain word sad comes too late."
ASKS = "What does Mara do with the oil can when nobody looks?"


def sift(*replies: str | None, text: str = TEXT, known: tuple[str, ...] = ()) -> Sifted:
    language = language_of(text)
    told = [instructions(LINE, language), example_reply(LINE, language)]
    sieve = Sieve(text, language, LINE, told=told, known_wordings=known)
    for reply in replies:
        sieve.sift(reply, Passage(tuple(pieces_of(text, language))))
    return sieve.sifted


def reply(why: str = GOOD, question: str = ASKS, *, sentence: Any = 2, **fields: Any) -> str:
    cause = "told, not shown"
    note = {"sentence": sentence, "cause": cause, "why": why, "question": question} | fields
    return json.dumps({"notes": [note], "root_causes": [cause], "praise": []})


def test_a_note_that_quotes_the_text_and_speaks_of_it_is_kept() -> None:
    sifted = sift(reply())
    (note,) = sifted.notes
    assert (note.cause, note.why, note.question) == ("told", GOOD, ASKS)
    assert (note.quote.text, note.quote.paragraph, note.quote.sentence) == (
        "She was very sad.",
        1,
        2,
    )
    assert sifted.dropped == {}
    assert sifted.causes == ["told"]


@pytest.mark.parametrize("sentence", [0, 5, -1, "2a", "She was very glad.", None, 2.5])
def test_a_note_without_a_sentence_of_the_text_is_dropped(sentence: Any) -> None:
    sifted = sift(reply(sentence=sentence))
    assert sifted.notes == []
    assert sifted.dropped == {Dropped.NOT_VERBATIM: 1}


@pytest.mark.parametrize(
    ("why", "fault"),
    [
        ("This weakens the text because it is not good enough here.", Dropped.EMPTY),
        ("The tower.", Dropped.ECHO),
        ("Too sad.", Dropped.ECHO),
        ("She was very sad, she was so very sad.", Dropped.ECHO),
        ("Mara climbed the tower with the oil can, and Nobody waved.", Dropped.ECHO),
        ("The two plates show already that Mara is alone in the tower.", Dropped.ECHO),
        ("Mara saw that he was kind, and then saw that he was there.", Dropped.ECHO),
        ("Mara " + "and the oil can of another night with a cold wind " * 5, Dropped.ECHO),
        ("Old Tom climbs the tower with an oil can like nobody else.", Dropped.ECHO),
        ("The can is empty, the can is empty, the can is empty, the can is empty.", Dropped.ECHO),
        (
            "A feeling or a trait is named, where an act or a thing could show it, Mara.",
            Dropped.ECHO,
        ),
    ],
)
def test_a_note_that_would_fit_any_text_or_repeats_what_was_read_is_dropped(
    why: str, fault: Dropped
) -> None:
    sifted = sift(reply(why))
    assert sifted.notes == []
    assert sifted.dropped == {fault: 1}


@pytest.mark.parametrize(
    ("question", "fault"),
    [
        ("Tell more of Mara.", Dropped.NO_QUESTION),
        ("What is this?", Dropped.EMPTY),
        (
            "What would the reader find out alone, if the text began with the plates?",
            Dropped.ECHO,
        ),
    ],
)
def test_a_note_asks_a_question_of_its_own(question: str, fault: Dropped) -> None:
    assert sift(reply(question=question)).dropped == {fault: 1}


def test_a_reason_that_its_form_cut_off_loses_the_broken_end() -> None:
    whole = f"{GOOD} The ship passes later, when the tower is dark and no can is left up there."
    broken = whole + " And so the wind of that evening, which came over from a far off island"
    (note,) = sift(reply(broken.ljust(219, "x") + ".")).notes
    assert note.why == whole
    endless = "Mara has the oil can for " + ", ".join(f"stair {n} by {n + 1}" for n in range(20))
    assert sift(reply(endless[:219] + ".")).notes == []


def test_the_same_wording_a_second_time_is_dropped_also_from_another_text() -> None:
    assert sift(reply(), reply(sentence=1)).dropped == {Dropped.REPEATED: 1}
    assert sift(reply(), known=(GOOD.upper(),)).dropped == {Dropped.REPEATED: 1}


@pytest.mark.parametrize(
    "text", [None, "", "no json", "[]", "{}", '{"notes": [{}], "praise": [], "root_causes": []}']
)
def test_a_reply_that_is_not_in_the_form_is_counted(text: str | None) -> None:
    assert sift(text, reply()).dropped == {Dropped.UNREADABLE: 1}
    assert len(sift(text, reply()).notes) == 1


def test_praise_needs_a_quote_and_a_reason_too() -> None:
    praise = [
        {"sentence": 3, "why": "The dark ship answers the tower without a word of comment."},
        {"sentence": 9, "why": "The dark ship answers the tower without any word of comment."},
        {"sentence": 1, "why": "This is really very good and nice writing."},
    ]
    sifted = sift(json.dumps({"notes": [], "root_causes": [], "praise": praise}))
    assert [each.quote.text for each in sifted.praise] == ["The ship passed without a light."]
    assert sifted.dropped == {Dropped.NOT_VERBATIM: 1, Dropped.EMPTY: 1}


def test_chinese_notes_are_held_to_the_same() -> None:
    fields = {"sentence": 1, "cause": "直说而不呈现"}
    good = {
        "why": "那封没拆的信已经说出老王的心事，不必再写他难过。",
        "question": "老王为何不拆信？",
    }
    empty = {"why": "这句话写得不够生动，应该更加具体形象一些才好。", "question": "能否更具体？"}
    for words, kept in ((good, 1), (empty, 0)):
        note = json.dumps({"notes": [fields | words], "root_causes": [], "praise": []})
        assert len(sift(note, text=CHINESE).notes) == kept
