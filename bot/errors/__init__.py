"""The one place where an error becomes words to a member.

A refusal says why and what to do next. A failure says that it is ours, with a short code that
stands in the log as well.
"""

# Each module registers its wordings.
from bot.errors import (  # noqa: F401
    branches,
    canon,
    cast,
    critiques,
    discord_side,
    documents,
    exchange,
    failures,
    inspiration,
    library,
    lore,
    memory,
    order,
    stories,
    styles,
    voices,
)
from bot.errors.describing import cause_of, describe, log_failure, word
from bot.errors.refusals import (
    FileTooLarge,
    MemberLacksRights,
    MissingRights,
    NotHere,
    NothingToRead,
    NotShown,
    NotYourMessage,
)

__all__ = [
    "FileTooLarge",
    "MemberLacksRights",
    "MissingRights",
    "NotHere",
    "NotShown",
    "NotYourMessage",
    "NothingToRead",
    "cause_of",
    "describe",
    "log_failure",
    "word",
]
