"""A channel in the browser: simcord's Preview, which also shows what the bot is still writing."""

from collections.abc import Mapping
from html import escape
from typing import Any

from aiohttp import web
from simcord import ChannelHandle
from simcord.preview import Preview
from simcord.preview._server import PreviewServer

from bot.rehearsal.room import Room

STYLE = """
#capture-open, #refresh, #layout-label, .session-menu, .advanced-search { display: none !important }
.preview-brand { color: inherit; text-decoration: none }
.preview-brand:hover { text-decoration: underline }
"""


class LivePreview(Preview):
    """One channel, seen through one member's eyes at a time; the bot's name leads to `home`."""

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
            assets=None,
            port=0,
        )
        self._server = _Server(self, home)
        self._acting = room.acting

    async def open(self) -> None:
        """Serve the channel beside those that are open already."""
        self.env._preview = None  # noqa: SLF001 (simcord opens one at a time)
        await self.__aenter__()

    def show_newest(self) -> None:
        """Publish the present state to every open page, without waiting for the bot."""
        self._advance_presentation_time()
        self._publish_message_pages(reason="refresh")

    async def _action(self, context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        # simcord takes an action only for the state that was on the page. Here the state changes
        # four times a second while the bot writes, and Stop must work all the same: the button is
        # looked up in the newest state.
        async with self._acting:
            self.env._preview = self  # noqa: SLF001 (simcord asks it whether the action arrived)
            if isinstance(body, Mapping) and "published_revision" in body:
                body = {**body, "published_revision": self._get_page(context_id).revision}
            return await super()._action(context_id, body)


class _Server(PreviewServer):
    """The preview's own page under the bot's name."""

    def __init__(self, preview: LivePreview, home: str) -> None:
        super().__init__(preview)
        self._home = home

    async def _static(self, request: web.Request) -> web.Response:
        response: web.Response = await super()._static(request)
        if request.path == "/":
            response.text = _under_our_name(response.text or "", self._home)
        elif request.path == "/preview.css":
            response.text = (response.text or "") + STYLE
        return response


def _under_our_name(page: str, home: str) -> str:
    brand = page[
        page.index('<div class="preview-brand">') : page.index('<button id="messages-toggle"')
    ]
    link = f'<a class="preview-brand" href="{escape(home)}">← <strong>Scriptorium</strong></a>'
    return page.replace(brand, link).replace("SimCord Preview", "Scriptorium · rehearsal")
