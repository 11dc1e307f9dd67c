"""A server's own voice: the training of adapters, and which of them writes."""

from dataclasses import dataclass
from enum import StrEnum


class JobState(StrEnum):
    """How far a training job is.

    PREPARING -> OFFERED -> WAITING -> TRAINING -> DONE; from each of them to FAILED or CANCELLED.
    """

    PREPARING = "preparing"  # the works are collected, memory and time are estimated
    OFFERED = "offered"  # the estimate is shown; a moderator has to agree
    WAITING = "waiting"  # in line: one job runs at a time
    TRAINING = "training"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED_STATES = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


class JobEnding(StrEnum):
    """Why a job ends, or is to end, before it is done."""

    CANCELLED = "cancelled"  # a moderator wished it
    NOT_TAKEN = "not taken"  # nobody agreed to the estimate in time
    WITHDRAWN = "withdrawn"  # a work that it learns from was withdrawn
    KILLED = "killed"  # its process died again and again without a word
    # What the process itself says, as `engine.story.training.FaultCode` spells it:
    TOO_LITTLE_TEXT = "too little text"
    NO_HELD_OUT_WORK = "no held-out work"
    METHOD_NOT_SERVED = "method not served"
    OUT_OF_MEMORY = "out of memory"
    OUT_OF_DISK = "out of disk"
    MODEL_UNUSABLE = "model unusable"
    NOT_INSTALLED = "not installed"
    DIVERGED = "diverged"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """One training of an adapter, from the command to its end."""

    id: int
    guild_id: int
    member_id: int  # who asked for it; 0 once erased
    channel_id: int
    message_id: int | None  # where its progress is shown
    language: str  # of that message
    method: str
    effort: str
    seed: int
    state: JobState
    ending: JobEnding | None  # while it is not ended: the wish that it end
    works: int
    words: int
    estimate: str  # JSON, "" before it is known
    facts: str  # JSON: of the ending, "" without any
    attempts: int  # times that the training process was started
    created_ms: int
    ended_ms: int | None

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state in ENDED_STATES


@dataclass(frozen=True, slots=True)
class TrainingWork:
    """One work in the data set of a job: the manifest's row, without the text."""

    work_id: int
    text_hash: str  # SHA-256 of the text, hex
    licence: str
    source: str
    consents: str  # JSON: which consents, of which version, given when
    split: str  # "train" or "held_out"


@dataclass(frozen=True, slots=True)
class Adapter:
    """A trained adapter of one server; its folder is never changed."""

    id: int
    guild_id: int
    number: int  # among the server's own, from 1: what members call it by
    name: str  # of its folder, and on the model server
    job_id: int
    method: str
    base_model: str  # as the model server names it
    base_digest: str
    template_digest: str
    data_digest: str
    report: str  # JSON
    created_ms: int
    stale_ms: int | None  # since when a work that it learned from is withdrawn

    @property
    def is_stale(self) -> bool:
        """Whether it may not be used any more."""
        return self.stale_ms is not None


class VoiceChangeKind(StrEnum):
    """Why a server's voice changed."""

    PROMOTE = "promote"
    ROLLBACK = "rollback"
    OFF = "off"
    STALE = "stale"  # a work was withdrawn


@dataclass(frozen=True, slots=True)
class VoiceChange:
    """One entry of the journal of a server's voice, which is append-only."""

    id: int
    kind: VoiceChangeKind
    from_adapter_id: int | None  # None: the base model
    to_adapter_id: int | None
    member_id: int  # 0: nobody, or erased
    created_ms: int


class Choice(StrEnum):
    """What a member found of a pair."""

    FIRST = "first"
    SECOND = "second"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Blind pairs: what an adapter writes, beside what its rival writes."""

    id: int
    guild_id: int
    channel_id: int
    adapter_id: int
    rival_adapter_id: int | None  # None: the base model
    opener_id: int
    language: str
    seed: int
    created_ms: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts for the same prompt, in the order in which members see them."""

    id: int
    comparison_id: int
    number: int  # from 1
    prompt: str
    first: str
    second: str
    adapter_is_first: bool  # told to nobody before the result
    message_id: int | None


@dataclass(frozen=True, slots=True)
class Opponents:
    """Who stands against whom in a comparison; both are loaded, under these names."""

    adapter: Adapter
    adapter_name: str
    rival: Adapter | None  # None: the base model
    rival_name: str | None
