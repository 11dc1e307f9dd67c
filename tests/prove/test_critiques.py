"""A hundred critiques by the real embedded model, and not one quote that is not in its text."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import mean

import pytest

from engine.prose import examine
from engine.runtime import Engine, open_engine
from engine.settings import EngineSettings
from engine.story import Dropped, Member, Notes
from engine.writing.critique import Lens, hand_in_text, shipped_lenses, write_critique
from tests.engine.serving.conftest import ServerProcess
from tests.prove.critique_texts import (
    CAUSES,
    FLAWS,
    TEXTS,
    doubled,
    tense_flipped,
    texts,
)

GUILD, CHANNEL, ANN = 1, 2, Member(3, "Ann")
AT_ONCE = 4  # forms are compiled one after the other


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[Engine]:
    """An engine over the real server, as an operator runs it."""
    server = ServerProcess(RUNNING_REQUESTS="16")
    try:
        await asyncio.to_thread(server.wait_until_ready, 180)
        settings = EngineSettings(
            _env_file=None,
            data_dir=folder,
            model_url=server.url,
            turns_at_once=AT_ONCE,
            waiting_per_member=200,
            waiting_per_channel=200,
            waiting_per_server=200,
            seconds_between_tokens=300,
        )
        async with open_engine(settings) as engine:
            yield engine
    finally:
        server.end()


async def critique(engine: Engine, number: int, text: str, lens: Lens) -> Notes:
    """Hand a text in and have it written."""
    handed = await hand_in_text(
        engine,
        guild_id=GUILD,
        channel_id=CHANNEL,
        member=ANN,
        lens=lens,
        text=text,
        interaction_id=number,
    )
    written = await write_critique(
        engine, guild_id=GUILD, critique_id=handed.critique.id, member=ANN
    )
    assert written.critique.notes is not None
    return written.critique.notes


def quotes_of(notes: Notes) -> list[str]:
    return [each.quote.text for each in (*notes.notes, *notes.praise)]


@pytest.mark.timeout(5400)
@pytest.mark.parametrize("turn", [0, 1], ids=["first fifty", "second fifty"])
async def test_a_hundred_critiques_quote_only_what_stands_in_the_text(
    tmp_path: Path, turn: int
) -> None:
    lenses = list(shipped_lenses().values())
    handed = texts()
    assert len(set(handed)) == TEXTS
    # Each text is read through two of the lenses, a server's whole life for each.
    asked = [(text, lenses[(i + turn) % len(lenses)]) for i, text in enumerate(handed)]
    began = time.monotonic()
    async with served(tmp_path) as engine:
        found = await asyncio.gather(
            *(critique(engine, i, text, lens) for i, (text, lens) in enumerate(asked, 1))
        )
    verbatim = [
        quote in text
        for (text, _), each in zip(asked, found, strict=True)
        for quote in quotes_of(each)
    ]
    dropped: Counter[Dropped] = Counter()
    for each in found:
        dropped.update(each.dropped)
    kept = [len(each.notes) for each in found]
    print(  # noqa: T201 - what the proof is for
        f"{len(found)} critiques of {len(handed)} texts in {time.monotonic() - began:.0f} s; "
        f"{sum(verbatim)} of {len(verbatim)} quotes verbatim; "
        f"notes a critique {mean(kept):.2f}, distribution {sorted(Counter(kept).items())}; "
        f"praise {sum(len(each.praise) for each in found)}; "
        f"nothing left in {sum(each.is_empty for each in found)}; "
        f"root causes {sum(len(each.causes) for each in found)}; "
        f"dropped { {key.value: count for key, count in dropped.items()} }"
    )
    for (text, lens), each in zip(asked, found, strict=True):
        shown = [f"{n.cause} | {n.quote.text} | {n.why} | {n.question}" for n in each.notes]
        shown += [f"praise | {one.quote.text} | {one.why}" for one in each.praise]
        print(f"{text[:30]!r} {lens.key}", *shown, sep="\n  ")  # noqa: T201
    assert len(found) == TEXTS
    assert all(verbatim)
    assert dropped[Dropped.UNREADABLE] == 0
    assert dropped[Dropped.NOT_VERBATIM] == 0
    assert sum(map(len, map(quotes_of, found))) > 0


@pytest.mark.timeout(3600)
async def test_what_of_injected_flaws_is_found_by_the_model_and_by_code(tmp_path: Path) -> None:
    lens = shipped_lenses()["structure"]
    past = [text for text in texts()[:12] if examine(text, "en").tense][:8]
    asked = [(name, *flaw(text)) for name, flaw in FLAWS.items() for text in past]
    async with served(tmp_path) as engine:
        found = await asyncio.gather(
            *(critique(engine, i, text, lens) for i, (_, text, _) in enumerate(asked, 1))
        )
    quoted: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for (name, _, flaw), notes in zip(asked, found, strict=True):
        about = [note for note in notes.notes if note.quote.text in flaw]
        quoted[name] += bool(about)
        named[name] += any(note.cause in CAUSES[name] for note in about)
    for name in FLAWS:
        print(  # noqa: T201 - what the proof is for
            f"{name}: of {len(past)} texts the model quotes the flaw in {quoted[name]}, "
            f"and names its cause in {named[name]}"
        )
    assert len(found) == len(FLAWS) * len(past)


def test_code_finds_every_doubled_paragraph_and_most_flips_of_tense_in_no_clean_text() -> None:
    clean = texts()[:12]
    found: Counter[str] = Counter()
    false: Counter[str] = Counter()
    for text in clean:
        plain = examine(text, "en")
        assert plain.tense is not None
        false["doubled paragraph"] += bool(plain.repetition.phrases)
        false["tense flip"] += bool(plain.tense.shifts)
        found["doubled paragraph"] += bool(examine(doubled(text)[0], "en").repetition.phrases)
        flipped = examine(tense_flipped(text)[0], "en").tense
        assert flipped is not None
        found["tense flip"] += bool(flipped.shifts)
    print(dict(found), "of", len(clean), "and in clean texts", dict(false))  # noqa: T201
    assert found["doubled paragraph"] == len(clean)
    assert found["tense flip"] >= 0.7 * len(clean)
    assert sum(false.values()) == 0
