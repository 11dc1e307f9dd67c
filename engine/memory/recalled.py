"""How recalled passages are told to the model."""

from engine.memory.offers import Offer, Spot
from engine.memory.prompt import BlockKind
from engine.memory.recall import Recall

# As short as can be: passages are short too, and each word here is one that no passage has.
_LABELS = {"en": "Earlier: {text}", "zh-CN": "前文：{text}"}


def offers_of(found: Recall, language: str) -> list[Offer]:
    """Return the passages as offers, best first, each to stand in the order of the story."""
    label = _LABELS[language]
    return [
        Offer(
            BlockKind.RECALLED,
            label.format(text=" ".join(passage.text.split())),
            Spot.TAIL,
            order=passage.turn.number,
            ids=(passage.turn.id,),
            turn_id=passage.turn.id,
        )
        for passage in found.passages
    ]
