"""How a turn looks in messages, from its place in the queue to its last word. Pure."""

import re
from dataclasses import dataclass, replace
from enum import Enum

from discord.utils import escape_markdown

from bot.buttons import Action
from bot.locales import Words
from bot.splitting import split
from engine.story import BallotState, Outcome, Tally, Turn, TurnKind

CURSOR = " ▌"
FIRST_SENTENCE = re.compile(r".*?(?:[.!?…][\"'”’)\]]*(?=\s)|[。！？…][”’」』）]*|\n)", re.DOTALL)
FIRST_CHARACTERS = 120  # shown even without the end of a sentence
LAST_WHOLE = re.compile(r".*(?:\s|[，。！？；：、…—])", re.DOTALL)
MOST_UNBROKEN = 40  # characters of a script without blanks that may wait for the next mark

AFTER_MODEL = (Action.CONTINUE, Action.RETRY, Action.ALTERNATIVES, Action.UNDO)
AFTER_HUMAN = (Action.CONTINUE, Action.UNDO)
AFTER_NOTHING = (Action.RETRY,)
CANDIDATE = (Action.VOTE, Action.DECIDE)
STOPPABLE = (Action.STOP,)


class Fate(Enum):
    """What became of an alternative."""

    OPEN = "open"
    CHOSEN = "chosen"
    PASSED_OVER = "passed over"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Which of several alternatives a turn is."""

    number: int  # from 1
    votes: int
    fate: Fate

    @property
    def head(self) -> str:
        """What stands before its text."""
        return f"**{self.number}.** "


def candidate_of(tally: Tally, turn: Turn) -> Candidate:
    """Return a turn's part in its ballot."""
    index = tally.ballot.candidate_ids.index(turn.id)
    fate = Fate.OPEN
    if tally.ballot.state is BallotState.DECIDED:
        fate = Fate.CHOSEN if tally.ballot.chosen_turn_id == turn.id else Fate.PASSED_OVER
    return Candidate(index + 1, tally.votes[index], fate)


@dataclass(frozen=True, slots=True)
class Look:
    """One message: its text, and the buttons under it."""

    text: str
    actions: tuple[Action, ...] = ()
    votes: int = 0


def waiting(words: Words, place: int, expected_seconds: float | None) -> list[Look]:
    """Show the place in the queue, 1 for the next; 0: the model is about to write."""
    if place == 0:
        return [Look(words("✍️ Writing…"), STOPPABLE)]
    if expected_seconds is None:
        return [Look(words("✍️ Place {place} in the queue.", place=place), STOPPABLE)]
    seconds = max(1, round(expected_seconds))
    text = words("✍️ Place {place} in the queue, about {seconds} s.", place=place, seconds=seconds)
    return [Look(text, STOPPABLE)]


def loading(words: Words, done: int, total: int) -> list[Look]:
    """Show that the model server is still starting; `total` is 0 while nothing is known."""
    if total == 0:
        return [Look(words("⏳ The model is still loading. This turn waits for it."), STOPPABLE)]
    percent = 100 * done // total
    text = words("⏳ The model is still loading: {percent} %. This turn waits.", percent=percent)
    return [Look(text, STOPPABLE)]


def writing(words: Words, text: str, candidate: Candidate | None = None) -> list[Look]:
    """Show the text so far in whole words with a cursor, from the first sentence on."""
    text = text.lstrip()
    if not FIRST_SENTENCE.match(text) and len(text) < FIRST_CHARACTERS:
        return waiting(words, 0, None)
    head = candidate.head if candidate else ""
    parts = split(head + _whole_words(text))
    looks = [Look(part) for part in parts]
    looks[-1] = Look(parts[-1] + CURSOR, STOPPABLE)
    return looks


def _whole_words(text: str) -> str:
    match = LAST_WHOLE.match(text)
    whole = match.group() if match else ""
    return (whole if len(text) - len(whole) <= MOST_UNBROKEN else text).rstrip()


def written(words: Words, turn: Turn, candidate: Candidate | None = None) -> list[Look]:
    """Show a turn in its final form, with its buttons under the last part."""
    if turn.source_message_id is not None:
        return [Look(words("✅ Added as turn {number}.", number=turn.number), AFTER_HUMAN)]
    head = candidate.head if candidate else ""
    if not turn.text:
        return [Look(head + _ending(words, turn), () if candidate else AFTER_NOTHING)]
    if turn.kind is TurnKind.HUMAN:
        head = f"**{escape_markdown(turn.author_name)}**\n"
    parts = split(head + turn.text)
    looks = [Look(part) for part in parts]
    looks[-1] = Look(parts[-1] + _ending(words, turn), _actions(turn))
    return _with_fate(looks, words, candidate) if candidate else looks


def _actions(turn: Turn) -> tuple[Action, ...]:
    return AFTER_MODEL if turn.kind is TurnKind.MODEL else AFTER_HUMAN


def _with_fate(looks: list[Look], words: Words, candidate: Candidate) -> list[Look]:
    match candidate.fate:
        case Fate.OPEN:
            return [*looks[:-1], replace(looks[-1], actions=CANDIDATE, votes=candidate.votes)]
        case Fate.CHOSEN:
            return with_note(looks, words("✅ Chosen: the story goes on here."), AFTER_MODEL)
        case Fate.PASSED_OVER:
            return with_note(looks, words("Not chosen."))


def _ending(words: Words, turn: Turn) -> str:
    if turn.outcome is Outcome.STOPPED and turn.text:
        return "\n-# " + words("⏹️ Stopped here. Retry writes the turn anew.")
    if turn.outcome is Outcome.STOPPED:
        return words("⏹️ Stopped before the first word.")
    if turn.outcome is Outcome.FAILED and turn.text:
        return "\n-# " + words("⚠️ Interrupted: the model broke off. Retry writes the turn anew.")
    if turn.outcome is Outcome.FAILED:
        return words("⚠️ The model could not write this turn.")
    return ""


def with_note(looks: list[Look], note: str, actions: tuple[Action, ...] = ()) -> list[Look]:
    """Put a line in small print under the last part, and other buttons or none."""
    last = looks[-1]
    return [*looks[:-1], replace(last, text=f"{last.text}\n-# {note}", actions=actions)]
