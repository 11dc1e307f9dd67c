"""The rehearsal's start page as HTML: the rooms, their last messages, how far the model is."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template

from discord.utils import remove_markdown
from simcord import ChannelHandle

from bot.locales import Words
from bot.rehearsal.room import Room, name_of

LANGUAGES = {"en-US": "English", "zh-CN": "中文"}
MESSAGES_SHOWN = 5
CHARACTERS_SHOWN = 90


@dataclass(frozen=True)
class Progress:
    """How far the model server is with loading: `done` of `total` units of some step."""

    is_ready: bool
    done: int = 0
    total: int = 0
    restarts: int = 0  # after which it was still not ready

    @property
    def fraction(self) -> float | None:
        """The share that is done, 0 to 1; None when nobody knows."""
        if self.is_ready:
            return 1.0
        return self.done / self.total if self.total else None

    def state(self, words: Words) -> dict[str, object]:
        """Return what `/status` tells the page's script."""
        return {
            "state": "ready" if self.is_ready else "loading",
            "fraction": self.fraction,
            "text": self.text(words),
        }

    def text(self, words: Words) -> str:
        """Say it in a sentence."""
        if self.is_ready:
            return words("The model is ready.")
        if self.restarts:
            return words(
                "The model server ended and is started again (restart {count}). The terminal says "
                "why; so does python -m bot doctor.",
                count=self.restarts,
            )
        if self.fraction is None:
            return words("The model is waking up. You can start a story meanwhile.")
        return words(
            "The model is waking up ({percent} %). You can start a story meanwhile.",
            percent=round(100 * self.fraction),
        )


def render(room: Room, words: Words, progress: Progress, *, note: str, nonce: str) -> str:
    """Return the whole page; `note` is shown on top when there is one."""
    template = Template(files(__package__).joinpath("start.html").read_text(encoding="utf-8"))
    gone = words("The rehearsal has ended. Start it again in the terminal.")
    return template.substitute(
        lang=escape(room.language),
        heading=escape(words("Rehearsal")),
        subtitle=escape(words("A rehearsal on your own computer. Nothing here reaches Discord.")),
        languages=_languages(room.language),
        state="ready" if progress.is_ready else "loading",
        model_text=escape(progress.text(words)),
        model_label=escape(words("Loading the model")),
        fraction=progress.fraction or 0,
        note=f'<p class="note" role="status">{escape(_plain(note))}</p>' if note else "",
        how=escape(words("How to begin")),
        steps=_steps(words),
        rooms_heading=escape(words("Rooms")),
        rooms="".join(
            (
                *(_room(room, place, words) for place in room.rooms()),
                _forum(room, words),
                *(_room(room, post, words) for post in room.forum.threads),
            )
        ),
        footer=escape(
            words(
                "In a room, choose at the top whose eyes you look through: {names}.",
                names=", ".join(name_of(member) for member in room.members),
            )
        ),
        gone=json.dumps(gone).replace("<", "\\u003c"),
        nonce=nonce,
    )


def _languages(chosen: str) -> str:
    return " ".join(
        f'<button name="language" value="{code}" lang="{code}"'
        f' aria-pressed="{"true" if code == chosen else "false"}">{name}</button>'
        for code, name in LANGUAGES.items()
    )


def _steps(words: Words) -> str:
    steps = (
        words("Open a room below."),
        words("Type / and choose “story start”. A title is enough."),
        words("Write the first turn, then press Continue and watch the model write the next one."),
    )
    return "".join(f"<li>{escape(step)}</li>" for step in steps)


def _room(room: Room, place: ChannelHandle, words: Words) -> str:
    messages = [message for message in place.history() if not message.flags.ephemeral]
    last = (
        _shorten(room.readable(messages[-1].content))
        if messages
        else words("Nobody has said anything yet.")
    )
    newest = [(m.id, room.readable(m.content)) for m in messages[-MESSAGES_SHOWN:]]
    mark = "└" if place.is_thread else "#"
    return (
        f"<li{' class=thread' if place.is_thread else ''}>"
        f'<a class="room" href="/rooms/{place.id}">'
        f"<strong>{mark} {escape(place.name or '')}</strong>"
        f"<small>{escape(room.topic(place))}</small>"
        f'<span class="last">{escape(last)}</span></a>'
        f"{_menus(room, place, newest, words)}</li>"
    )


def _forum(room: Room, words: Words) -> str:
    how = words("A forum: the option “forum” of /story start opens a story here as a post.")
    name = escape(room.forum.name or "")
    return (
        f'<li class="forum"><strong># {name}</strong> <span class="last">{escape(how)}</span></li>'
    )


def _menus(
    room: Room, place: ChannelHandle, messages: Sequence[tuple[int, str]], words: Words
) -> str:
    if not messages:
        return ""
    members = "".join(
        f'<option value="{member.id}">{escape(name_of(member))}</option>' for member in room.members
    )
    who = words("As whom")
    choose = f'<select name="member" aria-label="{escape(who)}">{members}</select>'
    buttons = " ".join(
        f'<button name="menu" value="{escape(name)}">{escape(room.label(name))}</button>'
        for name in room.message_menus()
    )
    rows = "".join(
        f'<form class="message" method="post" action="/menu">'
        f"<span>{escape(_shorten(text))}</span>"
        f'<input type="hidden" name="place" value="{place.id}">'
        f'<input type="hidden" name="message" value="{message_id}">{choose} {buttons}</form>'
        for message_id, text in reversed(messages)
    )
    heading = words("Message menus")
    return f"<details><summary>{escape(heading)}</summary>{rows}</details>"


def _plain(text: str) -> str:
    return remove_markdown(text.replace("-# ", ""))


def _shorten(text: str) -> str:
    line = " ".join(_plain(text).split())
    return line if len(line) <= CHARACTERS_SHOWN else line[: CHARACTERS_SHOWN - 1] + "…"
