"""What code can tell of a text, as a member reads it: short lines, only what is worth saying."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from discord.utils import escape_markdown

from bot.locales import Words
from bot.rhythm_picture import group_size, rhythm_picture
from engine.prose.facts import ProseFacts
from engine.prose.reading import Place
from engine.prose.repetition import Repeat
from engine.prose.tense import Tense
from engine.prose.viewpoint import Person

MOST_CHARACTERS = 1900  # one message
_MOST_QUOTED = 60
_MOST_SHIFTS = 3
_MOST_REPEATS = 4
_MOST_NOTES = 6


@dataclass(frozen=True, slots=True)
class FactSheet:
    """`text` fits into one message; `picture` is a PNG, and `picture_text` says what it shows."""

    text: str
    picture: bytes
    picture_text: str


async def fact_sheet(facts: ProseFacts, words: Words) -> FactSheet:
    """Return the facts in a member's language, with the picture of the rhythm."""
    return FactSheet(
        sheet_text(facts, words), await rhythm_picture(facts.rhythm), _picture_text(facts, words)
    )


def sheet_text(facts: ProseFacts, words: Words) -> str:
    """Return the lines, as many as fit into one message, and a note where some do not."""
    lines = [words("**Counted by code, not judged**"), *_lines(facts, words)]
    note = words("… and more")
    while len("\n".join(lines)) > MOST_CHARACTERS:
        lines = [*lines[: -1 if lines[-1] != note else -2], note]
    return "\n".join(lines)


def _lines(facts: ProseFacts, words: Words) -> Iterator[str]:
    yield from _measures(facts, words)
    yield from _shifts(facts, words)
    yield from _rhythm(facts, words)
    yield from _repetition(facts, words)
    yield from _grammar(facts, words)


def _measures(facts: ProseFacts, words: Words) -> Iterator[str]:
    counts = [
        words.plural("{count} character", "{count} characters", facts.words)
        if _is_chinese(facts)
        else words.plural("{count} word in all", "{count} words in all", facts.words),
        words.plural("{count} sentence", "{count} sentences", facts.sentences),
    ]
    if facts.dialogue.speeches:
        share = _percent(facts.dialogue.share)
        counts.append(words("{share} dialogue", share=share))
    yield "- " + " · ".join(counts)
    if facts.dialogue.dash_lines:
        yield "- " + words.plural(
            "{count} line begins with a dash; if it is speech, it is not counted as dialogue",
            "{count} lines begin with a dash; if they are speech, they are not counted as dialogue",
            facts.dialogue.dash_lines,
        )
    readability = facts.readability
    if readability.ari is not None and readability.coleman_liau is not None:
        low, high = sorted((readability.ari, readability.coleman_liau))
        yield "- " + words(
            "Reads like school grade {low} to {high} (ARI, Coleman–Liau)",
            low=max(1, round(low)),
            high=max(1, round(high)),
        )
    elif readability.common_share is not None:
        share = _percent(readability.common_share)
        yield "- " + words(
            "{share} of the characters are among the 3,755 everyday ones", share=share
        )


def _shifts(facts: ProseFacts, words: Words) -> Iterator[str]:
    tenses = {Tense.PAST: words("past"), Tense.PRESENT: words("present")}
    if facts.tense and facts.tense.main:
        line = words("Told in the {tense} tense", tense=tenses[facts.tense.main])
        turns = [(tenses[shift.after], shift.place) for shift in facts.tense.shifts]
        yield from _turning(line, turns, words)
    persons = {
        Person.FIRST: words("first person"),
        Person.SECOND: words("second person"),
        Person.THIRD: words("third person"),
    }
    if facts.viewpoint.main:
        line = words("Told in the {person}", person=persons[facts.viewpoint.main])
        turns = [(persons[shift.after], shift.place) for shift in facts.viewpoint.shifts]
        yield from _turning(line, turns, words)


