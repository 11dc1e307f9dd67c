"""One story of several members who act at once, by chance, under rules by chance.

After each burst the story is compared with what the referee knows. The invariants are those of
docs/turn-rules.md, named where they are looked at.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import count
from typing import Any

from sqlalchemy import select

from engine.errors import NothingDue, NotYourTurn, Refused
from engine.runtime import Engine
from engine.settings import EngineSettings
from engine.storage import Database, Transaction, open_database, turns
from engine.storage.schema import turns as turns_table
from engine.story import BallotState, Member, Turn, TurnKind, TurnState
from engine.story.order import Due, Mode, ModelPlace, TurnRules
from engine.writing import (
    PassedKind,
    add_held_turn,
    decide,
    end_story,
    find_due_turn,
    next_deadline,
    pass_overdue,
    resume_turn,
    unfinished_turns,
    vote,
    write_due_turn,
)
from tests.fakes.desk import ANN, BO, CY, GUILD, MO, engine_over, new_id
from tests.fakes.gate import Gate
from tests.fakes.referee import MODEL, Referee
from tests.fakes.scripted_model import ScriptedModel
from tests.fakes.table import HandClock, Table

MEMBERS = (ANN, BO, CY)
acting: ContextVar[int] = ContextVar("acting", default=0)


@dataclass
class Watched(Database):
    """A database that notes the order in which actions are committed."""

    commits: list[int]

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[Transaction]:
        async with super().writing() as tx:
            yield tx
        self.commits.append(acting.get())


class World:
    """An engine on one file, which may be closed and opened again."""

    def __init__(self, settings: EngineSettings) -> None:
        self.settings = settings
        self.clock = HandClock()
        self.gate = Gate()
        self.replies: Callable[[], str] = lambda: "And so on."
        self.commits: list[int] = []
        self.engine: Engine
        self.table: Table
        self._stack = AsyncExitStack()
        self.restarts = 0

    async def open(self) -> None:
        """Open an engine on the file."""
        plain = await self._stack.enter_async_context(open_database(self.settings))
        database = Watched(plain.writer, plain.reader, plain.gate, plain.clean, self.commits)
        model = ScriptedModel(lambda _: self.replies(), sleep=self.gate)
        engine = await self._stack.enter_async_context(
            engine_over(database, model, self.settings, clock=self.clock)
        )
        self.engine = engine
        self.sit_down()

    def sit_down(self, channel_id: int | None = None) -> None:
        """Take a channel, a new one if none is named."""
        self.table = Table(self.engine, self.clock, channel_id)

    async def close(self) -> None:
        """End all that is open."""
        await self._stack.aclose()
        self._stack = AsyncExitStack()

    async def restart(self) -> None:
        """End the process, as far as that can be done inside of one, and begin another."""
        self.restarts += 1
        channel_id = self.table.channel_id
        await self.close()
        self.gate.open()
        await self.open()
        self.sit_down(channel_id)


@dataclass(frozen=True)
class Did:
    """What an action brought about; `tell` tells it to the referee."""

    tell: Callable[[], None]


NOTHING = Did(lambda: None)  # done, and no matter of the order's


def random_rules(chance: random.Random) -> TurnRules:
    """Draw rules that fit together."""
    mode = chance.choice(list(Mode))
    places = [ModelPlace.ON_REQUEST, ModelPlace.EVERY_NTH]
    if mode is not Mode.FREE:
        places.append(ModelPlace.PLAYER)
    if mode.has_order:
        places.append(ModelPlace.STAND_IN)
    place = chance.choice(places)
    has_deadline = place is ModelPlace.STAND_IN or chance.random() < 0.7
    return TurnRules(
        mode,
        place,
        chance.randint(2, 4) if place is ModelPlace.EVERY_NTH else 0,
        24 if has_deadline else 0,
    )


class Interleaving:
    """One story, from its start to its end."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.chance = random.Random(seed)
        self.rules = random_rules(self.chance)
        self.referee = Referee(self.rules)
        self.agreed: set[int] = set()
        self.submitted: dict[str, Turn | int] = {}  # where each text went
        self.taken: Counter[str] = Counter()
        self._texts = count(1)
        self._acts = count(1)
        self.world.replies = self._reply

    @property
    def table(self) -> Table:
        return self.world.table

    @property
    def where(self) -> dict[str, int]:
        return self.table.where

    def _reply(self) -> str:
        return "" if self.chance.random() < 0.15 else f"The model says {next(self._texts)}."

    async def run(self, bursts: int) -> None:
        """Play a story: bursts of one to three actions at once, then look at everything."""
        self.world.sit_down()
        await self.table.start()
        self.story_id = (await self.table.rules_of(self.rules)).story.id
        for member in self.chance.sample(MEMBERS, self.chance.randint(1, 3)):
            await self.table.join(member)
            self.referee.join(member.id)
        await self.compare()
        for _ in range(bursts):
            await self.burst()
            await self.compare()
        await end_story(self.table.engine, **self.where, member=MO)

    async def burst(self) -> None:
        """Let some act at once, and tell the referee in the order in which it took effect."""
        alone = (self.change_rules, self.leave, self.deadline, self.kill, self.model)
        together = (
            *(self.write,) * 5,
            self.write_twice,
            self.add_held,
            self.continue_,
            self.undo,
            self.redo,
            self.skip,
            self.name,
            self.hand_over,
            self.join,
            self.agree,
            self.retry,
            *(self.propose, self.vote, self.choose) * (3 if self.rules.mode is Mode.VOTE else 1),
        )
        if self.referee.whose()[0] in {"nth", "player", "stand_in"} and self.chance.random() < 0.5:
            acts = [self.model]
        elif self.chance.random() < 0.25:
            acts = [self.chance.choice(alone)]
        else:
            acts = self.chance.choices(together, k=self.chance.choice((1, 1, 2, 3)))
        numbers = [next(self._acts) for _ in acts]
        self.world.commits.clear()
        results = await asyncio.gather(
            *(self._act(number, act) for number, act in zip(numbers, acts, strict=True))
        )
        did = dict(zip(numbers, results, strict=True))
        for number in dict.fromkeys(self.world.commits):
            if (one := did.get(number)) is not None:
                one.tell()

    async def _act(self, number: int, act: Callable[[], Awaitable[Did | None]]) -> Did | None:
        acting.set(number)
        try:
            did = await act()
        except Refused:
            did = None
        self.taken[f"{act.__name__} {'done' if did else 'refused'}"] += 1
        return did

    # What members do

    def someone(self) -> Member:
        """Return a member: often the one who may."""
        what, who = self.referee.whose()
        if what in {"write", "name", "stand_in"} and self.chance.random() < 0.6:
            return next(each for each in MEMBERS if each.id == who)
        return self.chance.choice(MEMBERS)

    async def write(self, *, twice: bool = False) -> Did | None:
        member, text = self.someone(), f"Text {next(self._texts)} of this story"
        interaction_id = new_id()
        writing = [
            self._submit(
                text,
                lambda: self.table.write(text, member, interaction_id=interaction_id),
            )
            for _ in range(1 + twice)
        ]
        first, *rest = await asyncio.gather(*writing)
        for other in rest:
            assert (first is None) == (other is None), "DOUBLED: one interaction, two answers"
            assert first is None or first.id == other.id, "DOUBLED: one interaction, two turns"
        return self._added(first) if first else None

    async def write_twice(self) -> Did | None:
        return await self.write(twice=True)

    async def _submit(self, text: str, submit: Callable[[], Awaitable[Turn]]) -> Turn | None:
        try:
            turn = await submit()
        except Refused as refusal:
            held_id = getattr(refusal, "held_turn_id", None)
            if held_id is not None:
                self.submitted[text] = held_id
            elif not isinstance(refusal, NotYourTurn):  # its author sees that the model writes
                raise AssertionError("LOST: refused, and not held") from refusal
            return None
        self.submitted[text] = turn
        return turn

    def _added(self, turn: Turn) -> Did:
        def tell() -> None:
            if turn.id in self.referee.nodes:
                return  # the same interaction again
            what = self.referee.whose()
            assert self.referee.may_write(turn.author_id), f"OUT OF ORDER: it was {what}"
            assert self.rules.mode is not Mode.VOTE, "OUT OF ORDER: no vote was held"
            whose = turn.author_id if self.rules.mode.has_order else None
            self.referee.add(turn.id, turn.parent_id, whose=whose)

        return Did(tell)

    async def add_held(self) -> Did | None:
        held = [text for text, where in self.submitted.items() if isinstance(where, int)]
        if not held:
            return None
        text = self.chance.choice(held)
        turn_id = self.submitted[text]
        assert isinstance(turn_id, int)
        turn = await add_held_turn(
            self.table.engine, guild_id=GUILD, turn_id=turn_id, member=MO, interaction_id=new_id()
        )
        self.submitted[text] = turn
        return self._added(turn) if turn.ballot_id is None else NOTHING

    async def continue_(self) -> Did | None:
        member = self.someone()
        turn = await self.table.continue_(member)
        if not turn.text:
            return None

        def tell() -> None:
            assert self.referee.may_write(member.id), f"OUT OF ORDER: it was {member}'s not"
            whose = member.id if self.rules.mode.has_order else None
            self.referee.add(turn.id, turn.parent_id, whose=whose, is_model=True)

        return Did(tell)

    async def retry(self) -> Did | None:
        if self.referee.head is None:
            return None
        async with self.table.reading() as tx:
            head = await turns.find_turn(tx, guild_id=GUILD, turn_id=self.referee.head)
        assert head is not None
        turn = await self.table.retry(head, MO)
        return Did(lambda: self.referee.retry(turn.id)) if turn.text else None

    async def undo(self) -> Did | None:
        undone = await self.table.undo(MO)

        def tell() -> None:
            assert undone.turn.id == self.referee.head, "OUT OF ORDER: not the head was undone"
            self.referee.undo()

        return Did(tell)

    async def redo(self) -> Did | None:
        turn = await self.table.redo(MO)
        return Did(lambda: self.referee.redo(turn.id))

    async def skip(self) -> Did | None:
        await self.table.skip(self.chance.choice((MO, self.someone())))
        return Did(self.referee.skip)

    async def name(self) -> Did | None:
        to = self.chance.choice((*MEMBERS, None))
        await self.table.name(to, self.someone())
        return Did(lambda: self.referee.give(to.id if to else MODEL))

    async def hand_over(self) -> Did | None:
        to = self.chance.choice((*MEMBERS, None))
        await self.table.hand_over(to)

        def tell() -> None:
            if self.referee.whose()[0] == "nth":
                self.referee.said.is_nth_skipped = True
            self.referee.give(to.id if to else MODEL)

        return Did(tell)

    async def join(self) -> Did | None:
        member = self.chance.choice(MEMBERS)
        await self.table.join(member)

        def tell() -> None:
            if member.id not in self.referee.playing:
                self.agreed.discard(member.id)
            self.referee.join(member.id)

        return Did(tell)

    async def agree(self) -> Did | None:
        member = self.chance.choice(MEMBERS)
        await self.table.agree(member)
        return Did(lambda: self.agreed.add(member.id))

    async def propose(self) -> Did | None:
        member, text = self.someone(), f"Text {next(self._texts)} of this story"
        turn = await self._submit(text, lambda: self.table.propose(text, member))
        return NOTHING if turn else None

    async def vote(self) -> Did | None:
        candidate = await self._candidate()
        if candidate is None:
            return None
        tally = await vote(
            self.table.engine, guild_id=GUILD, turn_id=candidate, member=self.chance.choice(MEMBERS)
        )
        if tally.ballot.state is BallotState.OPEN:
            return NOTHING
        chosen = tally.ballot.chosen_turn_id
        assert chosen is not None
        return await self._chosen(chosen)

    async def choose(self) -> Did | None:
        candidate = await self._candidate()
        if candidate is None:
            return None
        turn = await decide(self.table.engine, guild_id=GUILD, turn_id=candidate, member=MO)
        return await self._chosen(turn.id)

    async def _candidate(self) -> int | None:
        state = await self.table.state()
        return self.chance.choice(state.vote.ballot.candidate_ids) if state.vote else None

    async def _chosen(self, turn_id: int) -> Did:
        async with self.table.reading() as tx:
            turn = await turns.find_turn(tx, guild_id=GUILD, turn_id=turn_id)
        assert turn is not None
        return Did(lambda: self._tell_chosen(turn))

    def _tell_chosen(self, turn: Turn) -> None:
        is_model = turn.kind is TurnKind.MODEL
        due = "candidate" if is_model and turn.author_id == MODEL else None
        self.referee.add(turn.id, turn.parent_id, whose=None, is_model=is_model, due=due)

    # What is done alone

    async def change_rules(self) -> Did | None:
        rules = random_rules(self.chance)
        await self.table.rules_of(rules)

        def tell() -> None:
            self.rules = rules
            self.referee.set_rules(rules)

        return Did(tell)

    async def leave(self) -> Did | None:
        member = self.chance.choice(MEMBERS)
        await self.table.leave(member)
        return Did(lambda: self.referee.leave(member.id))

    async def deadline(self) -> Did | None:
        """Let a day pass; what the deadline does is told at once."""
        before = self.referee.whose()
        self.world.clock.pass_hours(25)
        passed = await pass_overdue(self.table.engine)
        assert await pass_overdue(self.table.engine) == [], "a deadline took effect twice"
        for one in passed:
            assert one.story.id == self.story_id
            if one.kind is PassedKind.VOTED:
                assert one.turn is not None
                self._tell_chosen(one.turn)
                continue
            assert before[0] not in {"anybody", "nobody"}, "nobody was awaited"
            self.referee.overdue(self.agreed)
        next_ms = await next_deadline(self.table.engine)
        assert next_ms is None or next_ms > self.world.clock.now_ms
        self.taken.update(f"deadline {one.kind}" for one in passed)
        return NOTHING

    async def model(self) -> Did | None:
        """Let the model write what is due."""
        due = await find_due_turn(self.table.engine, **self.where)
        what = self.referee.whose()[0]
        if due is None or due.due is not Due.CANDIDATE:
            expected = what if what in {"nth", "player", "stand_in"} else None
            assert (due.due.value if due else None) == expected, "OUT OF ORDER: what is due"
        if due is None:
            return None
        turn = await self._write_due(due)
        return self._wrote_due(turn, what) if due.due is not Due.CANDIDATE else NOTHING

    async def _write_due(self, due: Any) -> Turn:
        async with write_due_turn(
            self.table.engine, due, channel_is_age_restricted=False, interaction_id=new_id()
        ) as draft:
            return await draft.finished()

    def _wrote_due(self, turn: Turn, what: str) -> Did:
        def tell() -> None:
            _, who = self.referee.whose()
            if turn.text:
                self.referee.add(turn.id, turn.parent_id, whose=who, is_model=True, due=what)
            else:
                self.referee.pass_over_model()

        return Did(tell)

    async def kill(self) -> Did | None:
        """Begin a turn of the model's, end the process, and resume in the next."""
        what = self.referee.whose()[0]
        due = await find_due_turn(self.table.engine, **self.where)
        member = self.someone()
        self.world.gate.shut()
        begun: Turn | None = None
        try:
            if due is not None:
                context: Any = write_due_turn(
                    self.table.engine,
                    due,
                    channel_is_age_restricted=False,
                    interaction_id=new_id(),
                )
            else:
                context = self.table.drafting(member)
            draft = await context.__aenter__()
            begun = draft.turn
        except (Refused, NothingDue):
            pass
        await self.world.restart()
        if begun is None:
            return NOTHING
        unfinished = [turn for _, turn in await unfinished_turns(self.table.engine)]
        left = [turn for turn in unfinished if turn.id == begun.id]
        assert len(left) == 1, "LOST: an accepted turn is not found after a restart"
        async with resume_turn(self.table.engine, left[0]) as resumed:
            turn = await resumed.finished()
        if turn.ballot_id is not None:
            return NOTHING
        if due is not None:
            return self._wrote_due(turn, what)
        if not turn.text:
            return None
        whose = member.id if self.rules.mode.has_order else None
        return Did(lambda: self.referee.add(turn.id, turn.parent_id, whose=whose, is_model=True))

    # What is looked at

    async def compare(self) -> None:
        """Look at all invariants."""
        state = await self.table.state()
        async with self.table.reading() as tx:
            path = await turns.list_path(tx, guild_id=GUILD, head_turn_id=state.story.head_turn_id)
            rows = list(
                await tx.execute(
                    select(turns_table.c.id, turns_table.c.text, turns_table.c.state).where(
                        turns_table.c.guild_id == GUILD,
                        turns_table.c.story_id == self.story_id,
                        turns_table.c.kind == TurnKind.HUMAN,
                    )
                )
            )
        assert [turn.id for turn in path] == self.referee.path(), "the story is another"
        assert [turn.number for turn in path] == list(range(1, len(path) + 1)), "not in order"
        assert [turn.parent_id for turn in path] == [None, *(turn.id for turn in path)][:-1]
        assert all(turn.text for turn in path), "a turn without a word stands in the story"
        kept = Counter(row.text for row in rows)
        assert kept.keys() == self.submitted.keys(), "LOST: a text is nowhere, or nobody's"
        assert all(number == 1 for number in kept.values()), "DOUBLED: a text stands twice"
        by_text = {row.text: row for row in rows}
        for text, where in self.submitted.items():
            is_held = by_text[text].state is TurnState.HELD
            assert is_held == isinstance(where, int), "LOST: held, and said to be added"
        self._compare_order(state)

    def _compare_order(self, state: Any) -> None:
        what, who = self.referee.whose()
        awaited = state.awaited
        due = awaited.due if awaited.due is not Due.CANDIDATE else None
        if due is not None:
            assert due.value == what, "OUT OF ORDER: the model's turn"
        elif awaited.naming is not None:
            assert (what, who) == ("name", awaited.naming.member_id), "OUT OF ORDER: who names"
        elif awaited.player is not None:
            assert (what, who) == ("write", awaited.player.member_id), "OUT OF ORDER: who writes"
        else:
            assert what in {"anybody", "nobody"}, "OUT OF ORDER: nobody is awaited"
        playing = [MODEL if each.is_model else each.member_id for each in state.players]
        expected = sorted(self.referee.playing, key=self.referee.seats.__getitem__)
        assert playing == expected, "the players are others"
