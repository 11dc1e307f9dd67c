"""How a critique looks in messages, and the question whether it may be made. Pure."""

from collections.abc import Iterator, Sequence

import discord
from discord.utils import escape_markdown

from bot.actions import Action, label
from bot.buttons import ActionButton
from bot.cards import mention
from bot.locales import Words
from engine.story import Critique, CritiqueState, Dropped, Note, Praise, Quote
from engine.writing.critique import Lens, Reading, shipped_lenses

PAGE_CHARACTERS = 1900  # of Discord's 2000
FAULTS = (Dropped.NOT_VERBATIM, Dropped.ECHO, Dropped.EMPTY, Dropped.NO_QUESTION)


def pages(critique: Critique, words: Words, *, asked_by: int | None = None) -> list[str]:
    """Return the critique as messages: a note is never cut. `asked_by` names who asked for it."""
    found: list[str] = []
    for block in _blocks(critique, words, asked_by):
        if found and len(found[-1]) + len(block) + 2 <= PAGE_CHARACTERS:
            found[-1] += "\n\n" + block
        else:
            found.append(block)
    return found


def _blocks(critique: Critique, words: Words, asked_by: int | None) -> Iterator[str]:
    notes, lens = critique.notes, shipped_lenses().get(critique.lens)
    assert notes is not None
    yield _head(lens, words, asked_by)
    if notes.is_empty:
        yield words(
            "The model found nothing that stands up: no note quoted your text and said something "
            "about it. Try another lens, or a larger model; the facts below are counted by code."
        )
    names = {cause.key: cause for cause in lens.causes} if lens else {}
    wording = {key: cause.wording(words.story_language) for key, cause in names.items()}
    if notes.causes:
        lines = [f"- **{wording[key].name}**: {wording[key].look}" for key in notes.causes]
        yield "\n".join([words("**What lies behind it**"), *lines])
    for number, note in enumerate(notes.notes, 1):
        name = wording[note.cause].name if note.cause in wording else note.cause
        yield _note(number, note, name, words)
    for praise in notes.praise:
        yield _praise(praise, words)
    yield _small_print(critique, words)


def _head(lens: Lens | None, words: Words, asked_by: int | None) -> str:
    name = lens.wordings[words.story_language].name if lens else "?"
    if asked_by is None:
        return words("📝 **Critique · {lens}**", lens=name)
    return words("📝 **Critique · {lens}**, shared by {name}", lens=name, name=mention(asked_by))


def _note(number: int, note: Note, name: str, words: Words) -> str:
    return "\n".join(
        [
            f"**{number}. {name}** · {where(note.quote, words)}",
            _quoted(note.quote),
            escape_markdown(note.why),
            f"❔ {escape_markdown(note.question)}",
        ]
    )


def _praise(praise: Praise, words: Words) -> str:
    place = where(praise.quote, words)
    return "\n".join(
        [
            words("**What works** · {place}", place=place),
            _quoted(praise.quote),
            escape_markdown(praise.why),
        ]
    )


def _quoted(quote: Quote) -> str:
    return f"> {escape_markdown(quote.text)}".replace("\n", "\n> ")


def where(quote: Quote, words: Words) -> str:
    """Say in which paragraph and sentence a quote stands."""
    return words(
        "paragraph {paragraph}, sentence {sentence}",
        paragraph=quote.paragraph,
        sentence=quote.sentence,
    )


def _small_print(critique: Critique, words: Words) -> str:
    notes = critique.notes
    assert notes is not None
    parts = [words("Written by {model}; a machine's reading, not a verdict.", model=critique.model)]
    if notes.passages > 1:
        parts.append(words("Read in {count} passages.", count=notes.passages))
    if dropped := sum(notes.dropped.get(fault, 0) for fault in FAULTS):
        parts.append(
            words.plural(
                "{count} note was dropped: without a true quote, or true of any text.",
                "{count} notes were dropped: without a true quote, or true of any text.",
                dropped,
            )
        )
    if unreadable := notes.dropped.get(Dropped.UNREADABLE, 0):
        parts.append(
            words.plural(
                "{count} reply could not be read.", "{count} replies could not be read.", unreadable
            )
        )
    return "-# " + " ".join(parts)


