"""What the message of a training shows, from its estimate to its report. Pure."""

from dataclasses import dataclass
from pathlib import Path

from bot.actions import Action
from bot.bars import bar
from bot.locales import Words
from engine.library.job_news import JobNews
from engine.story import JobEnding, JobState
from engine.story.training import Perplexities, Phase, TrainingFault, TrainingReport

GIGABYTE = 1 << 30
AFTER_TRAINING = (Action.VOICE_COMPARE, Action.VOICE_PROMOTE)


@dataclass(frozen=True, slots=True)
class JobCard:
    """One look of the message: its text, its buttons and what they act on, and a picture."""

    text: str
    actions: tuple[Action, ...] = ()
    target_id: int = 0
    picture: Path | None = None


def job_card(news: JobNews, words: Words) -> JobCard:
    """Return how a job looks now."""
    job = news.job
    title = words("🎓 **A voice of this server's own**")
    if job.state is JobState.DONE and news.adapter and news.report:
        number = news.adapter.number
        text = "\n".join((title, _done(news.report, number, words)))
        return JobCard(text, AFTER_TRAINING, number, news.curve)
    if job.is_over:
        return JobCard(f"{title}\n{ending_text(job.ending, job.facts, words)}")
    text = "\n".join((title, *_now(news, words)))
    is_offer = job.state is JobState.OFFERED
    actions = (Action.VOICE_TRAIN, Action.VOICE_CANCEL) if is_offer else (Action.VOICE_CANCEL,)
    return JobCard(text, actions, job.id)


def _now(news: JobNews, words: Words) -> list[str]:
    match news.job.state:
        case JobState.PREPARING:
            return [words("Collecting works, and measuring what it will take…")]
        case JobState.OFFERED:
            ask = words("Who may manage the server decides: shall it be trained?")
            return [*_estimate(news, words), ask]
        case JobState.WAITING:
            place = words("Agreed. Trainings that come first: {count}.", count=news.before)
            return [*_estimate(news, words), place]
    return [*_estimate(news, words), *_progress(news, words)]


def _estimate(news: JobNews, words: Words) -> list[str]:
    job, estimate = news.job, news.estimate
    lines = [
        words(
            "It learns from {works} works with {words} words; base model {model}.",
            works=job.works,
            words=f"{job.words:,}",
            model=news.base_model,
        )
    ]
    if estimate is not None:
        lines.append(
            words(
                "It takes about {time} and {memory} of {free} free memory ({device}, {steps} "
                "steps).",
                time=duration(estimate.seconds, words),
                memory=gigabytes(estimate.memory_bytes),
                free=gigabytes(estimate.free_bytes),
                device=estimate.device,
                steps=estimate.steps,
            )
        )
    return lines


def _progress(news: JobNews, words: Words) -> list[str]:
    progress = news.progress
    if progress is None:
        return [words("Starting…")]
    name = {
        Phase.LOADING: words("Loading the model"),
        Phase.MEASURING: words("Measuring how it was before"),
        Phase.TRAINING: words("Learning"),
        Phase.REPORTING: words("Measuring what it learned"),
    }[progress.phase]
    percent = 100 * progress.step // progress.of if progress.of else 0
    facts = [f"{percent} %"]
    if progress.loss is not None:
        facts.append(words("loss {loss}", loss=f"{progress.loss:.2f}"))
    if progress.held_out_loss is not None:
        facts.append(words("on unseen works {loss}", loss=f"{progress.held_out_loss:.2f}"))
    if progress.eta_seconds is not None:
        facts.append(words("{time} left", time=duration(progress.eta_seconds, words)))
    return [f"{name}\n`{bar(progress.step, progress.of)}` {' · '.join(facts)}"]


def _done(report: TrainingReport, number: int, words: Words) -> str:
    first = words(
        "Voice {number} is trained: {steps} steps in {time}.",
        number=number,
        steps=report.trained_steps,
        time=duration(report.seconds, words),
    )
    then = words("Compare it with how the model writes now, or let it write from now on.")
    return "\n".join((first, *figures(report, words), then))


