"""Somebody who writes, takes back, edits and branches at random, and somebody who never does."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.errors import EngineError
from engine.memory.prompt import Prompt
from engine.model.request import ModelRequest, Priority
from engine.runtime import Engine
from engine.story import LoreHome, LoreScope, Member, TurnKind
from engine.writing import read_story, show_context
from engine.writing.branch_names import list_branches
from engine.writing.branches import branch_off, switch_branch
from engine.writing.lore import add_entry
from engine.writing.remembering import pin_line, set_note
from engine.writing.revising import edit_turn
from engine.writing.summarizing import seal_blocks
from tests.fakes.desk import ANN, BO, GUILD, Desk, new_id

MODERATOR = Member(77, "Mo", is_moderator=True, may_manage_server=True)
NAMES = ("Mira", "Tomas", "Greta", "Ansel", "老周")
PLACES = ("the harbour", "the mill", "Hollow Bay", "the lighthouse", "the old bridge")
LORE = {
    "keys": "harbour, mill",
    "text": "The harbour and the mill are joined by a tunnel.",
    "name": "The tunnel",
    "settings": "",
}


@dataclass
class Voice:
    """What the model says next; a summary follows from its request alone."""

    line: str = ""
    asked: list[Priority] = field(default_factory=list)

    def __call__(self, request: ModelRequest) -> str:
        self.asked.append(request.priority)
        if request.priority is Priority.BACKGROUND:
            return f"Mira and Tomas and Greta and Ansel met, {request.seed} times."
        return self.line


class Wanderer:
    """Takes random steps at one desk, and can be followed straight at another."""

    def __init__(self, engine: Engine, voice: Voice, draw: random.Random) -> None:
        self.engine = engine
        self.voice = voice
        self.draw = draw
        self.desk = Desk(engine)
        self.taken: dict[str, int] = {}
        self._branches = 0

    async def begin(self) -> None:
        """Start a story with a note and a pin."""
        await _begin(self.desk)

    async def wander(self, steps: int) -> None:
        """Take random steps; a refused one is no step."""
        ways: list[tuple[int, Callable[[], object]]] = [
            (11, self._write),
            (5, self._continue),
            (5, self._undo),
            (3, self._redo),
            (4, self._edit),
            (1, self._branch),
            (2, self._switch),
        ]
        for _ in range(steps):
            (way,) = self.draw.choices([way for _, way in ways], [weight for weight, _ in ways])
            try:
                await way()  # type: ignore[misc]
            except EngineError:
                continue
            name = way.__name__.strip("_")
            self.taken[name] = self.taken.get(name, 0) + 1

    async def follow_straight(self) -> Desk:
        """Build a story that has the same told turns, without a step back; return its desk."""
        _, path = await read_story(self.engine, **self.desk.where)
        straight = Desk(self.engine)
        await _begin(straight)
        for turn in path:
            member = ANN if turn.author_id == ANN.id else BO
            if turn.kind is TurnKind.HUMAN:
                await straight.write(turn.text, member)
            else:
                self.voice.line = turn.text
                await straight.continue_(member)
        return straight

    def sentence(self) -> str:
        """Return a sentence with a name and a place, and enough after it to fill a window."""
        name, place = self.draw.choice(NAMES), self.draw.choice(PLACES)
        number = self.draw.randrange(1000)
        return f"{name} went to {place} with lamp {number}. " + "Nobody saw the rain stop. " * 30

    async def _write(self) -> None:
        await self.desk.write(self.sentence(), self.draw.choice((ANN, BO)))

    async def _continue(self) -> None:
        self.voice.line = self.sentence().strip()
        await self.desk.continue_(self.draw.choice((ANN, BO)))

    async def _undo(self) -> None:
        for _ in range(self.draw.randint(1, 4)):
            await self.desk.undo(MODERATOR)

    async def _redo(self) -> None:
        for _ in range(self.draw.randint(1, 3)):
            await self.desk.redo(MODERATOR)

    async def _edit(self) -> None:
        _, path = await read_story(self.engine, **self.desk.where)
        if path:
            await edit_turn(
                self.engine,
                **self.desk.where,
                member=MODERATOR,
                passage_id=self.draw.choice(path).id,
                text=self.sentence(),
                interaction_id=new_id(),
            )

    async def _branch(self) -> None:
        _, path = await read_story(self.engine, **self.desk.where)
        if path:
            self._branches += 1
            await branch_off(
                self.engine,
                **self.desk.where,
                member=MODERATOR,
                name=f"branch {self._branches}",
                number=self.draw.choice(path).number,
                interaction_id=new_id(),
            )

    async def _switch(self) -> None:
        _, grown = await list_branches(self.engine, **self.desk.where)
        name = self.draw.choice(grown).branch.name
        await switch_branch(self.engine, **self.desk.where, member=MODERATOR, name=name)


async def _begin(desk: Desk) -> None:
    await desk.start()
    await set_note(desk.engine, **desk.where, member=ANN, text="Keep it short.", depth=2)
    await pin_line(desk.engine, **desk.where, member=ANN, text="It is winter.")


async def add_server_lore(engine: Engine) -> None:
    """Let the server have an entry that turns wake."""
    home = LoreHome(LoreScope.SERVER, 0)
    await add_entry(
        engine, guild_id=GUILD, home=home, member=MODERATOR, written=LORE, language="en"
    )


async def composed(desk: Desk) -> Prompt:
    """Return the prompt of the next turn, once all summaries are written."""
    story, _ = await read_story(desk.engine, **desk.where)
    for _ in range(6):
        await seal_blocks(desk.engine, GUILD, story.id)
    return await show_context(desk.engine, **desk.where, member_id=ANN.id)


async def same_prompts(
    engine: Engine, voice: Voice, seed: int, steps: int
) -> tuple[Prompt, Prompt]:
    """Wander, follow straight, and return both prompts."""
    wanderer = Wanderer(engine, voice, random.Random(seed))
    await wanderer.begin()
    await wanderer.wander(steps)
    return await composed(wanderer.desk), await composed(await wanderer.follow_straight())
