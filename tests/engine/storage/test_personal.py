import json
from dataclasses import replace

from sqlalchemy import select

from engine.prose.segmenting import segment
from engine.storage import (
    Database,
    Transaction,
    ballots,
    branches,
    cast,
    moves,
    paths,
    personal,
    posts,
    revisions,
    search,
    stories,
    styles,
    turns,
)
from engine.storage.schema import metadata
from engine.story import (
    CharacterState,
    LineKind,
    Member,
    MoveKind,
    Outcome,
    Post,
    Provenance,
    Sheet,
    Speaker,
    Turn,
    TurnState,
)
from tests.engine.storage.branch_samples import add_branch, add_edit
from tests.engine.storage.canon_samples import add_canon
from tests.engine.storage.critique_samples import add_critique
from tests.engine.storage.library_samples import add_given
from tests.engine.storage.lore_samples import add_lore
from tests.engine.storage.memory_samples import add_memory
from tests.engine.storage.order_samples import add_order
from tests.engine.storage.prompt_samples import add_prompt
from tests.engine.storage.samples import (
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
    new_interaction,
)
from tests.engine.storage.voice_samples import add_voice

ZOE = Member(777_000_777, "Zoe Quill")
SECRET = "zoe's own words"
WORDS_OF_SECRET = segment(SECRET)


async def fill(tx: Transaction, guild_id: int = GUILD) -> list[Turn]:
    """Let ZOE leave something of hers in every table; return the path of the story."""
    story = await add_story(
        tx,
        guild_id=guild_id,
        starter=ZOE,
        title=SECRET,
        genre=SECRET,
        style=SECRET,
        premise=SECRET,
    )
    own = await add_turn(tx, story, author=ZOE, text=SECRET, source_message_id=31)
    asked = await add_model_turn(tx, story, own.id, author=ZOE, direction=SECRET)
    provenance = Provenance("m", 1, {"top_p": 0.9}, "ab", 1, 2, 3)
    await turns.finish_writing(
        tx,
        guild_id=guild_id,
        turn_id=asked.id,
        text="The model's words.",
        outcome=Outcome.COMPLETE,
        provenance=provenance,
    )
    others = await add_turn(tx, story, asked.id, author=BEA, text="Bea's words.")
    await add_turn(tx, story, author=ZOE, text=SECRET, state=TurnState.HELD)
    for before, after in ((None, own), (own, asked), (asked, others)):
        await move(tx, story, MoveKind.WRITE, before.id if before else None, after.id)
    ballot = await ballots.open_ballot(
        tx,
        guild_id=guild_id,
        story_id=story.id,
        branch_id=story.branch_id,
        head_turn_id=others.id,
        opener_id=ZOE.id,
        interaction_id=new_interaction(),
        now_ms=NOW,
    )
    candidate = await add_model_turn(tx, story, others.id, author=BEA, ballot_id=ballot.id)
    await ballots.cast_vote(
        tx,
        guild_id=guild_id,
        ballot_id=ballot.id,
        member_id=ZOE.id,
        turn_id=candidate.id,
        now_ms=NOW,
    )
    for turn in (own, asked, others):
        await posts.record_post(tx, guild_id=guild_id, post=Post(turn.id, 0, CHANNEL, turn.id))
    await moves.move_head(
        tx,
        guild_id=guild_id,
        story_id=story.id,
        branch_id=story.branch_id,
        kind=MoveKind.UNDO,
        expected=others.id,
        to=asked.id,
        member_id=ZOE.id,
        interaction_id=None,
        now_ms=NOW,
    )
    await styles.save_choices(
        tx, guild_id=guild_id, preset="steady", own_values={"min_p": 0.1}, bans_cliches=True
    )
    for member, line in ((ZOE, SECRET), (BEA, "Bea's cliché")):
        await styles.add_line(
            tx,
            guild_id=guild_id,
            kind=LineKind.PHRASE,
            line=line,
            member_id=member.id,
            now_ms=NOW,
        )
    await add_order(tx, story, member=ZOE, turn_id=own.id, interaction_id=new_interaction())
    await search.add_words(
        tx, guild_id=guild_id, story_id=story.id, words={"its digest": WORDS_OF_SECRET}
    )
    at_head = replace(story, head_turn_id=others.id)
    edit = await add_edit(
        tx, at_head, others.id, member=ZOE, text=SECRET, interaction_id=new_interaction()
    )
    await add_branch(
        tx, story, member=ZOE, name=SECRET, head_turn_id=edit.id, thread_id=guild_id + 5000
    )
    await add_memory(tx, story, member=ZOE, text=SECRET)
    await add_canon(tx, story, member=ZOE, text=SECRET, turn_id=own.id)
    await add_voice(tx, guild_id, member_id=ZOE.id)
    await add_lore(tx, story, member=ZOE, text=SECRET)
    await add_lore(tx, story, member=BEA, text="Bea's lore.")
    await fill_cast(tx, guild_id, others.id)
    work = {"title": SECRET, "text": SECRET, "evidence": SECRET, "story_id": story.id}
    await add_given(tx, guild_id, (ZOE,), **work)
    await add_given(tx, guild_id, (BEA,), text="Bea's work.")
    await add_critique(tx, guild_id, requester=ZOE, authors=(ZOE, BEA), text=SECRET)
    await add_critique(tx, guild_id, requester=ZOE, authors=(BEA,), text="Bea's text.")
    await add_prompt(tx, guild_id, member=ZOE, text="The model's idea.", wished=SECRET)
    return await turns.list_path(tx, guild_id=guild_id, head_turn_id=others.id)


