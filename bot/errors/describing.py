"""From an error to words, and to the log."""

from functools import singledispatch
from secrets import token_hex

import structlog
from discord import app_commands

from bot.errors.refusals import MissingRights, NotHere
from bot.locales import Words
from engine.errors import Refused

log = structlog.get_logger()


@singledispatch
def describe(error: Exception, words: Words) -> str:
    """Say in the member's language what went wrong and what to do next."""
    return words("Something went wrong on our side. Please try again.")


def cause_of(error: Exception) -> Exception:
    """Return what was raised inside a command, or what Discord's refusal means for us."""
    if isinstance(error, app_commands.CommandInvokeError):
        return cause_of(error.original)
    if isinstance(error, app_commands.BotMissingPermissions):
        return MissingRights(tuple(error.missing_permissions))
    if isinstance(error, app_commands.NoPrivateMessage):
        return NotHere()
    return error


def word(error: Exception, words: Words) -> str:
    """Word an error for a member, and log it: a failure with the code that the member sees."""
    if isinstance(error, Refused):
        log.info("refused", reason=type(error).__name__)
        return describe(error, words)
    code = words("(code {code})", code=log_failure(error))
    return f"{describe(error, words)} {code}"


def log_failure(error: Exception) -> str:
    """Log a failure or a bug under a new short code, and return the code."""
    code = token_hex(3).upper()
    log.error("failed", code=code, error=type(error).__name__, exc_info=error)
    return code
