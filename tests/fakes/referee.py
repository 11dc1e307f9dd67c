"""A referee that knows whose turn it is, from the rules as docs/turn-rules.md tells them.

Written apart from the engine: plain lists and names, told of each thing in the order in which it
took effect.
"""

from dataclasses import dataclass, field

from engine.story.order import Mode, ModelPlace, TurnRules

MODEL = 0  # among members


@dataclass
class Said:
    """What was done about the order at one place of the story."""

    named: int | None = None  # whose turn it became
    stands_in: bool = False  # and the model writes for them
    is_nth_skipped: bool = False


@dataclass
class Node:
    """A turn of the tree; the first has no id and no parent."""

    parent: int | None = None
    whose: int | None = None
    is_model: bool = False
    due: str | None = None
    said: Said = field(default_factory=Said)


class Referee:
    """The rules, the players, and the tree of one story."""

    def __init__(self, rules: TurnRules) -> None:
        self.rules = rules
        self.seats: dict[int, int] = {}  # the newest of each, also of who left
        self.playing: set[int] = set()
        self.nodes: dict[int | None, Node] = {None: Node()}
        self.head: int | None = None
        self.undone: list[int] = []  # what may be redone, the last first to come back
        self.set_rules(rules)

    # What happens

    def set_rules(self, rules: TurnRules) -> None:
        self.rules = rules
        self.undone.clear()
        if rules.model_place is ModelPlace.PLAYER and rules.mode.has_order:
            self.join(MODEL)
        else:
            self.playing.discard(MODEL)

    def join(self, member: int) -> None:
        if member not in self.playing:
            self.playing.add(member)
            self.seats[member] = max(self.seats.values(), default=0) + 1

    def leave(self, member: int) -> None:
        self.undone.clear()
        self.playing.discard(member)

    def add(
        self,
        turn_id: int,
        parent: int | None,
        *,
        whose: int | None,
        is_model: bool = False,
        due: str | None = None,
    ) -> None:
        assert turn_id not in self.nodes, "doubled"
        assert parent == self.head, "out of order: it does not follow the head"
        node = Node(parent, whose, is_model, due)
        if due == "nth":  # what is said before one of the model's Nth holds after it
            node.said = self.nodes[parent].said
        self.nodes[turn_id] = node
        self.head = turn_id
        self.undone.clear()

    def retry(self, turn_id: int) -> None:
        old = self.nodes[self.head]
        said = old.said if old.due == "nth" else Said()
        self.nodes[turn_id] = Node(old.parent, old.whose, is_model=True, due=old.due, said=said)
        self.head = turn_id
        self.undone.clear()

    def undo(self) -> None:
        undone = self.nodes[self.head]
        self.undone.append(self.head)
        self.head = undone.parent
        if undone.due is not None:
            self.pass_over_model(is_undone=True)

    def redo(self, turn_id: int) -> None:
        assert self.undone, "OUT OF ORDER: redone after the order was changed"
        assert turn_id == self.undone.pop(), "OUT OF ORDER: not the last undone was redone"
        assert self.nodes[turn_id].parent == self.head, "OUT OF ORDER: redone elsewhere"
        self.head = turn_id

    def give(self, member: int | None) -> None:
        self.undone.clear()
        self._give(member)

    def _give(self, member: int | None, *, stands_in: bool = False) -> None:
        self.said.named, self.said.stands_in = member, stands_in

    def pass_over_model(self, *, is_undone: bool = False) -> None:
        what, member = self.whose()
        if what == "nth":
            self.said.is_nth_skipped = True
        elif what == "stand_in" and is_undone:
            self._give(member)
        elif what in {"player", "stand_in"}:
            self._give(self.after(member))

    def skip(self) -> None:
        self.undone.clear()
        what, member = self.whose()
        if what == "nth":
            self.said.is_nth_skipped = True
        else:
            self._give(self.after(member))

    def overdue(self, agreed: set[int]) -> None:
        self.undone.clear()
        what, member = self.whose()
        may_stand_in = (
            self.rules.model_place is ModelPlace.STAND_IN
            and what == "write"
            and member in agreed
            and not self.nodes[self.head].is_model
        )
        if may_stand_in:
            self._give(member, stands_in=True)
        else:
            self.skip()

    # What is asked

    @property
    def said(self) -> Said:
        return self.nodes[self.head].said

    def path(self) -> list[int]:
        found = []
        at = self.head
        while at is not None:
            found.append(at)
            at = self.nodes[at].parent
        return found[::-1]

    def after(self, member: int | None) -> int | None:
        round_ = self._round()
        seat = 0 if member is None else self.seats[member]
        later = [each for each in round_ if self.seats[each] > seat]
        return (later or round_ or [None])[0]

    def whose(self) -> tuple[str, int | None]:
        """Return what is awaited, and of whom.

        "write" or "name" of a member, "nth" or "player" or "stand_in" of the model, of "anybody"
        or, while nobody plays, of "nobody".
        """
        if self._is_nth():
            return "nth", None
        if not self.rules.mode.has_order:
            return "anybody", None
        last, said = self._last(), self.said
        if said.named is None and self.rules.mode is Mode.POPCORN and self._names(last):
            return "name", last
        if said.named is None:
            member = self.after(last)
        else:
            member = said.named if said.named in self._round() else self.after(said.named)
        if member is None:
            return "nobody", None
        if member == MODEL:
            return "player", MODEL
        return ("stand_in" if said.stands_in and member == said.named else "write"), member

    def _is_nth(self) -> bool:
        if self.rules.model_place is not ModelPlace.EVERY_NTH or self.said.is_nth_skipped:
            return False
        latest = self.path()[::-1][: self.rules.every - 1]
        is_due = len(latest) == self.rules.every - 1
        return is_due and not any(self.nodes[turn_id].is_model for turn_id in latest)

    def _last(self) -> int | None:
        """Return whose the newest turn was that was somebody's."""
        of = (self.nodes[turn_id].whose for turn_id in reversed(self.path()))
        return next((member for member in of if member is not None), None)

    def may_write(self, member: int) -> bool:
        what, who = self.whose()
        return what == "anybody" or (what in {"write", "stand_in"} and who == member)

    def _names(self, last: int | None) -> bool:
        others = [each for each in self._round() if each != last]
        return last is not None and last != MODEL and last in self.playing and bool(others)

    def _round(self) -> list[int]:
        people = [each for each in self.playing if each != MODEL]
        alone = self.nodes[self.head].is_model or not people
        return sorted(people if alone else self.playing, key=self.seats.__getitem__)
