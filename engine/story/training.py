"""What a training process is told, and what it tells: files in one folder, all JSON.

The bot writes `order.json`, `works.jsonl` and `manifest.json`; the process answers with the rest.
Nothing here holds a member's text but `works.jsonl`, which is deleted when the job ends.
"""

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, Self

from pydantic import TypeAdapter

from engine.story.voice import TrainingWork

ORDER, WORKS, MANIFEST = "order.json", "works.jsonl", "manifest.json"
ESTIMATE, PROGRESS = "estimate.json", "progress.jsonl"
CHECKPOINTS, TENSORBOARD, ADAPTER = "checkpoints", "tensorboard", "adapter"
CURVE, REPORT, CARD = "curve.png", "report.json", "card.md"
DONE, FAILED = "done.json", "failed.json"

TRAIN, HELD_OUT = "train", "held_out"  # the two values of a split
LEAST_TRAINING_TOKENS = 5_000


class Form:
    """Something that is written to a file as JSON, and read from it."""

    __slots__ = ()

    def to_json(self) -> str:
        """Return it as one line."""
        return json.dumps(asdict(self), ensure_ascii=False, allow_nan=False)  # type: ignore[call-overload]

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read it.

        Raises:
            ValueError: it is not JSON, or not of this form.
        """
        read: Self = _adapter(cls).validate_json(text)  # type: ignore[arg-type]
        return read


@cache
def _adapter(form: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(form)


class Method(StrEnum):
    """How a voice is learned. Our model server can serve the first two."""

    LORA = "lora"
    ADALORA = "adalora"  # exported as plain LoRA
    PREFIX = "prefix"  # refused unless the order says that another server is meant

    @property
    def is_served(self) -> bool:
        """Whether our model server can write with what the method makes."""
        return self is not Method.PREFIX


class Effort(StrEnum):
    """How long a voice is trained, when the order names no steps."""

    QUICK = "quick"
    NORMAL = "normal"
    THOROUGH = "thorough"


class Phase(StrEnum):
    """What the process is doing."""

    LOADING = "loading"
    MEASURING = "measuring"
    TRAINING = "training"
    REPORTING = "reporting"


class FaultCode(StrEnum):
    """Why a training is refused or has failed."""

    TOO_LITTLE_TEXT = "too little text"  # facts: tokens, least
    NO_HELD_OUT_WORK = "no held-out work"  # facts: works, held_out_tokens
    METHOD_NOT_SERVED = "method not served"  # facts: method
    OUT_OF_MEMORY = "out of memory"  # facts: needed_bytes, free_bytes
    OUT_OF_DISK = "out of disk"
    MODEL_UNUSABLE = "model unusable"  # facts: reason
    NOT_INSTALLED = "not installed"  # facts: package
    DIVERGED = "diverged"  # facts: step
    BROKEN = "broken"  # facts: error, the name of its class


@dataclass(frozen=True, slots=True)
class TrainingFault(Form):
    """Why a training is refused (in the estimate) or has failed (`failed.json`); no text in it."""

    code: FaultCode
    facts: dict[str, int | float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrainingOrder(Form):
    """What is to be trained (`order.json`). It is not changed once the training has begun."""

    job_id: int
    guild_id: int
    name: str  # of the adapter
    model: str = "embedded"  # as ServingSettings: `embedded`, a hub id, or a folder
    models_dir: str = ".models"
    device: str = "auto"
    method: Method = Method.LORA
    effort: Effort = Effort.NORMAL
    steps: int | None = None  # None: by effort and amount of text
    rank: int = 16
    learning_rate: float | None = None  # None: that of the method
    seed: int = 1
    threads: int = 1  # CPU threads
    block_tokens: int | None = None  # None: by device
    report_tokens: int | None = None  # of each corpus in the report; None: by device
    steps_between_saves: int | None = None  # None: a tenth of the steps, 5 to 100
    is_for_another_server: bool = False  # train although our model server cannot serve the method


@dataclass(frozen=True, slots=True)
class WorkRow(Form):
    """One line of `works.jsonl`."""

    work_id: int
    title: str
    language: str  # "en" or "zh-CN"
    text: str
    text_hash: str  # SHA-256 of the text, hex
    split: str  # TRAIN or HELD_OUT


@dataclass(frozen=True, slots=True)
class ManifestPermission:
    """Discord's permission, as the operator recorded it."""

    by: str
    day: str  # ISO
    reference: str


@dataclass(frozen=True, slots=True)
class TrainingManifest(Form):
    """What the voice learns from, without the texts (`manifest.json`).

    The SHA-256 of the file's bytes is the data hash.
    """

    works: tuple[TrainingWork, ...]
    permission: ManifestPermission | None = None  # None: no text came through Discord


@dataclass(frozen=True, slots=True)
class TrainingEstimate(Form):
    """What a training will take (`estimate.json`)."""

    memory_bytes: int
    free_bytes: int
    seconds: float  # training and report; 0 when it is refused before steps were timed
    tokens: int  # for training, once through
    held_out_tokens: int
    steps: int
    device: str  # "cpu" or "cuda:0"
    saves_activations: bool  # gradient checkpointing: more time, less memory
    refusal: TrainingFault | None = None


@dataclass(frozen=True, slots=True)
class TrainingProgress(Form):
    """One line of `progress.jsonl`."""

    phase: Phase
    step: int  # in the phase
    of: int
    loss: float | None  # of the last step, nats per token
    held_out_loss: float | None  # the latest
    seconds: float  # since this process began
    eta_seconds: float | None


@dataclass(frozen=True, slots=True)
class Perplexities(Form):
    """Perplexities of one corpus: of the base as it is, in four bits, and with the adapter."""

    corpus: str  # "held out", "held out as replies" or "control"
    tokens: int
    base: float  # bf16
    base_nf4: float
    adapter: float  # on NF4


@dataclass(frozen=True, slots=True)
class TextMeasures(Form):
    """What sampled continuations are like. Shares from 0 to 1, but BLEU and chrF from 0 to 100."""

    bleu: float
    chrf: float
    rouge_1: float
    rouge_2: float
    rouge_l: float
    token_f1: float
    distinct_1: float
    distinct_2: float
    distinct_4: float
    self_bleu: float
    repetition: float
    longest_overlap_tokens: int  # verbatim, with the training works


@dataclass(frozen=True, slots=True)
class TrainingReport(Form):
    """What came out (`report.json`)."""

    base_model: str  # as the model server names it
    base_digest: str  # SHA-256 over the base's files
    template: str  # how text was laid out for training
    template_digest: str
    data_digest: str
    method: Method
    adapter_digest: str  # SHA-256 of the weights' file
    language: str
    tokens: int
    held_out_tokens: int
    steps: int  # planned
    trained_steps: int
    best_step: int  # whose weights the adapter has
    held_out_loss: float
    perplexities: tuple[Perplexities, ...]
    samples: int
    adapter_texts: TextMeasures
    base_texts: TextMeasures
    dropped_duplicates: int
    seconds: float  # of training, over all its processes
    peak_memory_bytes: int
    device: str