async def fill_cast(tx: Transaction, guild_id: int, turn_id: int) -> None:
    """Let ZOE make a character, and BEA speak as it."""
    sheet = Sheet(SECRET, other_greetings=(SECRET,), system_prompt=SECRET)
    character = await add_character(tx, sheet, guild_id=guild_id, creator=ZOE)
    await add_character(tx, Sheet("Bea's own"), guild_id=guild_id, creator=BEA)
    it = {"guild_id": guild_id, "character_id": character.id}
    await cast.insert_line(tx, turn_id=turn_id, name=SECRET, **it)
    story = await stories.find_open_story(tx, guild_id=guild_id, channel_id=CHANNEL)
    assert story is not None
    draft_id = await add_draft(tx, story, character, member=ZOE, text=SECRET, direction=SECRET)
    await revisions.keep_original(
        tx, guild_id=guild_id, draft_id=draft_id, text="The model's draft."
    )
    await cast.save_card(tx, card=SECRET, **it)
    await cast.record_card_message(tx, channel_id=CHANNEL, message_id=77, **it)
    await cast.save_face(tx, png=b"a picture of Zoe", **it)


async def everything(tx: Transaction, guild_id: int) -> str:
    rows = [
        dict(row)
        for table in metadata.sorted_tables
        for row in (await tx.execute(select(table).where(table.c.guild_id == guild_id))).mappings()
    ]
    return repr(rows)


async def test_an_export_has_every_row_with_the_members_words_name_or_id(
    database: Database,
) -> None:
    async with database.writing() as tx:
        await fill(tx)
        await fill(tx, guild_id=GUILD + 1)
    async with database.reading() as tx:
        found = await personal.collect_member(tx, guild_id=GUILD, member_id=ZOE.id)
        everywhere = await everything(tx, GUILD)
    exported = json.dumps(found, ensure_ascii=False)
    assert {name: len(rows) for name, rows in found.items()} == {
        "lorebooks": 1,
        "lore_entries": 1,
        "stories": 1,
        "turns": 4,
        "posts": 2,
        "moves": 1,
        "spans": 1,
        "revisions": 1,
        "offshoots": 1,
        "branches": 1,
        "draft_originals": 1,
        "facts": 1,
        "author_notes": 1,
        "pins": 1,
        "style_samples": 1,
        "summaries": 1,
        "players": 1,
        "order_steps": 1,
        "ballots": 1,
        "votes": 1,
        "style_lines": 1,
        "critiques": 2,
        "critique_consents": 1,
        "critique_posts": 1,
        "story_prompts": 1,
        "prompt_marks": 1,
        "premises": 1,
        "works": 1,
        "work_authors": 1,
        "consents": 1,
        "characters": 1,
        "cards": 1,
        "faces": 1,
        "line_drafts": 1,
        "lines": 1,
        "training_jobs": 2,
        "voice_changes": 1,
        "comparisons": 1,
        "comparison_votes": 1,
    }
    for trace in (SECRET, ZOE.name, str(ZOE.id)):
        assert exported.count(trace) == everywhere.count(trace)
    assert BEA.name not in exported
    assert "Bea's text." not in exported, "who asked for a critique may not export the text"
    assert f'"guild_id": {GUILD + 1}' not in exported


