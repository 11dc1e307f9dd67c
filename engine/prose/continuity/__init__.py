"""Whether a new passage goes with what is established: rules and lists, no model.

Each rule names its reason and quotes the passage; none of them judges. They look at narration
only, since people in a story may lie, and they would rather say nothing than be wrong.
"""

from collections.abc import Sequence

from engine.prose.continuity.deaths import dead_who_act
from engine.prose.continuity.doubts import Doubt, DoubtKind, Known
from engine.prose.continuity.drift import drifts
from engine.prose.continuity.looks import changed_looks
from engine.prose.continuity.narration import Narration
from engine.prose.continuity.places import wrong_places
from engine.prose.continuity.pronouns import wrong_pronouns

__all__ = ["Doubt", "DoubtKind", "Known", "check"]

MOST_RECENT_CHARACTERS = 6000


def check(
    text: str, facts: Sequence[Known], *, language: str, recent: Sequence[str] = ()
) -> list[Doubt]:
    """Return where a passage may contradict the facts or the passages before it, in its order.

    `facts` are those that hold now; `recent` are the last passages, oldest first. A fact is
    doubted once. Relations that are looked at: died, is_at, lives_in, eye_color, hair_color, age,
    is_a, pronoun; tense and viewpoint are compared with `recent`.
    """
    before = "\n\n".join(recent)[-MOST_RECENT_CHARACTERS:]
    narration = Narration.of(text, before, facts, language)
    found = [
        *dead_who_act(narration),
        *wrong_places(narration),
        *changed_looks(narration),
        *wrong_pronouns(narration),
        *drifts(narration),
    ]
    once = {(doubt.kind, doubt.fact_id): doubt for doubt in reversed(found)}
    return sorted(once.values(), key=lambda doubt: doubt.place.start)
