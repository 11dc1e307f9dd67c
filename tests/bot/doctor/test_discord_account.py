from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import discord
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from bot.doctor.discord_account import check_discord
from bot.doctor.finding import Finding, Mark
from bot.permissions import NEEDED

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.abcdefghijklmnopqrstuvwxyz0123456789AB"


@dataclass
class Portal:
    """Discord's side of the story: what a loopback server answers."""

    api: str = ""
    token: str = TOKEN
    status: int = 200
    application: dict[str, Any] = field(
        default_factory=lambda: {"id": "77", "flags": 0, "privacy_policy_url": "https://p.example"}
    )
    guilds: list[dict[str, Any]] = field(
        default_factory=lambda: [{"id": "1", "permissions": str(NEEDED.value)}]
    )

    def answer(self, request: web.Request, body: Any) -> web.Response:
        if request.headers["Authorization"] != f"Bot {self.token}":
            return web.json_response({"message": "401: Unauthorized"}, status=401)
        return web.json_response(body, status=self.status)

    async def me(self, request: web.Request) -> web.Response:
        return self.answer(request, {"id": "77", "username": "Scriptorium"})

    async def about(self, request: web.Request) -> web.Response:
        return self.answer(request, self.application)

    async def servers(self, request: web.Request) -> web.Response:
        after, limit = int(request.query["after"]), int(request.query["limit"])
        later = [guild for guild in self.guilds if int(guild["id"]) > after]
        return self.answer(request, later[:limit])


@pytest.fixture
async def portal() -> AsyncIterator[Portal]:
    portal = Portal()
    app = web.Application()
    app.router.add_get("/users/@me", portal.me)
    app.router.add_get("/applications/@me", portal.about)
    app.router.add_get("/users/@me/guilds", portal.servers)
    async with TestServer(app) as server:
        portal.api = str(server.make_url("")).rstrip("/")
        yield portal


async def examine(portal: Portal, token: str = TOKEN) -> list[Finding]:
    return await check_discord(SecretStr(token), api=portal.api)


def marked(findings: list[Finding], mark: Mark) -> list[str]:
    return [finding.what for finding in findings if finding.mark is mark]


async def test_a_healthy_application_has_no_complaint(portal: Portal) -> None:
    findings = await examine(portal)
    assert {finding.mark for finding in findings} == {Mark.OK}
    assert "Scriptorium" in findings[0].what


async def test_the_invite_link_asks_for_the_least(portal: Portal) -> None:
    (link,) = [f.what for f in await examine(portal) if "invite" in f.what]
    assert "client_id=77" in link
    assert "scope=bot+applications.commands" in link
    assert f"permissions={NEEDED.value}" in link


async def test_a_refused_token_is_a_problem(portal: Portal) -> None:
    portal.token = "another"
    (found,) = await examine(portal)
    assert found.mark is Mark.PROBLEM
    assert "Reset Token" in found.to_do


async def test_no_finding_ever_shows_the_token(portal: Portal) -> None:
    portal.token = "another"
    shown = [*await examine(portal), *await examine(portal, token="short"), *await examine(portal)]
    assert not [finding for finding in shown if TOKEN in str(finding) or "short" in str(finding)]


async def test_a_token_of_the_wrong_shape_is_never_sent() -> None:
    (found,) = await check_discord(SecretStr("Bot abc\n"), api="http://127.0.0.1:1")
    assert "shape" in found.what


async def test_no_token_means_rehearsal_and_is_no_problem() -> None:
    (found,) = await check_discord(None)
    assert found.mark is Mark.WARNING


async def test_an_unreachable_discord_is_a_problem() -> None:
    (found,) = await check_discord(SecretStr(TOKEN), api="http://127.0.0.1:1")
    assert found.mark is Mark.PROBLEM
    assert "cannot be reached" in found.what


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_busy_discord_is_no_fault_of_the_operator(portal: Portal, status: int) -> None:
    portal.status = status
    (found,) = await examine(portal)
    assert found.mark is Mark.WARNING
    assert str(status) in found.what


@pytest.mark.parametrize(
    ("bit", "name"),
    [(12, "Presence"), (15, "Server Members"), (18, "Message Content"), (19, "Message Content")],
)
async def test_a_privileged_intent_is_named_as_not_needed(
    portal: Portal, bit: int, name: str
) -> None:
    portal.application["flags"] = 1 << bit
    (what,) = marked(await examine(portal), Mark.WARNING)
    assert what.endswith(name)


@pytest.mark.parametrize(
    ("change", "mark"),
    [
        ({"interactions_endpoint_url": "https://x.example"}, Mark.PROBLEM),
        ({"bot_require_code_grant": True}, Mark.PROBLEM),
        ({"privacy_policy_url": None}, Mark.WARNING),
    ],
)
async def test_a_portal_setting_that_would_hurt_is_found(
    portal: Portal, change: dict[str, Any], mark: Mark
) -> None:
    portal.application |= change
    assert len(marked(await examine(portal), mark)) == 1


async def test_each_missing_permission_is_named(portal: Portal) -> None:
    held = NEEDED.value & ~discord.Permissions(read_messages=True, attach_files=True).value
    portal.guilds = [{"id": "5", "permissions": str(held)}]
    (what,) = marked(await examine(portal), Mark.PROBLEM)
    assert what == "server 5: missing View Channels, Attach Files"


async def test_an_administrator_lacks_nothing_and_has_too_much(portal: Portal) -> None:
    portal.guilds = [{"id": "5", "permissions": str(discord.Permissions(administrator=True).value)}]
    findings = await examine(portal)
    assert not marked(findings, Mark.PROBLEM)
    assert marked(findings, Mark.WARNING) == ["server 5: more than needed: Administrator"]


async def test_the_second_page_of_servers_is_read_too(portal: Portal) -> None:
    portal.guilds = [{"id": str(n), "permissions": str(NEEDED.value)} for n in range(1, 202)]
    portal.guilds[-1]["permissions"] = "0"
    findings = await examine(portal)
    assert findings[-1].what == "201 servers looked at"
    assert marked(findings, Mark.PROBLEM)[0].startswith("server 201: missing")


async def test_a_bot_on_no_server_is_told_to_use_the_link(portal: Portal) -> None:
    portal.guilds = []
    assert marked(await examine(portal), Mark.WARNING) == ["the bot is on no server yet"]
