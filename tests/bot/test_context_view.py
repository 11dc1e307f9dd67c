"""What a member reads about a prompt: shares, reasons, and what found no place."""

from bot.context_view import GROUPS, blocks_text, files, prompt_text, summary
from bot.locales import Words, words_for
from engine.memory.compose import Beside, compose
from engine.memory.frame import Frame, FrameTokens
from engine.memory.offers import Offer, Spot
from engine.memory.prompt import BlockKind, Prompt
from engine.memory.sealing import Seal
from engine.story import TurnKind
from tests.fakes.nouns import path_of

ENGLISH: Words = words_for("en")


def crowded() -> Prompt:
    offers = (
        Offer(BlockKind.LORE, "The ferry runs at night.", Spot.TAIL, ids=(12,), key=1),
        Offer(BlockKind.LORE, "It is always dark.", Spot.BEFORE_TURNS, ids=(3,)),
        Offer(BlockKind.RECALLED, "Earlier: a bell.", Spot.TAIL, turn_id=102),
        Offer(BlockKind.NOTE, "Slowly.", Spot.AT_DEPTH, depth=1),
        Offer(BlockKind.LORE, "Too long. " * 400, Spot.TAIL, ids=(13,), key=0),
    )
    return compose(
        Frame("SYSTEM", "OPENING", "OPENING CUT", "INSTRUCTION"),
        FrameTokens(10, 10, 10, 10),
        path_of([(TurnKind.HUMAN, f"Turn {n}.") for n in range(40)], tokens=80),
        budget_tokens=2000,
        specials=(),
        beside=Beside(offers, [9, 9, 9, 9, 900], (Seal(0, 8, 1, "They met.", summary_id=5),), [9]),
    )


def test_every_kind_of_block_has_a_colour() -> None:
    assert {kind for kinds in GROUPS.values() for kind in kinds} == set(BlockKind)


def test_the_summary_counts_every_token_once() -> None:
    prompt = crowded()
    lines = summary(prompt, ENGLISH).splitlines()
    shares = [line for line in lines if line[0] in GROUPS]
    assert sum(int(line.rpartition(" ")[2]) for line in shares) == prompt.tokens
    assert lines[0] == f"The model would see {prompt.tokens} of at most 2000 tokens:"
    assert lines[-1].startswith("1 thing that belongs here found no room")


def test_each_block_is_listed_with_its_text_and_why_it_is_there() -> None:
    prompt = crowded()
    text = blocks_text(prompt, ENGLISH)
    assert all(block.text in text for block in prompt.blocks)
    for reason in (
        "lore entry 12: its key 2 fired (",
        "lore entry 3: always there (",
        "summary 5, for turns that no longer fit (",
        "an old turn, found by what the newest ones speak of (",
        "the author's note (",
    ):
        assert reason in text
    assert "- lore: “Too long. Too long." in text
    assert "– no room is left" in text


async def test_the_files_are_a_picture_the_prompt_and_its_blocks() -> None:
    prompt = crowded()
    picture, exact, blocks = await files(prompt, ENGLISH)
    assert picture.fp.read().startswith(b"\x89PNG")
    assert exact.fp.read().decode() == prompt_text(prompt)
    assert blocks.fp.read().decode() == blocks_text(prompt, ENGLISH)
