"""Random evenings of a library, beside a ledger that keeps its own account of who agreed to what.

The ledger knows nothing of the tables or the rule: it is told what members did and what came back.
After each step it is asked whether anything in use lacks a consent.
"""

import random
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from engine.errors import NoOpenStory, NotItsAuthor, WorkClosed, WorkNotFound, WorkRefused
from engine.library.answering import agree, decline
from engine.library.browsing import own_works
from engine.library.gate import hash_of, permission_of, still_trainable, trainable_works
from engine.library.giving import GIVABLE, give_story, give_text
from engine.library.importing import HandedText, Verdict, import_works
from engine.library.sidecars import Entry, HandedAuthor, HandedConsent, HandedWork
from engine.library.withdrawing import unlist, withdraw, withdraw_for_author
from engine.privacy import erase_member
from engine.runtime import Engine
from engine.storage import library, moves, stories, training_jobs, turns, voices
from engine.story import (
    JobState,
    Licence,
    Member,
    MoveKind,
    Source,
    TrainingWork,
    TurnKind,
    VoiceChangeKind,
    Way,
)
from tests.engine.storage.samples import NOW, add_story, add_turn, new_interaction
from tests.engine.storage.voice_samples import REPORT

MEMBERS = tuple(Member(100 + n, f"member {n}") for n in range(4))
CHANNELS = (10, 11)
STEPS = 40
LANGUAGES = ("en", "zh-CN")

Opener = Callable[..., AbstractAsyncContextManager[Engine]]


@dataclass
class Entrusted:
    """What the ledger knows of one work."""

    text_hash: str
    authors: frozenset[int]  # of members; empty where nobody has to be asked
    is_from_discord: bool
    licence: Licence
    story_id: int | None = None
    agreed: set[int] = field(default_factory=set)
    was_given: bool = False
    is_closed: bool = False

    @property
    def is_agreed(self) -> bool:
        return not self.is_closed and self.authors <= self.agreed


