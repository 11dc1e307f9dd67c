"""Rhythm, dialogue and readability."""

import pytest

from engine.prose.dialogue import dialogue_of
from engine.prose.quotations import quotations_of
from engine.prose.readability import readability_of
from engine.prose.reading import read_text
from engine.prose.rhythm import rhythm_of


@pytest.mark.parametrize(
    ("text", "language", "quoted", "speeches"),
    [
        ("“Go,” she said. “Now.”", "en", ["“Go,”", "“Now.”"], 2),
        ("‘I don’t know,’ he said.", "en", ["‘I don’t know,’"], 1),
        ("The dogs’ bowl was the girls’ too.", "en", [], 0),
        ("'Home,' said Tom. It wasn't 'far'.", "en", ["'Home,'", "'far'"], 1),
        ('He said "yes," and the "thing" left.', "en", ['"yes,"', '"thing"'], 1),
        ("“Never closed\nNext.", "en", ["“Never closed"], 0),
        ("说：“好。”所谓“江湖”。「嗯，」", "zh", ["“好。”", "“江湖”", "「嗯，」"], 2),
        ("『走！』他说。", "zh", ["『走！』"], 1),
        ("*I must go.* " + "He went on. " * 6, "en", ["*I must go.*"], 0),
        ("*Walks in.* Hi. *Sits down.* Yes. *Waves.*", "en", [], 0),
        ("« Oui. »", "en", ["« Oui. »"], 1),
    ],
)  # fmt: skip
def test_quotations_of_all_kinds_are_found(
    text: str, language: str, quoted: list[str], speeches: int
) -> None:
    found = quotations_of(text, read_text(text, language).paragraphs)
    assert [text[one.start : one.end] for one in found] == quoted
    assert sum(one.is_speech for one in found) == speeches


def test_the_share_of_dialogue_is_of_words_and_dashes_are_only_numbered() -> None:
    dialogue = dialogue_of(read_text("“One two three.” Four five six.\n— Seven?", "en"))
    assert dialogue.share == pytest.approx(3 / 7)
    assert (dialogue.speeches, dialogue.dash_lines) == (1, 1)
    assert dialogue_of(read_text("“好的。”她说。", "zh-CN")).share == pytest.approx(2 / 4)
    assert dialogue_of(read_text("", "en")).share == 0


def test_rhythm_is_the_row_of_lengths() -> None:
    rhythm = rhythm_of(read_text("One two. “One two three.” One two three four.", "en"))
    assert [(beat.length, beat.is_speech) for beat in rhythm.beats] == [
        (2, False),
        (3, True),
        (4, False),
    ]
    assert (rhythm.mean, rhythm.median) == (3, 3)
    assert rhythm.spread == pytest.approx((2 / 3) ** 0.5 / 3)
    assert rhythm.longest
    assert rhythm.longest.quote == "One two three four."


def test_a_run_of_sentences_of_one_length_is_told_with_its_start() -> None:
    same = "The cat sat down on it. "
    text = "Short. " + same * 5 + "And then something else came along and ended all of that."
    (run,) = rhythm_of(read_text(text, "en")).runs
    assert (run.sentences, run.length, run.place.quote) == (5, 6, same.strip())
    assert rhythm_of(read_text("Run. Hide. Wait. Breathe. Go.", "en")).runs == ()


def test_readability_is_what_the_published_formulas_give() -> None:
    text = "The cat sat on the mat. " * 20  # 120 words of 17 letters in 6; 20 sentences
    found = readability_of(read_text(text, "en"))
    assert found.ari == pytest.approx(4.71 * 17 / 6 + 0.5 * 6 - 21.43)
    assert found.coleman_liau == pytest.approx(5.88 * 17 / 6 - 29.6 / 6 - 15.8)
    assert readability_of(read_text("Too short.", "en")).ari is None


def test_chinese_readability_counts_everyday_characters() -> None:
    found = readability_of(read_text("她推开门走进房间。" * 20 + "饕餮" * 10 + "。", "zh-CN"))
    assert found.common_share == pytest.approx(160 / 180)
    assert found.ari is None
    traditional = "她推開門，走進黑暗的房間，聽見風從窗戶裡進來。" * 10
    assert readability_of(read_text(traditional, "zh-CN")).common_share is None
