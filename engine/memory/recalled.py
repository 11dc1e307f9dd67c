"""How recalled passages are told to the model."""

from engine.memory.offers import Offer, Spot
from engine.memory.prompt import BlockKind
from engine.memory.recall import Recall
from engine.story import TurnKind

_LABELS = {
    "en": ("Earlier, turn {number}: {text}", "Earlier, turn {number} ({name}): {text}"),
    "zh-CN": ("前文第{number}段：{text}", "前文第{number}段（{name}）：{text}"),
}


def offers_of(found: Recall, language: str) -> list[Offer]:
    """Return the passages as offers, best first, each to stand in the order of the story."""
    plain, named = _LABELS[language]
    offers = []
    for passage in found.passages:
        turn = passage.turn
        name = " ".join(turn.author_name.split()) if turn.kind is TurnKind.HUMAN else ""
        text = (named if name else plain).format(
            number=turn.number, name=name, text=" ".join(passage.text.split())
        )
        offers.append(
            Offer(
                BlockKind.RECALLED,
                text,
                Spot.TAIL,
                order=turn.number,
                ids=(turn.id,),
                turn_id=turn.id,
            )
        )
    return offers
