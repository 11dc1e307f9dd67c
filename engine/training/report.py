"""What a training brought: perplexities, likeness and copying, all with the base beside it."""

import gc
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from peft import PeftModel

from engine.story.training import (
    CARD,
    CURVE,
    REPORT,
    Perplexities,
    Phase,
    TextMeasures,
    TrainingReport,
)
from engine.training.blocks import Block, encode, pack, spread
from engine.training.card import TEMPLATE, TEMPLATE_TEXT, write_card
from engine.training.curve import draw_curve
from engine.training.folder import TrainingFolder
from engine.training.learning import Learned, read_state
from engine.training.likeness import measure
from engine.training.material import Material
from engine.training.memory import peak_memory_bytes
from engine.training.methods import WEIGHTS
from engine.training.perplexity import perplexity, reply_lead
from engine.training.plan import REPLIES_PART
from engine.training.quantized import load_nf4, load_plain
from engine.training.sampling import Passage, continuations, passages
from engine.training.texts import clean_text
from engine.training.watching import Stop, Watch

CONTROL_LANGUAGES = ("en", "zh-CN")
REQUESTS = {"en": "Continue the story.", "zh-CN": "请续写这个故事。"}


@dataclass(frozen=True, slots=True)
class Corpus:
    """Blocks whose perplexity is taken, behind a lead or behind nothing."""

    name: str
    blocks: list[Block]
    lead: list[int]


class Reading:
    """The work of the report, told piece by piece."""

    def __init__(self, watch: Watch, stop: Stop, pieces: int) -> None:
        self._watch, self.stop = watch, stop
        self._done, self._pieces = 0, pieces
        self._began = watch.seconds

    def tell(self) -> None:
        """Tell that a piece is done."""
        self._done += 1
        pace = (self._watch.seconds - self._began) / self._done
        eta = pace * (self._pieces - self._done)
        self._watch.tell(Phase.REPORTING, self._done, self._pieces, round(eta, 1))


def write_report(
    folder: TrainingFolder, material: Material, learned: Learned, watch: Watch, stop: Stop
) -> None:
    """Measure, and write report.json, card.md and curve.png.

    Raises:
        Interrupted: the process was asked to end.
    """
    state = read_state(learned.best_checkpoint(folder).parent / f"checkpoint-{learned.steps}")
    folder.write(CURVE, draw_curve(state["log_history"], learned.best_step))
    corpora = list(corpora_of(material))
    reading = Reading(watch, stop, 3 * len(corpora) + 2)
    held_out = pack(material.documents.held_out, material.plan.block_tokens)
    wanted = passages(spread(held_out, material.plan.samples), material.plan.sample_tokens)
    with_adapter, quantized, texts, base_texts = measure_adapter(
        folder, material, corpora, wanted, reading
    )
    plain = load_plain(material.base)
    base = [read(plain, corpus, reading) for corpus in corpora]
    del plain
    rows = tuple(
        Perplexities(corpus.name, sum(map(len, corpus.blocks)), *figures)
        for corpus, *figures in zip(corpora, base, quantized, with_adapter, strict=True)
    )
    report = make_report(folder, material, learned, rows, (texts, base_texts))
    folder.write(REPORT, report.to_json())
    folder.write(CARD, write_card(report, material, folder.manifest()[0]))


def corpora_of(material: Material) -> Iterator[Corpus]:
    """Yield the corpora: what is held out, the same as replies in a chat, and the control."""
    length, plan = material.plan.block_tokens, material.plan
    most = max(1, plan.report_tokens // length)
    blocks = spread(pack(material.documents.held_out, length), most)
    yield Corpus("held out", blocks, [])
    if lead := reply_lead(material.tokenizer, REQUESTS.get(material.language, REQUESTS["en"])):
        yield Corpus("held out as replies", spread(blocks, -(-most // REPLIES_PART)), lead)
    language = material.language if material.language in CONTROL_LANGUAGES else "en"
    control = resources.files("engine.training") / "control" / f"{language}.txt"
    text = clean_text(control.read_text("utf-8"), language)
    ids = encode(text, material.tokenizer)
    yield Corpus("control", spread(pack([ids], length), most), [])


def measure_adapter(
    folder: TrainingFolder,
    material: Material,
    corpora: Sequence[Corpus],
    wanted: Sequence[Passage],
    reading: Reading,
) -> tuple[list[float], list[float], TextMeasures, TextMeasures]:
    """Return perplexities with the adapter and without, then texts with it and without."""
    model: Any = PeftModel.from_pretrained(load_nf4(material.base), str(folder.adapter))
    adapted = [read(model, corpus, reading) for corpus in corpora]
    texts = sample(model, material, wanted, reading)
    with model.disable_adapter():
        quantized = [read(model, corpus, reading) for corpus in corpora]
        base_texts = sample(model, material, wanted, reading)
    del model
    gc.collect()
    return adapted, quantized, texts, base_texts


def read(model: Any, corpus: Corpus, reading: Reading) -> float:
    """Return the perplexity of a corpus."""
    result = perplexity(model, corpus.blocks, reading.stop, corpus.lead)
    reading.tell()
    return round(result, 3)


def sample(
    model: Any, material: Material, wanted: Sequence[Passage], reading: Reading
) -> TextMeasures:
    """Let the model write, and measure what it wrote."""
    tokenizer = material.tokenizer
    written = continuations(model, tokenizer, wanted, material.order.seed, reading.stop)
    reading.tell()
    texts = [tokenizer.decode(ids, skip_special_tokens=True) for ids in written]
    references = [tokenizer.decode(p.rest, skip_special_tokens=True) for p in wanted]
    sources = material.documents.training
    return measure(texts, references, material.language, tokens=written, sources=sources)


def make_report(
    folder: TrainingFolder,
    material: Material,
    learned: Learned,
    rows: tuple[Perplexities, ...],
    texts: tuple[TextMeasures, TextMeasures],
) -> TrainingReport:
    """Put the figures together."""
    length = material.plan.block_tokens
    return TrainingReport(
        base_model=material.base.name,
        base_digest=material.base.digest(),
        template=TEMPLATE,
        template_digest=hashlib.sha256(TEMPLATE_TEXT.encode()).hexdigest(),
        data_digest=folder.manifest()[1],
        method=material.order.method,
        adapter_digest=hashlib.sha256((folder.adapter / WEIGHTS).read_bytes()).hexdigest(),
        language=material.language,
        tokens=material.documents.tokens,
        held_out_tokens=material.documents.held_out_tokens,
        steps=material.plan.steps,
        trained_steps=learned.steps,
        best_step=learned.best_step,
        held_out_loss=learned.best_loss,
        perplexities=rows,
        samples=min(material.plan.samples, material.documents.held_out_tokens // length),
        adapter_texts=texts[0],
        base_texts=texts[1],
        dropped_duplicates=material.cleaned.dropped_works,
        seconds=learned.seconds,
        peak_memory_bytes=max(learned.peak_memory_bytes, peak_memory_bytes()),
        device=material.base.device,
    )
