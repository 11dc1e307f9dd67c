"""Character cards: read from every carrier, refused when hostile, given back as they came."""

import io
import json
import resource
import time
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from engine.errors import CardRefused
from engine.files.card_versions import data_of, is_newer, rewritten, sheet_of, to_v2, version_of
from engine.files.cards import Carrier, read_card_file, write_card_png
from engine.files.faces import FACE_PIXELS, PictureUnreadable, cut_face, draw_face
from engine.story import Sheet
from tests.engine.files.hostile_cards import (
    HARMLESS,
    REFUSED,
    charx,
    chunk,
    header,
    picture,
    png,
    said,
    text,
    v2,
    v3,
)

CARDS = Path(__file__).parent / "cards"
NAMES = {"v1": "Old Tom", "v2": "Mira", "v3": "Captain Orla Venn", "v3-zh": "沈知微"}
MOST_SECONDS = 1.0
MOST_BYTES = 100_000_000


def card_of(name: str) -> dict[str, Any]:
    card: dict[str, Any] = json.loads((CARDS / f"{name}.json").read_bytes())
    return card


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_is_refused_quickly_and_in_little_memory(name: str) -> None:
    make, fault = REFUSED[name]
    content = make()
    began = time.process_time()
    with pytest.raises(CardRefused) as refused:
        read_card_file(content)
    seconds = time.process_time() - began
    assert refused.value.fault is fault
    assert seconds < MOST_SECONDS
    tracemalloc.start()
    with pytest.raises(CardRefused):
        read_card_file(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MOST_BYTES


@pytest.mark.parametrize("name", HARMLESS)
def test_a_strange_card_does_no_harm(name: str) -> None:
    content = HARMLESS[name]()
    began = time.process_time()
    read = read_card_file(content)
    assert time.process_time() - began < MOST_SECONDS
    assert sheet_of(read.card).name == "Mira"
    assert not read.has_two
    # Everything that came in goes out again, whatever it was.
    assert read_card_file(write_card_png(draw_face("Mira"), read.card)).carrier is Carrier.PNG


@pytest.mark.parametrize("name", NAMES)
def test_a_card_is_read_from_every_carrier_and_comes_out_equal(name: str) -> None:
    card = card_of(name)
    for content in (
        (CARDS / f"{name}.json").read_bytes(),
        png(text(card)),
        png(text(card, b"ccv3")),
        charx(card_json=said(card)),
    ):
        read = read_card_file(content)
        assert read.card == card
        assert (sheet_of(read.card).name, version_of(read.card)) == (NAMES[name], int(name[1]))


@pytest.mark.parametrize("name", NAMES)
def test_a_card_that_goes_out_as_png_comes_in_again_with_all_its_keys(name: str) -> None:
    card = card_of(name)
    read = read_card_file(write_card_png(draw_face("M"), card)).card
    assert (read["spec"], read["spec_version"]) == ("chara_card_v3", "3.0")
    assert sheet_of(read) == sheet_of(card)
    kept = {key: value for key, value in data_of(read).items() if key in data_of(card)}
    assert kept == data_of(card)
    again = read_card_file(write_card_png(draw_face("M"), read)).card
    assert again == read


def test_the_fields_of_a_v3_card_are_taken() -> None:
    assert sheet_of(card_of("v3-zh")) == Sheet(
        name="沈知微",
        nickname="知微",
        description="{{char}}是茶楼的说书人，左手少了一根手指。她认得{{user}}的父亲。",
        personality="机敏、嘴硬、念旧",
        scenario="腊月二十三，茶楼打烊以后。",
        examples="<START>\n{{user}}：你的手怎么了？\n{{char}}：“说来话长，先付茶钱。”",
        greeting="“坐吧，{{user}}。水刚开。”",
        other_greetings=("“今日不说书，只听。”",),
    )


def test_the_v3_card_counts_where_both_are_and_a_conflict_is_told() -> None:
    content = png(text(v2(name="Old")), text(v3(name="New"), b"ccv3"))
    read = read_card_file(content)
    assert (sheet_of(read.card).name, read.has_two) == ("New", True)
    same = read_card_file(png(text(v2()), text(v3(), b"ccv3")))
    assert not same.has_two


def test_an_edit_changes_its_fields_and_nothing_else() -> None:
    card = card_of("v3")
    before = sheet_of(card)
    after = Sheet(name="Orla", nickname="", description=before.description, greeting="“Hm.”")
    changed = rewritten(card, before, after)
    assert sheet_of(changed) == after
    assert (changed["name"], changed["first_mes"]) == ("Orla", "“Hm.”"), "the doubled fields too"
    keys = {"name", "nickname", "personality", "scenario", "first_mes"}
    for before_data, after_data in ((card["data"], changed["data"]), (card, changed)):
        for key in before_data.keys() - keys - {"data"}:
            assert after_data[key] == before_data[key]
    assert card == card_of("v3"), "the card that came is left alone"


def test_decorators_are_taken_out_for_v2_readers_alone() -> None:
    card = card_of("v3")
    entry = to_v2(card)["data"]["character_book"]["entries"][0]
    assert entry["content"] == "The ship is the Lark."
    assert "@@depth 2" in card["data"]["character_book"]["entries"][0]["content"]


def test_a_newer_card_is_read_and_known_as_newer() -> None:
    assert is_newer(v3() | {"spec_version": "3.1"})
    assert not is_newer(v3())
    assert not is_newer(v3() | {"spec_version": {}})


def test_a_face_is_the_upper_square_of_the_picture_without_anything_else() -> None:
    tall = Image.new("RGB", (300, 900), "blue")
    tall.paste("red", (0, 0, 300, 300))
    stream = io.BytesIO()
    tall.save(stream, "PNG", pnginfo=_note())
    face = cut_face(stream.getvalue())
    with Image.open(io.BytesIO(face)) as opened:
        assert (opened.format, opened.size) == ("PNG", (FACE_PIXELS, FACE_PIXELS))
        assert opened.convert("RGB").getpixel((128, 250)) == (255, 0, 0)
    assert b"secret" not in face


def _note() -> PngInfo:
    note = PngInfo()
    note.add_text("comment", "secret place")
    return note


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        picture("GIF"),
        picture("PNG")[:45],
        png(head=header(60_000, 60_000)),
        png(head=header(3_000, 3_000)),  # of 8 x 8 pixels
    ],
)
def test_what_is_no_picture_makes_no_face(content: bytes) -> None:
    began = time.process_time()
    with pytest.raises(PictureUnreadable):
        cut_face(content)
    assert time.process_time() - began < MOST_SECONDS


def test_a_picture_of_few_pixels_that_inflates_without_end_is_decoded_no_further() -> None:
    flood = chunk(b"IDAT", zlib.compress(b"\0" * 300_000_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert cut_face(png(body=flood))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown * 1024 < MOST_BYTES


@pytest.mark.parametrize("name", ["Mira", "mira", "Éa", "米拉", "", "…", "\ud800"])
def test_a_character_without_a_picture_has_a_drawn_face_of_its_own(name: str) -> None:
    face = draw_face(name)
    assert face == draw_face(name)
    assert (face == draw_face("Vera")) is False
    with Image.open(io.BytesIO(face)) as opened:
        assert opened.size == (FACE_PIXELS, FACE_PIXELS)
        assert len(opened.convert("RGB").getcolors() or []) > 1, "something is drawn on it"
