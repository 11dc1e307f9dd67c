"""Refusals that only Discord's side knows."""

from dataclasses import dataclass

from engine.errors import Failed, Refused


@dataclass
class MissingRights(Refused):
    """The bot lacks permissions in the channel; `names` as discord.Permissions spells them."""

    names: tuple[str, ...]


@dataclass
class MemberLacksRights(Refused):
    """The member may not do there what the bot would do for them; `names` as above."""

    names: tuple[str, ...]


class NotYourMessage(Refused):
    """The message was written by somebody else."""


class NotHere(Refused):
    """Stories live in text channels, threads and forum posts of a server."""


@dataclass
class FileTooLarge(Refused):
    """A file has more bytes than may be sent or taken here."""

    size: int
    most: int


class NothingToRead(Refused):
    """The story has no written turn yet."""


@dataclass
class NotShown(Failed):
    """The turn is in the story, but Discord did not take the message that shows it."""

    turn_number: int
