"""The account at the end: the database and Discord must tell the same, once.

Reads the database with SQL of its own, so that a fault of the storage code cannot hide itself.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.discord_client import Json
from tests.fakes.discord_server.interactions import DEFERRED_MESSAGE, DEFERRED_UPDATE
from tests.fakes.discord_server.world import EPHEMERAL
from tests.fakes.openapi import Sent, faults_of

DATABASE_NAME = "scriptorium.sqlite3"
UNFINISHED = "('accepted', 'writing', 'written')"
MOST_AROUND_A_TEXT = 150  # characters of a name, a note; blanks not counted
ASKS_FOR_A_TURN = ("turn:continue", "turn:retry", "story:begin")
COMMANDS_FOR_A_TURN = ("continue", "retry")
CANDIDATES = 3
STILL_WRITING = ("✍️", "⏳", "▌")


@dataclass(frozen=True)
class Book:
    """What the database holds."""

    turns: list[sqlite3.Row]
    posts: list[sqlite3.Row]
    heads: list[int]
    damage: list[str]


def read_book(data_dir: Path) -> Book:
    """Read the database of a stopped bot."""
    with closing(sqlite3.connect(data_dir / DATABASE_NAME)) as connection:
        connection.row_factory = sqlite3.Row
        checks = connection.execute("PRAGMA integrity_check").fetchall()
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        return Book(
            turns=connection.execute("SELECT * FROM turns ORDER BY id").fetchall(),
            posts=connection.execute("SELECT * FROM posts ORDER BY turn_id, part").fetchall(),
            heads=[r[0] for r in connection.execute("SELECT head_turn_id FROM branches") if r[0]],
            damage=[r[0] for r in checks if r[0] != "ok"] + [str(tuple(r)) for r in broken],
        )


def count_unfinished(data_dir: Path) -> int:
    """Count the turns that are accepted and not wholly shown, beside the running bot."""
    return _count(data_dir, f"SELECT count(*) FROM turns WHERE state IN {UNFINISHED}")


def count_posted(data_dir: Path) -> int:
    """Count the model's turns that are shown to the last word, beside the running bot."""
    query = "SELECT count(*) FROM turns WHERE state = 'posted' AND kind = 'model' AND text <> ''"
    return _count(data_dir, query)


def _count(data_dir: Path, query: str) -> int:
    uri = f"file:{data_dir / DATABASE_NAME}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        count: int = connection.execute(query).fetchone()[0]
        return count


def assert_each_turn_once(data_dir: Path, state: Json) -> Json:
    """Fail on any broken promise; return what there is to report."""
    book = read_book(data_dir)
    report = {
        "turns": len(book.turns),
        "outcomes": dict(Counter(str(turn["outcome"]) for turn in book.turns)),
        "begun anew": sum(turn["attempts"] > 1 for turn in book.turns),
        "posts repeated and recognised": sum(m["repeats"] for m in state["messages"]),
        "429": state["refused_for_rate"],
    }
    sent = [Sent(r["method"], r["path"], r["json"]) for r in state["requests"]]
    broken = [*violations(book, state), *faults_of(sent)]
    assert not broken, "\n".join([str(report), *broken])
    return report


def violations(book: Book, state: Json) -> list[str]:
    """List every broken promise: a turn lost, doubled, half, wrong, or out of order."""
    return [
        *book.damage,
        *_unfinished(book),
        *_missing_posts(book, state),
        *_wrong_texts(book, state),
        *_surplus_messages(book, state),
        *_unkept_acknowledgements(book, state),
        *_out_of_order(book),
    ]


def _unfinished(book: Book) -> Iterator[str]:
    for turn in book.turns:
        if turn["state"] not in {"posted", "held"}:
            yield f"turn {turn['id']} is still {turn['state']}"


