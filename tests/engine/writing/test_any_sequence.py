"""After any sequence of actions a story is what it would be, had it been written straight."""

from collections.abc import Awaitable, Callable
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import NothingToRedo, NothingToRetry, NothingToUndo
from engine.runtime import Engine
from engine.settings import EngineSettings
from engine.storage import Database
from engine.story import TurnKind
from engine.writing import read_story, show_context, vote
from tests.fakes.desk import ANN, GUILD, Desk, engine_over
from tests.fakes.scripted_model import ScriptedModel

LONG = " and so on" * 40  # so that a few turns fill the window


class Editor:
    """Acts at a desk, and on plain lists as any editor would."""

    def __init__(self, engine: Engine, replies: list[str]) -> None:
        self.desk = Desk(engine)
        self.replies = replies  # what the model answers next
        self.written: list[tuple[TurnKind, str]] = []
        self.undone: list[tuple[TurnKind, str]] = []
        self._numbers = count(1)

    async def write(self) -> None:
        text = f"{next(self._numbers)} 夜里 <|im_end|>{LONG}"
        await self.desk.write(text)
        self._add((TurnKind.HUMAN, text))

    async def continue_(self) -> None:
        self._add(self._answer())
        await self.desk.continue_()

    async def fail(self) -> None:
        self.replies.append("")
        await self.desk.continue_()
        self.undone = []

    async def retry(self) -> None:
        _, path = await read_story(self.desk.engine, **self.desk.where)
        if not path:
            return
        if path[-1].kind is TurnKind.HUMAN:
            with pytest.raises(NothingToRetry):
                await self.desk.retry(path[-1])
            return
        self.written.pop()
        self._add(self._answer())
        await self.desk.retry(path[-1])

    async def choose(self) -> None:
        answers = [self._answer() for _ in range(3)]
        candidates = await self.desk.offer()
        await vote(self.desk.engine, guild_id=GUILD, turn_id=candidates[1].id, member=ANN)
        self._add(next(each for each in answers if each[1] == candidates[1].text))

    async def undo(self) -> None:
        try:
            await self.desk.undo()
        except NothingToUndo:
            assert not self.written
        else:
            self.undone.append(self.written.pop())

    async def redo(self) -> None:
        try:
            await self.desk.redo()
        except NothingToRedo:
            assert not self.undone
        else:
            self.written.append(self.undone.pop())

    async def write_straight(self, written: list[tuple[TurnKind, str]]) -> None:
        for kind, text in written:
            if kind is TurnKind.HUMAN:
                await self.desk.write(text)
            else:
                self.replies.append(text)
                await self.desk.continue_()

    def _answer(self) -> tuple[TurnKind, str]:
        self.replies.append(f"{next(self._numbers)} said the model{LONG}")
        return (TurnKind.MODEL, self.replies[-1])

    def _add(self, turn: tuple[TurnKind, str]) -> None:
        self.written.append(turn)
        self.undone = []


ACTIONS = (
    Editor.write,
    Editor.continue_,
    Editor.retry,
    Editor.choose,
    Editor.fail,
    Editor.undo,
    Editor.undo,
    Editor.redo,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # each example has a story
)
@given(actions=st.lists(st.sampled_from(ACTIONS), max_size=16))
async def test_any_sequence_leads_to_the_prompt_of_the_straight_story(
    database: Database,
    storage_settings: EngineSettings,
    actions: list[Callable[[Editor], Awaitable[None]]],
) -> None:
    replies: list[str] = []
    model = ScriptedModel(lambda _: replies.pop(0), context_tokens=1400)
    async with engine_over(database, model, storage_settings) as engine:
        editor, straight = Editor(engine, replies), Editor(engine, replies)
        await editor.desk.start()
        await straight.desk.start()
        for action in actions:
            await action(editor)
        await straight.write_straight(editor.written)
        assert await editor.desk.texts() == [text for _, text in editor.written]
        prompt = await show_context(engine, **editor.desk.where)
        expected = await show_context(engine, **straight.desk.where)
        assert (prompt.messages, prompt.digest) == (expected.messages, expected.digest)
        assert prompt.tokens <= prompt.budget_tokens
