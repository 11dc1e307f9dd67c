"""One training from its order to its card; started again on the same folder, it goes on."""

import gc
from dataclasses import replace

import torch

from engine.story.training import (
    ESTIMATE,
    Phase,
    TrainingFault,
)
from engine.training.blocks import fault_of, pack, spread, tokenize
from engine.training.estimating import (
    estimate_memory,
    seconds_of_report,
    seconds_of_step,
    seconds_of_training,
)
from engine.training.folder import TrainingFolder
from engine.training.learning import Learned, find_learned, learn
from engine.training.material import Material
from engine.training.memory import sizes_of
from engine.training.methods import attach, exported, fault_of_method
from engine.training.plan import make_plan
from engine.training.quantized import BaseUnusable, config_of, find_base, load_nf4
from engine.training.report import write_report
from engine.training.texts import prepare
from engine.training.watching import Stop, Watch


class TrainingRefused(Exception):
    """The training cannot begin."""

    def __init__(self, fault: TrainingFault) -> None:
        super().__init__(str(fault.code))
        self.fault = fault


def run(folder: TrainingFolder, stop: Stop, *, only_estimate: bool) -> None:
    """Estimate; then train, export and report, unless only the estimate is asked for.

    Raises:
        TrainingRefused: it cannot begin; an estimate says the same in its file.
        Interrupted: the process was asked to end.
    """
    watch = Watch(folder)
    watch.tell(Phase.LOADING, 0, 1)
    material = gather(folder)
    if material.estimate.refusal is not None:
        folder.write(ESTIMATE, material.estimate.to_json())
        raise TrainingRefused(material.estimate.refusal)
    learned = None if only_estimate else find_learned(folder)
    if learned is None:
        learned = train(folder, material, watch, stop, only_estimate=only_estimate)
    if learned is None:
        return
    stop.check()
    if not folder.adapter.exists():
        best = learned.best_checkpoint(folder)
        folder.put_adapter(exported(best, material.order.method, material.base.name))
    write_report(folder, material, learned, watch, stop)


def gather(folder: TrainingFolder) -> Material:
    """Read the order and the works; decide on the pieces; weigh the memory.

    Raises:
        TrainingRefused: the method or the works will not do.
    """
    order = folder.order()
    if fault := fault_of_method(order):
        raise TrainingRefused(fault)
    base = find_base(order)
    config = config_of(base)
    try:
        sizes = sizes_of(config)
    except KeyError as error:
        raise BaseUnusable(f"{base.name}: no Llama-like configuration, {error}") from error
    cleaned = prepare(folder.works())
    tokenizer = base.tokenizer()
    documents = tokenize(cleaned.works, tokenizer)
    positions = int(config.get("max_position_embeddings", 2048))
    plan = make_plan(
        order, tokens=documents.tokens, is_on_gpu=base.is_on_gpu, most_positions=positions
    )
    if fault := fault_of(documents, plan.block_tokens):
        raise TrainingRefused(fault)
    estimate = estimate_memory(order, plan, base, sizes, documents)
    return Material(order, base, tokenizer, cleaned, documents, plan, estimate)


def train(
    folder: TrainingFolder, material: Material, watch: Watch, stop: Stop, *, only_estimate: bool
) -> Learned | None:
    """Load the model, time a few steps, and train; None when only the estimate was asked for."""
    order, plan, documents = material.order, material.plan, material.documents
    training = pack(documents.training, plan.block_tokens)
    held_out = spread(pack(documents.held_out, plan.block_tokens), plan.evaluation_blocks)
    model = load_nf4(material.base)
    if material.estimate.saves_activations:
        model.activation_checkpointing_enable({"use_reentrant": False})
    model = attach(model, order, plan)
    watch.tell(Phase.LOADING, 1, 1)
    stop.check()
    watch.tell(Phase.MEASURING, 0, 1)
    step_seconds = seconds_of_step(model, training, plan)
    after = seconds_of_report(plan, step_seconds, documents.held_out_tokens)
    seconds = seconds_of_training(plan, step_seconds, len(held_out)) + after
    folder.write(ESTIMATE, replace(material.estimate, seconds=round(seconds, 1)).to_json())
    watch.tell(Phase.MEASURING, 1, 1, round(seconds, 1))
    if only_estimate:
        return None
    stop.check()
    learned = learn(
        folder,
        order,
        plan,
        model=model,
        training=training,
        held_out=held_out,
        watch=watch,
        stop=stop,
        seconds_after=after,
    )
    del model
    gc.collect()
    if material.base.is_on_gpu:
        torch.cuda.empty_cache()
    return learned
