"""The card of an adapter: from what it was made, how, by whose leave, and what it is like."""

import json
from importlib.metadata import version

from engine.story.training import Perplexities, TextMeasures, TrainingManifest, TrainingReport
from engine.story.voice import TrainingWork
from engine.training.material import Material

TEMPLATE = "plain"
TEMPLATE_TEXT = "{text}{end of text}"  # one work after the other, in blocks
PACKAGES = ("torch", "transformers", "peft", "bitsandbytes", "accelerate", "sacrebleu")
MEASURES = {
    "bleu": "BLEU (0 to 100)",
    "chrf": "chrF (0 to 100)",
    "rouge_1": "ROUGE-1",
    "rouge_2": "ROUGE-2",
    "rouge_l": "ROUGE-L",
    "token_f1": "F1 of content words",
    "distinct_1": "distinct-1",
    "distinct_2": "distinct-2",
    "distinct_4": "distinct-4",
    "self_bleu": "self-BLEU (less is more varied)",
    "repetition": "repeated trigrams",
    "longest_overlap_tokens": "longest run copied from the training works, tokens",
}


def write_card(report: TrainingReport, material: Material, manifest: TrainingManifest) -> str:
    """Return the card in Markdown; it has no word of a work, and no title."""
    order, plan = material.order, material.plan
    settings = {
        "method": str(order.method),
        "rank": order.rank,
        "learning rate": plan.learning_rate,
        "steps": f"{report.trained_steps} of {report.steps}, the best is {report.best_step}",
        "tokens a step": plan.step_tokens,
        "block": f"{plan.block_tokens} tokens",
        "schedule": f"cosine, {plan.warm_up_steps} steps of warm-up",
        "seed": order.seed,
        "device": report.device,
    }
    parts = [
        f"# {order.name}",
        f"A voice for {report.base_model}, trained on NF4 weights.",
        "## Made from",
        listed(
            {
                "base model": report.base_model,
                "its SHA-256": report.base_digest,
                "template": f"{report.template}: {TEMPLATE_TEXT}",
                "manifest's SHA-256": report.data_digest,
                "weights' SHA-256": report.adapter_digest,
                "tokens": f"{report.tokens:,} to learn from, {report.held_out_tokens:,} held out",
                "copies left out": report.dropped_duplicates,
            }
        ),
        "## Settings",
        listed(settings),
        listed({name: version(name) for name in PACKAGES}),
        "## By whose leave",
        leave(manifest),
        "## Perplexity",
        perplexity_table(report.perplexities),
        f"## {report.samples} continuations of held-out passages",
        text_table(report.adapter_texts, report.base_texts),
        f"Training took {report.seconds:,.0f} s and at most "
        f"{report.peak_memory_bytes / 2**20:,.0f} MiB of memory.",
    ]
    return "\n\n".join(parts) + "\n"


def listed(facts: dict[str, object]) -> str:
    """Return facts as a list."""
    return "\n".join(f"- {name}: {value}" for name, value in facts.items())


def leave(manifest: TrainingManifest) -> str:
    """Sum up licences, sources and consents, and the permission if there is one."""
    lines = [
        f"| {work.work_id} | {work.split} | {work.licence} | {work.source} |"
        f" {consents_of(work)} | {work.text_hash[:16]} |"
        for work in manifest.works
    ]
    table = ["| work | split | licence | source | consents | text |", "|---|---|---|---|---|---|"]
    permission = "No text came through Discord by permission of Discord."
    if manifest.permission:
        given = manifest.permission
        permission = (
            f"Discord's permission: {given.reference}, {given.day}, recorded by {given.by}."
        )
    return "\n".join([permission, "", *table, *lines])


def consents_of(work: TrainingWork) -> str:
    """Return how many consents a work has, and to which versions of the consent text."""
    consents = json.loads(work.consents or "[]")
    versions = sorted({str(consent["version"]) for consent in consents if "version" in consent})
    return f"{len(consents)}, to version {' and '.join(versions)}" if versions else "none needed"


def perplexity_table(rows: tuple[Perplexities, ...]) -> str:
    """Return the perplexities, and how much they fell from the base as it is."""
    lines = [
        "| corpus | tokens | base | base, NF4 | adapter | change |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.corpus} | {row.tokens:,} | {row.base:.1f} | {row.base_nf4:.1f} "
        f"| {row.adapter:.1f} | {row.adapter / row.base - 1:+.1%} |"
        for row in rows
    ]
    return "\n".join(lines)


def text_table(adapter: TextMeasures, base: TextMeasures) -> str:
    """Return what the texts are like, those of the base beside them."""
    lines = ["| measure | adapter | base, NF4 |", "|---|---|---|"]
    for name, title in MEASURES.items():
        one, other = getattr(adapter, name), getattr(base, name)
        form = "d" if name == "longest_overlap_tokens" else ".3f"
        lines.append(f"| {title} | {one:{form}} | {other:{form}} |")
    return "\n".join(lines)
