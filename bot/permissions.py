"""What the bot asks for on a server: the least that its features need."""

import discord

from bot.locales import Words

NEEDED = discord.Permissions(
    view_channel=True,
    send_messages=True,  # also opens forum posts
    send_messages_in_threads=True,
    create_public_threads=True,  # a story in a thread of its own
    attach_files=True,  # exports
    manage_webhooks=True,  # the names and faces of characters
    read_message_history=True,  # replies, and finding its own posts again after a restart
)
SCOPES = ("bot", "applications.commands")
POWERFUL = discord.Permissions(
    administrator=True,
    manage_guild=True,
    manage_roles=True,
    manage_channels=True,
    manage_messages=True,
    manage_threads=True,
    kick_members=True,
    ban_members=True,
    moderate_members=True,
    mention_everyone=True,
)


def invite_url(application_id: int) -> str:
    """Return the address that adds the bot to a server with the permissions it needs."""
    return discord.utils.oauth_url(application_id, permissions=NEEDED, scopes=SCOPES)


def missing_permissions(held: discord.Permissions) -> list[str]:
    """Name each needed permission that `held` lacks; an administrator lacks none."""
    return [] if held.administrator else names(NEEDED, held, wanted=False)


def powerful_permissions(held: discord.Permissions) -> list[str]:
    """Name each permission in `held` that the bot has no use for and that could do harm."""
    return names(POWERFUL, held, wanted=True)


def label(permission: str) -> str:
    """Return the name that Discord's pages show, in English."""
    if permission in {"read_messages", "view_channel"}:  # discord.py has two names for it
        return "View Channels"
    return permission.replace("_", " ").title()


def permission_name(name: str, words: Words) -> str:
    """Return a permission's name as Discord's settings show it."""
    return {
        "view_channel": words("View Channel"),
        "read_messages": words("View Channel"),
        "send_messages": words("Send Messages"),
        "send_messages_in_threads": words("Send Messages in Threads"),
        "create_public_threads": words("Create Public Threads"),
        "attach_files": words("Attach Files"),
        "manage_webhooks": words("Manage Webhooks"),
        "manage_messages": words("Manage Messages"),
        "read_message_history": words("Read Message History"),
    }.get(name, label(name))


def names(of: discord.Permissions, held: discord.Permissions, *, wanted: bool) -> list[str]:
    return [name for name, is_asked in of if is_asked and getattr(held, name) is wanted]
