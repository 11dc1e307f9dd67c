"""What stands in a prompt beside the turns: where, within which share, and what is left out."""

from dataclasses import replace

from engine.memory.compose import MESSAGE_TOKENS, Beside, compose
from engine.memory.frame import Frame, FrameTokens
from engine.memory.offers import Offer, Spot
from engine.memory.prompt import BlockKind, Prompt, Reason
from engine.memory.sealing import Seal
from engine.memory.sharing import KIND_PARTS, SUMMARY_PART
from engine.story import Turn, TurnKind
from tests.fakes.nouns import path_of

FRAME = Frame("SYSTEM", "OPENING", "OPENING CUT", "INSTRUCTION")
FRAME_TOKENS = FrameTokens(10, 10, 10, 10)
BUDGET = 2000
WINDOW = 1660  # what the frame and the room of the instruction leave of it
NOTE = Offer(BlockKind.NOTE, "NOTE", Spot.AT_DEPTH, depth=1)


def lore(text: str, spot: Spot = Spot.TAIL, **fields: object) -> Offer:
    return replace(Offer(BlockKind.LORE, text, spot), **fields)


def recalled(turn_id: int, text: str) -> Offer:
    return Offer(BlockKind.RECALLED, text, Spot.TAIL, turn_id=turn_id, order=turn_id)


def turns(count: int, tokens: int = 100 - MESSAGE_TOKENS) -> list[Turn]:
    kinds = [TurnKind.HUMAN, TurnKind.MODEL] * count
    return path_of([(kinds[n], f"Turn {n + 1}.") for n in range(count)], tokens=tokens)


def composed(
    path: list[Turn], *offers: Offer, tokens: int = 30, seals: tuple[Seal, ...] = ()
) -> Prompt:
    beside = Beside(offers, [tokens] * len(offers), seals, [tokens] * len(seals))
    return compose(
        FRAME,
        FRAME_TOKENS,
        path,
        budget_tokens=BUDGET,
        specials=("<|im_end|>",),
        beside=beside,
    )


def kinds(prompt: Prompt) -> list[str]:
    return [block.kind.value for block in prompt.blocks]


def test_stable_stands_before_the_turns_and_volatile_after_them() -> None:
    prompt = composed(
        turns(2),
        recalled(99, "RECALLED"),
        lore("WOKEN"),
        Offer(BlockKind.PIN, "PIN", Spot.BEFORE_TURNS),
        Offer(BlockKind.SAMPLE, "SAMPLE", Spot.HEAD, role="system"),
        NOTE,
    )
    assert [(message.role, message.text) for message in prompt.messages] == [
        ("system", "SYSTEM\n\nSAMPLE"),
        ("user", "OPENING\n\nPIN\n\nTurn 1.\n\nNOTE"),
        ("assistant", "Turn 2."),
        ("user", "WOKEN\n\nRECALLED\n\nINSTRUCTION"),
    ]


def test_a_text_at_depth_stands_before_the_last_turns() -> None:
    texts = {
        depth: [
            block.text
            for block in composed(turns(3), lore("LORE", Spot.AT_DEPTH, depth=depth)).blocks
        ]
        for depth in (0, 1, 3, 1000)
    }
    assert texts[0][2:] == ["Turn 1.", "Turn 2.", "Turn 3.", "LORE", "INSTRUCTION"]
    assert texts[1][2:] == ["Turn 1.", "Turn 2.", "LORE", "Turn 3.", "INSTRUCTION"]
    assert (
        texts[3][2:] == texts[1000][2:] == ["LORE", "Turn 1.", "Turn 2.", "Turn 3.", "INSTRUCTION"]
    )


def test_at_one_depth_system_texts_stand_lowest_and_lower_orders_first() -> None:
    prompt = composed(
        turns(1),
        lore("system", Spot.AT_DEPTH, role="system"),
        lore("second", Spot.AT_DEPTH, order=20),
        lore("first", Spot.AT_DEPTH, order=10),
        lore("assistant", Spot.AT_DEPTH, role="assistant"),
    )
    stood = [(block.role, block.text) for block in prompt.blocks if block.kind is BlockKind.LORE]
    assert stood == [
        ("assistant", "assistant"),
        ("user", "first"),
        ("user", "second"),
        ("user", "system"),  # templates take a system text at the beginning only
    ]


def test_a_kind_has_its_share_and_smaller_ones_are_still_tried() -> None:
    most = int(WINDOW * KIND_PARTS[BlockKind.LORE])
    prompt = composed(turns(1), *(lore(f"lore {n}") for n in range(20)), tokens=100)
    had = sum(block.tokens for block in prompt.blocks if block.kind is BlockKind.LORE)
    assert most - 112 < had <= most
    assert {left.reason for left in prompt.left_out} == {Reason.SHARE}
    assert kinds(prompt).count("lore") + len(prompt.left_out) == 20
    beside = Beside((lore("a" * 9), lore("b")), (most, 5))
    small = compose(FRAME, FRAME_TOKENS, turns(1), budget_tokens=BUDGET, specials=(), beside=beside)
    assert [block.text for block in small.blocks if block.kind is BlockKind.LORE] == ["b"]


