"""The model server as one thing: loading, ready, broken or draining."""

import asyncio
import time
from enum import StrEnum
from typing import TYPE_CHECKING

import structlog

from engine.serving.faults import bad_request, not_ready
from engine.serving.job import Job, Served
from engine.serving.metrics import Metrics
from engine.serving.progress import StartProgress
from engine.settings import ServingSettings

if TYPE_CHECKING:  # they import torch, which takes seconds, and HTTP is open before that
    from engine.serving.http.protocol import Generate
    from engine.serving.loop.batch import Batch
    from engine.serving.scoring.embeddings import Embedder
    from engine.serving.structure.compiling import Structures
    from engine.serving.weights.loading import LoadedModel

log = structlog.get_logger()

SECONDS_TO_DRAIN = 20.0


class State(StrEnum):
    """What can be expected of the server."""

    LOADING = "loading"
    READY = "ready"
    BROKEN = "broken"  # the generation loop died and is being started again
    DRAINING = "draining"  # finishing what runs, taking nothing new


class Server:
    """Holds the model and its batch once they are there."""

    def __init__(self, settings: ServingSettings) -> None:
        self.settings = settings
        self.progress = StartProgress()
        self.metrics = Metrics()
        self.batch: Batch | None = None
        self.served: Served | None = None
        self.embedder: Embedder | None = None
        self.structures: Structures | None = None
        self.tokenizer_hash = ""
        self.special_tokens: list[str] = []
        self.draining = False
        self.started = int(time.time())

    @property
    def state(self) -> State:
        """Return the state as /health tells it."""
        if self.draining:
            return State.DRAINING
        if self.batch is None:
            return State.LOADING
        return State.READY if self.batch.loop_is_up else State.BROKEN

    def ready(self) -> tuple["Batch", Served]:
        """Return what is needed to serve a request.

        Raises:
            ApiError: 503 while it loads or drains. While the loop is started again requests wait.
        """
        is_up = self.state in {State.READY, State.BROKEN}
        if not is_up or self.batch is None or self.served is None:
            raise not_ready(self.state)
        return self.batch, self.served

    async def prepare(self, job: Job, body: "Generate") -> Job:
        """Return the job with what takes time to make ready.

        Raises:
            ApiError: the structure that it asks for cannot be used.
        """
        if job.scored and self.batch and not self.batch.scores.is_exact:
            message = "this model changes its logits in a way that prompt_logprobs does not know"
            raise bad_request("prompt_logprobs_unsupported", message, "prompt_logprobs")
        return await self.structures.prepare(job, body) if self.structures else job

    async def run(self) -> None:
        """Load the model, try it, and keep it running for ever.

        Raises:
            ModelUnusable: the model cannot be loaded.
            LoopBeyondRepair: the loop died and cannot be started again.
        """
        loaded = await asyncio.to_thread(self._load)
        self.embedder = await asyncio.to_thread(self._load_embedder)
        batch = await self._open_batch(loaded)
        self.batch = batch
        self.progress.report("ready", 1, 1)
        log.info("ready", model=batch.loaded.name, context_tokens=batch.context_tokens)
        await batch.watch()

    async def drain(self) -> None:
        """Take nothing new and wait until what runs has finished, up to SECONDS_TO_DRAIN."""
        self.draining = True
        open_requests = self.batch.room.taken if self.batch else 0
        log.info("draining", open_requests=open_requests)
        async with asyncio.timeout(SECONDS_TO_DRAIN):
            if self.batch:
                await self.batch.room.is_empty.wait()

    def _load(self) -> "LoadedModel":
        from engine.serving.weights.loading import load  # noqa: PLC0415 - in this thread, not at start

        return load(self.settings, self.progress.report)

    def _load_embedder(self) -> "Embedder | None":
        if self.settings.embedding_model is None:
            return None
        from engine.serving.scoring.embeddings import Embedder  # noqa: PLC0415

        return Embedder(self.settings.embedding_model)

    async def _open_batch(self, loaded: "LoadedModel") -> "Batch":
        from engine.serving.loop.batch import Batch  # noqa: PLC0415
        from engine.serving.structure.compiling import Structures  # noqa: PLC0415

        self.progress.report("canary", 0, 1)
        self.structures = Structures(loaded)
        batch = Batch(loaded, self.settings)
        await batch.start()
        self.served = Served(
            name=loaded.name,
            tokenizer=loaded.tokenizer,
            vocabulary=loaded.vocabulary,
            context_tokens=batch.context_tokens,
            adapters=batch.adapters.named,
        )
        self.tokenizer_hash = loaded.tokenizer_hash()
        self.special_tokens = loaded.special_tokens()
        for name, meaning, value in (
            ("requests_running", "Replies in the batch", lambda: batch.running),
            ("requests_waiting", "Replies waiting for a place", lambda: batch.waiting),
            ("expected_wait_seconds", "Until a new reply begins", lambda: batch.expected_wait),
            ("cache_use_ratio", "Share of the KV cache in use", lambda: batch.cache_use),
            ("loop_restarts", "Times the generation loop died", lambda: batch.restarts),
        ):
            self.metrics.watch(f"scriptorium_{name}", meaning, value)
        return batch
