"""Nothing of one server is seen or changed from another, whatever ids are asked with."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from engine.errors import EngineError
from engine.storage import (
    Database,
    Transaction,
    ballots,
    branches,
    canon,
    card_books,
    cast,
    comparisons,
    critiques,
    library,
    line_drafts,
    lore,
    lore_settings,
    memory,
    moves,
    order,
    order_clocks,
    order_path,
    paths,
    personal,
    posts,
    prompts,
    revisions,
    search,
    stories,
    styles,
    training_jobs,
    turns,
    voices,
    withdrawal,
)
from engine.storage.schema import metadata
from engine.story import (
    Character,
    CharacterState,
    Choice,
    ConsentState,
    CritiqueSource,
    CritiqueState,
    JobEnding,
    JobState,
    Length,
    Licence,
    LineKind,
    Lorebook,
    LoreEntry,
    LoreHome,
    LoreScope,
    LoreSettings,
    Member,
    MoveKind,
    Notes,
    OpeningCard,
    Outcome,
    Post,
    PromptMark,
    Purpose,
    Rating,
    Sheet,
    Source,
    TurnKind,
    TurnState,
    VoiceChangeKind,
    Way,
    Wish,
    Work,
    WorkState,
)
from engine.story.canon import CanonSettings, FactScope, FactState
from engine.story.order import Due, Mode, ModelPlace, StepKind
from engine.story.revision import Hand, Revision, RevisionKind, Span
from tests.engine.storage.branch_samples import add_branch, add_edit
from tests.engine.storage.canon_samples import add_canon
from tests.engine.storage.critique_samples import add_critique
from tests.engine.storage.library_samples import add_consent, add_work
from tests.engine.storage.lore_samples import add_lore
from tests.engine.storage.memory_samples import add_memory
from tests.engine.storage.order_samples import add_order
from tests.engine.storage.prompt_samples import add_prompt
from tests.engine.storage.samples import (
    ADA,
    BEA,
    CHANNEL,
    GUILD,
    NOW,
    add_character,
    add_draft,
    add_model_turn,
    add_story,
    add_turn,
    move,
)
from tests.engine.storage.voice_samples import WORK, add_voice, training_work

Query = Callable[..., Awaitable[Any]]
MODULES = (
    branches,
    paths,
    revisions,
    stories,
    turns,
    moves,
    posts,
    ballots,
    cast,
    line_drafts,
    styles,
    training_jobs,
    voices,
    comparisons,
    library,
    withdrawal,
    critiques,
    prompts,
    search,
    order,
    order_clocks,
    order_path,
    lore,
    card_books,
    lore_settings,
    memory,
    canon,
    personal,
)
ACROSS_SERVERS = {
    "turns.list_unfinished",
    "line_drafts.list_servers_with_drafts",
    "training_jobs.list_unfinished_jobs",
    "critiques.list_guilds_with_texts",
    "order_clocks.list_overdue",
    "order_clocks.list_reminders",
    "order_clocks.list_self_writing",
    "order_clocks.find_next_time",
}  # recovery at the start of the bot
READING = ("find_", "list_", "read_", "collect_")
OTHER_GUILD = GUILD + 1
CANARY = "the canary sings"
INTERACTION, BALLOT_INTERACTION, MESSAGE, SOURCE = 800, 801, 802, 803
REVISION_INTERACTION, THREAD = 804, 805


def queries() -> dict[str, Query]:
    return {
        f"{module.__name__.rpartition('.')[2]}.{name}": function
        for module in MODULES
        for name, function in inspect.getmembers(module, inspect.iscoroutinefunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }


@pytest.mark.parametrize("name", sorted(set(queries()) - ACROSS_SERVERS))
def test_a_query_takes_the_server_by_name(name: str) -> None:
    parameter = inspect.signature(queries()[name]).parameters.get("guild_id")
    assert parameter is not None
    assert parameter.kind is inspect.Parameter.KEYWORD_ONLY
    assert parameter.default is inspect.Parameter.empty


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_a_row_belongs_to_a_server(table: Any) -> None:
    assert not table.c.guild_id.nullable
    for reference in table.foreign_key_constraints:
        assert "guild_id" in reference.column_keys, "a row could refer to another server's row"


async def fill(tx: Transaction) -> dict[str, Any]:
    """Put a row into every table for GUILD; return its ids under the names of parameters."""
    story = await add_story(tx, title=CANARY, premise=CANARY, interaction_id=INTERACTION)
    head = await add_turn(
        tx, story, text=CANARY, interaction_id=INTERACTION, source_message_id=SOURCE
    )
    await move(tx, story, MoveKind.WRITE, None, head.id, interaction_id=INTERACTION)
    held = await add_turn(tx, story, text=CANARY, state=TurnState.HELD)
    await search.add_words(tx, guild_id=GUILD, story_id=story.id, words={"the digest": CANARY})
    ballot = await ballots.open_ballot(
        tx,
        guild_id=GUILD,
        story_id=story.id,
        branch_id=story.branch_id,
        head_turn_id=head.id,
        opener_id=ADA.id,
        interaction_id=BALLOT_INTERACTION,
        now_ms=NOW,
    )
    turn = await add_model_turn(tx, story, head.id, ballot_id=ballot.id, direction=CANARY)
    await posts.record_post(tx, guild_id=GUILD, post=Post(head.id, 0, CHANNEL, MESSAGE))
    card = OpeningCard(story.id, CHANNEL, MESSAGE)
    await posts.record_opening_card(tx, guild_id=GUILD, opening=card)
    await ballots.cast_vote(
        tx, guild_id=GUILD, ballot_id=ballot.id, member_id=ADA.id, turn_id=turn.id, now_ms=NOW
    )
    await styles.save_choices(
        tx, guild_id=GUILD, preset=CANARY, own_values={"min_p": 0.1}, bans_cliches=True
    )
    await styles.add_line(
        tx, guild_id=GUILD, kind=LineKind.PHRASE, line=CANARY, member_id=ADA.id, now_ms=NOW
    )
    player = await add_order(
        tx,
        story,
        member=Member(ADA.id, CANARY),
        turn_id=head.id,
        interaction_id=INTERACTION,
    )
    character = await fill_cast(tx, head.id)
    draft_id = await add_draft(tx, story, character, text=CANARY, interaction_id=INTERACTION)
    known = await add_lore(
        tx, story, member=Member(ADA.id, CANARY), text=CANARY, character=character
    )
    author = Member(ADA.id, CANARY)
    at_head = replace(story, head_turn_id=head.id)
    revision = await add_edit(
        tx, at_head, head.id, member=author, text=CANARY, interaction_id=REVISION_INTERACTION
    )
    other_branch_id = await add_branch(
        tx, story, member=author, name=CANARY, head_turn_id=revision.id, thread_id=THREAD
    )
    await revisions.keep_original(tx, guild_id=GUILD, draft_id=draft_id, text=CANARY)
    fact = await add_canon(tx, story, member=author, text=CANARY, turn_id=head.id)
    kept = await add_memory(tx, story, member=author, text=CANARY)
    trained = await add_voice(tx, text=CANARY)
    work = await fill_library(tx, story.id)
    critique = await add_critique(tx, text=CANARY, interaction_id=INTERACTION)
    prompt = await add_prompt(tx, text=CANARY, interaction_id=INTERACTION)
    return {
        **kept,
        "fact_id": fact.id,
        "subject": "intruder",
        "relation": "owns",
        "value": "intruder",
        "quote": "intruder",
        "scope": FactScope.EVERYBODY,
        "witnesses": ("intruder",),
        "supersedes_id": fact.id,
        "proposer_id": BEA.id,
        "decider_id": BEA.id,
        "chosen": CanonSettings(),
        "is_pinned": True,
        "editor_id": BEA.id,
        "level": 1,
        "depth": 1,
        "book_id": known.book_id,
        "entry_id": known.entry.id,
        "entry_ids": [known.entry.id],
        "character_ids": [character.id],
        "home": LoreHome(LoreScope.STORY, story.id),
        "homes": [LoreHome(LoreScope.STORY, story.id)],
        "entry": LoreEntry(content="intruder"),
        "book": Lorebook(entries=(LoreEntry(content="intruder"),)),
        "settings": LoreSettings(),
        "story": replace(at_head, title="", premise=""),  # what is given comes back
        "turn": head,
        "revision": Revision(RevisionKind.EDIT, head.id),
        "kept": [Span(Hand.MEMBER, BEA.id, "", "intruder")],
        "member": BEA,
        "from_turn_id": head.id,
        "archived_ms": NOW,
        "stored": [replace(each, text="", author_name="") for each in (head, revision)],
        "player_id": player.id,
        "to_player_id": player.id,
        "anchor_turn_id": head.id,
        "keys": ["canary"],
        "words": {"another digest": "intruder"},
        "prompt_id": prompt.id,
        "critique_id": critique.id,
        "own_work_id": work.id,
        "author_id": work.authors[0].id,
        "text_hash": work.text_hash,
        "channel_id": CHANNEL,
        "story_id": story.id,
        "branch_id": story.branch_id,
        "to_branch_id": other_branch_id,
        "turn_id": turn.id,
        "held_turn_id": held.id,
        "head_turn_id": head.id,
        "parent_id": head.id,
        "ballot_id": ballot.id,
        "message_id": MESSAGE,
        "interaction_id": INTERACTION,
        "member_id": ADA.id,
        "chosen_turn_id": turn.id,
        "expected": head.id,
        "to": turn.id,
        "post": Post(head.id, 0, CHANNEL, 999),
        "opening": OpeningCard(story.id, CHANNEL, 999),
        "counts": {head.id: 999},
        "line": CANARY,
        "character_id": character.id,
        "draft_id": draft_id,
        "before_ms": NOW + 1,
        "job_id": trained.job.id,
        "adapter_id": trained.adapter.id,
        "rival_adapter_id": trained.adapter.id,
        "comparison_id": trained.comparison.id,
        "pair_id": trained.pair.id,
        "work_id": WORK,
        "works": [training_work()],
        "comparison": trained.comparison,
        # Facts that name nothing:
        "now_ms": NOW,
        "author": BEA,
        "starter": BEA,
        "opener_id": BEA.id,
        "kind": MoveKind.UNDO,
        "state": TurnState.WRITTEN,
        "text": "intruder",
        "title": "intruder",
        "genre": "",
        "style": "",
        "language": "en",
        "rating": Rating.GENERAL,
        "length": Length.SHORT,
        "outcome": Outcome.COMPLETE,
        "tokenizer": "intruder",
        "preset": "intruder",
        "own_values": {},
        "bans_cliches": False,
        "creator": BEA,
        "sheet": Sheet("intruder"),
        "name": CANARY,
        "edition": 1,
        "is_used": True,
        "card": "intruder",
        "png": b"intruder",
    }


ADAPTER: dict[str, Any] = {
    "number": 9,
    "name": "intruder",
    "base_model": "",
    "base_digest": "",
    "template_digest": "",
    "data_digest": "",
    "report": "",
}
JOB: dict[str, Any] = {"method": "lora", "effort": "quick", "seed": 1}


async def fill_cast(tx: Transaction, turn_id: int) -> Character:
    character = await add_character(tx, Sheet(CANARY), interaction_id=INTERACTION)
    it = {"guild_id": GUILD, "character_id": character.id}
    await cast.insert_line(tx, turn_id=turn_id, name=CANARY, **it)
    await cast.save_card(tx, card=CANARY, **it)
    await cast.save_face(tx, png=CANARY.encode(), **it)
    return character


async def fill_library(tx: Transaction, story_id: int) -> Work:
    work = await add_work(
        tx,
        title=CANARY,
        text=CANARY,
        evidence=CANARY,
        authors=(Member(ADA.id, CANARY),),
        story_id=story_id,
        interaction_id=INTERACTION,
    )
    await add_consent(tx, work, work.authors[0], evidence=CANARY)
    await library.record_question(
        tx, guild_id=GUILD, work_id=work.id, channel_id=CHANNEL, message_id=MESSAGE
    )
    return work


AGREED: dict[str, Any] = {
    "purpose": Purpose.TRAINING,
    "version": 1,
    "wording_hash": "",
    "way": Way.BUTTON,
    "evidence": "",
}
OWN_FACTS: dict[str, dict[str, Any]] = {
    "training_jobs.insert_job": JOB,
    "training_jobs.offer_job": {"works": 1, "words": 1, "estimate": ""},
    "training_jobs.wish_end": {"ending": JobEnding.CANCELLED},
    "training_jobs.end_job": {"state": JobState.DONE, "ending": None},
    "voices.insert_adapter": ADAPTER | {"method": "lora"},
    "voices.change_voice": {"kind": VoiceChangeKind.PROMOTE},
    "comparisons.insert_pair": {
        "number": 9,
        "prompt": "",
        "first": "",
        "second": "",
        "adapter_is_first": True,
    },
    "comparisons.cast_choice": {"choice": Choice.SAME},
    "library.insert_work": {
        "source": Source.DISCORD,
        "licence": Licence.LEARN,
        "giver_id": BEA.id,
        "consent_version": 1,
        "evidence": "",
        "authors": [(BEA.id, "intruder")],
    },
    "library.insert_consent": AGREED,
    "library.withdraw_consents": {"way": Way.BUTTON, "purpose": Purpose.TRAINING},
    "library.list_works": {"state": WorkState.WAITING},
    "library.set_state": {"state": WorkState.WITHDRAWN},
    "withdrawal.close_work": {"state": WorkState.WITHDRAWN, "way": Way.BUTTON},
    "critiques.insert_critique": {
        "requester_id": BEA.id,
        "source": CritiqueSource.TEXT,
        "lens": "line",
        "state": CritiqueState.READY,
        "consents": [(BEA.id, ConsentState.GIVEN)],
    },
    "critiques.list_of_member": {"most": 9},
    "critiques.list_recent_notes": {"most": 9, "text_hash": "another"},
    "critiques.change_state": {"expected": CritiqueState.WRITTEN, "to": CritiqueState.READY},
    "critiques.finish_critique": {"notes": Notes(), "model": "", "seed": 1},
    "critiques.close_critique": {"state": CritiqueState.DELETED},
    "critiques.expire_old": {"created_before_ms": NOW + 1},
    "critiques.answer_consent": {"state": ConsentState.REFUSED},
    "critiques.record_critique_post": {"part": 7},
    "prompts.insert_prompts": {"wish": Wish("en"), "texts": ["intruder"], "interaction_id": 9},
    "prompts.list_recent_texts": {"most": 9, "language": "another"},
    "prompts.set_mark": {"kind": PromptMark.NOT_FOR_ME},
    "prompts.delete_mark": {"kind": PromptMark.SAVED},
    "cast.set_state": {"state": CharacterState.RETIRED},
    "cast.list_characters": {"state": CharacterState.LIVE},
    "line_drafts.insert_draft": {"number": 9, "direction": "", "provenance": None},
    "turns.insert_turn": {"kind": TurnKind.HUMAN},
    "order.save_rules": {
        "mode": Mode.VOTE,
        "model_place": ModelPlace.PLAYER,
        "every": 3,
        "deadline_hours": 1,
    },
    "order.insert_step": {"kind": StepKind.SKIP},
    "order.change_player": {"wants_reminder": True},
    "order.record_played": {"due": Due.NTH},
    "order_clocks.save_clock": {"due": Due.NTH, "since_ms": 1, "deadline_ms": 1, "reminder_ms": 1},
    "order_clocks.set_reminder": {"reminder_ms": 1},
    "lore.list_books_of_scope": {"scope": LoreScope.STORY},
    "lore.store_entry_tokens": {"counts": {1: 999}},
    "canon.insert_fact": {"state": FactState.ACCEPTED},
    "canon.change_fact": {"state": FactState.ACCEPTED},
    "memory.insert_summary": {"digest": "intruder"},
    "styles.add_line": {"kind": LineKind.PHRASE},
    "styles.delete_line": {"kind": LineKind.PHRASE},
}


def arguments(name: str, facts: dict[str, Any]) -> dict[str, Any]:
    facts = facts | OWN_FACTS.get(name, {})
    if name.startswith(
        ("library.", "withdrawal.")
    ):  # elsewhere it is one that a voice learned from
        facts["work_id"] = facts["own_work_id"]
    wanted = inspect.signature(queries()[name]).parameters
    optional = {key for key, each in wanted.items() if each.default is not each.empty}
    missing = set(wanted) - set(facts) - optional - {"tx", "guild_id"}
    assert not missing, f"say in fill() what {missing} of {name} should be"
    return {key: facts[key] for key in wanted if key in facts}


async def rows_of_guild(tx: Transaction) -> dict[str, list[Any]]:
    return {
        table.name: list(
            (await tx.execute(select(table).where(table.c.guild_id == GUILD))).mappings()
        )
        for table in metadata.sorted_tables
    }


async def test_no_query_reads_or_changes_another_server(database: Database) -> None:
    async with database.writing() as tx:
        facts = await fill(tx)
        before = await rows_of_guild(tx)
    assert all(before.values()), "every table should have a row to steal"
    names = sorted(set(queries()) - ACROSS_SERVERS, key=lambda name: (not reads(name), name))
    for name in names:  # first those that read: the others write rows of the other server
        for turn in ("turn_id", "held_turn_id", "head_turn_id"):
            asked = arguments(name, facts | {"turn_id": facts[turn]})
            found = await ask_from_elsewhere(database, queries()[name], asked)
            assert CANARY not in repr(found), name
            if reads(name):
                rows = found.values() if isinstance(found, dict) else [found]
                assert not any(rows), name
    async with database.writing() as tx:
        assert await rows_of_guild(tx) == before


def reads(name: str) -> bool:
    return name.partition(".")[2].startswith(READING)


async def ask_from_elsewhere(database: Database, query: Query, asked: dict[str, Any]) -> Any:
    try:
        async with database.writing() as tx:
            return await query(tx, guild_id=OTHER_GUILD, **asked)
    except (EngineError, IntegrityError) as refusal:
        return refusal


async def test_the_database_refuses_a_row_that_points_into_another_server(
    database: Database,
) -> None:
    async with database.writing() as tx:
        facts = await fill(tx)
    with pytest.raises(IntegrityError):
        async with database.writing() as tx:
            await turns.insert_turn(
                tx,
                guild_id=OTHER_GUILD,
                story_id=facts["story_id"],
                parent_id=None,
                kind=TurnKind.HUMAN,
                state=TurnState.WRITTEN,
                author=Member(1, "Mallory"),
                interaction_id=None,
                now_ms=NOW,
            )
