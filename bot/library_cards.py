"""What /library shows: the question to an author, a work, a shelf of works."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import discord
from discord.utils import escape_markdown

from bot.actions import Action, label
from bot.buttons import ActionButton
from bot.cards import mention
from bot.locales import Words
from bot.selects import Menu, PickMenu
from engine.library.answering import Answered, Question
from engine.library.browsing import OwnWork, Shelf
from engine.library.gate import Reason
from engine.library.withdrawing import Withdrawn
from engine.story import Licence, Purpose, Work, WorkAuthor, WorkState

LIST_CHARACTERS = 1800  # of Discord's 2000: room for the line that counts the others
TITLE_CHARACTERS = 60  # of a work in a list
NAMES_CHARACTERS = 120  # of its authors there
MOST_CONSENTS = 6  # the newest, on the card of a work
MOST_OPTIONS = 25  # Discord's


@dataclass(frozen=True, slots=True)
class Card:
    """A text and what stands under it."""

    text: str
    view: discord.ui.View | None = None


def question_card(question: Question, words: Words) -> Card:
    """Ask an author, in the exact words of the consent text."""
    work = question.work
    parts = [_headline(work, words), licence_meaning(work.licence, words), question.wording.text]
    if question.lacks_permission:
        parts.append(words("⏸️ Nothing learns from it before Discord has permitted that."))
    actions = (Action.LIBRARY_AGREE, Action.LIBRARY_LIST, Action.LIBRARY_DECLINE)
    return Card("\n".join(parts), buttons(actions, work.id, words))


def answered_card(answered: Answered, words: Words) -> Card:
    """Say what came of an answer."""
    work = answered.work
    name = escape_markdown(work.title)
    if work.state is WorkState.DECLINED:
        return Card(words("“{title}” is not in the library, and its text is erased.", title=name))
    if answered.missing:
        text = words(
            "You have agreed. “{title}” is given once these agree too: {names}",
            title=name,
            names=names_of(answered.missing),
        )
    else:
        text = words("“{title}” is in the library now. Thank you!", title=name)
    if answered.lacks_permission:
        text += "\n" + lacks_permission(words)
    return Card(text)


def public_question(work: Work, missing: Sequence[WorkAuthor], words: Words) -> Card:
    """Ask the co-authors where the story was written, or say what came of it."""
    name = escape_markdown(work.title)
    match work.state:
        case WorkState.GIVEN:
            return Card(words("📚 “{title}” is in this server's library.", title=name))
        case WorkState.DECLINED | WorkState.WITHDRAWN:
            return Card(words("📚 “{title}” is not given to the library.", title=name))
        case WorkState.WAITING:
            text = words(
                "📚 {giver} would like to give “{title}” to this server's library, so that its "
                "voice may learn from it. {licence}\nEveryone who wrote it is asked: {names}",
                giver=mention(work.giver_id),
                title=name,
                licence=licence_meaning(work.licence, words),
                names=names_of(missing),
            )
            actions = (Action.LIBRARY_OPEN, Action.LIBRARY_DECLINE)
            return Card(text, buttons(actions, work.id, words))


def withdrawn_text(withdrawn: Withdrawn, words: Words) -> str:
    """Say what a withdrawal did."""
    text = words("Work #{number} is withdrawn, and its text is erased.", number=withdrawn.work.id)
    if not withdrawn.adapters:
        return text
    return f"{text} " + words.plural(
        "{count} voice that learned from it is out of use.",
        "{count} voices that learned from it are out of use.",
        withdrawn.adapters,
    )


def own_list(owned: Sequence[OwnWork], words: Words) -> Card:
    """List a member's works, with a menu to look at one."""
    if not owned:
        return Card(words("You have given nothing here. /library give takes a text or a story."))
    lines = [words("**Your works**")]
    for own in owned:
        line = f"#{own.work.id} {_headline(own.work, words)} · {standing(own, words)}"
        if sum(map(len, lines)) + len(lines) + len(line) > LIST_CHARACTERS:
            break
        lines.append(line)
    if more := len(owned) + 1 - len(lines):
        lines.append(words.plural("And {count} older one.", "And {count} older ones.", more))
    view = discord.ui.View(timeout=None)
    view.add_item(PickMenu(Menu.WORK, [_option(own.work) for own in owned[:MOST_OPTIONS]]))
    return Card("\n".join(lines), view)


def own_card(own: OwnWork, words: Words) -> Card:
    """Show a member one of their works, with every consent and what they can do."""
    work = own.work
    lines = [
        f"#{work.id} {_headline(work, words)}",
        licence_meaning(work.licence, words),
        standing(own, words),
        words("Authors: {names}", names=names_of(work.authors)),
        *(_consent_lines(own, words)),
    ]
    return Card("\n".join(lines), buttons(_actions(own), work.id, words))


def shelf_card(shelf: Shelf, words: Words) -> Card:
    """Show a page of the library."""
    if not shelf.in_all:
        return Card(words("No work here is shown to others yet."))
    lines = [words.plural("**{count} work**", "**{count} works**", shelf.in_all)]
    for work in shelf.works:
        names = names_of(work.authors, NAMES_CHARACTERS)
        lines.append(f"📖 {_headline(work, words)} · {names}")
        lines.append(f"-# {licence_meaning(work.licence, words)}")
    view = discord.ui.View(timeout=None)
    if readable := [_option(work) for work in shelf.works if work.licence.allows_reading]:
        view.add_item(PickMenu(Menu.SHELF, readable))
    if shelf.pages > 1:
        lines.append(
            "-# " + words("Page {page} of {pages}", page=shelf.page + 1, pages=shelf.pages)
        )
        for action, page in (
            (Action.LIBRARY_BACK, shelf.page - 1),
            (Action.LIBRARY_ON, shelf.page + 1),
        ):
            is_there = 0 <= page < shelf.pages
            text = label(action, words)
            view.add_item(ActionButton(action, max(page, 0), text, is_disabled=not is_there))
    return Card("\n".join(lines), view)


