"""One reply that nobody waits for: behind everybody else, here and on the model server."""

from dataclasses import replace

from engine.model.request import ModelRequest, Priority
from engine.runtime import Engine
from engine.writing.asking_all import Reply, read_reply
from engine.writing.patience import patiently


async def ask_quietly(
    engine: Engine, request: ModelRequest, *, guild_id: int, channel_id: int
) -> Reply:
    """Ask for a reply at background priority. Cancelling cancels the request.

    Raises:
        ModelUnavailable: the model did not come back for `engine.seconds_for_model`.
        GenerationFailed: the model broke off.
        PromptRefused, Unsupported: the server does not take such a request.
    """
    quiet = replace(request, priority=Priority.BACKGROUND)
    ticket = engine.queue.readmit(
        member_id=0, channel_id=channel_id, guild_id=guild_id, is_background=True
    )
    async with ticket:
        return await patiently(engine, lambda: read_reply(engine, quiet))
