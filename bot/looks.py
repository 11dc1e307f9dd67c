"""How a turn looks in messages, from its place in the queue to its last word. Pure."""

import re
from dataclasses import dataclass
from enum import Enum

from discord.utils import escape_markdown

from bot.actions import Action
from bot.locales import Words
from bot.splitting import split
from bot.turn_order import Below
from engine.story import BallotState, Outcome, Tally, Turn, TurnKind

MOST_BUTTONS = 5  # in a row, by Discord
CURSOR = " ▌"
LINE_CHARACTERS = 1700  # of Discord's 2000: room for a note and, without a webhook, for the name
FIRST_SENTENCE = re.compile(r".*?(?:[.!?…][\"'”’)\]]*(?=\s|$)|[。！？…][”’」』）]*|\n)", re.DOTALL)
FIRST_CHARACTERS = 120  # shown even without the end of a sentence
LAST_WHOLE = re.compile(r".*(?:\s|[，。！？；：、…—]|[.!?…][\"'”’)\]]*$)", re.DOTALL)
MOST_UNBROKEN = 40  # characters of a script without blanks that may wait for the next mark

AFTER_MODEL = (Action.CONTINUE, Action.RETRY, Action.ALTERNATIVES, Action.UNDO)
AFTER_HUMAN = (Action.CONTINUE, Action.UNDO)
AFTER_NOTHING = (Action.RETRY,)
CANDIDATE = (Action.VOTE, Action.DECIDE)
STOPPABLE = (Action.STOP,)


class Fate(Enum):
    """What became of an alternative."""

    OPEN = "open"
    RESTING = "resting"  # open, but the story does not stand where it could be chosen
    CHOSEN = "chosen"
    PASSED_OVER = "passed over"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Which of several alternatives a turn is."""

    number: int  # from 1
    votes: int
    fate: Fate


def candidate_of(tally: Tally, turn: Turn, *, rests: bool) -> Candidate:
    """Return a turn's part in its ballot."""
    index = tally.ballot.candidate_ids.index(turn.id)
    fate = Fate.RESTING if rests else Fate.OPEN
    if tally.ballot.state is BallotState.DECIDED:
        fate = Fate.CHOSEN if tally.ballot.chosen_turn_id == turn.id else Fate.PASSED_OVER
    return Candidate(index + 1, tally.votes[index], fate)


@dataclass(frozen=True, slots=True)
class Look:
    """One message: its text, and the buttons under it."""

    text: str
    actions: tuple[Action, ...] = ()
    votes: int = 0


def waiting(
    words: Words,
    place: int,
    expected_seconds: float | None,
    candidate: Candidate | None = None,
) -> list[Look]:
    """Show the place in the queue, 1 for the next; 0: the model is about to write."""
    if place == 0:
        text = words("✍️ Writing…")
    elif expected_seconds is None:
        text = words("✍️ Place {place} in the queue.", place=place)
    else:
        seconds = max(1, round(expected_seconds))
        text = words(
            "✍️ Place {place} in the queue, about {seconds} s.", place=place, seconds=seconds
        )
    return [Look(_head(candidate) + text, STOPPABLE)]


def loading(words: Words, done: int, total: int, candidate: Candidate | None = None) -> list[Look]:
    """Show that the model server is still starting; `total` is 0 while nothing is known."""
    if total == 0:
        text = words("⏳ The model is still loading. This turn waits for it.")
    else:
        percent = 100 * done // total
        text = words(
            "⏳ The model is still loading: {percent} %. This turn waits.", percent=percent
        )
    return [Look(_head(candidate) + text, STOPPABLE)]


def writing(words: Words, text: str, candidate: Candidate | None = None) -> list[Look]:
    """Show the text so far in whole words with a cursor, from the first sentence on."""
    text = text.lstrip()
    if not FIRST_SENTENCE.match(text) and len(text) < FIRST_CHARACTERS:
        return waiting(words, 0, None, candidate)
    parts = split(_head(candidate) + _whole_words(text))
    return [*map(Look, parts[:-1]), Look(parts[-1] + CURSOR, STOPPABLE)]


