from engine.storage import Database, critiques
from engine.story import ConsentState, CritiqueState, Post
from tests.engine.storage.critique_samples import TEXT, add_critique, notes_on
from tests.engine.storage.samples import ADA, BEA, CHANNEL, GUILD, NOW

DAY = 24 * 60 * 60 * 1000


async def test_notes_come_back_as_they_were_kept(database: Database) -> None:
    async with database.writing() as tx:
        kept = await add_critique(tx)
    assert kept.notes == notes_on(TEXT)
    assert (kept.state, kept.model, kept.seed) == (CritiqueState.WRITTEN, "m", 7)


async def test_the_same_interaction_keeps_one_critique(database: Database) -> None:
    async with database.writing() as tx:
        first = await add_critique(tx, interaction_id=77, is_written=False)
        second = await add_critique(tx, interaction_id=77, is_written=False, text="Another.")
    assert (second.id, second.text) == (first.id, TEXT)


async def test_a_step_is_taken_once(database: Database) -> None:
    async with database.writing() as tx:
        made = await add_critique(tx, is_written=False)
        steps = [
            await critiques.change_state(
                tx,
                guild_id=GUILD,
                critique_id=made.id,
                expected=CritiqueState.WAITING,
                to=CritiqueState.READY,
                now_ms=NOW,
            )
            for _ in range(2)
        ]
    assert steps == [True, False]


async def test_an_author_answers_once_and_others_not_at_all(database: Database) -> None:
    async with database.writing() as tx:
        made = await add_critique(tx, authors=(BEA,), consent=ConsentState.ASKED, is_written=False)
        it = {"guild_id": GUILD, "critique_id": made.id, "now_ms": NOW}
        answers = [
            await critiques.answer_consent(tx, author_id=who, state=ConsentState.GIVEN, **it)
            for who in (ADA.id, BEA.id, BEA.id)
        ]
        consents = await critiques.list_consents(tx, guild_id=GUILD, critique_id=made.id)
    assert answers == [False, True, False]
    assert [(c.author_id, c.state) for c in consents] == [(BEA.id, ConsentState.GIVEN)]


async def test_texts_go_a_day_after_the_critique_and_waiting_ones_after_a_week(
    database: Database,
) -> None:
    async with database.writing() as tx:
        written = await add_critique(tx, now_ms=NOW)
        fresh = await add_critique(tx, now_ms=NOW + 2 * DAY)
        waiting = await add_critique(tx, is_written=False, now_ms=NOW)
        await critiques.drop_old_texts(tx, guild_id=GUILD, before_ms=NOW + DAY)
        await critiques.expire_old(
            tx, guild_id=GUILD, created_before_ms=NOW + DAY, now_ms=NOW + 8 * DAY
        )
        left = [
            await critiques.find_critique(tx, guild_id=GUILD, critique_id=each.id)
            for each in (written, fresh, waiting)
        ]
    assert [each.text for each in left if each] == ["", TEXT, ""]
    assert [each.state for each in left if each] == [
        CritiqueState.WRITTEN,
        CritiqueState.WRITTEN,
        CritiqueState.EXPIRED,
    ]
    assert left[0] is not None
    assert left[0].notes == notes_on(TEXT)


async def test_only_notes_on_other_texts_are_recent_ones(database: Database) -> None:
    async with database.writing() as tx:
        await add_critique(tx, text_hash="mine")
        await add_critique(tx, text_hash="other", text="Another text.")
        found = await critiques.list_recent_notes(tx, guild_id=GUILD, text_hash="mine", most=9)
    assert found == [notes_on("Another text.")]


async def test_messages_that_show_a_critique_are_found_and_forgotten(database: Database) -> None:
    async with database.writing() as tx:
        made = await add_critique(tx)
        it = {"guild_id": GUILD, "critique_id": made.id}
        shown = await critiques.list_critique_posts(tx, **it)
        await critiques.forget_critique_posts(tx, **it)
        left = await critiques.list_critique_posts(tx, **it)
    assert shown == [Post(0, 0, CHANNEL, made.id)]
    assert left == []
