"""The model proposes facts from new passages, when nobody waits for it.

Code keeps only what is quoted word by word.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import structlog

from engine.errors import GenerationFailed, ModelUnavailable, PromptRefused, Unsupported
from engine.memory.canon import told
from engine.memory.frame import keep_last_bytes
from engine.model.request import Message, ModelRequest, Sampling, Structure
from engine.prose.segmenting import HAN_RUN
from engine.runtime import Engine
from engine.safety.special_tokens import break_special_tokens
from engine.storage import canon, stories, turns
from engine.story import Story, Turn
from engine.story.canon import (
    RELATIONS,
    CanonSettings,
    Fact,
    FactScope,
    FactState,
    facts_now,
    fold,
    stated,
)
from engine.writing.asking_quietly import ask_quietly
from engine.writing.canon.ledger import MOST_PART_CHARACTERS, MOST_QUOTE_CHARACTERS

MOST_TURNS = 3  # of a path, the newest, that are read in one go
MOST_FACTS = 4  # proposed from one passage
MOST_KNOWN = 12  # facts that the model is reminded of
REPLY_TOKENS = 320
MOST_NAME_WORDS = 7
MOST_NAME_SIGNS = 12  # of a name in Chinese, or of each part of one: 亚历山德拉·彼得罗夫娜
_NO_NAME = re.compile(
    r"[!?…,;:。！？，；：]|(?<!Jr)(?<!Sr)\.$|(?<=..)[了着]"
)  # a sentence, a part of one
_SAMPLING = Sampling(temperature=0.2, top_p=0.9, frequency_penalty=0.0)

log = structlog.get_logger()

_TASKS = {
    "en": (
        "You keep the facts of a story. From the passage, note at most four facts that will "
        "still matter later: who somebody is, how they look, where they are, what they own, who "
        "died, who is related to whom. Quote the words that say so exactly as they stand there. "
        "Note nothing that the passage does not say."
    ),
    "zh-CN": (
        "你负责记录故事里的事实。请从这段文字里记下最多四条以后还会用到的事实：某人是谁、长什么样、"
        "在哪里、拥有什么、谁死了、谁和谁是什么关系。逐字引用原文中说明这一点的话。"
        "原文没有说的，不要记。"
    ),
}
_KNOWN = {"en": "Already noted:", "zh-CN": "已经记下："}
_PASSAGE = {"en": "The passage:", "zh-CN": "原文："}

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "facts": {
            "type": "array",
            "maxItems": MOST_FACTS,
            "items": {
                "type": "object",
                "properties": {
                    "subject": {"type": "string", "maxLength": 60},
                    "relation": {"enum": list(RELATIONS)},
                    "value": {"type": "string", "maxLength": 80},
                    "quote": {"type": "string", "maxLength": 160},
                },
                "required": ["subject", "relation", "value", "quote"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["facts"],
    "additionalProperties": False,
}


async def propose_facts(engine: Engine, guild_id: int, story_id: int) -> None:
    """Read the newest turns of a story that were not read yet, and keep what they establish."""
    async with engine.database.reading() as tx:
        story = await stories.find_story(tx, guild_id=guild_id, story_id=story_id)
        chosen = await canon.find_settings(tx, guild_id=guild_id) or CanonSettings()
        if story is None or not chosen.proposes:
            return
        path = await turns.list_path(tx, guild_id=guild_id, head_turn_id=story.head_turn_id)
        newest = [turn for turn in path[-MOST_TURNS:] if turn.text and not turn.is_being_written]
        read = await canon.list_read(
            tx, guild_id=guild_id, story_id=story_id, digests=[_digest(turn) for turn in newest]
        )
    for turn in newest:
        if _digest(turn) not in read:
            try:
                await _read_turn(engine, story, path, turn, chosen)
            except (ModelUnavailable, GenerationFailed, PromptRefused, Unsupported) as error:
                log.info("facts_put_off", story_id=story_id, error=type(error).__name__)
                return


async def _read_turn(
    engine: Engine, story: Story, path: Sequence[Turn], turn: Turn, chosen: CanonSettings
) -> None:
    async with engine.database.reading() as tx:
        facts = await canon.list_facts(tx, guild_id=story.guild_id, story_id=story.id)
    now = facts_now(facts, path)
    request = await _request(engine, story, turn, now)
    reply = await ask_quietly(engine, request, guild_id=story.guild_id, channel_id=story.channel_id)
    # Rejected ones too: what members threw out is not proposed again.
    known = [*now, *(fact for fact in facts if fact.state is not FactState.ACCEPTED)]
    found = list(fit_facts(reply.text, turn.told, known))
    async with engine.database.writing() as tx:
        # Erased or edited meanwhile, its old words must not come back.
        current = await stories.find_story(tx, guild_id=story.guild_id, story_id=story.id)
        head = current.head_turn_id if current else None
        path = await turns.list_path(tx, guild_id=story.guild_id, head_turn_id=head)
        if not any(each.id == turn.id and each.told == turn.told for each in path):
            return
        for subject, relation, value, quote in found:
            await canon.insert_fact(
                tx,
                guild_id=story.guild_id,
                story_id=story.id,
                turn_id=turn.id,
                subject=subject,
                relation=relation,
                value=value,
                quote=quote,
                state=FactState.ACCEPTED if chosen.accepts else FactState.PROPOSED,
                scope=FactScope.EVERYBODY,
                witnesses=(),
                supersedes_id=None,
                proposer_id=0,
                now_ms=engine.clock(),
            )
        await canon.mark_read(tx, guild_id=story.guild_id, story_id=story.id, digest=_digest(turn))
    log.info("facts_proposed", story_id=story.id, turn_id=turn.id, facts=len(found))


async def _request(engine: Engine, story: Story, turn: Turn, known: Sequence[Fact]) -> ModelRequest:
    info = await engine.model.info()
    language = story.language
    lines = [f"- {fact.subject} {told(fact, language)}" for fact in known[-MOST_KNOWN:]]
    reminder = "\n".join([_KNOWN[language], *lines]) + "\n\n" if lines else ""
    room = max(0, info.context_tokens - REPLY_TOKENS - 600)  # a token has a byte at least
    asked = f"{reminder}{_PASSAGE[language]}\n\n{turn.told}"
    text = break_special_tokens(asked, info.special_tokens)
    return ModelRequest(
        messages=(
            Message("system", _TASKS[language]),
            Message("user", keep_last_bytes(text, room)),
        ),
        most_tokens=REPLY_TOKENS,
        seed=int(_digest(turn)[:7], 16),
        sampling=_SAMPLING,
        structure=Structure(json_schema=SCHEMA),
        cache_salt=str(story.guild_id),
        channel=str(story.channel_id),
    )


def fit_facts(
    reply: str, passage: str, known: Sequence[Fact]
) -> Iterator[tuple[str, str, str, str]]:
    """Yield (subject, relation, value, quote) of what may be kept of a reply.

    The quote stands in the passage word by word, the subject is named there or known already,
    and nothing of the kind is known: neither accepted, nor proposed, nor rejected.
    """
    text = " ".join(passage.split())
    seen = {stated(fact) for fact in known}
    subjects = {fold(fact.subject) for fact in known}
    for row in _rows(reply)[:MOST_FACTS]:
        parts = [" ".join(str(row.get(name, "")).split()) for name in ("subject", "value", "quote")]
        subject, value, quote = parts
        relation = row.get("relation")
        matter = (fold(subject), str(relation), fold(value))
        if (
            relation in RELATIONS
            and 0 < len(subject) <= MOST_PART_CHARACTERS
            and 0 < len(value) <= MOST_PART_CHARACTERS
            and 0 < len(quote) <= MOST_QUOTE_CHARACTERS
            and quote in text
            and (fold(subject) in subjects or _may_be_named(subject, text))
            and matter not in seen
        ):
            seen.add(matter)
            yield subject, str(relation), value, quote


def _may_be_named(subject: str, text: str) -> bool:
    """Whether a text names it, and it is no sentence: those small models give back as subjects."""
    if _NO_NAME.search(subject) or len(subject.split()) > MOST_NAME_WORDS:
        return False
    if any(len(run) > MOST_NAME_SIGNS for run in HAN_RUN.findall(subject)):
        return False
    return fold(subject) in fold(text)


def _rows(reply: str) -> list[dict[str, Any]]:
    try:
        rows = json.loads(reply)["facts"]
    except (ValueError, KeyError, TypeError):
        return []
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _digest(turn: Turn) -> str:
    return hashlib.sha256(turn.told.encode()).hexdigest()