def buttons(actions: Sequence[Action], work_id: int, words: Words) -> discord.ui.View | None:
    """Return a row of buttons about a work."""
    if not actions:
        return None
    view = discord.ui.View(timeout=None)
    for action in actions:
        view.add_item(ActionButton(action, work_id, label(action, words)))
    return view


def licence_meaning(licence: Licence, words: Words) -> str:
    """Say in a line what may be done with the work."""
    return {
        Licence.LEARN: words("Only this server's voice may learn from it; nobody else reads it."),
        Licence.LEARN_AND_READ: words(
            "This server's voice may learn from it, and members here may read it."
        ),
        Licence.CC0: words("CC0: everybody may do everything with it, without naming anybody."),
        Licence.CC_BY: words("CC BY 4.0: everybody may use it who names its authors."),
        Licence.CC_BY_SA: words(
            "CC BY-SA 4.0: everybody may use it who names its authors and shares alike."
        ),
        Licence.CC_BY_ND: words("CC BY-ND 4.0: to be read unchanged; nothing learns from it."),
        Licence.PUBLIC_DOMAIN: words("In the public domain: nobody has rights in it."),
    }[licence]


def standing(own: OwnWork, words: Words) -> str:
    """Say how a work stands."""
    match own.reason:
        case None:
            return words("the server's voice may learn from it")
        case Reason.NOT_GIVEN:
            names = names_of(own.missing, NAMES_CHARACTERS)
            return words("waits for: {names}", names=names)
        case Reason.CLOSED | Reason.NO_TEXT:
            is_declined = own.work.state is WorkState.DECLINED
            return words("not given") if is_declined else words("withdrawn, the text is erased")
        case Reason.NO_PERMISSION:
            return words("in the library; nothing learns from it without Discord's permission")
        case Reason.LICENCE:
            return words("in the library; its licence allows no learning")
        case Reason.NO_AUTHOR | Reason.NO_CONSENT:
            return words("in the library; nothing learns from it without everybody's consent")


def lacks_permission(words: Words) -> str:
    """Say why a work is not learned from though all agreed."""
    return words(
        "⏸️ Nothing learns from it for now: Discord allows that only with its own permission, and "
        "the operator of this bot has recorded none. Works handed to the operator outside Discord "
        "need none."
    )


def names_of(authors: Sequence[WorkAuthor], most: int = 500) -> str:
    """Return the authors in one line of `most` characters; erased ones as a gap."""
    line = ""
    for number, author in enumerate(authors):
        is_member = author.member_id is not None
        name = mention(author.member_id or 0) if is_member else escape_markdown(author.name[:40])
        longer = f"{line}, {name}" if line else name
        if len(longer) > most and line:
            return f"{line} +{len(authors) - number}"
        line = longer
    return line or "–"


def _headline(work: Work, words: Words) -> str:
    language = {"en": "English", "zh-CN": "中文"}[work.language]
    size = words.plural("{count} character", "{count} characters", work.characters)
    is_long = len(work.title) > TITLE_CHARACTERS
    title = escape_markdown(f"{work.title[: TITLE_CHARACTERS - 1]}…" if is_long else work.title)
    return f"**{title}** · {language} · {size}"


def _consent_lines(own: OwnWork, words: Words) -> list[str]:
    lines = []
    for consent in own.consents[-MOST_CONSENTS:]:
        fact = {
            Purpose.TRAINING: words("You agreed that the voice learns from it"),
            Purpose.LISTING: words("You agreed that it is shown with your name"),
        }[consent.purpose]
        given = words(
            "{fact}: {day} (consent text {version}, {language})",
            fact=fact,
            day=_day(consent.given_ms),
            version=consent.version,
            language=consent.language,
        )
        if consent.withdrawn_ms is not None:
            given += words("; ended {day}", day=_day(consent.withdrawn_ms))
        lines.append(f"-# {given}")
    return lines


def _day(epoch_ms: int) -> str:
    return f"{datetime.fromtimestamp(epoch_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def _actions(own: OwnWork) -> tuple[Action, ...]:
    has_agreed = own.agreed(Purpose.TRAINING)
    match own.work.state:
        case WorkState.WAITING if not has_agreed:
            return (Action.LIBRARY_OPEN, Action.LIBRARY_READ)
        case WorkState.WAITING:
            return (Action.LIBRARY_ASK, Action.LIBRARY_READ, Action.LIBRARY_WITHDRAW)
        case WorkState.GIVEN:
            is_listed = own.agreed(Purpose.LISTING)
            shown = Action.LIBRARY_UNLIST if is_listed else Action.LIBRARY_SHOW
            return (Action.LIBRARY_READ, shown, Action.LIBRARY_WITHDRAW)
        case _:
            return ()


def _option(work: Work) -> discord.SelectOption:
    return discord.SelectOption(label=f"#{work.id} {work.title}"[:100], value=str(work.id))
