"""Checks of the Discord application, by the same HTTP interface that the bot uses."""

import re
from typing import Any

import aiohttp
import discord
from pydantic import SecretStr

from bot.doctor.finding import Finding, ok, problem, warning
from bot.permissions import invite_url, label, missing_permissions, powerful_permissions

DISCORD = "https://discord.com/api/v10"
TIMEOUT = aiohttp.ClientTimeout(total=20)
TOKEN_SHAPE = re.compile(r"[\w-]{20,}\.[\w-]+\.[\w-]{20,}")
GUILDS_A_PAGE = 200
PRIVILEGED_INTENTS = {  # application flags: granted, and granted below the review limit
    "Presence": 1 << 12 | 1 << 13,
    "Server Members": 1 << 14 | 1 << 15,
    "Message Content": 1 << 18 | 1 << 19,
}
NEW_ONE = "Developer Portal > your application > Bot > Reset Token, then DISCORD_TOKEN in .env"


class Unexpected(Exception):
    """Discord answered with something other than 200."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def check_discord(token: SecretStr | None, *, api: str = DISCORD) -> list[Finding]:
    """Check token, application and servers. The token never appears in a finding."""
    if token is None:
        return [
            warning(
                "no DISCORD_TOKEN: the bot opens the rehearsal instead of Discord",
                "set DISCORD_TOKEN in .env when you want it on Discord (README.md says how)",
            )
        ]
    secret = token.get_secret_value()
    if not TOKEN_SHAPE.fullmatch(secret):
        return [problem("DISCORD_TOKEN has not the shape of a bot token", NEW_ONE)]
    headers = {"Authorization": f"Bot {secret}", "User-Agent": "DiscordBot (scriptorium, doctor)"}
    try:
        async with aiohttp.ClientSession(headers=headers, timeout=TIMEOUT) as session:
            return await ask(session, api)
    except Unexpected as answer:
        return [explain(answer.status)]
    except (aiohttp.ClientError, TimeoutError) as error:
        reason = type(error).__name__
        return [problem(f"Discord cannot be reached: {reason}", "check network, DNS and firewall")]


async def ask(session: aiohttp.ClientSession, api: str) -> list[Finding]:
    account = await fetch(session, f"{api}/users/@me")
    application = await fetch(session, f"{api}/applications/@me")
    guilds = await fetch_guilds(session, api)
    return [
        ok(f"Discord accepts the token: {account['username']} (id {account['id']})"),
        *check_application(application),
        ok(f"invite link with the least permissions: {invite_url(int(application['id']))}"),
        *check_guilds(guilds),
    ]


async def fetch(session: aiohttp.ClientSession, url: str) -> Any:
    """Return the JSON of a 200. Raise Unexpected for any other status."""
    async with session.get(url) as response:
        if response.status != 200:
            raise Unexpected(response.status)
        return await response.json()


async def fetch_guilds(session: aiohttp.ClientSession, api: str) -> list[dict[str, Any]]:
    """Return every server the bot is in, page by page."""
    guilds: list[dict[str, Any]] = []
    while True:
        after = guilds[-1]["id"] if guilds else "0"
        url = f"{api}/users/@me/guilds?limit={GUILDS_A_PAGE}&after={after}"
        page = await fetch(session, url)
        guilds += page
        if len(page) < GUILDS_A_PAGE:
            return guilds


def explain(status: int) -> Finding:
    if status in {401, 403}:
        return problem(f"Discord refuses the token (HTTP {status})", NEW_ONE)
    if status == 429:
        return warning("Discord asks to slow down (HTTP 429)", "run the doctor again in a minute")
    return warning(f"Discord answered HTTP {status}", "try again, and see discordstatus.com")


def check_application(application: dict[str, Any]) -> list[Finding]:
    """Check what the Developer Portal says about the application."""
    findings = [check_intents(application)]
    if application.get("interactions_endpoint_url"):
        findings.append(
            problem(
                "an Interactions Endpoint URL is set: commands never reach this bot",
                "Developer Portal > General Information: empty that field",
            )
        )
    if application.get("bot_require_code_grant"):
        findings.append(
            problem(
                "the invite link needs an OAuth2 code grant, which this bot does not offer",
                "Developer Portal > Bot: switch off Requires OAuth2 Code Grant",
            )
        )
    if not application.get("privacy_policy_url"):
        findings.append(
            warning(
                "no privacy policy is linked",
                "Discord's terms ask for one: Developer Portal > General Information",
            )
        )
    return findings


def check_intents(application: dict[str, Any]) -> Finding:
    flags = int(application.get("flags", 0))
    switched_on = [name for name, bits in PRIVILEGED_INTENTS.items() if flags & bits]
    if switched_on:
        return warning(
            f"privileged intents are on and not needed: {', '.join(switched_on)}",
            "Developer Portal > Bot > Privileged Gateway Intents: switch them off",
        )
    return ok("no privileged intent is on, and none is needed")


def check_guilds(guilds: list[dict[str, Any]]) -> list[Finding]:
    """Check the bot's rights on each server, as its roles give them (channels may differ)."""
    if not guilds:
        return [warning("the bot is on no server yet", "open the invite link above")]
    findings = [finding for guild in guilds for finding in check_guild(guild)]
    return [*findings, ok(f"{len(guilds)} servers looked at")]


def check_guild(guild: dict[str, Any]) -> list[Finding]:
    held = discord.Permissions(int(guild["permissions"]))
    findings = []
    if missing := missing_permissions(held):
        findings.append(
            problem(
                f"server {guild['id']}: missing {readable(missing)}",
                "grant it to the bot's role, or open the invite link again",
            )
        )
    if powerful := powerful_permissions(held):
        findings.append(
            warning(
                f"server {guild['id']}: more than needed: {readable(powerful)}",
                "take it from the bot's role",
            )
        )
    return findings


def readable(permissions: list[str]) -> str:
    return ", ".join(label(name) for name in permissions)
