"""What /canon shows: answers, the ledger page by page, proposals, doubts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import discord
from discord.utils import escape_markdown

from bot.actions import Action, label
from bot.buttons import ActionButton, row
from bot.canon_words import MOST_QUOTED, doubt_name, fact_line, quoted, short
from bot.locales import Words
from engine.story import Turn
from engine.story.canon import CanonSettings, Established, Fact, fold
from engine.writing.canon import Answer, Canon, Doubted

FACTS_A_PAGE = 8
MOST_ANSWERS = 6
MOST_DOUBTS = 3
MOST_CHARACTERS = 2000  # of a message
SHOWN = (300, 100, 50, 16)  # characters of one text: the most with which all has room


@dataclass(frozen=True, slots=True)
class CanonPage:
    """A private message with its buttons."""

    text: str
    view: discord.ui.View | None = None


def answer(found: Answer, numbers: dict[int, int], words: Words) -> str:
    """Tell what answers a question, with the words that say so; `numbers` are those of turns."""
    if found.facts:
        return _fitting(lambda most: _answer_lines(found.facts, numbers, most, words))
    if not found.passages:
        return words("❔ Not established: neither the canon nor the story says it.")
    lines = [
        words("The canon has nothing on this. The story says:")
        if found.is_established
        else words("❔ Not established. What comes closest in the story:")
    ]
    for passage in found.passages:
        where = words("turn {number}", number=passage.turn.number)
        lines += [f"-# {where}", quoted(passage.text)]
    return "\n".join(lines)


def _answer_lines(
    facts: Sequence[Established], numbers: dict[int, int], most: int, words: Words
) -> list[str]:
    lines = []
    for each in facts[-MOST_ANSWERS:]:
        lines.append(fact_line(each.fact, words, is_old=each.superseded_by is not None, most=most))
        lines += _source(each.fact, numbers, most, words)
    if older := len(facts[:-MOST_ANSWERS]):
        lines.append(
            words.plural(
                "… and {count} older fact: /canon list",
                "… and {count} older facts: /canon list",
                older,
            )
        )
    return lines


def _source(fact: Fact, numbers: dict[int, int], most: int, words: Words) -> list[str]:
    number = numbers.get(fact.turn_id or 0)
    where = words("turn {number}", number=number) if number else words("from the beginning")
    return [f"-# {where}", *([quoted(fact.quote, most)] if fact.quote else [])]


def _fitting(lines: Callable[[int], list[str]]) -> str:
    texts = ("\n".join(lines(most)) for most in SHOWN)
    return next(text for text in texts if len(text) <= MOST_CHARACTERS)


def list_page(canon: Canon, page: int, words: Words) -> CanonPage:
    """Show a page of the ledger, subject by subject."""
    rows = sorted(canon.established, key=lambda each: (fold(each.fact.subject), each.place))
    pages = max(1, -(-len(rows) // FACTS_A_PAGE))
    page = max(0, min(page, pages - 1))
    text = _fitting(lambda most: _list_lines(canon, rows, page, most, words))
    return CanonPage(text, _paging(page, pages, words))


def _list_lines(
    canon: Canon, rows: Sequence[Established], page: int, most: int, words: Words
) -> list[str]:
    lines = [
        words(
            "📜 **Canon of {title}** · page {page} of {pages}",
            title=escape_markdown(canon.story.title),
            page=page + 1,
            pages=max(1, -(-len(rows) // FACTS_A_PAGE)),
        )
    ]
    if not rows:
        lines.append(words("Nothing is established yet. /canon add states a fact."))
    numbers = turn_numbers(canon.path)
    shown = rows[page * FACTS_A_PAGE : (page + 1) * FACTS_A_PAGE]
    for each in shown:
        lines += _row(each, numbers, most, words)
    if canon.proposed:
        lines.append(
            words.plural(
                "{count} proposal waits for you: /canon review",
                "{count} proposals wait for you: /canon review",
                len(canon.proposed),
            )
        )
    return lines


def _row(each: Established, numbers: dict[int, int], most: int, words: Words) -> list[str]:
    number = numbers.get(each.fact.turn_id or 0)
    line = fact_line(each.fact, words, is_old=each.superseded_by is not None, most=most)
    if number is None:
        return [f"`{each.fact.id}` {line}"]
    where = words("turn {number}", number=number)
    quote = [quoted(each.fact.quote, most)] if each.fact.quote else []
    return [f"`{each.fact.id}` {line} · {where}", *quote]


def _paging(page: int, pages: int, words: Words) -> discord.ui.View | None:
    if pages == 1:
        return None
    view = discord.ui.View(timeout=None)
    for action, target, is_there in (
        (Action.CANON_BACK, page - 1, page > 0),
        (Action.CANON_ON, page + 1, page + 1 < pages),
    ):
        view.add_item(
            ActionButton(action, max(0, target), label(action, words), is_disabled=not is_there)
        )
    return view


def review(canon: Canon, words: Words, note: str = "") -> CanonPage:
    """Show the oldest proposal with what to do about it."""
    if not canon.proposed:
        nothing = words("Nothing waits for a decision.")
        return CanonPage(f"{note}\n{nothing}".strip())
    fact = canon.proposed[0]
    lines = [
        note,
        words("💡 The model proposes ({count} in all):", count=len(canon.proposed)),
        fact_line(fact, words),
        *_source(fact, turn_numbers(canon.path), MOST_QUOTED, words),
    ]
    actions = (Action.CANON_ACCEPT, Action.CANON_EDIT, Action.CANON_REJECT)
    return CanonPage("\n".join(filter(None, lines)), row(actions, fact.id, words))


def kept(fact: Fact, words: Words) -> CanonPage:
    """Show a fact that holds now."""
    text = f"✅ {fact_line(fact, words)}"
    return CanonPage(text, row((Action.CANON_EDIT, Action.CANON_REJECT), fact.id, words))


def doubts(found: Sequence[Doubted], words: Words) -> str:
    """Tell the author of a turn what may contradict; it is never a refusal."""
    return _fitting(lambda most: _doubt_lines(found[:MOST_DOUBTS], most, words))


def _doubt_lines(found: Sequence[Doubted], most: int, words: Words) -> list[str]:
    lines = [words("🔎 Only you see this. The turn stands as it is; perhaps look at it again:")]
    known = words("Established:")
    for each in found:
        lines += [doubt_name(each.doubt.kind, words), quoted(each.doubt.place.quote, most)]
        if each.fact is not None:
            lines.append(f"-# {known} {fact_line(each.fact, words, most=most)}")
            if each.fact.quote:
                lines.append(f"-# “{short(each.fact.quote, most)}”")
    return lines


def settings(chosen: CanonSettings, words: Words) -> str:
    """Show what the server chose."""
    lines = (
        (chosen.proposes, words("The model proposes facts after turns")),
        (chosen.accepts, words("Proposals hold at once, without a decision")),
        (chosen.doubts, words("Authors are told in private what may contradict")),
    )
    return "\n".join(f"{'✅' if is_on else '▫️'} {line}" for is_on, line in lines)


def turn_numbers(path: Sequence[Turn]) -> dict[int, int]:
    """Return the numbers of turns by their ids."""
    return {turn.id: turn.number for turn in path}
