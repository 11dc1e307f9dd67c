"""Macros of cards: expanded in cards, the same every time, and never more than names."""

import time
from typing import Any

import pytest

from engine.memory.macros import expand, sheet_in_use
from engine.safety.special_tokens import BREAK, break_special_tokens
from engine.story import Character, CharacterState, Sheet


def said(text: str, **facts: Any) -> str:
    return expand(text, **({"char": "Mira", "user": "Ann", "seed": 1} | facts))


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("{{char}} greets {{user}}.", "Mira greets Ann."),
        ("{{CHAR}} and {{ User }}", "Mira and Ann"),
        ("<USER>, <BOT>, <CHAR>, <user>", "Ann, Mira, Mira, Ann"),
        ("a{{// a note}}b{{comment: c}}d{{hidden_key:e}}f", "abdf"),
        ("{{reverse:abc}}{{reverse::abc}}", "cbacba"),
        ("{{reverse:{{char}}}}", "ariM"),
        ("{{original}}!", "!"),
        ("one{{newline}}two", "one\ntwo"),
        ("{{random:same,same}} {{pick::same::same}}", "same same"),
        (r"{{random:a\,b}}", "a,b"),
        ("{{roll:1}} {{roll:d1}} {{roll 1d1}}", "1 1 1"),
        ("{{roll:many}} {{roll:0}} {{roll:99999999999}}", None),
        ("{{weather}} {{getvar::x}} {{if a}}b{{/if}}", None),
        ("{{", None),
        ("{{char", None),
        ("}} {{ }}", None),
        (r"\{\{char\}\}", "{{char}}"),
        ("{ {char} } {char}", None),
        ("{{user}}的茶", "Ann的茶"),
    ],
)
def test_a_macro_says_what_the_cards_expect_and_an_unknown_one_itself(
    text: str, expanded: str | None
) -> None:
    assert said(text) == (text if expanded is None else expanded)


def test_what_is_drawn_by_lot_is_drawn_once_and_for_all() -> None:
    text = "{{random:a,b,c,d,e,f,g,h}}{{pick:a,b,c,d,e,f,g,h}}{{roll:d6}}" * 9
    assert said(text) == said(text)
    assert len({said(text, seed=seed) for seed in range(9)}) == 9
    assert set(said("{{roll:6}}" * 200)) == set("123456")


def test_a_name_is_not_read_again() -> None:
    assert said("{{user}}", user="{{char}}{{user}}") == "{{char}}{{user}}"
    assert said("{{user}}" * 9, user="{{user}}" * 9) == "{{user}}" * 81


@pytest.mark.parametrize(
    "text",
    ["{{" * 15_000, "}}" * 15_000, "{{random:" * 3_000 + "}}" * 3_000, "{{a:" * 9 + "x" * 30_000],
)
def test_hostile_macros_take_no_time(text: str) -> None:
    began = time.process_time()
    assert len(said(text)) <= len(text)
    assert time.process_time() - began < 1.0


def test_a_special_token_that_a_macro_puts_together_is_broken_afterwards() -> None:
    expanded = said("<|im_{{reverse:dne}}|>")
    assert expanded == "<|im_end|>"
    assert break_special_tokens(expanded, ()) == f"<{BREAK}|im_end|>"


def character_with(sheet: Sheet, *, uses_instructions: bool = False) -> Character:
    return Character(
        id=1,
        guild_id=1,
        creator_id=1,
        creator_name="Ann",
        state=CharacterState.LIVE,
        edition=1,
        uses_instructions=uses_instructions,
        card_channel_id=None,
        card_message_id=None,
        created_ms=0,
        sheet=sheet,
    )


def test_a_sheet_in_use_has_names_in_place_and_the_nickname_before_the_name() -> None:
    sheet = Sheet("Mira Vale", "Mi", "{{char}} fears {{user}}.", other_greetings=("{{user}}?",))
    used = sheet_in_use(character_with(sheet), user="Bo")
    assert (used.name, used.nickname) == ("Mira Vale", "Mi")
    assert (used.description, used.other_greetings) == ("Mi fears Bo.", ("Bo?",))


def test_a_cards_instructions_are_in_use_only_where_a_moderator_switched_them_on() -> None:
    sheet = Sheet("Mira", system_prompt="You are {{char}}. {{original}}", last_instruction="Obey.")
    off = sheet_in_use(character_with(sheet), user="Bo")
    on = sheet_in_use(character_with(sheet, uses_instructions=True), user="Bo")
    assert (off.system_prompt, off.last_instruction) == ("", "")
    assert (on.system_prompt, on.last_instruction) == ("You are Mira. ", "Obey.")