def figures(report: TrainingReport, words: Words) -> list[str]:
    """Return the main figures of a report, a line each."""
    corpora = {corpus.corpus: corpus for corpus in report.perplexities}
    lines = []
    if own := corpora.get("held out"):
        lines.append(_perplexity(words("- perplexity on unseen works of this server"), own))
    if control := corpora.get("control"):
        lines.append(_perplexity(words("- on prose that is not this server's"), control))
    lines.append(
        words(
            "- longest run that it copied from a work, in {samples} short samples: {tokens} tokens",
            samples=report.samples,
            tokens=report.adapter_texts.longest_overlap_tokens,
        )
    )
    if own and own.adapter >= own.base:
        lines.append(words("⚠️ On unseen works it is no better than the model without it."))
    return lines


def _perplexity(name: str, corpus: Perplexities) -> str:
    change = round(100 * (corpus.adapter / corpus.base - 1))
    return f"{name}: {corpus.base:.1f} → {corpus.adapter:.1f} ({change:+d} %)"


def ending_text(ending: JobEnding | None, facts: str, words: Words) -> str:
    """Say why a training ended without a voice, and what helps."""
    known = TrainingFault.from_json(facts).facts if facts else {}
    if ending is JobEnding.TOO_LITTLE_TEXT and "tokens" in known:
        return words(
            "There is too little to learn from: {tokens} tokens, and {least} are needed.",
            tokens=known["tokens"],
            least=known.get("least", "…"),
        )
    if ending is JobEnding.OUT_OF_MEMORY and "needed_bytes" in known:
        return words(
            "There is not enough memory: it needs {needed}, and {free} are free.",
            needed=gigabytes(float(known["needed_bytes"])),
            free=gigabytes(float(known.get("free_bytes", 0))),
        )
    return {
        JobEnding.CANCELLED: words("Cancelled. Nothing was kept."),
        JobEnding.NOT_TAKEN: words("Nobody agreed to it in time. Nothing was kept."),
        JobEnding.WITHDRAWN: words(
            "Stopped: a work that it learned from was withdrawn. The next training leaves it out."
        ),
        JobEnding.KILLED: words(
            "The training died again and again, most likely for want of memory."
        ),
        JobEnding.TOO_LITTLE_TEXT: words(
            "There is too little to learn from. Members give works with /library give."
        ),
        JobEnding.NO_HELD_OUT_WORK: words(
            "No work is left to measure by: give one more, of some length."
        ),
        JobEnding.METHOD_NOT_SERVED: words(
            "The model server cannot write with what this method makes. Choose another one."
        ),
        JobEnding.OUT_OF_MEMORY: words("There is not enough memory for it."),
        JobEnding.OUT_OF_DISK: words("The disk is full. Tell the operator of this bot."),
        JobEnding.MODEL_UNUSABLE: words(
            "The base model cannot be loaded for training. Tell the operator of this bot."
        ),
        JobEnding.NOT_INSTALLED: words(
            "Training is not installed here. Tell the operator of this bot."
        ),
        JobEnding.DIVERGED: words("The training went astray, and nothing came of it. Try again."),
        JobEnding.BROKEN: words("The training broke on our side. Tell the operator of this bot."),
    }[ending or JobEnding.BROKEN]


def duration(seconds: float, words: Words) -> str:
    """Return a time in the unit that fits."""
    if seconds < 90:
        return words("{count} s", count=max(1, round(seconds)))
    if seconds < 5400:
        return words("{count} min", count=round(seconds / 60))
    return words("{count} h", count=f"{seconds / 3600:.1f}")


def gigabytes(count: float) -> str:
    """Return bytes in gigabytes."""
    return f"{count / GIGABYTE:.1f} GB"
