"""A channel in the browser: simcord's Preview, which also shows what the bot is still writing."""

from collections.abc import Callable, Mapping
from html import escape
from importlib.resources import files
from typing import Any, Literal

from aiohttp import web
from simcord import ChannelHandle
from simcord.preview import Preview
from simcord.preview._pages import _Page
from simcord.preview._server import PreviewServer

from bot.locales import words_for
from bot.rehearsal.picker import translate
from bot.rehearsal.room import Room

Reason = Literal[
    "initial", "refresh", "snapshot", "navigation", "query", "presentation", "action", "capture"
]


class LivePreview(Preview):
    """One channel, seen through one member's eyes at a time; `home` is the start page."""

    def __init__(self, room: Room, channel: ChannelHandle, *, home: str) -> None:
        super().__init__(
            room.env,
            channel,
            room.members,
            layout="channel",
            display="responsive",
            width=960,
            height=720,
            locale=room.language,
            timezone="UTC",
            presentation_time=None,
            assets=room.portraits,
            port=0,
        )
        self._server = _Server(self, lambda page: dress(page, room, channel, home))
        self._room = room

    async def open(self) -> None:
        """Serve the channel beside those that are open already."""
        self.env._preview = None  # noqa: SLF001 (simcord opens one at a time)
        await self.__aenter__()

    def show_newest(self) -> None:
        """Publish the present state to every open page, without waiting for the bot."""
        self._advance_presentation_time()
        self._publish_message_pages(reason="refresh")

    def _publish(self, page: _Page, *, reason: Reason = "action") -> None:
        super()._publish(page, reason=reason)
        translate(
            page.command_catalog["entries"],
            self.env.backend.commands.get(None, {}).values(),
            self._room.language,
        )

    async def _action(self, context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        # simcord takes an action only for the state that was on the page. Here the state changes
        # four times a second while the bot writes, and Stop must work all the same: the button is
        # looked up in the newest state.
        async with self._room.acting:
            self.env._preview = self  # noqa: SLF001 (simcord asks it whether the action arrived)
            if isinstance(body, Mapping) and "published_revision" in body:
                body = {**body, "published_revision": self._get_page(context_id).revision}
            return await super()._action(context_id, body)


class _Server(PreviewServer):
    """simcord's page, dressed."""

    def __init__(self, preview: LivePreview, dressed: Callable[[str], str]) -> None:
        super().__init__(preview)
        self._dressed = dressed

    async def _static(self, request: web.Request) -> web.Response:
        response: web.Response = await super()._static(request)
        if request.path == "/":
            response.text = self._dressed(response.text or "")
        elif request.path == "/preview.css":
            ours = files(__package__).joinpath("channel.css").read_text(encoding="utf-8")
            response.text = (response.text or "") + ours
        return response


def dress(page: str, room: Room, here: ChannelHandle, home: str) -> str:
    """Put the bot's name, the list of rooms and the room's language into simcord's page."""
    words = words_for(room.language)
    brand = page[page.index('<div class="preview-brand">') : page.index('<button id="messages-')]
    page = page.replace(brand, f'<a class="preview-brand" href="{escape(home)}">Scriptorium</a>\n')
    sidebar = '<nav class="message-navigation"'
    page = page.replace(sidebar, _rooms(room, here, home) + sidebar)
    ours = {
        "SimCord Preview": f"Scriptorium · {here.name}",
        "SimCord preview": words("Rehearsal"),
        "Messages": words("Rooms"),
        "Viewing as": words("Viewing as"),
        "No messages in this channel.": words("Nobody has said anything yet."),
    }
    for theirs, text in ours.items():
        page = page.replace(theirs, escape(text))
    return page


def _rooms(room: Room, here: ChannelHandle, home: str) -> str:
    def link(place: ChannelHandle) -> str:
        return (
            f'<li><a href="{escape(home)}/rooms/{place.id}"'
            f"{' aria-current=page' if place.id == here.id else ''}"
            f"{' class=thread' if place.is_thread else ''}>{escape(place.name or '')}</a></li>"
        )

    forum = f"<li><span>{escape(room.forum.name or '')}</span></li>"
    items = "".join((*map(link, room.rooms()), forum, *map(link, room.forum.threads)))
    return f'<nav class="rooms"><ul>{items}</ul></nav>'
