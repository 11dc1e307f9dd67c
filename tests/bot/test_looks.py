"""How a turn looks in messages."""

import pytest

from bot import looks
from bot.actions import Action
from bot.locales import Words
from bot.looks import Candidate, Fate, Look
from engine.story import Outcome, Turn, TurnKind, TurnState

EN = Words("en")
ZH = Words("zh_CN")


def turn(text: str, **facts: object) -> Turn:
    values: dict[str, object] = {
        "id": 5,
        "guild_id": 1,
        "story_id": 1,
        "parent_id": None,
        "kind": TurnKind.MODEL,
        "state": TurnState.WRITTEN,
        "outcome": Outcome.COMPLETE,
        "author_id": 1,
        "author_name": "Ada*",
        "text": text,
        "direction": "",
        "number": 3,
        "post_key": "k",
        "attempts": 1,
        "created_ms": 0,
    }
    return Turn(**(values | facts))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("The lamp went", "✍️ Writing…"),
        ("The lamp went out. Nob", "The lamp went out. ▌"),
        ("The lamp went out. Nobody saw", "The lamp went out. Nobody ▌"),
        ("“Go!” he said, and we", "“Go!” he said, and ▌"),
        ("The lamp went out.", "The lamp went out. ▌"),
        ("a line\nand more wor", "a line\nand more ▌"),
        ("灯塔的灯灭了", "✍️ Writing…"),
        ("灯塔的灯灭了。没有人", "灯塔的灯灭了。 ▌"),
        ("灯塔的灯灭了。没有人，也没", "灯塔的灯灭了。没有人， ▌"),
    ],
)
def test_a_growing_text_is_shown_from_its_first_sentence_in_whole_words(
    text: str, shown: str
) -> None:
    assert [look.text for look in looks.writing(EN, text)] == [shown]


def test_a_first_sentence_without_an_end_is_shown_all_the_same() -> None:
    text = "and then " * 20
    assert looks.writing(EN, text)[0].text == f"{text.strip()} ▌"


def test_a_script_without_blanks_does_not_wait_for_a_mark_for_ever() -> None:
    text = "灯塔的灯灭了。" + "夜" * 41
    assert looks.writing(ZH, text)[0].text == f"{text} ▌"


def test_a_growing_text_of_two_messages_can_be_stopped_under_the_last() -> None:
    first, last = looks.writing(EN, "The sea was calm. " * 120)
    assert (first.actions, last.actions) == ((), (Action.STOP,))
    assert not first.text.endswith("▌")


def test_the_place_in_the_queue_and_the_wait() -> None:
    assert looks.waiting(EN, 2, 19.6)[0].text == "✍️ Place 2 in the queue, about 20 s."
    assert looks.waiting(EN, 2, None)[0].text == "✍️ Place 2 in the queue."
    assert looks.waiting(ZH, 2, 19.6)[0].text == "✍️ 排在第 2 位，大约还要 20 秒。"
    assert looks.waiting(EN, 1, 0.1)[0].actions == (Action.STOP,)


def test_a_loading_model_without_figures() -> None:
    assert (
        looks.loading(EN, 0, 0)[0].text == "⏳ The model is still loading. This turn waits for it."
    )


def test_a_name_is_shown_as_it_is() -> None:
    human = looks.written(EN, turn("Hello.", kind=TurnKind.HUMAN, outcome=None))
    assert human == [Look("**Ada\\***\nHello.", (Action.CONTINUE, Action.UNDO))]


def test_a_note_takes_the_place_of_buttons_and_small_print() -> None:
    stopped = turn("The lamp", outcome=Outcome.STOPPED)
    assert looks.written(EN, stopped, note="Gone.") == [Look("The lamp\n-# Gone.")]


@pytest.mark.parametrize("words", [EN, ZH])
@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("fate", [None, *Fate])
@pytest.mark.parametrize("note", ["", "↩️ Undone by <@1234567890123456789>. " + "x" * 40])
def test_no_look_is_longer_than_discord_allows(
    words: Words, outcome: Outcome, fate: Fate | None, note: str
) -> None:
    candidate = Candidate(3, 12, fate) if fate else None
    full = turn("x" * 4000, outcome=outcome)
    every_look = looks.written(words, full, candidate, note=note, code="ABCDEF")
    assert max(len(look.text) for look in every_look) <= 2000


@pytest.mark.parametrize("outcome", [Outcome.STOPPED, Outcome.FAILED])
def test_a_turn_without_a_word_offers_to_try_again(outcome: Outcome) -> None:
    (look,) = looks.written(EN, turn("", outcome=outcome))
    assert look.actions == (Action.RETRY,)
    assert look.text.startswith("-# ")


def test_an_alternative_without_a_word_cannot_be_chosen() -> None:
    (look,) = looks.written(EN, turn("", outcome=Outcome.FAILED), Candidate(2, 0, Fate.OPEN))
    assert look.text.startswith("**2.**")
    assert look.actions == ()
