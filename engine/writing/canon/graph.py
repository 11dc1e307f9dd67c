"""Who has to do with whom: the facts between people and places, as a picture shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.story.canon import RELATIONS, Established, fold


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes by the name that was used last; edges as (from, relation, to)."""

    nodes: tuple[str, ...]
    edges: tuple[tuple[str, str, str], ...]


def graph_of(established: Sequence[Established]) -> Graph:
    """Return the relations that hold now. A relation without a known word joins two subjects."""
    now = [each.fact for each in established if each.superseded_by is None]
    subjects = {fold(fact.subject) for fact in now}
    names: dict[str, str] = {}
    edges = []
    for fact in now:
        relation = RELATIONS.get(fact.relation)
        is_between = relation.is_between if relation else fold(fact.value) in subjects
        if is_between:
            one, other = fold(fact.subject), fold(fact.value)
            names |= {one: fact.subject, other: fact.value}
            edges.append((one, fact.relation, other))
    return Graph(
        tuple(names.values()),
        tuple((names[one], relation, names[other]) for one, relation, other in edges),
    )