async def test_erasing_a_member_leaves_no_word_name_or_id(database: Database) -> None:
    async with database.writing() as tx:
        before = await fill(tx)
        erased = await personal.erase_member(tx, guild_id=GUILD, member_id=ZOE.id)
    async with database.reading() as tx:
        left = await everything(tx, GUILD)
    for trace in (SECRET, ZOE.name, str(ZOE.id), WORDS_OF_SECRET):
        assert trace not in left
    assert TurnState.HELD.value not in left, "an empty text could be added to the story"
    assert erased == personal.Erased(
        rows={
            "turn_words": 1,
            "facts": 1,
            "author_notes": 1,
            "pins": 1,
            "style_samples": 1,
            "summaries": 1,
            "lore_entries": 1,
            "lorebooks": 1,
            "players": 1,
            "order_steps": 1,
            "votes": 1,
            "ballots": 1,
            "style_lines": 1,
            "critiques": 1,
            "critique_consents": 1,
            "story_prompts": 1,
            "prompt_marks": 1,
            "premises": 1,
            "works": 1,
            "work_authors": 1,
            "consents": 1,
            "characters": 1,
            "cards": 1,
            "faces": 1,
            "line_drafts": 1,
            "lines": 1,
            "comparison_votes": 1,
            "training_jobs": 2,
            "voice_changes": 1,
            "comparisons": 1,
            "spans": 1,
            "branches": 1,
            "draft_originals": 1,
            "stories": 1,
            "turns": 4,
            "moves": 1,
        },
        posts=(
            Post(before[0].id, 0, CHANNEL, before[0].id),
            Post(before[2].id, 0, CHANNEL, before[2].id),  # another's, with words of the member
            Post(0, 0, CHANNEL, 77),  # introduces a character
            Post(0, 0, CHANNEL, 1),
        ),
    )


async def test_erasing_a_member_keeps_the_story_whole(database: Database) -> None:
    async with database.writing() as tx:
        before = await fill(tx)
        await personal.erase_member(tx, guild_id=GUILD, member_id=ZOE.id)
    async with database.reading() as tx:
        after = await turns.list_path(tx, guild_id=GUILD, head_turn_id=before[-1].id)
        story = await stories.find_open_story(tx, guild_id=GUILD, channel_id=CHANNEL)
        unfinished = await turns.list_unfinished(tx)
    assert [turn.id for turn in after] == [turn.id for turn in before]
    assert [turn.text for turn in after] == ["", "The model's words.", "Bea's words."]
    assert [turn.author_id for turn in after] == [0, 0, BEA.id]
    assert story is not None
    assert (story.title, story.head_turn_id) == (personal.stories.ERASED_TITLE, before[1].id)
    assert before[0].id not in {turn.id for turn in unfinished}, "there is nothing to post"


async def test_erasing_a_member_leaves_what_the_server_chose_and_others_listed(
    database: Database,
) -> None:
    async with database.writing() as tx:
        await fill(tx)
        await personal.erase_member(tx, guild_id=GUILD, member_id=ZOE.id)
    async with database.reading() as tx:
        style = await styles.find_style(tx, guild_id=GUILD)
    assert style is not None
    assert (style.preset, style.own_values) == ("steady", {"min_p": 0.1})
    assert style.texts(LineKind.PHRASE) == ("Bea's cliché",)


async def test_erasing_a_member_retires_their_characters_whose_lines_stay_nameless(
    database: Database,
) -> None:
    async with database.writing() as tx:
        before = await fill(tx)
        await personal.erase_member(tx, guild_id=GUILD, member_id=ZOE.id)
        live = await cast.list_characters(tx, guild_id=GUILD)
        retired = await cast.list_characters(tx, guild_id=GUILD, state=CharacterState.RETIRED)
        last = (await turns.list_path(tx, guild_id=GUILD, head_turn_id=before[-1].id))[-1]
    assert [character.name for character in live] == ["Bea's own"]
    assert [character.sheet for character in retired] == [Sheet("")]
    assert last.character == Speaker(retired[0].id, "")
    assert last.told == last.text == "Bea's words."


async def test_erasing_a_member_of_one_server_touches_no_other(database: Database) -> None:
    async with database.writing() as tx:
        await fill(tx)
        await fill(tx, guild_id=GUILD + 1)
        before = await everything(tx, GUILD + 1)
        await personal.erase_member(tx, guild_id=GUILD, member_id=ZOE.id)
        assert await everything(tx, GUILD + 1) == before


async def test_erasing_a_server_leaves_no_row_of_it_and_all_of_others(
    database: Database,
) -> None:
    async with database.writing() as tx:
        await fill(tx)
        await fill(tx, guild_id=GUILD + 1)
        before = await everything(tx, GUILD + 1)
        await personal.erase_guild(tx, guild_id=GUILD)
        assert await everything(tx, GUILD) == "[]"
        assert await everything(tx, GUILD + 1) == before


async def test_erasing_a_member_takes_their_words_out_of_an_edit_and_leaves_the_others(
    database: Database,
) -> None:
    async with database.writing() as tx:
        before = await fill(tx)
        await personal.erase_member(tx, guild_id=GUILD, member_id=ZOE.id)
        story = await stories.find_open_story(tx, guild_id=GUILD, channel_id=CHANNEL)
        assert story is not None
        found = await branches.list_branches(tx, guild_id=GUILD, story_id=story.id)
        told = await paths.list_passages(tx, guild_id=GUILD, head_turn_id=found[-1].head_turn_id)
    assert [passage.turn.text for passage in told] == ["", "The model's words.", "Bea's part. "]
    assert [span.name for span in told[-1].spans] == ["Bea"]
    assert found[-1].name == f"#{found[-1].id}"
    assert told[-1].turn.id == before[-1].id