def written(
    words: Words,
    turn: Turn,
    candidate: Candidate | None = None,
    *,
    note: str = "",
    code: str = "",
    below: Below | None = None,
    is_newest: bool = True,
    is_revised: bool = False,
) -> list[Look]:
    """Show a turn in its final form, with its buttons under the last part.

    A `note` stands in place of the buttons; `code` is of the failure that ended the turn. `below`
    is what turn rules put under the newest turn. What goes on from a turn stands under the newest
    alone.
    """
    if turn.source_message_id is not None and is_in_vote(candidate):
        parts = [_head(candidate) + words("🗳️ A candidate for the next turn.")]
    elif turn.source_message_id is not None:
        parts = [words("✅ Added as turn {number}.", number=turn.number)]
    elif turn.character is not None:  # under its own name and face, or with the name before it
        parts = split(turn.text, LINE_CHARACTERS)
    elif turn.kind is TurnKind.HUMAN:
        parts = split(f"{_head(candidate)}**{escape_markdown(turn.author_name)}**\n{turn.text}")
    else:
        parts = split(_head(candidate) + turn.text)
    small_print = note or _small_print(words, turn, candidate, code)
    lines = [small_print] if small_print else []
    if is_revised and not note:
        lines.append(words("✏️ Edited. /story credits tells who wrote what."))
    own = () if note or turn.character is not None else _actions(turn, candidate)
    actions = own
    if own and not is_in_vote(candidate):
        if below is not None:
            actions = below.actions(own)
            lines += [below.line] if below.line else []
        elif not is_newest and turn.text:
            actions = ()
        has_room = len(actions) < MOST_BUTTONS
        if has_room and turn.provenance is not None and turn.text:
            actions = (*actions, Action.WHY)
    last = "\n-# ".join([parts[-1], *lines])
    votes = candidate.votes if candidate and candidate.fate is Fate.OPEN else 0
    return [*map(Look, parts[:-1]), Look(last.strip(), actions, votes)]


def is_in_vote(candidate: Candidate | None) -> bool:
    """Whether a turn is, or was, one of several, and not the one that was chosen."""
    return candidate is not None and candidate.fate is not Fate.CHOSEN


def _head(candidate: Candidate | None) -> str:
    return f"**{candidate.number}.** " if candidate else ""


def _whole_words(text: str) -> str:
    match = LAST_WHOLE.match(text)
    whole = match.group() if match else ""
    return (whole if len(text) - len(whole) <= MOST_UNBROKEN else text).rstrip()


def _actions(turn: Turn, candidate: Candidate | None) -> tuple[Action, ...]:
    if candidate and candidate.fate is not Fate.CHOSEN:
        return CANDIDATE if turn.text and candidate.fate is Fate.OPEN else ()
    if turn.kind is TurnKind.HUMAN:
        return AFTER_HUMAN
    return AFTER_MODEL if turn.text else AFTER_NOTHING


def _small_print(words: Words, turn: Turn, candidate: Candidate | None, code: str) -> str:
    """Say what is to be known of a turn: how it ended, or what became of it."""
    if candidate and candidate.fate is not Fate.OPEN:
        return {
            Fate.CHOSEN: words("✅ Chosen: the story goes on here."),
            Fate.PASSED_OVER: words("Not chosen."),
            Fate.RESTING: words("⏸️ This vote rests: it cannot be decided as the story stands."),
        }[candidate.fate]
    if turn.outcome is Outcome.STOPPED and turn.text:
        return words("⏹️ Stopped here. Retry writes the turn anew.")
    if turn.outcome is Outcome.STOPPED:
        return words("⏹️ Stopped before the first word.")
    if turn.outcome is Outcome.FAILED and turn.text:
        text = words("⚠️ Interrupted: the model broke off. Retry writes the turn anew.")
    elif turn.outcome is Outcome.FAILED:
        text = words("⚠️ The model could not write this turn. Retry asks it again.")
    else:
        return ""
    return " ".join((text, words("(code {code})", code=code))) if code else text
