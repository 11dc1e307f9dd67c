"""What /lore test and /lore import tell."""

from collections.abc import Iterator

from discord.utils import escape_markdown

from bot.locales import Words
from bot.lore_words import key_name, notice_line, place_in_prompt, scope_name, short, why_not
from engine.story import (
    ActiveLore,
    BookForm,
    DroppedLore,
    LoreEntry,
    LoreReason,
    LoreScope,
)
from engine.writing.lore import ImportedBook, LoreTest, steady_ids, title_of

MOST_NOTICES = 10


def tested(test: LoreTest, words: Words) -> str:
    """Say what would be in the prompt, by which key, and what would not, and why."""
    return "\n".join(_test_lines(test, words))


def _test_lines(test: LoreTest, words: Words) -> Iterator[str]:
    if test.has_text and test.story is None:
        yield words("🔎 **What this text calls for**")
    elif test.has_text:
        yield words("🔎 **What this text calls for, were it the next turn here**")
        yield "-# " + words("As with every turn, the turns just before it are looked at too.")
    else:
        yield words("🔎 **What lore is active here now**")
    steady = steady_ids(test.scan)
    for active in test.scan.active:
        yield _active_line(active, words, is_steady=active.entry.id in steady)
    if not test.scan.active:
        yield words("Nothing: no entry is constant, and no key was found.")
    if test.scan.active:
        yield "-# " + words(
            "{tokens} of the {budget} tokens that lore may take.",
            tokens=test.scan.tokens,
            budget=test.scan.budget_tokens,
        )
    if test.scan.dropped:
        yield words("**Found, but not in**")
        for dropped in test.scan.dropped:
            yield _dropped_line(dropped, words)
    for notice in test.scan.notices[:MOST_NOTICES]:
        yield notice_line(notice, words)


def _active_line(active: ActiveLore, words: Words, *, is_steady: bool) -> str:
    place = place_in_prompt(active.position, active.depth, words, is_steady=is_steady)
    tokens = words.plural("{count} token", "{count} tokens", active.tokens)
    rest = f"{_why(active, words)} · {place} · {tokens}"
    return "✅ " + _told(active.entry, active.scope, rest, words)


def _why(active: ActiveLore, words: Words) -> str:
    match active.reason:
        case LoreReason.CONSTANT:
            return words("always there")
        case LoreReason.STICKY:
            return words("still there from before (sticky)")
        case LoreReason.DECORATOR:
            return words("a decorator in its text lets it in")
    if active.sweep > 1:
        return words("other lore says {key}", key=key_name(active.key_text))
    return words("its key {key} was found", key=key_name(active.key_text))


def _dropped_line(dropped: DroppedLore, words: Words) -> str:
    reason = why_not(dropped.obstacle, words)
    if dropped.key_text:
        key = key_name(dropped.key_text)
        reason = words("its key {key} was found; {reason}", key=key, reason=reason)
    return "❌ " + _told(dropped.entry, dropped.scope, reason, words)


def _told(entry: LoreEntry, scope: LoreScope, why: str, words: Words) -> str:
    return words(
        "**{name}** ({scope}): {why}",
        name=escape_markdown(short(title_of(entry), 60)),
        scope=scope_name(scope, words),
        why=why,
    )


def imported(told: ImportedBook, words: Words) -> str:
    """Say what came in, and what of the file was not taken as it stands."""
    return "\n".join(_import_lines(told, words))[:2000]


def _import_lines(told: ImportedBook, words: Words) -> Iterator[str]:
    form = {
        BookForm.WORLD_INFO: words("World Info"),
        BookForm.LOREBOOK_V3: "lorebook_v3",
        BookForm.CHARACTER_BOOK: words("the lorebook of a card"),
    }[told.form]
    yield words.plural(
        "✅ **{name}** came in with {count} entry, from {form}.",
        "✅ **{name}** came in with {count} entries, from {form}.",
        len(told.book.entries),
        name=escape_markdown(told.book.book.name),
        form=form,
    )
    yield words("It belongs to: {place}.", place=scope_name(told.book.home.scope, words))
    for notice in told.notices[:MOST_NOTICES]:
        yield notice_line(notice, words)
    if (more := len(told.notices) - MOST_NOTICES) > 0:
        yield words.plural("And {count} more remark.", "And {count} more remarks.", more)
    yield "-# " + words(
        "What I do not know in the file is kept and goes out again with /lore export. "
        "/lore test shows what a text calls for."
    )
