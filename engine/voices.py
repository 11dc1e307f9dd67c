"""Which adapter writes for a server, ready on the model server."""

import asyncio
from collections import OrderedDict
from pathlib import Path

import structlog

from engine.errors import Failed, PromptRefused, Unsupported, VoiceFault, VoiceUnavailable
from engine.model.request import Model
from engine.storage import Database, voices
from engine.story import Adapter

log = structlog.get_logger()

# The model server keeps as many in memory as it has places for, and reads the others again when
# they are asked for. This bounds only the names that it has to know.
MOST_LOADED = 256
ALREADY_LOADED, WRONG_BASE = "adapter_already_loaded", "adapter_wrong_base"


class Voices:
    """The voices of all servers on one model server.

    What is loaded is asked of the model server each time: it may have been started again.
    """

    def __init__(
        self, database: Database, model: Model, folder: Path, *, most_loaded: int = MOST_LOADED
    ) -> None:
        self.folder = folder  # of all adapters; the same path on the model server's machine
        self._database = database
        self._model = model
        self._most_loaded = most_loaded
        self._loading = asyncio.Lock()
        self._used: OrderedDict[str, None] = OrderedDict()  # names, the last used at the end
        self._to_drop: set[int] = set()  # servers whose stale adapters may still be loaded

    async def ready(self, guild_id: int) -> str | None:
        """Return the name of the server's promoted adapter, loaded; None when it has none.

        Raises:
            ModelUnavailable: the model server cannot be asked.
            VoiceUnavailable: the adapter cannot be loaded. Nothing else takes its place.
        """
        if guild_id in self._to_drop:
            await self.drop_stale(guild_id=guild_id)
        while True:
            adapter = await self._promoted(guild_id)
            if adapter is None:
                return None
            await self.prepare(adapter)
            # Loading takes a while: meanwhile a work may have been withdrawn.
            if await self._promoted(guild_id) == adapter:
                return adapter.name
            await self.drop_stale(guild_id=guild_id)

    async def prepare(self, adapter: Adapter) -> str:
        """Have an adapter loaded, promoted or not, and return its name. Raise as `ready`.

        Stale ones are never loaded: that is the caller's to see to, as it read the adapter.
        """
        assert not adapter.is_stale
        self._used[adapter.name] = None
        self._used.move_to_end(adapter.name)
        if adapter.name not in await self._model.list_adapters():
            async with self._loading:
                await self._load(adapter)
        return adapter.name

    async def drop_stale(self, *, guild_id: int) -> None:
        """Have the model server forget the server's stale adapters.

        A model server that cannot be asked now is asked before the server's next request; what is
        stale is never used, loaded or not.
        """
        async with self._database.reading() as tx:
            known = await voices.list_adapters(tx, guild_id=guild_id)
        stale = {adapter.name for adapter in known if adapter.is_stale}
        self._to_drop.add(guild_id)
        try:
            for name in stale.intersection(await self._model.list_adapters() if stale else ()):
                await self._unload(name)
        except Failed as error:
            log.warning("stale_adapters_stay_loaded", error=type(error).__name__)
        else:
            self._to_drop.discard(guild_id)

    async def _promoted(self, guild_id: int) -> Adapter | None:
        # A caller may be cancelled at any moment; a read of the database never is.
        return await asyncio.shield(self._read_promoted(guild_id))

    async def _read_promoted(self, guild_id: int) -> Adapter | None:
        async with self._database.reading() as tx:
            adapter = await voices.find_promoted(tx, guild_id=guild_id)
        return None if adapter is None or adapter.is_stale else adapter

    async def _load(self, adapter: Adapter) -> None:
        loaded = await self._model.list_adapters()
        if adapter.name in loaded:  # somebody else was first
            return
        served = (await self._model.info()).name
        if last_part(served) != last_part(adapter.base_model):
            raise VoiceUnavailable(adapter.number, VoiceFault.OTHER_BASE, adapter.base_model)
        await self._make_room(loaded)
        try:
            await self._model.load_adapter(adapter.name, str(self.path_of(adapter.name)))
        except PromptRefused as refusal:
            code = refusal.reason.rpartition(": ")[2]
            if code == ALREADY_LOADED:
                return
            log.warning("voice_refused", guild_id=adapter.guild_id, code=code)
            fault = VoiceFault.OTHER_BASE if code == WRONG_BASE else VoiceFault.REFUSED
            reason = adapter.base_model if code == WRONG_BASE else code
            raise VoiceUnavailable(adapter.number, fault, reason) from None
        except Unsupported:
            raise VoiceUnavailable(adapter.number, VoiceFault.NOT_LOADABLE) from None
        log.info("voice_loaded", guild_id=adapter.guild_id, number=adapter.number)

    async def _make_room(self, loaded: frozenset[str]) -> None:
        """Have the longest unused of our adapters forgotten when too many names are known."""
        ours = [name for name in self._used if name in loaded]
        for name in ours[: max(0, len(ours) + 1 - self._most_loaded)]:
            await self._unload(name)

    async def _unload(self, name: str) -> None:
        try:
            await self._model.unload_adapter(name)
        except PromptRefused:
            log.info("voice_was_not_loaded")
        self._used.pop(name, None)

    def path_of(self, name: str) -> Path:
        """Return the folder of an adapter."""
        return self.folder.absolute() / name


def last_part(name: str) -> str:
    """Return a model's name without the folders or the owner before it, in lower case."""
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2].casefold()
