"""The rehearsal's web site: a start page, and behind each of its links a channel."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from aiohttp import web

from bot.locales import words_for
from bot.rehearsal.previews import LivePreview
from bot.rehearsal.room import Room
from bot.rehearsal.start_page import LANGUAGES, Progress, render

SECONDS_BETWEEN_LOOKS = 0.25
SECONDS_TO_WAIT_FOR_THE_BOT = 15.0


class PortTaken(Exception):
    """Another program on this computer uses the port."""


@asynccontextmanager
async def serve(room: Room, progress: Callable[[], Progress], *, port: int) -> AsyncIterator[str]:
    """Serve the room to a browser on this computer; yield the address. `port` 0: any free one.

    Raises:
        PortTaken: another program uses `port`.
    """
    rehearsal = Site(room, progress)
    runner = web.AppRunner(rehearsal.app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        try:
            await site.start()
        except OSError as error:
            raise PortTaken(port) from error
        rehearsal.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        watching = asyncio.create_task(rehearsal.show_changes())
        try:
            yield rehearsal.address
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
            await rehearsal.close()
    finally:
        await runner.cleanup()


class Site:
    """The start page's routes, and the channels that were opened from it."""

    def __init__(self, room: Room, progress: Callable[[], Progress]) -> None:
        self.address = ""
        self._room = room
        self._progress = progress
        self._previews: dict[int, LivePreview] = {}
        self._opening = asyncio.Lock()
        self._note = ""  # what the bot answered to a message menu; shown once
        self.app = web.Application(middlewares=[self._only_from_here])
        self.app.add_routes(
            [
                web.get("/", self._start),
                web.get("/status", self._status),
                web.get(r"/rooms/{place:\d+}", self._open),
                web.post("/language", self._set_language),
                web.post("/menu", self._use_menu),
            ]
        )

    async def show_changes(self) -> None:
        """Publish to the open channels whatever the bot has done, four times a second."""
        backend, seen = self._room.env.backend, 0
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            happened = len(backend.transcript)
            if happened != seen:
                seen = happened
                for preview in self._previews.values():
                    preview.show_newest()

    async def close(self) -> None:
        """Close the channels."""
        for preview in self._previews.values():
            await preview.close()

    @web.middleware
    async def _only_from_here(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        # Another site in the same browser must neither read this page nor press its buttons.
        origin = request.headers.get("Origin", self.address)
        if f"http://{request.host}" not in self._addresses() or origin not in self._addresses():
            raise web.HTTPForbidden
        response = await handler(request)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _addresses(self) -> set[str]:
        return {self.address, self.address.replace("127.0.0.1", "localhost")}

    async def _start(self, _request: web.Request) -> web.Response:
        nonce, note, self._note = secrets.token_urlsafe(16), self._note, ""
        words = words_for(self._room.language)
        page = render(self._room, words, self._progress(), note=note, nonce=nonce)
        policy = (
            "default-src 'none'; img-src data:; style-src 'unsafe-inline'; connect-src 'self'; "
            f"script-src 'nonce-{nonce}'; form-action 'self'; frame-ancestors 'none'"
        )
        return web.Response(
            text=page, content_type="text/html", headers={"Content-Security-Policy": policy}
        )

    async def _status(self, _request: web.Request) -> web.Response:
        return web.json_response(self._progress().state(words_for(self._room.language)))

    async def _open(self, request: web.Request) -> web.Response:
        place_id = int(request.match_info["place"])
        async with self._opening:
            preview = self._previews.get(place_id) or await self._open_preview(place_id)
        preview.locale = self._room.language  # of dates, for the page that is about to open
        raise web.HTTPSeeOther(preview.url)

    async def _open_preview(self, place_id: int) -> LivePreview:
        place = self._room.find_place(place_id)
        if place is None:
            raise web.HTTPNotFound
        preview = LivePreview(self._room, place, home=self.address)
        await preview.open()
        self._previews[place_id] = preview
        return preview

    async def _set_language(self, request: web.Request) -> web.Response:
        language = str((await request.post()).get("language"))
        if language in LANGUAGES:
            self._room.language = language
        raise web.HTTPSeeOther("/")

    async def _use_menu(self, request: web.Request) -> web.Response:
        form = await request.post()
        words = words_for(self._room.language)
        try:
            async with asyncio.timeout(SECONDS_TO_WAIT_FOR_THE_BOT), self._room.acting:
                self._note = await self._room.use_menu(
                    str(form.get("menu")),
                    member_id=int(str(form.get("member"))),
                    place_id=int(str(form.get("place"))),
                    message_id=int(str(form.get("message"))),
                ) or words("Done.")
        except (LookupError, ValueError):
            self._note = words("That message is gone.")
        except TimeoutError:
            self._note = words("The bot is still busy with another action. Try again in a moment.")
        raise web.HTTPSeeOther("/")