def buttons(reading: Reading, words: Words, *, member_id: int) -> discord.ui.View:
    """Return what a reader may do next: Share is the authors' alone."""
    actions = [Action.CRITIQUE_LENS]
    if member_id in reading.authors:
        actions.append(Action.CRITIQUE_SHARE)
    return _view([*actions, Action.CRITIQUE_DELETE], reading.critique.id, words)


def shared_buttons(critique_id: int, words: Words) -> discord.ui.View:
    """Return the buttons below a critique that everybody sees."""
    return _view([Action.CRITIQUE_DELETE], critique_id, words)


def consent_text(reading: Reading, words: Words) -> str:
    """Ask the authors in public, without a word of the text; or say what came of it."""
    critique = reading.critique
    asking, authors = mention(critique.requester_id), ", ".join(map(mention, reading.authors))
    if critique.state is CritiqueState.REFUSED:
        return words("📝 An author refused: there is no critique, and the text is deleted.")
    if critique.state is CritiqueState.EXPIRED:
        return words("📝 Nobody agreed within a week: there is no critique; the text is deleted.")
    if critique.state is CritiqueState.DELETED:
        return words("📝 This critique was deleted.")
    if not reading.missing:
        return words(
            "📝 All authors agreed. {name} and they can see the critique in private.", name=asking
        )
    return words(
        "📝 {name} asks for a critique of a text by {authors}. Nothing is read until each of them "
        "agrees: {given} of {count} so far. It ends {time}.",
        name=asking,
        authors=authors,
        given=len(reading.consents) - reading.missing,
        count=len(reading.consents),
        time=f"<t:{reading.closes_ms // 1000}:R>",
    )


def consent_buttons(reading: Reading, words: Words) -> discord.ui.View | None:
    """Return the buttons of the public question, by how far it has come."""
    state = reading.critique.state
    if state is CritiqueState.WAITING:
        actions = [Action.CRITIQUE_AGREE, Action.CRITIQUE_REFUSE, Action.CRITIQUE_WHICH]
    elif state in {CritiqueState.READY, CritiqueState.WRITING, CritiqueState.WRITTEN}:
        actions = [Action.CRITIQUE_SHOW]
    else:
        return None
    return _view(actions, reading.critique.id, words)


def list_text(critiques: Sequence[Critique], words: Words) -> str:
    """Return a member's newest critiques, a line each."""
    if not critiques:
        return words("You have asked for no critique yet. Try /critique text.")
    lines = [words("**Your newest critiques**")]
    for number, critique in enumerate(critiques, 1):
        lens = shipped_lenses().get(critique.lens)
        lines.append(
            words(
                "{number}. {lens}, {time}: {state}",
                number=number,
                lens=lens.wordings[words.story_language].name if lens else "?",
                time=f"<t:{critique.created_ms // 1000}:f>",
                state=_state(critique.state, words),
            )
        )
    return "\n".join(lines)


def list_buttons(critiques: Sequence[Critique], words: Words) -> discord.ui.View:
    """Return a button for each critique of the list that there is something to see of."""
    view = discord.ui.View(timeout=None)
    for number, critique in enumerate(critiques, 1):
        if critique.state not in {CritiqueState.REFUSED, CritiqueState.EXPIRED}:
            text = words("Show {number}", number=number)
            view.add_item(ActionButton(Action.CRITIQUE_SHOW, critique.id, text))
    return view


def _state(state: CritiqueState, words: Words) -> str:
    return {
        CritiqueState.WAITING: words("waits for an author"),
        CritiqueState.READY: words("ready to be written"),
        CritiqueState.WRITING: words("is being written"),
        CritiqueState.WRITTEN: words("written"),
        CritiqueState.REFUSED: words("refused by an author"),
        CritiqueState.EXPIRED: words("closed after a week"),
        CritiqueState.DELETED: words("deleted"),
    }[state]


def _view(actions: Sequence[Action], critique_id: int, words: Words) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    for action in actions:
        view.add_item(ActionButton(action, critique_id, label(action, words)))
    return view
