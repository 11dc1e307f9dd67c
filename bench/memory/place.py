"""Where a planted story lies while it is asked: a database, or none, and a model that counts."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tokenizers import Tokenizer

from bench.memory.stories import PlantedStory
from engine.errors import Unsupported
from engine.model.vectors import Vectors
from engine.runtime import Engine, open_engine
from engine.serving.embedded import ensure_embedded_model
from engine.serving.scoring.embeddings import Embedder
from engine.settings import EngineSettings, ServingSettings
from engine.storage import moves, stories, turns
from engine.story import (
    Length,
    Member,
    MoveKind,
    Outcome,
    Rating,
    Story,
    StoryState,
    Turn,
    TurnKind,
    TurnState,
)
from engine.writing.prompting import prepare_prompt, store_new_counts
from engine.writing.recalling import index_story
from tests.fakes.scripted_model import ScriptedModel

GUILD, CHANNEL = 1, 10
ANN, BEN = Member(1, "Ann"), Member(2, "Ben")


@dataclass(frozen=True, slots=True)
class Helpers:
    """What a model server may have: another tokenizer, and an embedding model with its prefixes."""

    tokenizer: Path | None = None  # a tokenizer.json; None: that of the embedded model
    embedder: Embedder | None = None
    query_prefix: str = ""
    passage_prefix: str = ""


NO_HELPERS = Helpers()


class CountingModel(ScriptedModel):
    """Counts tokens and embeds for real, and writes nothing."""

    def __init__(self, helpers: Helpers) -> None:
        self.helpers = helpers
        self.vectors = Vectors()
        self._tokenizer = Tokenizer.from_file(str(helpers.tokenizer or _embedded_tokenizer()))
        specials = sorted(
            each.content for each in self._tokenizer.get_added_tokens_decoder().values()
        )
        super().__init__(special_tokens=tuple(specials), tokenizer="embedded")

    async def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count as the tokenizer does."""
        found = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [len(each.ids) for each in found]

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Embed as the model server does; refuse where it has no embedding model."""
        embedder = self.helpers.embedder
        if embedder is None:
            raise Unsupported("embeddings", "scripted")
        return await embedder.embed(await embedder.read(list(texts)))

    def settings(self, folder: Path) -> EngineSettings:
        """Return the settings of an engine beside this model."""
        return EngineSettings(
            _env_file=None,
            data_dir=folder,
            database_url=None,
            background_work=False,
            embedding_query_prefix=self.helpers.query_prefix,
            embedding_passage_prefix=self.helpers.passage_prefix,
        )

    def give_budget(self, tokens: int) -> None:
        """Let prompts have so many tokens."""
        context_tokens = tokens + Length.MEDIUM.reply_tokens
        self._info = replace(self._info, context_tokens=context_tokens)


@dataclass(frozen=True)
class Asked:
    """A planted story in a database, ready to be asked."""

    engine: Engine | None  # None: nothing is stored, the pure functions are asked
    model: CountingModel
    planted: PlantedStory
    story: Story
    path: Sequence[Turn]


@asynccontextmanager
async def stored(
    planted: PlantedStory, folder: Path, helpers: Helpers = NO_HELPERS
) -> AsyncGenerator[Asked]:
    """Put a story into a database of its own in `folder`."""
    model = CountingModel(helpers)
    model.give_budget(2000)
    async with open_engine(model.settings(folder), model=model) as engine:
        story = await _insert(engine, planted)
        await index_story(engine, GUILD, story.id)
        path = await _path(engine, story)
        await store_new_counts(engine, GUILD, await prepare_prompt(engine, story, path, ""))
        yield Asked(engine, model, planted, story, await _path(engine, story))


async def unstored(planted: PlantedStory, helpers: Helpers = NO_HELPERS) -> Asked:
    """Make a story without a database: what is recalled does not depend on one."""
    model = CountingModel(helpers)
    counts = await model.count_tokens(planted.turns)
    path = [
        Turn(
            id=number, guild_id=GUILD, story_id=1, parent_id=number - 1 or None,
            kind=TurnKind.HUMAN if number % 2 else TurnKind.MODEL, state=TurnState.POSTED,
            outcome=Outcome.COMPLETE, author_id=ANN.id, author_name=ANN.name, text=text,
            direction="", number=number, post_key="", attempts=0, created_ms=0, tokens=count,
            tokenizer="embedded",
        )
        for number, (text, count) in enumerate(zip(planted.turns, counts, strict=True), start=1)
    ]  # fmt: skip
    story = Story(
        id=1, guild_id=GUILD, channel_id=CHANNEL, starter_id=ANN.id, starter_name=ANN.name,
        title="", genre="", style="", language=planted.language, rating=Rating.GENERAL,
        length=Length.MEDIUM, state=StoryState.OPEN, branch_id=1, head_turn_id=path[-1].id,
        created_ms=0,
    )  # fmt: skip
    return Asked(None, model, planted, story, path)


async def _insert(engine: Engine, planted: PlantedStory) -> Story:
    async with engine.database.writing() as tx:
        story = await stories.insert_story(
            tx, guild_id=GUILD, channel_id=CHANNEL, starter=ANN, title="", genre="", style="",
            language=planted.language, rating=Rating.GENERAL, length=Length.MEDIUM,
            interaction_id=1, now_ms=0,
        )  # fmt: skip
        head = None
        for number, text in enumerate(planted.turns):
            turn = await turns.insert_turn(
                tx, guild_id=GUILD, story_id=story.id, parent_id=head,
                kind=TurnKind.MODEL if number % 2 else TurnKind.HUMAN,
                state=TurnState.WRITTEN, author=ANN if number % 4 else BEN, text=text,
                interaction_id=number + 2, now_ms=0,
            )  # fmt: skip
            head = turn.id
        await moves.move_head(
            tx, guild_id=GUILD, story_id=story.id, branch_id=story.branch_id,
            kind=MoveKind.WRITE, expected=None, to=head, member_id=ANN.id,
            interaction_id=None, now_ms=0,
        )  # fmt: skip
        found = await stories.find_story(tx, guild_id=GUILD, story_id=story.id)
        assert found is not None
        return found


def _embedded_tokenizer() -> Path:
    folder = ensure_embedded_model(ServingSettings(_env_file=None).models_dir, lambda *_: None)
    return folder / "tokenizer.json"


async def _path(engine: Engine, story: Story) -> list[Turn]:
    async with engine.database.reading() as tx:
        return await turns.list_path(tx, guild_id=GUILD, head_turn_id=story.head_turn_id)