@dataclass
class Evening:
    """One random sequence on one server."""

    guild_id: int
    chance: random.Random
    ledger: dict[int, Entrusted] = field(default_factory=dict)
    learned: dict[str, set[int]] = field(default_factory=dict)  # works by adapter's name
    steps: list[str] = field(default_factory=list)
    rows: int = 0  # that were trained on
    promoted_seen: int = 0  # times that a voice was in use after a step
    replaced: int = 0  # given works whose story was given anew

    async def play(self, open_again: Opener) -> None:
        """Play the steps, in one to four lives of the bot; check after each of them."""
        left = STEPS
        while left > 0:
            lasts = min(left, self.chance.randint(8, STEPS))
            left -= lasts
            permits = self.chance.random() < 0.7
            self.steps.append(f"start, permitted: {permits}")
            async with open_again(permits=permits) as engine:
                await self.check(engine)
                for _ in range(lasts):
                    await self.step(engine)
                    await self.check(engine)

    async def step(self, engine: Engine) -> None:
        """Do one random thing."""
        deeds = {
            self.give_text: 3,
            self.give_story: 6,
            self.grow: 2,
            self.answer: 6,
            self.all_agree: 6,
            self.import_: 1,
            self.refuse: 1,
            self.withdraw: 2,
            self.unlist: 1,
            self.train: 5,
            self.promote: 4,
            self.end_consent: 2,
            self.erase: 0.3,
        }
        (deed,) = self.chance.choices(list(deeds), list(deeds.values()))
        self.steps.append(deed.__name__)
        await deed(engine)

    async def check(self, engine: Engine) -> None:
        """Nothing passes the gate, and no adapter is in use, without every author's consent."""
        permission = permission_of(engine.settings)
        passed = await trainable_works(engine, guild_id=self.guild_id)
        for work in passed:
            known = self.ledger[work.work_id]
            assert known.is_agreed, self.steps
            assert hash_of(work.text) == work.text_hash == known.text_hash, self.steps
            assert permission is not None or not known.is_from_discord, self.steps
        expected = {
            number
            for number, work in self.ledger.items()
            if work.was_given
            and work.is_agreed
            and work.licence.allows_learning
            and (permission is not None or not work.is_from_discord)
        }
        assert {work.work_id for work in passed} == expected, self.steps
        name = await engine.voices.ready(self.guild_id)
        if name is not None:
            self.promoted_seen += 1
            lost = [n for n in self.learned[name] if not self.ledger[n].is_agreed]
            assert lost == [], self.steps

    # What members and operators do.

    async def give_text(self, engine: Engine) -> None:
        giver = self.chance.choice(MEMBERS)
        text = f"A text of {self.guild_id} with {self.chance.randint(1, 9)} lamps."
        licence = self.chance.choice(GIVABLE)
        try:
            work = await give_text(
                engine,
                guild_id=self.guild_id,
                giver=giver,
                title="Lamps",
                text=text,
                licence=licence,
                language=self.chance.choice(LANGUAGES),
                channel_is_age_restricted=False,
                interaction_id=new_interaction(),
            )
        except WorkRefused:
            return
        self.ledger[work.id] = Entrusted(hash_of(text), frozenset({giver.id}), True, licence)

    async def give_story(self, engine: Engine) -> None:
        channel = self.chance.choice(CHANNELS)
        if self.chance.random() < 0.7:
            await self.grow(engine, channel)
        async with engine.database.reading() as tx:
            story = await stories.find_latest_story(tx, guild_id=self.guild_id, channel_id=channel)
            path = (
                await turns.list_path(tx, guild_id=self.guild_id, head_turn_id=story.head_turn_id)
                if story
                else []
            )
        writers = frozenset(turn.author_id for turn in path if turn.kind is TurnKind.HUMAN)
        givers = [m for m in MEMBERS if m.id in writers] if self.chance.random() < 0.9 else MEMBERS
        licence = self.chance.choice(GIVABLE)
        try:
            work = await give_story(
                engine,
                guild_id=self.guild_id,
                channel_id=channel,
                giver=self.chance.choice(givers or MEMBERS),
                licence=licence,
                channel_is_age_restricted=False,
                interaction_id=new_interaction(),
            )
        except (WorkRefused, NoOpenStory):
            return
        assert story is not None
        assert 0 not in writers, "a story with erased parts was taken in"
        for older in self.ledger.values():
            if older.story_id == story.id and not older.was_given:
                older.is_closed = True
        self.ledger[work.id] = Entrusted(work.text_hash, writers, True, licence, story.id)

    async def grow(self, engine: Engine, channel: int | None = None) -> None:
        """Write on a story, so that what was given of it is not its text any more."""
        channel = channel or self.chance.choice(CHANNELS)
        author = self.chance.choice(MEMBERS[: 1 + CHANNELS.index(channel)])
        async with engine.database.writing() as tx:
            story = await stories.find_latest_story(tx, guild_id=self.guild_id, channel_id=channel)
            is_erased = story is not None and story.starter_id == 0
            if story is not None and (is_erased or self.chance.random() < 0.1):
                await stories.end_story(tx, guild_id=self.guild_id, story_id=story.id, now_ms=NOW)
                story = None
            if story is None:
                story = await add_story(
                    tx, guild_id=self.guild_id, channel_id=channel, starter=author
                )
            text = f"Line {self.chance.randint(1, 10**9)}."
            turn = await add_turn(tx, story, story.head_turn_id, author=author, text=text)
            await moves.move_head(
                tx,
                guild_id=self.guild_id,
                story_id=story.id,
                branch_id=story.branch_id,
                kind=MoveKind.WRITE,
                expected=story.head_turn_id,
                to=turn.id,
                member_id=author.id,
                interaction_id=None,
                now_ms=NOW,
            )

    async def all_agree(self, engine: Engine) -> None:
        """Let every author of the newest open work agree."""
        open_ones = [n for n, work in self.ledger.items() if not work.is_closed]
        for member in sorted(self.ledger[open_ones[-1]].authors) if open_ones else ():
            await self.answer(engine, (open_ones[-1], member))

    async def answer(self, engine: Engine, who: tuple[int, int] | None = None) -> None:
        work_id, member = who or self._somebody()
        try:
            await agree(
                engine,
                guild_id=self.guild_id,
                work_id=work_id,
                member_id=member,
                language=self.chance.choice(LANGUAGES),
                lists=self.chance.random() < 0.5,
            )
        except (WorkClosed, NotItsAuthor):
            self._was_refused(work_id, member)
            return
        except WorkNotFound:
            assert work_id not in self.ledger
            return
        work = self.ledger[work_id]
        work.agreed.add(member)
        if work.is_agreed and not work.was_given:
            work.was_given = True
            for number, older in self.ledger.items():
                if work.story_id and older.story_id == work.story_id and number < work_id:
                    self.replaced += older.was_given and not older.is_closed
                    older.is_closed = True

    async def refuse(self, engine: Engine) -> None:
        work_id, member = self._somebody()
        try:
            await decline(engine, guild_id=self.guild_id, work_id=work_id, member_id=member)
        except WorkClosed:
            assert self.ledger[work_id].is_closed or self.ledger[work_id].was_given
        except NotItsAuthor:
            self._was_refused(work_id, member)
        except WorkNotFound:
            assert work_id not in self.ledger
        else:
            self.ledger[work_id].is_closed = True

    async def withdraw(self, engine: Engine) -> None:
        work_id, member = self._somebody()
        by_operator = self.chance.random() < 0.2
        try:
            if by_operator:
                await withdraw_for_author(engine.database, guild_id=self.guild_id, work_id=work_id)
            else:
                await withdraw(engine, guild_id=self.guild_id, work_id=work_id, member_id=member)
        except WorkClosed:
            assert self.ledger[work_id].is_closed
        except NotItsAuthor:
            self._was_refused(work_id, member)
        except WorkNotFound:
            assert work_id not in self.ledger
        else:
            self.ledger[work_id].is_closed = True

    async def end_consent(self, engine: Engine) -> None:
        """End one author's consent and nothing else of the work; they may agree again."""
        work_id, member = self._somebody()
        work = self.ledger.get(work_id)
        if work is None or work.is_closed or member not in work.authors:
            return
        where: dict[str, Any] = {"guild_id": self.guild_id, "work_id": work_id}
        async with engine.database.writing() as tx:
            held = await library.find_work(tx, **where)
            assert held is not None
            (author,) = [each for each in held.authors if each.member_id == member]
            await library.withdraw_consents(
                tx, **where, author_id=author.id, way=Way.BUTTON, now_ms=NOW
            )
            await voices.mark_stale(tx, **where)
        work.agreed.discard(member)

    async def unlist(self, engine: Engine) -> None:
        work_id, member = self._somebody()
        try:
            await unlist(engine, guild_id=self.guild_id, work_id=work_id, member_id=member)
        except (WorkClosed, NotItsAuthor):
            self._was_refused(work_id, member)
        except WorkNotFound:
            assert work_id not in self.ledger

    async def import_(self, engine: Engine) -> None:
        """Hand in a folder of one work, of a member or in the public domain."""
        is_public = self.chance.random() < 0.3
        author = self.chance.choice(MEMBERS)
        licence = Licence.PUBLIC_DOMAIN if is_public else self.chance.choice(list(Licence))
        text = f"A book of {self.guild_id} with {self.chance.randint(1, 3)} whales."
        described = handed(licence, () if is_public else (author,))
        texts = [HandedText(described, text, hash_of(text))]
        (judged,) = await import_works(
            engine.database, engine.settings, guild_id=self.guild_id, texts=texts
        )
        same = [work for work in self.ledger.values() if work.text_hash == hash_of(text)]
        if judged.verdict is Verdict.NEW:
            assert same == [], "what was taken back was handed in again"
            authors = frozenset() if is_public else frozenset({author.id})
            number = max((await self._numbers(engine)), default=0)
            self.ledger[number] = Entrusted(
                hash_of(text), authors, False, licence, agreed=set(authors), was_given=True
            )

    async def erase(self, engine: Engine) -> None:
        member = self.chance.choice(MEMBERS)
        await erase_member(engine, guild_id=self.guild_id, member_id=member.id)
        for work in self.ledger.values():
            if member.id in work.authors:
                work.is_closed = True
        left = await own_works(engine, guild_id=self.guild_id, member_id=member.id)
        assert left == [], self.steps

    async def train(self, engine: Engine) -> None:
        """Train, as a job does: pass the gate, prepare, record, end; others act meanwhile."""
        passed = await trainable_works(engine, guild_id=self.guild_id)
        if self.chance.random() < 0.4:
            await self.chance.choice(MEANWHILE)(self, engine)
        where: dict[str, Any] = {"guild_id": self.guild_id}
        async with engine.database.writing() as tx:
            still = await still_trainable(
                tx, guild_id=self.guild_id, permission=permission_of(engine.settings)
            )
            works = [work for work in passed if still.get(work.work_id) == work.text_hash]
            if not works:
                return
            job = await training_jobs.insert_job(
                tx,
                **where,
                member_id=MEMBERS[0].id,
                channel_id=CHANNELS[0],
                language="en",
                method="lora",
                effort="quick",
                seed=1,
                interaction_id=new_interaction(),
                now_ms=NOW,
            )
            assert job is not None
            rows = [
                TrainingWork(w.work_id, w.text_hash, w.licence.value, w.source.value, "[]", "train")
                for w in works
            ]
            await training_jobs.replace_works(tx, **where, job_id=job.id, works=rows)
        for row in rows:
            assert self.ledger[row.work_id].is_agreed, self.steps
        self.rows += len(rows)
        if self.chance.random() < 0.4:
            await self.chance.choice(MEANWHILE)(self, engine)
        await self._end_training(engine, job.id, {row.work_id for row in rows})

    async def _end_training(self, engine: Engine, job_id: int, works: set[int]) -> None:
        """End a job as its runner does: without an adapter when it was asked to end."""
        where: dict[str, Any] = {"guild_id": self.guild_id, "job_id": job_id}
        async with engine.database.writing() as tx:
            job = await training_jobs.find_job(tx, **where)
            assert job is not None
            if job.ending is not None:
                await training_jobs.end_job(
                    tx, **where, state=JobState.CANCELLED, ending=job.ending, now_ms=NOW
                )
                return
            number = 1 + await voices.find_highest_number(tx, guild_id=self.guild_id)
            name = f"{self.guild_id}-{number}"
            await voices.insert_adapter(
                tx,
                **where,
                number=number,
                name=name,
                method="lora",
                base_model="scripted",
                base_digest="",
                template_digest="",
                data_digest="",
                report=REPORT,
                now_ms=NOW,
            )
            await training_jobs.end_job(tx, **where, state=JobState.DONE, ending=None, now_ms=NOW)
        self.learned[name] = works

    async def promote(self, engine: Engine) -> None:
        async with engine.database.writing() as tx:
            usable = [
                adapter
                for adapter in await voices.list_adapters(tx, guild_id=self.guild_id)
                if not adapter.is_stale
            ]
            if usable:
                await voices.change_voice(
                    tx,
                    guild_id=self.guild_id,
                    kind=VoiceChangeKind.PROMOTE,
                    adapter_id=self.chance.choice(usable).id,
                    member_id=MEMBERS[0].id,
                    now_ms=NOW,
                )

    def _somebody(self) -> tuple[int, int]:
        """Return a work and a member: mostly one of its authors, sometimes no match at all."""
        open_ones = [n for n, work in self.ledger.items() if not work.is_closed]
        numbers = open_ones if open_ones and self.chance.random() < 0.8 else list(self.ledger)
        work_id = self.chance.choice([*numbers[-6:], 10**9]) if numbers else 10**9
        known = self.ledger.get(work_id)
        if known and known.authors and self.chance.random() < 0.9:
            missing = known.authors - known.agreed
            return work_id, self.chance.choice(sorted(missing or known.authors))
        return work_id, self.chance.choice(MEMBERS).id

    def _was_refused(self, work_id: int, member: int) -> None:
        known = self.ledger[work_id]
        assert known.is_closed or member not in known.authors, self.steps

    async def _numbers(self, engine: Engine) -> list[int]:
        async with engine.database.reading() as tx:
            return [work.id for work in await library.list_works(tx, guild_id=self.guild_id)]


MEANWHILE = (
    *[Evening.withdraw, Evening.answer, Evening.refuse, Evening.end_consent] * 2,
    Evening.erase,
)


def handed(licence: Licence, authors: tuple[Member, ...]) -> Entry:
    """Describe a work that was handed in, or with no authors one in the public domain."""
    consent = HandedConsent(
        version=1, language="en", given=date(2020, 1, 1), evidence="a letter", listed=True
    )
    source = Source.HANDED_IN if authors else Source.PUBLIC_DOMAIN
    work = HandedWork(
        file="book.txt",
        title="Whales",
        source=source,
        licence=licence,
        language="en",
        evidence="a library",
        author=tuple(
            HandedAuthor(name=author.name, member=author.id, consent=consent) for author in authors
        ),
    )
    return Entry("works.toml:1", Path("book.txt"), work)
