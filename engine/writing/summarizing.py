"""Summaries of old turns, written by the model when nobody waits for it.

A summary's seed comes from its block's digest, and its prompt from the block alone: whoever
writes it, and when, it is asked for in the same words.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from engine.errors import GenerationFailed, ModelUnavailable, PromptRefused, Unsupported
from engine.memory.frame import keep_last_bytes
from engine.memory.sealing import SealedBlock, blocks_of
from engine.model.request import Message, ModelRequest, Sampling
from engine.prose.sentences import sentences_of
from engine.prose.words import HAN
from engine.runtime import Engine
from engine.safety.special_tokens import break_special_tokens
from engine.storage import stories, turns
from engine.storage.database import Transaction
from engine.storage.memory import find_summaries, insert_summary
from engine.story import Story, Summary, Turn
from engine.writing.asking_quietly import ask_quietly
from engine.writing.reply import cut_to_sentence
from engine.writing.veiling import model_path

SUMMARY_TOKENS = 160
MOST_AT_ONCE = 4  # summaries of one story in one go, so that others come to their turn
TRIES = 2
READY_PART = 4  # a block is summarised when a quarter of the context stands after it
_BYTES_A_TOKEN = 3
_SAMPLING = Sampling(temperature=0.3, top_p=0.9, frequency_penalty=0.3)
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Wording:
    task: str
    again: str  # of a block of summaries
    told: str  # leads the turns
    ask: str


_WORDINGS = {
    "en": _Wording(
        task=(
            "You keep the memory of a story. Retell the passage below in three or four short "
            "sentences. Keep every name, place and promise, and who did what. Add nothing."
        ),
        again=(
            "You keep the memory of a story. Join the summaries below into one of three or four "
            "short sentences, in their order. Keep every name and what still matters. Add nothing."
        ),
        told="The passage:",
        ask="Now the summary.",
    ),
    "zh-CN": _Wording(
        task=(
            "你负责记住一个故事。请用三四个短句概括下面这段文字。保留每个人名、地名和承诺，"
            "以及谁做了什么。不要添加内容。只用简体中文。"
        ),
        again=(
            "你负责记住一个故事。请按顺序把下面几段概要合成三四个短句。保留每个人名和仍然重要的"
            "事。不要添加内容。只用简体中文。"
        ),
        told="原文：",
        ask="现在写概要。",
    ),
}


async def seal_blocks(engine: Engine, guild_id: int, story_id: int) -> None:
    """Write the summaries that a story's path lacks, oldest first, some at a time."""
    async with engine.database.reading() as tx:
        story = await stories.find_story(tx, guild_id=guild_id, story_id=story_id)
        if story is None:
            return
        path = await _seen_path(tx, story)
        blocks = blocks_of(path)
        found = await find_summaries(
            tx, guild_id=guild_id, story_id=story_id, digests=[block.digest for block in blocks]
        )
    try:
        ready = await _ready_places(engine, path)
        written = 0
        for block in blocks:  # level by level, so that those below are there
            if block.digest in found or block.until > ready or written == MOST_AT_ONCE:
                continue
            summary = await _write(engine, story, path, block, found)
            if summary is not None:
                found[block.digest] = summary
                written += 1
    except (ModelUnavailable, GenerationFailed, PromptRefused, Unsupported) as error:
        log.info("summaries_put_off", story_id=story_id, error=type(error).__name__)


async def _seen_path(tx: Transaction, story: Story) -> Sequence[Turn]:
    """Return what the model may see of a story: of a BLIND one, nothing that could be told."""
    path = await turns.list_path(tx, guild_id=story.guild_id, head_turn_id=story.head_turn_id)
    return await model_path(tx, story, path)


async def _ready_places(engine: Engine, path: Sequence[Turn]) -> int:
    """Return up to which place turns may soon be outside of the window."""
    info = await engine.model.info()
    left = info.context_tokens // READY_PART
    for place in range(len(path) - 1, -1, -1):
        tokens = path[place].tokens
        left -= len(path[place].told.encode()) // _BYTES_A_TOKEN if tokens is None else tokens
        if left <= 0:
            return place
    return 0


async def _write(
    engine: Engine,
    story: Story,
    path: Sequence[Turn],
    block: SealedBlock,
    found: Mapping[str, Summary],
) -> Summary | None:
    """Write one summary; None when the model gives nothing that may stand for the block."""
    if any(digest not in found for digest in block.children):
        return None
    texts = [found[digest].text for digest in block.children] or [
        turn.told for turn in path[block.first : block.until] if turn.text
    ]
    if not texts:
        return None  # of turns that were erased
    for attempt in range(TRIES):
        request = await _request(engine, story, block, texts, attempt)
        reply = await ask_quietly(
            engine, request, guild_id=story.guild_id, channel_id=story.channel_id
        )
        text = reply.text if reply.is_whole else cut_to_sentence(reply.text)
        text = text.strip().removeprefix(_WORDINGS[story.language].told)  # small models echo it
        if is_fit(text, texts, story.language):
            return await _keep(engine, story, block, " ".join(text.split()))
    log.info("summary_unfit", story_id=story.id, level=block.level)
    return None


async def _keep(engine: Engine, story: Story, block: SealedBlock, text: str) -> Summary | None:
    async with engine.database.writing() as tx:
        # Erased or veiled meanwhile, what the turns told must not come back.
        now = await stories.find_story(tx, guild_id=story.guild_id, story_id=story.id)
        blocks = blocks_of(await _seen_path(tx, now)) if now is not None else []
        if block not in blocks:
            return None
        await insert_summary(
            tx,
            guild_id=story.guild_id,
            story_id=story.id,
            digest=block.digest,
            level=block.level,
            text=text,
            now_ms=engine.clock(),
        )
        kept = await find_summaries(
            tx, guild_id=story.guild_id, story_id=story.id, digests=[block.digest]
        )
    log.info("block_summarised", story_id=story.id, level=block.level)
    return kept[block.digest]


async def _request(
    engine: Engine, story: Story, block: SealedBlock, texts: Sequence[str], attempt: int
) -> ModelRequest:
    info = await engine.model.info()
    words = _WORDINGS[story.language]
    most_bytes = max(0, info.context_tokens - 3 * SUMMARY_TOKENS - 200)  # a token has a byte
    passage = "\n\n".join(break_special_tokens(text, info.special_tokens) for text in texts)
    return ModelRequest(
        messages=(
            Message("system", words.again if block.children else words.task),
            Message(
                "user", f"{words.told}\n\n{keep_last_bytes(passage, most_bytes)}\n\n{words.ask}"
            ),
        ),
        most_tokens=SUMMARY_TOKENS,
        seed=(int(block.digest[:8], 16) + attempt) & 0x7FFFFFFF,
        sampling=_SAMPLING,
        cache_salt=str(story.guild_id),
        channel=str(story.channel_id),
    )


def is_fit(text: str, texts: Sequence[str], language: str) -> bool:
    """Whether a reply may stand for texts: shorter, with a sentence, in their script and names.

    If three names or more stand in the texts, one of them must stand in the summary.
    """
    source = "\n".join(texts)
    if not any(map(str.isalnum, text)) or len(text) >= len(source):
        return False
    if language == "zh-CN" and not re.search(f"[{HAN}]", text):
        return False
    names = set(_NAME.findall(source))
    return bool(list(sentences_of(text, language))) and (
        len(names) < 3 or any(name in text for name in names)
    )
