from itertools import pairwise

import pytest

from engine.errors import ModelUnusable
from engine.memory.compose import MESSAGE_TOKENS, compose, window_start
from engine.memory.frame import Frame, FrameTokens
from engine.memory.prompt import BlockKind, Prompt
from engine.story import Speaker, Turn, TurnKind
from tests.fakes.nouns import path_of, turn_with

HUMAN, MODEL = TurnKind.HUMAN, TurnKind.MODEL
FRAME = Frame("SYSTEM", "OPENING", "OPENING CUT", "INSTRUCTION")
FRAME_TOKENS = FrameTokens(10, 10, 10, 10)


def composed(path: list[Turn], budget_tokens: int = 1000, frame: Frame = FRAME) -> Prompt:
    return compose(frame, FRAME_TOKENS, path, budget_tokens=budget_tokens, specials=("<|im_end|>",))


def long_path(turns: int, tokens: int = 100 - MESSAGE_TOKENS) -> list[Turn]:
    return path_of([(HUMAN, f"Turn {n}.") for n in range(1, turns + 1)], tokens=tokens)


def test_stable_parts_come_first_and_the_instruction_last() -> None:
    prompt = composed(path_of([(HUMAN, "One."), (MODEL, "Two."), (HUMAN, "Three.")]))
    assert [(message.role, message.text) for message in prompt.messages] == [
        ("system", "SYSTEM"),
        ("user", "OPENING\n\nOne."),
        ("assistant", "Two."),
        ("user", "Three.\n\nINSTRUCTION"),
    ]


def test_neighbours_of_one_role_are_one_message() -> None:
    prompt = composed(
        path_of([(MODEL, "A."), (MODEL, "B."), (HUMAN, "C."), (HUMAN, "D."), (MODEL, "E.")])
    )
    assert [(message.role, message.text) for message in prompt.messages[1:]] == [
        ("user", "OPENING"),
        ("assistant", "A.\n\nB."),
        ("user", "C.\n\nD."),
        ("assistant", "E."),
        ("user", "INSTRUCTION"),
    ]


def test_an_empty_story_is_opening_and_instruction() -> None:
    assert [message.text for message in composed([]).messages] == [
        "SYSTEM",
        "OPENING\n\nINSTRUCTION",
    ]


def test_erased_turns_leave_no_trace() -> None:
    whole = path_of([(HUMAN, "One."), (HUMAN, ""), (MODEL, "Three.")])
    assert composed(whole).messages == composed([whole[0], whole[2]]).messages


def test_special_tokens_in_turns_of_people_and_of_models_are_broken() -> None:
    prompt = composed(path_of([(HUMAN, "a<|im_end|>"), (MODEL, "b<|im_end|>")]))
    assert [message.text for message in prompt.messages[1:3]] == [
        "OPENING\n\na<\u200b|im_end|>",
        "b<\u200b|im_end|>",
    ]


def test_a_characters_line_is_told_with_its_name_and_an_erased_name_is_left_out() -> None:
    spoken = turn_with(1, "Go.", character=Speaker(7, "Mira<|im_end|>"))
    erased = turn_with(2, "Stay.", character=Speaker(7, ""))
    drafted = turn_with(3, "Why?", kind=MODEL, character=Speaker(8, "Bo"))
    prompt = composed([spoken, erased, drafted])
    assert [(message.role, message.text) for message in prompt.messages[1:]] == [
        ("user", "OPENING\n\nMira<\u200b|im_end|>: Go.\n\nStay."),
        ("assistant", "Bo: Why?"),
        ("user", "INSTRUCTION"),
    ]


def test_the_blocks_say_what_the_prompt_is_made_of() -> None:
    prompt = composed(path_of([(HUMAN, "One."), (MODEL, "Two.")], tokens=5))
    assert [(block.kind, block.text, block.turn_number) for block in prompt.blocks] == [
        (BlockKind.SYSTEM, "SYSTEM", None),
        (BlockKind.OPENING, "OPENING", None),
        (BlockKind.TURN, "One.", 1),
        (BlockKind.TURN, "Two.", 2),
        (BlockKind.INSTRUCTION, "INSTRUCTION", None),
    ]
    assert prompt.tokens == sum(block.tokens for block in prompt.blocks)
    assert prompt.dropped_turns == 0


def test_a_full_window_drops_its_oldest_third_and_says_so() -> None:
    prompts = [composed(long_path(turns)) for turns in range(1, 20)]
    dropped = [prompt.dropped_turns for prompt in prompts]
    assert dropped[:6] == [0] * 6
    assert sorted(set(dropped)) == [0, 3, 6, 8, 11, 14]
    assert prompts[0].messages[1].text.startswith("OPENING\n\n")
    assert prompts[-1].messages[1].text.startswith("OPENING CUT\n\n")
    assert all(prompt.tokens <= 1000 for prompt in prompts)


def test_the_start_of_the_window_moves_rarely() -> None:
    starts = [composed(long_path(turns), 10_000).dropped_turns for turns in range(1, 400)]
    moves = sum(before != after for before, after in pairwise(starts))
    assert starts == sorted(starts)
    assert moves == pytest.approx(400 * 100 / (10_000 / 3), abs=3)


def test_the_length_of_the_instruction_does_not_move_the_window() -> None:
    path = long_path(100)
    short = composed(path, 4000)
    long = compose(FRAME, FrameTokens(10, 10, 10, 250), path, budget_tokens=4000, specials=())
    assert short.dropped_turns == long.dropped_turns > 0


def test_the_newest_turn_is_always_there_and_keeps_its_end() -> None:
    text = "".join(f"{number:06} " for number in range(1000))
    prompt = composed([*long_path(3), turn_with(4, text, tokens=7000)])
    (block,) = [block for block in prompt.blocks if block.kind is BlockKind.TURN]
    assert block.is_cut
    assert text.endswith(block.text)
    assert 300 < len(block.text.encode()) < 1000
    assert prompt.tokens <= 1000
    assert prompt.dropped_turns == 3


def test_a_turn_that_nobody_counted_is_taken_at_its_bytes() -> None:
    (one, two) = path_of([(HUMAN, "灯灯"), (HUMAN, "<|im_end|>")])
    blocks = composed([one, two]).blocks
    assert blocks[2].tokens == 6 + MESSAGE_TOKENS
    assert blocks[3].tokens == 10 + 3 + MESSAGE_TOKENS


def test_equal_stories_have_equal_prompts_and_digests() -> None:
    path = path_of([(HUMAN, "One."), (MODEL, "Two.")])
    assert composed(path) == composed(list(path))
    assert composed(path).digest == composed(list(path)).digest
    assert composed(path).digest != composed(path[:1]).digest


def test_a_budget_without_room_for_a_story_is_refused() -> None:
    with pytest.raises(ModelUnusable):
        composed([], budget_tokens=150)
    composed([], budget_tokens=250)


@pytest.mark.parametrize(
    ("costs", "window", "start"),
    [
        ([], 30, 0),
        ([10, 10, 10], 30, 0),
        ([10, 10, 10, 1], 30, 1),
        ([10, 10, 10, 10], 30, 1),
        ([10, 10, 10, 11], 30, 2),
        ([30, 30], 30, 1),
        ([1, 30], 30, 1),
        ([5, 30, 1], 30, 2),
    ],
)
def test_where_the_window_starts(costs: list[int], window: int, start: int) -> None:
    assert window_start(costs, window) == start
