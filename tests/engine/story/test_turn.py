import pytest

from engine.story import Length, TurnKind, TurnState
from tests.fakes.nouns import turn_with


@pytest.mark.parametrize(
    ("state", "is_unfinished", "is_being_written"),
    [
        (TurnState.HELD, False, False),
        (TurnState.ACCEPTED, True, True),
        (TurnState.WRITING, True, True),
        (TurnState.WRITTEN, True, False),
        (TurnState.POSTED, False, False),
    ],
)
def test_what_a_model_turn_still_needs(
    state: TurnState, *, is_unfinished: bool, is_being_written: bool
) -> None:
    turn = turn_with(1, "One.", kind=TurnKind.MODEL, state=state)
    assert (turn.is_unfinished, turn.is_being_written) == (is_unfinished, is_being_written)


def test_nobody_waits_for_the_text_of_a_human_turn() -> None:
    assert not any(turn_with(1, "One.", state=state).is_being_written for state in TurnState)


def test_longer_turns_may_take_more_tokens() -> None:
    tokens = [length.reply_tokens for length in (Length.SHORT, Length.MEDIUM, Length.LONG)]
    assert tokens == sorted(set(tokens))