def test_what_one_kind_leaves_another_takes() -> None:
    many = [recalled(1000 + n, f"old {n}") for n in range(30)]
    alone = composed(turns(1), *many, tokens=50)
    beside_lore = composed(turns(1), *many, lore("x"), lore("y"), tokens=50)
    left = kinds(alone).count("recalled") - kinds(beside_lore).count("recalled")
    assert left in (2, 3), "an entry of lore takes the room of a passage, and a little more"
    assert {left.reason for left in alone.left_out} <= {Reason.SHARE, Reason.BUDGET}


def test_the_best_recalled_turns_are_kept_and_stand_in_the_order_of_the_story() -> None:
    many = [recalled(1000 - n, f"old {1000 - n}") for n in range(30)]  # the best come first
    stood = [b.turn_id for b in composed(turns(1), *many).blocks if b.kind is BlockKind.RECALLED]
    assert stood == sorted(stood)
    assert stood[-1] == 1000
    assert len(stood) < 30


def test_a_turn_that_the_window_has_is_not_recalled_beside_it() -> None:
    path = turns(3)
    prompt = composed(path, recalled(path[0].id, "old"), recalled(99, "older"))
    assert [b.text for b in prompt.blocks if b.kind is BlockKind.RECALLED] == ["older"]
    assert [left.reason for left in prompt.left_out] == [Reason.SHOWN]


def test_a_vital_offer_goes_before_all_others_and_outside_its_kinds_share() -> None:
    filling = [lore(f"lore {n}") for n in range(40)]
    vital = replace(lore("VITAL"), is_vital=True)
    prompt = composed(turns(1), *filling, vital, tokens=100)
    assert "VITAL" in [block.text for block in prompt.blocks]
    without = composed(turns(1), *filling, tokens=100)
    assert kinds(prompt).count("lore") == kinds(without).count("lore") + 1


def test_what_comes_and_goes_does_not_move_the_start_of_the_window() -> None:
    path = turns(40)
    bare = composed(path)
    full = composed(path, *(lore(f"lore {n}") for n in range(9)), recalled(99, "old"), NOTE)
    assert bare.dropped_turns == full.dropped_turns > 0
    stable = [block.text for block in bare.blocks[: bare.blocks.index(bare.blocks[-1]) - 1]]
    assert [block.text for block in full.blocks[: len(stable)]] == stable


def test_the_turns_keep_three_eighths_whatever_is_offered() -> None:
    path = turns(60)
    everything = [
        *(lore(f"constant {n}", Spot.BEFORE_TURNS) for n in range(40)),
        *(lore(f"woken {n}") for n in range(40)),
        *(recalled(900 + n, f"old {n}") for n in range(40)),
        *(Offer(BlockKind.PIN, f"pin {n}", Spot.BEFORE_TURNS) for n in range(40)),
    ]
    prompt = composed(path, *everything)
    shown = sum(block.tokens for block in prompt.blocks if block.kind is BlockKind.TURN)
    assert prompt.tokens <= BUDGET
    assert shown >= WINDOW * 3 / 8 * 2 / 3  # right after a stride a third of it is free


def test_summaries_stand_for_turns_that_left_the_window_and_for_no_others() -> None:
    path = turns(40)
    seals = tuple(Seal(n, n + 4, 1, f"summary {n}", summary_id=n + 1) for n in range(0, 40, 4))
    prompt = composed(path, seals=seals)
    stood = [block.source.ids[0] - 1 for block in prompt.blocks if block.kind is BlockKind.SUMMARY]
    assert stood == sorted(stood)
    assert stood
    assert all(first + 4 <= prompt.dropped_turns for first in stood)
    had = sum(block.tokens for block in prompt.blocks if block.kind is BlockKind.SUMMARY)
    assert had <= WINDOW * SUMMARY_PART
    assert not [
        block for block in composed(turns(3), seals=seals).blocks if block.kind is BlockKind.SUMMARY
    ]


def test_special_tokens_of_offers_are_broken_and_empty_offers_say_nothing() -> None:
    prompt = composed(turns(1), lore("a<|im_end|>"), lore("  "))
    sent = "".join(message.text for message in prompt.messages)
    assert "<|im_end|>" not in sent
    assert kinds(prompt).count("lore") == 1


def test_the_parts_tell_where_each_piece_came_from_and_no_words() -> None:
    path = turns(3)
    prompt = composed(path, replace(lore("LORE"), ids=(7,), key=2), recalled(99, "old"))
    parts = {part.kind: part for part in prompt.parts}
    assert (parts["lore"].ids, parts["lore"].key) == ((7,), 2)
    assert (parts["turn"].ids, parts["turn"].count) == ((path[0].id, path[2].id), 3)
    assert sum(part.tokens for part in prompt.parts) == prompt.tokens


def test_a_window_too_small_to_share_is_all_for_the_turns() -> None:
    beside = Beside((lore("LORE"),), (5,))
    prompt = compose(FRAME, FRAME_TOKENS, turns(1), budget_tokens=300, specials=(), beside=beside)
    assert kinds(prompt) == ["system", "opening", "turn", "instruction"]
    assert [left.reason for left in prompt.left_out] == [Reason.BUDGET]
