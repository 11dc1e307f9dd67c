"""The start page: rooms, languages, message menus, and nobody from elsewhere."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.rehearsal.room import Room, open_room
from bot.rehearsal.site import serve
from bot.rehearsal.start_page import Progress
from tests.fakes.tiny_bot import TinyBot


class Visit:
    """A browser's view of a rehearsal, without a browser."""

    def __init__(self, room: Room, session: aiohttp.ClientSession) -> None:
        self.room = room
        self.session = session
        self.progress = Progress(is_ready=True)

    async def page(self) -> str:
        async with self.session.get("/") as response:
            assert response.status == 200
            return await response.text()

    async def send(self, path: str, **form: object) -> str:
        async with self.session.post(path, data={k: str(v) for k, v in form.items()}) as response:
            return await response.text()


@pytest.fixture
async def visit() -> AsyncIterator[Visit]:
    async with open_room(TinyBot, "en-US") as room:
        holder: list[Visit] = []
        async with (
            serve(room, lambda: holder[0].progress, port=0) as address,
            aiohttp.ClientSession(address) as session,
        ):
            holder.append(Visit(room, session))
            yield holder[0]


async def test_the_start_page_lists_rooms_with_their_last_message(visit: Visit) -> None:
    assert "Nobody has said anything yet." in await visit.page()
    await visit.room.members[0].send(visit.room.channels[0], "The owl was first.")
    page = await visit.page()
    assert "fireside" in page
    assert "The owl was first." in page


async def test_what_members_and_bot_wrote_is_text_on_the_start_page_never_markup(
    visit: Visit,
) -> None:
    await visit.room.members[0].send(visit.room.channels[0], "<script>alert(1)</script> $gone")
    await visit.room.members[0].slash(visit.room.channels[0], "thread")
    page = await visit.page()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; $gone" in page
    assert "a &lt;quiet&gt; corner" in page
    assert "<quiet>" not in page


async def test_private_answers_are_not_listed(visit: Visit) -> None:
    await visit.room.members[0].slash(visit.room.channels[0], "language")
    page = await visit.page()
    assert page.count("Nobody has said anything yet.") == len(visit.room.channels)
    assert "en-US</span>" not in page


async def test_a_language_button_changes_the_page_and_what_discord_tells_the_bot(
    visit: Visit,
) -> None:
    page = await visit.send("/language", language="zh-CN")
    assert '<html lang="zh-CN">' in page
    result = await visit.room.members[0].slash(visit.room.channels[0], "language")
    assert result.response is not None
    assert result.response.content == "zh-CN"


async def test_an_unknown_language_changes_nothing(visit: Visit) -> None:
    assert '<html lang="en-US">' in await visit.send("/language", language='"><script>')


async def test_a_message_menu_is_used_as_the_chosen_member_and_its_answer_is_shown_once(
    visit: Visit,
) -> None:
    room = visit.room
    message = await room.members[0].send(room.channels[0], "An owl")
    page = await visit.send(
        "/menu",
        menu="Keep",
        place=room.channels[0].id,
        message=message.id,
        member=room.members[1].id,
    )
    assert "Kept: An owl" in page
    assert "Kept: An owl" not in await visit.page()


@pytest.mark.parametrize("missing", ["menu", "place", "message", "member"])
async def test_a_menu_on_something_that_is_gone_says_so(visit: Visit, missing: str) -> None:
    room = visit.room
    message = await room.members[0].send(room.channels[0], "An owl")
    form: dict[str, object] = {
        "menu": "Keep",
        "place": room.channels[0].id,
        "message": message.id,
        "member": room.members[1].id,
    }
    page = await visit.send("/menu", **(form | {missing: 7}))
    assert "That message is gone." in page


async def test_a_menu_waits_politely_while_another_action_runs(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.rehearsal.site.SECONDS_TO_WAIT_FOR_THE_BOT", 0.1)
    async with visit.room.acting:
        page = await visit.send("/menu", menu="Keep", place=1, message=1, member=1)
    assert "The bot is still busy" in page


async def test_the_loading_bar_follows_the_model_server(visit: Visit) -> None:
    visit.progress = Progress(is_ready=False, done=3, total=4)
    async with visit.session.get("/status") as response:
        status = await response.json()
    assert (status["state"], status["fraction"]) == ("loading", 0.75)
    assert "75 %" in status["text"]
    visit.progress = Progress(is_ready=False, restarts=2)
    assert "(restart 2)" in await visit.page()
    visit.progress = Progress(is_ready=True)
    async with visit.session.get("/status") as response:
        assert (await response.json())["state"] == "ready"


async def test_each_room_opens_in_a_page_of_its_own_and_stays_open(visit: Visit) -> None:
    addresses = []
    for channel in (*visit.room.channels, visit.room.channels[0]):
        path = f"/rooms/{channel.id}"
        async with visit.session.get(path, allow_redirects=False) as response:
            assert response.status == 303
            addresses.append(response.headers["Location"])
    assert addresses[0] == addresses[3]
    assert len(set(addresses)) == 3
    for address in addresses[:3]:
        async with aiohttp.ClientSession() as session, session.get(address) as response:
            page = await response.text()
            assert "Scriptorium" in page
            assert "SimCord" not in page


async def test_an_unknown_room_is_not_found(visit: Visit) -> None:
    async with visit.session.get("/rooms/7") as response:
        assert response.status == 404


@pytest.mark.parametrize(
    "headers", [{"Host": "elsewhere.example"}, {"Origin": "https://elsewhere.example"}]
)
async def test_requests_by_another_site_are_refused(visit: Visit, headers: dict[str, str]) -> None:
    for method, path in (("GET", "/"), ("GET", "/status"), ("POST", "/language")):
        async with visit.session.request(method, path, headers=headers) as response:
            assert response.status == 403
