"""What /voice shows: who writes, blind pairs, and what the votes say. Pure."""

from bot.actions import Action
from bot.cards import mention
from bot.locales import Words
from bot.training_cards import figures
from engine.library.comparing import Verdict
from engine.library.voices import VoiceStatus
from engine.story import JobState, Pair, VoiceChangeKind
from engine.story.training import TrainingReport

PAIR_ACTIONS = (Action.PAIR_FIRST, Action.PAIR_SECOND, Action.PAIR_SAME, Action.PAIR_RESULT)


def pair_text(pair: Pair, pairs: int, words: Words) -> str:
    """Return a pair as members see it: nothing tells who wrote which."""
    head = words("⚖️ **Pair {number} of {pairs}**", number=pair.number, pairs=pairs)
    first, second = words("First"), words("Second")
    ask = words("Which do you like better? Who wrote which is not told.")
    return (
        f"{head}\n-# {pair.prompt}\n\n**{first}**\n{pair.first}\n\n"
        f"**{second}**\n{pair.second}\n-# {ask}"
    )


def verdict_text(verdict: Verdict, words: Words) -> str:
    """Say what the votes of a comparison show, and what they do not show yet."""
    ours, other = side(verdict.adapter_number, words), side(verdict.rival_number, words)
    lines = [words("⚖️ **{ours} against {other}**", ours=ours, other=other)]
    share = verdict.share
    if share.votes:
        lines.append(
            words(
                "{ours} was preferred in {wins} of {votes} votes: {percent} %, between {low} % "
                "and {high} % by the 95 % interval.",
                ours=ours,
                wins=share.wins,
                votes=share.votes,
                percent=round(100 * share.wins / share.votes),
                low=round(100 * share.low),
                high=round(100 * share.high),
            )
        )
    lines += [
        words("Votes that saw no difference: {count}.", count=verdict.same),
        _claim(verdict, ours, other, words),
        "-# " + words("Counted as if each vote stood for itself."),
    ]
    return "\n".join(lines)


def _claim(verdict: Verdict, ours: str, other: str, words: Words) -> str:
    if verdict.is_better:
        return words("That is more than chance: {side} is preferred.", side=ours)
    if verdict.is_worse:
        return words("That is more than chance: {side} is preferred.", side=other)
    if verdict.share.votes == 0:
        return words("Nobody has preferred one side yet, so nothing can be said.")
    if verdict.missing is None:
        return words("The votes are even: nothing can be claimed.")
    return words(
        "That can be chance. If votes go on to fall like this, about {count} more would settle it.",
        count=verdict.missing,
    )


def side(number: int | None, words: Words) -> str:
    """Return the name of a side."""
    if number is None:
        return words("The model as it is")
    return words("Voice {number}", number=number)


def status_text(status: VoiceStatus, verdict: Verdict | None, words: Words) -> str:
    """Say what writes on the server, since when, and what else there is."""
    lines = [words("🎙️ **The voice of this server**"), *_in_use(status, words)]
    usable = [a.number for a in status.adapters if not a.is_stale]
    stale = [a.number for a in status.adapters if a.is_stale]
    if usable:
        lines.append(words("Voices that can be used: {numbers}", numbers=_numbers(usable)))
    if stale:
        lines.append(
            words(
                "Never used again, because a work was withdrawn: {numbers}",
                numbers=_numbers(stale),
            )
        )
    if status.job is not None:
        lines.append(_job(status, words))
    if verdict is not None:
        lines += ["", verdict_text(verdict, words)]
    return "\n".join(lines)


def _in_use(status: VoiceStatus, words: Words) -> list[str]:
    adapter, since = status.promoted, status.since
    if adapter is None:
        lines = [words("The model writes as it is.")]
        if since is not None and since.kind is VoiceChangeKind.STALE:
            lines.append(words("The voice before was switched off: a work was withdrawn."))
        return lines
    learned = [work for work in status.works if work.split == "train"]
    lines = [
        words(
            "Voice {number} writes here since {time}, promoted by {name}.",
            number=adapter.number,
            time=f"<t:{(since.created_ms if since else adapter.created_ms) // 1000}:f>",
            name=mention(since.member_id if since else 0),
        ),
        words(
            "It learned from {works} works ({method}, base model {model}).",
            works=len(learned),
            method=adapter.method,
            model=adapter.base_model,
        ),
    ]
    return lines + figures(TrainingReport.from_json(adapter.report), words)


def _job(status: VoiceStatus, words: Words) -> str:
    job = status.job
    assert job is not None
    state = {
        JobState.PREPARING: words("it is being prepared"),
        JobState.OFFERED: words("somebody who may manage the server has to agree"),
        JobState.WAITING: words("it waits for its turn"),
    }.get(job.state, words("it is under way"))
    return words("A training in {channel}: {state}.", channel=f"<#{job.channel_id}>", state=state)


def _numbers(numbers: list[int]) -> str:
    return ", ".join(map(str, sorted(numbers)))
