"""What /memory shows: note, pins, samples, and the summaries of old turns, page by page."""

from dataclasses import dataclass

import discord
from discord.utils import escape_markdown

from bot.actions import Action, label
from bot.buttons import ActionButton
from bot.locales import Words
from engine.memory.recall import Recall
from engine.story import Member, Summary, Turn, TurnKind
from engine.writing.remembering import Memory, SummarizedBlock

BLOCKS_A_PAGE = 3
SHOWN = (350, 150, 75, 40, 20)  # characters of one text: the most with which all has room
MOST_NAME = 24
MOST_FOUND = 6
MOST_PASSAGE = 250  # characters


@dataclass(frozen=True, slots=True)
class MemoryPage:
    """A private message with its buttons."""

    text: str
    view: discord.ui.View


def overview(memory: Memory, member: Member, words: Words) -> MemoryPage:
    """Show what is set beside the story, with buttons to take away what the member may."""
    view = discord.ui.View(timeout=None)
    for number, (pin, _) in enumerate(memory.pins, start=1):
        if member.is_moderator or pin.member_id == member.id:
            _add(view, Action.MEMORY_UNPIN, pin.id, f"{label(Action.MEMORY_UNPIN, words)} {number}")
    for number, sample in enumerate(memory.samples, start=1):
        if member.is_moderator or sample.member_id == member.id:
            text = f"{label(Action.MEMORY_DROP, words)} ✒️ {number}"
            _add(view, Action.MEMORY_DROP, sample.id, text)
    for action in (Action.MEMORY_NOTE, Action.MEMORY_PIN, Action.MEMORY_SAMPLE):
        _add(view, action, 0, label(action, words))
    if memory.blocks:
        _add(view, Action.MEMORY_ON, 0, words("Summaries"))
    texts = ("\n".join(_lines(memory, most, words)) for most in SHOWN)
    return MemoryPage(next(text for text in texts if len(text) <= 2000), view)


def _lines(memory: Memory, most: int, words: Words) -> list[str]:
    title = escape_markdown(memory.story.title)
    lines = [words("🧠 **What {title} keeps in mind**", title=title)]
    if memory.note is not None:
        lines.append(
            words(
                "📝 Author's note, before the last {depth} turns: {text}",
                depth=memory.note.depth,
                text=_short(memory.note.text, most),
            )
        )
    for number, (_, text) in enumerate(memory.pins, start=1):
        shown = _short(text, most) if text else words("a turn that is not told now")
        lines.append(f"📌 {number}. {shown}")
    for number, sample in enumerate(memory.samples, start=1):
        name = escape_markdown(_short(sample.member_name, MOST_NAME))
        lines.append(f"✒️ {number}. {_short(sample.text, most)} ({name})")
    sealed = [block for block in memory.blocks if block.summary]
    return [*lines, _about_summaries(memory, len(sealed), words)]


def _about_summaries(memory: Memory, sealed: int, words: Words) -> str:
    if not memory.blocks:
        return words("-# The story is short: the model still sees all of it.")
    return words(
        "-# {sealed} of {blocks} old parts have a summary; the model writes the others when "
        "nobody waits for it.",
        sealed=sealed,
        blocks=len(memory.blocks),
    )


def summaries_page(memory: Memory, page: int, words: Words) -> MemoryPage:
    """Show a page of the summaries, with buttons for each."""
    pages = max(1, -(-len(memory.blocks) // BLOCKS_A_PAGE))
    page = max(0, min(page, pages - 1))
    lines = [words("🧠 Summaries, page {page} of {pages}", page=page + 1, pages=pages)]
    view = discord.ui.View(timeout=None)
    shown = memory.blocks[page * BLOCKS_A_PAGE : (page + 1) * BLOCKS_A_PAGE]
    for number, block in enumerate(shown, start=1):
        lines.append(_block_line(number, block, words))
        if block.summary is not None:
            _add_summary_buttons(view, number, block.summary, words)
    if pages > 1:
        for action, target in ((Action.MEMORY_BACK, page - 1), (Action.MEMORY_ON, page + 1)):
            is_there = 0 <= target < pages
            button = ActionButton(
                action, max(0, target), label(action, words), is_disabled=not is_there
            )
            button.item.row = 4
            view.add_item(button)
    return MemoryPage("\n\n".join(lines)[:2000], view)


def _block_line(number: int, block: SummarizedBlock, words: Words) -> str:
    where = words(
        "{number}. Turns {first} to {last}", number=number, first=block.first, last=block.last
    )
    if block.summary is None:
        nothing = words("no summary yet")
        return f"**{where}** · {nothing}"
    marks = ("📌" if block.summary.is_pinned else "") + ("✍️" if block.summary.editor_id else "")
    return f"**{where}** {marks}\n{_short(block.summary.text, 500)}"


def _add_summary_buttons(
    view: discord.ui.View, number: int, summary: Summary, words: Words
) -> None:
    keep = Action.MEMORY_LET_GO if summary.is_pinned else Action.MEMORY_KEEP
    for action in (Action.MEMORY_EDIT, keep, Action.MEMORY_FORGET):
        button = ActionButton(action, summary.id, f"{number}. {label(action, words)}")
        button.item.row = number - 1
        view.add_item(button)


def found(recall: Recall, words: Words) -> str:
    """Show the passages of the story that belong to a question."""
    if not recall.passages:
        return words("The story has nothing on this.")
    lines = []
    if not recall.is_established:
        lines.append(words("Nothing says just this. What comes near:"))
    for passage in recall.passages[:MOST_FOUND]:
        where = words("turn {number}", number=passage.turn.number)
        lines += [f"-# {where} · {_who(passage.turn, words)}"]
        lines += [f"> {_short(passage.text, MOST_PASSAGE)}"]
    return "\n".join(lines)[:2000]


def _who(turn: Turn, words: Words) -> str:
    if turn.character is not None and turn.character.name:
        return escape_markdown(turn.character.name)
    if turn.kind is TurnKind.MODEL:
        return words("the model")
    return escape_markdown(turn.author_name)


def _add(view: discord.ui.View, action: Action, target: int, text: str) -> None:
    if len(view.children) < 25:
        view.add_item(ActionButton(action, target, text[:80]))


def _short(text: str, most: int) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= most else f"{one_line[: most - 1]}…"
