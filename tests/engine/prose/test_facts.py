"""All facts of a text at once."""

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.prose import examine

PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "I walked. ",
                "She walks… ",
                "“Go!” ",
                "“",
                "‘no’ ",
                "我走了。",
                "他说：",
                "\n",
                "*ah* ",
            ]
        ),
        st.text(max_size=5),
    ),
    max_size=25,
).map("".join)


@given(text=PIECES, language=st.sampled_from(["en", "zh-CN"]))
@settings(max_examples=150, deadline=None)
def test_any_text_has_facts_and_every_quote_is_verbatim(text: str, language: str) -> None:
    facts = examine(text, language)
    repetition, shifts = facts.repetition, list(facts.viewpoint.shifts)
    shifts += facts.tense.shifts if facts.tense else ()
    places = [shift.place for shift in shifts] + [run.place for run in facts.rhythm.runs]
    for repeat in (
        *repetition.words,
        *repetition.echoes,
        *repetition.phrases,
        *repetition.openings,
    ):
        places += repeat.places
    places += [note.place for note in facts.grammar.notes] if facts.grammar else []
    for place in places:
        assert text[place.start : place.end] == place.quote
        assert 1 <= place.paragraph <= facts.paragraphs
    assert 0 <= facts.dialogue.share <= 1
    assert len(facts.rhythm.beats) == facts.sentences


def test_chinese_has_no_tense_and_no_grammar_and_both_are_said_to_be_missing() -> None:
    facts = examine("她推开门。外面下着雨。她昨天走了。", "zh-CN")
    assert facts.tense is None
    assert facts.grammar is None
    assert facts.words == 14
    assert [beat.length for beat in facts.rhythm.beats] == [4, 5, 5]
