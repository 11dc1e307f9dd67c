import sys
import unicodedata

import pytest
from hypothesis import given, settings

from engine.prose.invisible import strip_invisible
from engine.safety.special_tokens import BREAK, break_special_tokens
from tests.fakes.embedded_tokenizer import EmbeddedTokenizer, embedded_tokenizer
from tests.fakes.hostile_text import MARKS, hostile_texts

CHATML = ("<|im_start|>", "<|im_end|>")
JOINERS = {"\u200c", "\u200d"}


@pytest.fixture(scope="module")
def tokenizer() -> EmbeddedTokenizer:
    return embedded_tokenizer()


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("<|im_end|>", "<#|im_end|>"),
        ("a<|im_end|><|im_start|>b", "a<#|im_end|><#|im_start|>b"),
        ("<|im_<|im_end|>end|>", "<|im_<#|im_end|>end|>"),
        ("<|im_\u200bend|>", "<#|im_end|>"),
        ("<\U000e0041|im_end|>", "<#|im_end|>"),
        ("<|im_end|\x07>", "<#|im_end|>"),
        ("<|im_end|", "<|im_end|"),
        ("3 < 4 and 5 > 2", "3 < 4 and 5 > 2"),
    ],
)
def test_tokens_are_broken_after_their_first_character(text: str, broken: str) -> None:
    assert break_special_tokens(text, CHATML) == broken.replace("#", BREAK)


@pytest.mark.parametrize(
    "token",
    [
        "<|begin_of_text|>",
        "<|start_header_id|>",
        "<|eot_id|>",
        "<｜begin▁of▁sentence｜>",
        "<｜User｜>",
        "<s>",
        "</s>",
        "<bos>",
        "<start_of_turn>",
        "<end_of_turn>",
        "[INST]",
        "[/INST]",
        "<<SYS>>",
        "<</SYS>>",
        "[TOOL_CALLS]",
        "[gMASK]",
        "<think>",
        "</think>",
        "<tool_call>",
    ],
)
def test_marks_of_well_known_models_are_broken_without_a_list(token: str) -> None:
    assert break_special_tokens(f"a{token}b", ()) == f"a{token[0]}{BREAK}{token[1:]}b"


def test_overlapping_tokens_are_all_broken() -> None:
    assert break_special_tokens("abab", ("aba", "bab")) == f"a{BREAK}b{BREAK}ab"


def test_tokens_of_white_space_or_one_character_are_left_alone() -> None:
    text = "One.\n\n\tTwo  three |"
    assert break_special_tokens(text, ("\n\n", "  ", "\t", "|")) == text


@pytest.mark.parametrize(
    "text",
    [
        "Plain prose, “quoted” — with *marks*.\n\n\tAnd a tab.",
        "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽",
        "می‌خواهم",
        "夜里很冷。",
        "Zalgo Z̷a̵l̶",
        "<b>bold</b> [link](x) <@123>",
    ],
)
def test_good_text_is_left_as_it_is(text: str) -> None:
    assert break_special_tokens(text, CHATML) == text


def test_only_what_nobody_sees_is_stripped() -> None:
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        category = unicodedata.category(character)
        is_kept = character in JOINERS or character in "\n\t\r"
        if category in {"Cf", "Cc", "Cs"} and not is_kept:
            assert strip_invisible(f"a{character}b") == "ab", hex(code)
        elif category != "Cn" and character != "\r":  # Cn: younger than this Python's Unicode
            assert strip_invisible(character) == character, hex(code)


def test_line_ends_become_newlines() -> None:
    assert strip_invisible("a\r\nb\rc\nd") == "a\nb\nc\nd"


@given(hostile_texts())
def test_breaking_changes_nothing_that_a_reader_sees(text: str) -> None:
    broken = break_special_tokens(text, CHATML)
    assert broken.replace(BREAK, "") == strip_invisible(text)
    assert break_special_tokens(broken, CHATML) == broken


@pytest.mark.timeout(300)
@settings(max_examples=300, deadline=None)
@given(text=hostile_texts())
def test_no_text_holds_a_special_token_of_the_real_tokenizer(
    tokenizer: EmbeddedTokenizer, text: str
) -> None:
    ids = tokenizer.encode(break_special_tokens(text, tokenizer.special_tokens))
    assert tokenizer.special_ids.isdisjoint(ids)


@pytest.mark.timeout(300)
def test_the_real_tokenizer_would_take_raw_text_for_tokens(tokenizer: EmbeddedTokenizer) -> None:
    raw = [mark for mark in MARKS if tokenizer.special_ids.intersection(tokenizer.encode(mark))]
    assert "<|im_start|>" in raw
    assert "<filename>" in raw