def _missing_posts(book: Book, state: Json) -> Iterator[str]:
    shown = {m["id"] for m in state["messages"] if not m["deleted"]}
    for turn in book.turns:
        parts = [post["part"] for post in book.posts if post["turn_id"] == turn["id"]]
        if turn["state"] == "posted" and (not parts or parts != list(range(len(parts)))):
            yield f"turn {turn['id']} has the parts {parts}"
    for post in book.posts:
        if post["message_id"] not in shown:
            yield f"part {post['part']} of turn {post['turn_id']} is not on Discord"
    for message_id, count in Counter(post["message_id"] for post in book.posts).items():
        if count > 1:
            yield f"message {message_id} stands for {count} parts"


def _wrong_texts(book: Book, state: Json) -> Iterator[str]:
    messages = {message["id"]: message for message in state["messages"]}
    for turn in book.turns:
        parts = [messages[p["message_id"]] for p in book.posts if p["turn_id"] == turn["id"]]
        if turn["state"] != "posted" or not parts:
            continue
        if turn["source_message_id"] is not None:
            source = messages[turn["source_message_id"]]
            if source["content"] != turn["text"]:
                yield f"turn {turn['id']} is not what its member wrote"
            if parts[0]["reference_id"] != source["id"]:
                yield f"turn {turn['id']} does not answer its member's message"
            continue
        text, all_shown = solid(turn["text"]), solid("".join(part["content"] for part in parts))
        if text not in all_shown or len(all_shown) - len(text) > MOST_AROUND_A_TEXT:
            yield f"turn {turn['id']} is shown as {all_shown[:80]!r}, not {text[:80]!r}"


def _surplus_messages(book: Book, state: Json) -> Iterator[str]:
    recorded = {post["message_id"] for post in book.posts}
    texts = {solid(turn["text"]) for turn in book.turns if turn["text"]}
    for message in state["messages"]:
        if message["deleted"] or message["flags"] & EPHEMERAL:
            continue
        if message["author_id"] != state["application_id"]:
            continue
        content = message["content"]
        if any(mark in content for mark in STILL_WRITING):
            yield f"message {message['id']} still waits: {content[:60]!r}"
        elif message["id"] not in recorded and any(text in solid(content) for text in texts):
            yield f"message {message['id']} doubles a turn: {content[:60]!r}"
        elif message["id"] not in recorded and not (
            content.startswith(("📖", "🏁")) or message["reference_id"]
        ):
            yield f"message {message['id']} is nobody's: {content[:60]!r}"


def _unkept_acknowledgements(book: Book, state: Json) -> Iterator[str]:
    """What was deferred was accepted: its turns are in the book, each once."""
    rows = Counter(turn["interaction_id"] for turn in book.turns)
    for interaction in state["interactions"]:
        expected = _turns_asked_for(interaction)
        found = rows[interaction["id"]]
        was_deferred = interaction["answer_type"] in {DEFERRED_MESSAGE, DEFERRED_UPDATE}
        if expected and was_deferred and found != expected:
            yield f"interaction {interaction['id']} has {found} turns, not {expected}"


def _turns_asked_for(interaction: Json) -> int:
    data = interaction["data"]
    custom_id = data.get("custom_id", "")
    command = (data.get("options") or [{}])[0].get("name", "")
    if custom_id.startswith("turn:alternatives") or command == "alternatives":
        return CANDIDATES
    if custom_id.startswith("form:write"):
        return 1
    return int(custom_id.startswith(ASKS_FOR_A_TURN) or command in COMMANDS_FOR_A_TURN)


def _out_of_order(book: Book) -> Iterator[str]:
    """Along every branch, a turn stands below the last part of its parent."""
    turns = {turn["id"]: turn for turn in book.turns}
    first = {post["turn_id"]: post["message_id"] for post in book.posts if post["part"] == 0}
    last = {post["turn_id"]: post["message_id"] for post in book.posts}  # by rising part
    for head in book.heads:
        turn = turns[head]
        while turn["parent_id"] is not None:
            parent = turns[turn["parent_id"]]
            if last.get(parent["id"], 0) > first.get(turn["id"], 0):
                yield f"turn {turn['id']} stands above its parent {parent['id']}"
            if turn["number"] != parent["number"] + 1:
                yield f"turn {turn['id']} has the number {turn['number']}"
            turn = parent


def solid(text: str) -> str:
    """Return the text without its blanks: parts are split at some of them."""
    return "".join(text.split())
