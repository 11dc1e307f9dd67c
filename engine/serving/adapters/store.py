"""The adapters of a running server: loaded, checked, used, replaced and unloaded by name.

A name stays with the weights that were checked under it: an adapter that gave up its slot is read
from its folder again when it is next used, and refused if the files have changed meanwhile.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from engine.serving.adapters.canary import Canary
from engine.serving.adapters.checks import (
    CheckedAdapter,
    find_folder,
    fitting,
    read_adapter,
)
from engine.serving.adapters.config import refused
from engine.serving.adapters.lora import LoraStacks
from engine.serving.adapters.slots import Slots, Tenant
from engine.serving.faults import ApiError, bad_request
from engine.serving.loop.row import Adapter
from engine.settings import ServingSettings

if TYPE_CHECKING:
    from engine.serving.loop.batch import Batch

log = structlog.get_logger()

T = TypeVar("T")

MOST_NAMES = 1024
NAME_MARKS = frozenset("._-:/")  # beside letters and digits


@dataclass(eq=False)
class NamedAdapter(Tenant):
    """One version of an adapter under its name."""

    path: str = ""  # inside the folder of adapters, as asked
    folder: Path = field(default_factory=Path)
    version: int = 0  # no two loads share a number
    digest: str = ""
    loaded_at: int = 0  # seconds since 1970
    arrival: asyncio.Task[None] | None = None  # while it is being read again


class Adapters:
    """All adapters of one model. All methods are for the event loop."""

    def __init__(self, batch: "Batch", settings: ServingSettings) -> None:
        model, names = batch.loaded.model, {batch.loaded.name}
        folder = str(getattr(model.config, "_name_or_path", "") or "")
        self.root = settings.adapters_dir
        self.named: dict[str, NamedAdapter] = {}
        self.model_name = batch.loaded.name
        self._fitting = fitting(model, names | {folder} - {""}, settings.most_adapter_rank)
        self._slots = Slots(settings.most_adapters)
        self._stacks = LoraStacks(
            model,
            slots=settings.most_adapters + 1,
            most_rank=settings.most_adapter_rank,
            dtype=self._fitting.dtype,
        )
        self._stacks.step_source = batch.step_with
        self._canary = Canary(batch)
        self._one_load = asyncio.Lock()
        self._one_filling = asyncio.Lock()
        self._fillings, self._versions = count(1), count(1)
        self._tasks: set[asyncio.Task[Any]] = set()

    # --- loading and unloading ------------------------------------------------------------------

    async def load(self, name: str, path: str, *, replace: bool = False) -> NamedAdapter:
        """Check an adapter, try it, and give it a name; requests run on meanwhile.

        A load goes on when its caller goes away. One that fails leaves everything as it was.

        Raises:
            ApiError: it is refused, and why.
        """
        return await asyncio.shield(self._task(self._load(name, path, replace=replace)))

    async def _load(self, name: str, path: str, *, replace: bool) -> NamedAdapter:
        async with self._one_load:
            root = self._check_request(name, replace=replace)
            folder = await asyncio.to_thread(find_folder, root, path)
            checked = await asyncio.to_thread(read_adapter, root, folder, self._fitting)
            slot = await self._slots.take()
            try:
                adapter = await self._fill(name, slot, checked)
                times = await self._canary.try_out(adapter)
            except BaseException:
                self._slots.give_back(slot)
                raise
            new = NamedAdapter(
                name,
                path=str(folder.relative_to(root.resolve())),
                folder=folder,
                version=next(self._versions),
                digest=checked.digest,
                loaded_at=int(time.time()),
            )
            if old := self.named.get(name):
                old.retired = True
            self.named[name] = new
            self._slots.move_in(new, adapter)
            log.info("adapter_loaded", version=new.version, rank=adapter.rank, perplexity=times)
            return new

    def _check_request(self, name: str, *, replace: bool) -> Path:
        if self.root is None:
            message = "this server takes no adapters: ADAPTERS_DIR is not set"
            raise ApiError(403, "adapters_disabled", message)
        if name == self.model_name:
            message = f"{name!r} is the name of the base model"
            raise bad_request("adapter_name_taken", message, "lora_name")
        if name in self.named and not replace:
            message = (
                f"The lora adapter {name!r} has already been loaded. If you want to load the "
                "adapter in place, set 'load_inplace' to True."
            )
            raise bad_request("adapter_already_loaded", message, "lora_name")
        if not all((mark.isalnum() and mark.isascii()) or mark in NAME_MARKS for mark in name):
            message = "a name may have the letters a to z, digits, and . _ - : /"
            raise bad_request("adapter_name_invalid", message, "lora_name")
        if name not in self.named and len(self.named) >= MOST_NAMES:
            message = f"{MOST_NAMES} adapters are loaded; unload one first"
            raise bad_request("too_many_adapters", message, "lora_name")
        return self.root

    def unload(self, name: str) -> None:
        """Forget a name at once; its weights leave with the last request that uses them.

        Raises:
            ApiError: there is none of this name.
        """
        self.get(name).retired = True
        del self.named[name]
        self._slots.settle()

    def get(self, name: str) -> NamedAdapter:
        """Return the adapter of a name.

        Raises:
            ApiError: there is none.
        """
        if found := self.named.get(name):
            return found
        message = f"The lora adapter {name!r} cannot be found."
        raise ApiError(404, "model_not_found", message, "lora_name")

    # --- use ------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def use(self, name: str | None) -> AsyncIterator[Adapter | None]:
        """Hold the weights of an adapter in place; None is the base model alone.

        It waits while the adapter is read again, or until a slot is free for it.

        Raises:
            ApiError: it was unloaded, or its files have changed.
        """
        if name is None:
            yield None
            return
        while leaving := (found := self.get(name)).leaving:
            await leaving.wait()
        self._slots.enter(found)
        try:
            if found.adapter is None:
                found.arrival = found.arrival or self._task(self._arrive(found))
                await asyncio.shield(found.arrival)
            yield found.adapter
        finally:
            self._slots.leave(found)

    async def _arrive(self, named: NamedAdapter) -> None:
        try:
            assert self.root is not None
            checked = await asyncio.to_thread(read_adapter, self.root, named.folder, self._fitting)
            if checked.digest != named.digest:
                raise refused("changed", "its files are not those that were loaded; load it again")
            slot = await self._slots.take()
            try:
                adapter = await self._fill(named.name, slot, checked)
            except BaseException:
                self._slots.give_back(slot)
                raise
            self._slots.move_in(named, adapter)
        except ApiError as error:
            log.warning("adapter_lost", version=named.version, code=error.code)
            message = f"the adapter {named.name!r} cannot be read again: {error.message}"
            raise ApiError(500, "adapter_unavailable", message, "model") from error
        finally:
            named.arrival = None

    async def _fill(self, name: str, slot: int, checked: CheckedAdapter) -> Adapter:
        try:
            async with self._one_filling:
                await asyncio.to_thread(self._stacks.fill, slot, checked.weights)
        except RuntimeError as error:  # torch's word for running out of memory, on any device
            raise refused("no_memory", "there is no memory left for it", 503) from error
        return Adapter(name, next(self._fillings), slot, checked.rank)

    def _task(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run work to its end, whoever waits for it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # Its caller may be gone: then nobody else asks how it ended.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return task
