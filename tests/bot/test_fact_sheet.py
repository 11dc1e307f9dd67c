"""The sheet of facts: short, in the member's language, with a picture of the rhythm."""

import re
from io import BytesIO
from itertools import pairwise

import pytest
from PIL import Image

from bot.fact_sheet import MOST_CHARACTERS, fact_sheet, sheet_text
from bot.locales import words_for
from bot.rhythm_picture import MOST_BARS, group_size, grouped, rhythm_picture
from engine.prose import examine
from engine.prose.rhythm import Beat, Rhythm

PAST = "She walked to the door. It was locked. She knocked twice. She waited, and it got dark. "
PRESENT = "Nobody comes. She sits down on the step. She takes off her shoes. The rain is cold."


def test_a_shift_is_quoted_with_its_paragraph() -> None:
    text = sheet_text(examine(f"{PAST}\n{PRESENT}", "en"), words_for("en"))
    assert "Told in the past tense; it changes 1 time:" in text
    assert "to present at “Nobody comes.” (paragraph 2)" in text
    assert "Told in the third person\n" in text


def test_a_chinese_member_reads_chinese() -> None:
    text = sheet_text(
        examine("“走吧！”他说。她没有动。天黑了。他走了。", "zh-CN"), words_for("zh-CN")
    )
    assert "对白占" in text
    assert "叙述用第三人称" in text
    assert "中文没有语法检查" in text
    assert not re.search("[A-Za-z]", text)


async def test_every_line_is_in_the_language_of_the_member() -> None:
    flaws = f"{PAST * 2}\n{PRESENT * 2}\n— It was a apple. I went. I saw. I am here. I sat down."
    for text, language in ((flaws, "en"), ("— 他走了。他来了。他坐下。" * 20, "zh-CN")):
        sheet = await fact_sheet(examine(text, language), words_for("zh-CN"))
        unquoted = re.sub("“.*?”|‘.*?’|→.*|ARI|Coleman|Liau", "", sheet.text + sheet.picture_text)
        assert not re.search("[A-Za-z]", unquoted)


def test_what_is_quoted_cannot_format_the_message() -> None:
    text = "The **Bang** rose over us. " * 6
    sheet = sheet_text(examine(text, "en"), words_for("en"))
    assert r"The \*\*Bang" in sheet


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_sheet_of_a_long_and_faulty_text_fits_into_one_message(language: str) -> None:
    flaws = f"{PAST * 3}\n{PRESENT * 3}\nTeh recieve was a apple {'x' * 300}. I went. I saw. I am. "
    text = sheet_text(examine(flaws * 12, language), words_for("zh-CN"))
    assert 0 < len(text) <= MOST_CHARACTERS


async def test_the_picture_is_a_small_png_with_a_bar_for_each_sentence() -> None:
    sheet = await fact_sheet(
        examine(f"{PAST}“Go away, all of you!” He left.", "en"), words_for("en")
    )
    picture = Image.open(BytesIO(sheet.picture))
    assert picture.format == "PNG"
    assert picture.width == 880
    height = picture.height * 5 // 6
    row = [picture.convert("RGB").getpixel((x, height)) for x in range(44, 864)]
    shades = ((110, 168, 254), (255, 198, 109))
    bars = sum(one != two and two in shades for one, two in pairwise(row))
    assert bars == 6
    assert (255, 198, 109) in row
    assert sheet.picture_text.startswith("A bar for each sentence in order, 6 in all, from 2 to 6")


async def test_long_texts_are_drawn_in_groups_and_empty_ones_without_bars() -> None:
    beats = tuple(Beat(number % 7, number % 2 == 0) for number in range(5 * MOST_BARS))
    assert group_size(len(beats)) == 5
    assert len(grouped(beats)) == MOST_BARS
    assert grouped(beats)[0] == (2.0, True)
    for some in (beats, ()):
        png = await rhythm_picture(Rhythm(some, 3.0, 3.0, 0.5, None, ()))
        assert Image.open(BytesIO(png)).format == "PNG"