def _turning(line: str, turns: Sequence[tuple[str, Place]], words: Words) -> Iterator[str]:
    """Yield the line, and below it where that changes, each place quoted."""
    if not turns:
        yield f"- {line}"
        return
    yield (
        "- "
        + line
        + words.plural("; it changes {count} time:", "; it changes {count} times:", len(turns))
    )
    for name, place in turns[:_MOST_SHIFTS]:
        yield "  - " + words(
            "to {name} at {quote} (paragraph {number})",
            name=name,
            quote=_quoted(place),
            number=place.paragraph,
        )


def _rhythm(facts: ProseFacts, words: Words) -> Iterator[str]:
    rhythm = facts.rhythm
    if len(rhythm.beats) < 3:
        return
    most = max(beat.length for beat in rhythm.beats)
    unit = _unit(facts, words)
    yield "- " + words(
        "Sentences: {mean} {unit} on average, half of them at most {median}, the longest {most}",
        mean=f"{rhythm.mean:.0f}",
        median=f"{rhythm.median:g}",
        most=most,
        unit=unit,
    )
    for run in rhythm.runs[:2]:
        yield "- " + words(
            "{sentences} sentences in a row have about {length} {unit}, from {quote} "
            "(paragraph {number})",
            sentences=run.sentences,
            length=run.length,
            unit=unit,
            quote=_quoted(run.place),
            number=run.place.paragraph,
        )


def _repetition(facts: ProseFacts, words: Words) -> Iterator[str]:
    repetition = facts.repetition
    for line, repeats in (
        (words("Used again at once: {repeats}"), repetition.echoes),
        (words("Phrases used again: {repeats}"), repetition.phrases),
        (words("Sentences in a row that begin with: {repeats}"), repetition.openings),
        (words("Most used: {repeats}"), repetition.words),
    ):
        if repeats:
            listed = words(", ").join(_repeat(one, words) for one in repeats[:_MOST_REPEATS])
            yield "- " + line.format(repeats=listed)


def _repeat(repeat: Repeat, words: Words) -> str:
    place = repeat.places[0]
    return words(
        "{quote} × {times} (paragraph {number})",
        quote=_quoted(place),
        times=repeat.times,
        number=place.paragraph,
    )


def _grammar(facts: ProseFacts, words: Words) -> Iterator[str]:
    if facts.grammar is None:
        yield "- " + (
            words("No checker of grammar for Chinese; and Chinese verbs have no tense to follow")
            if _is_chinese(facts)
            else words("Grammar and spelling were not checked: no checker is installed")
        )
        return
    notes = facts.grammar.notes[:_MOST_NOTES]
    if not notes:
        yield "- " + words("The checker of grammar and spelling found nothing")
        return
    yield "- " + words.plural(
        "The checker of grammar and spelling doubts {count} place:",
        "The checker of grammar and spelling doubts {count} places:",
        facts.grammar.found,
    )
    for note in notes:
        hint = f"→ {escape_markdown(note.suggestion)}" if note.suggestion else note.message
        yield f"  - {_quoted(note.place)} {hint}"


def _picture_text(facts: ProseFacts, words: Words) -> str:
    """Say in words what the picture shows."""
    lengths = [beat.length for beat in facts.rhythm.beats] or [0]
    text = words(
        "A bar for each sentence in order, {count} in all, from {least} to {most} {unit} long.",
        count=len(facts.rhythm.beats),
        least=min(lengths),
        most=max(lengths),
        unit=_unit(facts, words),
    )
    size = group_size(len(facts.rhythm.beats))
    if size > 1:
        text += " " + words("Each bar is the mean of {size} sentences.", size=size)
    return text + " " + words("Blue is narration, amber is dialogue; the broken line is the mean.")


def _quoted(place: Place) -> str:
    """Return the quote in quotation marks, cut to a line; in others where it has such itself."""
    line = " ".join(place.quote.split())
    if len(line) > _MOST_QUOTED:
        line = line[:_MOST_QUOTED].rstrip() + "…"
    shown = escape_markdown(line)
    return f"‘{shown}’" if set(line) & set("“”") else f"“{shown}”"


def _unit(facts: ProseFacts, words: Words) -> str:
    return words("characters") if _is_chinese(facts) else words("words")


def _is_chinese(facts: ProseFacts) -> bool:
    return facts.language.startswith("zh")


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
