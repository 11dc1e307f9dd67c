"""How long `compose` takes as a story grows: `python -m bench.compose`.

All turns are counted before, as in the product; the offers are a full house of lore, recalled
turns, pins and summaries. No model runs.
"""

import platform
import statistics
import time

from engine.memory.compose import Beside, compose
from engine.memory.frame import Frame, FrameTokens
from engine.memory.offers import Offer, Spot
from engine.memory.prompt import BlockKind
from engine.memory.sealing import Seal
from engine.story import Outcome, Turn, TurnKind, TurnState

LENGTHS = (50, 500, 5_000, 20_000)
BUDGETS = (2_000, 8_000, 32_000)
ROUNDS = 30
FRAME = Frame("Rules. " * 40, "Let us write.", "Let us go on.", "What happens next?")
TEXT = "The lamp went out, and for a while nobody said a word about the ship. " * 4


def path_of(length: int) -> list[Turn]:
    """Return so many turns, of members and of the model by turns, counted."""
    return [
        Turn(
            id=number,
            guild_id=1,
            story_id=1,
            parent_id=number - 1 or None,
            kind=TurnKind.HUMAN if number % 2 else TurnKind.MODEL,
            state=TurnState.POSTED,
            outcome=Outcome.COMPLETE,
            author_id=1,
            author_name="Ann",
            text=TEXT,
            direction="",
            number=number,
            post_key="",
            attempts=0,
            created_ms=0,
            tokens=64,
            tokenizer="same",
        )
        for number in range(1, length + 1)
    ]


def full_house(length: int) -> Beside:
    """Return a hundred offers, and a summary for each eight turns."""
    offers = [
        *(Offer(BlockKind.LORE, TEXT, Spot.TAIL, order=n) for n in range(50)),
        *(Offer(BlockKind.RECALLED, TEXT, Spot.TAIL, turn_id=n + 1, order=n) for n in range(40)),
        *(Offer(BlockKind.PIN, TEXT, Spot.BEFORE_TURNS) for n in range(10)),
    ]
    seals = [Seal(n, n + 8, 1, TEXT, n) for n in range(0, length - 8, 8)]
    return Beside(offers, [64] * len(offers), seals, [64] * len(seals))


def measure(length: int, budget_tokens: int, *, is_full: bool) -> float:
    """Return the median milliseconds of one `compose`."""
    path = path_of(length)
    beside = full_house(length) if is_full else None
    spent = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        compose(
            FRAME,
            FrameTokens(80, 5, 5, 6),
            path,
            budget_tokens=budget_tokens,
            specials=("<|im_start|>", "<|im_end|>"),
            beside=beside,
        )
        spent.append(time.perf_counter() - began)
    return 1000 * statistics.median(spent)


def main() -> None:
    """Print the table."""
    print(f"{platform.machine()}, Python {platform.python_version()}, median of {ROUNDS}\n")
    print("| turns | " + " | ".join(f"{budget:,} tokens" for budget in BUDGETS) + " |")
    print("|---|" + "---|" * len(BUDGETS))
    for length in LENGTHS:
        cells = [
            f"{measure(length, budget, is_full=False):.1f} / "
            f"{measure(length, budget, is_full=True):.1f}"
            for budget in BUDGETS
        ]
        print(f"| {length:,} | " + " | ".join(cells) + " |")
    print("\nMilliseconds: turns alone / with 100 offers and a summary for each eight turns.")


if __name__ == "__main__":
    main()
