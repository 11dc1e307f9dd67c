"""A server's lists: what the model must not write, and the names that the shipped list allows.

A list is one text with a line an entry, edited as a whole: it fits into one form. A line between
slashes is a regular expression.
"""

from collections.abc import Iterable

from engine.errors import BanFault, BanRefused, ListFull
from engine.prose.invisible import strip_invisible
from engine.runtime import Engine
from engine.safety.patterns import PatternRefused, Patterns
from engine.safety.phrases import Phrases
from engine.storage import styles
from engine.story import LineKind, Member, Style
from engine.writing.rights import require_server
from engine.writing.style import ServerStyle, get_style, refuse_other_edition

MOST_LINES = 200
MOST_LIST_CHARACTERS = 4000  # what a form holds
MOST_PATTERNS = 30
MOST_LINE_CHARACTERS = {LineKind.PHRASE: 100, LineKind.PATTERN: 200, LineKind.NAME: 40}

BANS = (LineKind.PHRASE, LineKind.PATTERN)
NAMES = (LineKind.NAME,)

# Whoever bans one of these has no more sentences.
EVERYDAY = (" ", "\n", ".", ",", "a", "i", "the", "and", "，", "。", "的", "了", "我")

Entry = tuple[LineKind, str]


def list_text(style: Style, kinds: tuple[LineKind, ...]) -> str:
    """Return a list as members edit it."""
    return "\n".join(shown(line.kind, line.text) for line in style.lines if line.kind in kinds)


def shown(kind: LineKind, text: str) -> str:
    """Return an entry as members write it."""
    return f"/{text}/" if kind is LineKind.PATTERN else text


async def edit_bans(
    engine: Engine, *, guild_id: int, member: Member, text: str, edition: int
) -> ServerStyle:
    """Make `text` the list of what the model must not write; kept lines stay who added them.

    `edition` is of the text that the member edited, `list_text(style, BANS)`.

    Raises:
        NotAllowed: the member may not manage the server.
        BanRefused: a line cannot be banned.
        ListFull: the list is too long.
        StyleChanged: the list is another by now.
    """
    require_server(member)
    entries = read_bans(text)
    return await _edit(engine, member, entries, guild_id=guild_id, kinds=BANS, edition=edition)


async def edit_names(
    engine: Engine, *, guild_id: int, member: Member, text: str, edition: int
) -> ServerStyle:
    """Make `text` the list of the names that are allowed, as `edit_bans` does."""
    require_server(member)
    entries = read_names(text)
    return await _edit(engine, member, entries, guild_id=guild_id, kinds=NAMES, edition=edition)


def read_bans(text: str) -> list[Entry]:
    """Read a list of phrases and patterns; what stands there twice, in any case, counts once.

    Raises:
        BanRefused: a line cannot be banned.
        ListFull: there are too many.
    """
    entries = []
    for line in _lines(text):
        is_pattern = len(line) > 2 and line.startswith("/") and line.endswith("/")
        kind = LineKind.PATTERN if is_pattern else LineKind.PHRASE
        entry = kind, line[1:-1] if is_pattern else line
        _refuse_unfit(line, *entry)
        entries.append(entry)
    entries = _once(entries)
    _refuse_long(entries)
    patterns = [text for kind, text in entries if kind is LineKind.PATTERN]
    if patterns:
        last = shown(LineKind.PATTERN, patterns[-1])
        if len(patterns) > MOST_PATTERNS:
            raise BanRefused(last, BanFault.TOO_MANY_PATTERNS, limit=MOST_PATTERNS)
        _read_patterns(patterns, last)  # each may do, and all together be too large
    return entries


def read_names(text: str) -> list[Entry]:
    """Read a list of names, as `read_bans` does."""
    entries = _once([(LineKind.NAME, line) for line in _lines(text)])
    for kind, name in entries:
        _refuse_unfit(name, kind, name)
    _refuse_long(entries)
    return entries


def _lines(text: str) -> list[str]:
    lines = (" ".join(strip_invisible(line).split()) for line in text.splitlines())
    return [line for line in lines if line]


def _once(entries: Iterable[Entry]) -> list[Entry]:
    first: dict[Entry, Entry] = {}
    for kind, text in entries:
        key = text if kind is LineKind.PATTERN else text.casefold()  # \b is not \B
        first.setdefault((kind, key), (kind, text))
    return list(first.values())


def _refuse_unfit(line: str, kind: LineKind, text: str) -> None:
    limit = MOST_LINE_CHARACTERS[kind]
    if len(text) > limit:
        raise BanRefused(f"{line[:limit]}…", BanFault.TOO_LONG, limit=limit)
    if kind is LineKind.PATTERN:
        pattern = _read_patterns([text], line)
        if any(pattern.find(word, start=0, is_whole=True) for word in EVERYDAY):
            raise BanRefused(line, BanFault.EVERYDAY)
    elif kind is LineKind.PHRASE:
        _refuse_invisible(text)
        if text.casefold() in EVERYDAY:
            raise BanRefused(line, BanFault.EVERYDAY)


def _refuse_invisible(phrase: str) -> None:
    try:
        Phrases([phrase])
    except ValueError as error:
        raise BanRefused(phrase, BanFault.INVISIBLE) from error


def _read_patterns(patterns: list[str], line: str) -> Patterns:
    try:
        return Patterns(patterns)
    except PatternRefused as error:
        raise BanRefused(line, BanFault.PATTERN, reason=str(error)) from error


def _refuse_long(entries: list[Entry]) -> None:
    characters = len("\n".join(shown(*entry) for entry in entries))
    if len(entries) > MOST_LINES or characters > MOST_LIST_CHARACTERS:
        raise ListFull(len(entries), MOST_LINES, characters, MOST_LIST_CHARACTERS)


async def _edit(
    engine: Engine,
    member: Member,
    entries: list[Entry],
    *,
    guild_id: int,
    kinds: tuple[LineKind, ...],
    edition: int,
) -> ServerStyle:
    async with engine.database.writing() as tx:
        style = (await get_style(tx, engine, guild_id)).style
        refuse_other_edition(list_text(style, kinds), edition)
        before = [(line.kind, line.text) for line in style.lines if line.kind in kinds]
        for kind, line in before:
            if (kind, line) not in entries:
                await styles.delete_line(tx, guild_id=guild_id, kind=kind, line=line)
        for kind, line in entries:
            if (kind, line) not in before:
                await styles.add_line(
                    tx,
                    guild_id=guild_id,
                    kind=kind,
                    line=line,
                    member_id=member.id,
                    now_ms=engine.clock(),
                )
        return await get_style(tx, engine, guild_id)
