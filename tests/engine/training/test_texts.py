from engine.story.training import HELD_OUT, TRAIN
from engine.training.texts import clean_text, prepare
from tests.engine.training.tiny import unlike, work

WRAPPED = """The old keeper of the lighthouse climbed the stairs at dusk and lit
the lamp, as he had done on every evening of the twenty years that he
had lived there, and he wrote the weather of the day into his book
before he sat down by the window to watch the ships go by.

“Nobody comes,” he said to the gull that stood outside on the rail in
the rain and looked at him as if it knew what he was thinking about."""


def test_line_breaks_of_a_program_go_and_quotes_become_plain() -> None:
    first, second = clean_text(WRAPPED, "en").split("\n\n")
    assert "\n" not in first
    assert "and lit the lamp" in first
    assert second.startswith('"Nobody comes," he said')


def test_line_breaks_of_an_author_stay() -> None:
    verse = "A gull,\na rail,\nand rain."
    assert clean_text(verse, "en") == verse


def test_chinese_keeps_its_quotation_marks_and_gets_no_spaces() -> None:
    assert clean_text("“没有人来。”\u200e他说。", "zh-CN") == "“没有人来。”他说。"


def test_what_no_reader_sees_is_gone() -> None:
    assert clean_text("a\x00b\u202ec\ufeff  d", "en") == "abc d"


def test_of_two_copies_the_longer_one_stays() -> None:
    text = unlike(1)
    shorter = " ".join(text.split(" ")[:-40])
    kept = prepare([work(1, TRAIN, shorter), work(2, TRAIN, text), work(3, TRAIN, unlike(3))])
    assert [row.work_id for row in kept.works] == [2, 3]
    assert kept.dropped_works == 1


def test_a_passage_that_is_held_out_is_not_learned() -> None:
    passage = unlike(9).split("\n\n")[0]
    training = work(1, TRAIN, unlike(1) + "\n\n" + passage)
    kept = prepare([training, work(2, HELD_OUT, passage + "\n\n" + unlike(2))])
    learned, held_out = kept.works
    assert kept.dropped_paragraphs == 1
    assert passage not in learned.text
    assert passage in held_out.text


def test_a_work_that_is_all_held_out_elsewhere_is_left_out() -> None:
    kept = prepare([work(1, TRAIN, unlike(1)), work(2, HELD_OUT, unlike(1))])
    assert [row.work_id for row in kept.works] == [2]
