"""What is established in a story: facts, each with the words that establish it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.story.turn import Turn


class FactState(StrEnum):
    PROPOSED = "proposed"  # by the model; members decide
    ACCEPTED = "accepted"
    REJECTED = "rejected"  # kept, so that it is not proposed again


class FactScope(StrEnum):
    """Who knows it. The story's own turns know everything."""

    EVERYBODY = "everybody"
    WITNESSES = "witnesses"  # of the characters, only those named


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation that checks and pictures know; any other word is allowed as well."""

    is_single: bool  # a newer value takes the place of an older one
    is_between: bool = False  # its value is somebody or something with a name of its own


RELATIONS: Mapping[str, Relation] = {
    "is_a": Relation(is_single=False),
    "eye_color": Relation(is_single=True),
    "hair_color": Relation(is_single=True),
    "age": Relation(is_single=True),
    "pronoun": Relation(is_single=True),
    "died": Relation(is_single=True),
    "is_at": Relation(is_single=True, is_between=True),
    "lives_in": Relation(is_single=True, is_between=True),
    "parent_of": Relation(is_single=False, is_between=True),
    "sibling_of": Relation(is_single=False, is_between=True),
    "spouse_of": Relation(is_single=True, is_between=True),
    "friend_of": Relation(is_single=False, is_between=True),
    "enemy_of": Relation(is_single=False, is_between=True),
    "owns": Relation(is_single=False, is_between=True),
    "wants": Relation(is_single=False),
    "promised": Relation(is_single=False),
    "knows": Relation(is_single=False),
    "is": Relation(is_single=False),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """`subject` `relation` `value`, from turn `turn_id` on."""

    id: int
    guild_id: int
    story_id: int
    turn_id: int | None  # valid on paths that have it; None: from the beginning, on every branch
    subject: str
    relation: str
    value: str
    quote: str  # the words of the turn; "" for a fact that a member added without any
    state: FactState
    scope: FactScope
    witnesses: tuple[str, ...]  # names of characters
    supersedes_id: int | None  # an older fact whose place it takes, as a member said
    proposer_id: int  # 0: the model, or erased
    decider_id: int  # who accepted or rejected it; 0: nobody yet, the server's rule, or erased
    created_ms: int


@dataclass(frozen=True, slots=True)
class Established:
    """A fact as a path has it."""

    fact: Fact
    place: int  # of its turn on the path, from 0; -1: from the beginning
    superseded_by: int | None  # a newer fact of this path that takes its place


def facts_on(facts: Iterable[Fact], path: Sequence[Turn]) -> list[Established]:
    """Return the accepted facts of a path in the order in which they became true. Pure.

    What is superseded is worked out from the path: undo takes it back with the turn that said so.
    A fact with a quote holds while its turn is told with these words: an edit may take it back.
    """
    places = {turn.id: place for place, turn in enumerate(path)}
    here = [
        (places[fact.turn_id] if fact.turn_id is not None else -1, fact)
        for fact in facts
        if fact.state is FactState.ACCEPTED and is_told(fact, path, places)
    ]
    here.sort(key=lambda each: (each[0], each[1].id))
    superseded: dict[int, int] = {}
    newest: dict[tuple[str, str], int] = {}
    for _, fact in here:
        if fact.supersedes_id is not None:
            superseded[fact.supersedes_id] = fact.id
        relation = RELATIONS.get(fact.relation)
        if relation is not None and relation.is_single:
            matter = (fold(fact.subject), fact.relation)
            if matter in newest:
                superseded[newest[matter]] = fact.id
            newest[matter] = fact.id
    return [Established(fact, place, superseded.get(fact.id)) for place, fact in here]


def is_told(fact: Fact, path: Sequence[Turn], places: Mapping[int, int]) -> bool:
    """Whether a path has the turn of a fact, with the words that it quotes."""
    if fact.turn_id is None:
        return True
    place = places.get(fact.turn_id)
    return place is not None and fact.quote in " ".join(path[place].told.split())


def facts_now(facts: Iterable[Fact], path: Sequence[Turn]) -> list[Fact]:
    """Return the facts that hold at the end of a path: the newest value of each matter."""
    return [each.fact for each in facts_on(facts, path) if each.superseded_by is None]


def stated(fact: Fact) -> tuple[str, str, str]:
    """Return what a fact states, so that equal facts are equal however they are written."""
    return fold(fact.subject), fact.relation, fold(fact.value)


def fold(text: str) -> str:
    """Return a name or value as it is compared."""
    return " ".join(text.casefold().split())


@dataclass(frozen=True, slots=True)
class CanonSettings:
    """What a server chose about its canon."""

    proposes: bool = True  # the model proposes facts after a turn
    accepts: bool = False  # without asking members
    doubts: bool = True  # whoever wrote a turn is told, in private, what may contradict
