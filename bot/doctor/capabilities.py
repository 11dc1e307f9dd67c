"""What the model server at MODEL_URL can do, and what its gaps mean for members."""

from bot.doctor.finding import Finding, ok, problem, warning
from engine.errors import ModelUnavailable
from engine.model.capabilities import Bans, Capabilities
from engine.model.client import ServedModel
from engine.model.connection import Endpoint
from engine.model.gaps import Gap, find_gaps
from engine.settings import EngineSettings

SECONDS_BETWEEN_TOKENS = 60.0

MEANINGS = {
    Gap.SAMPLERS: "presets and values of /style that use them have no effect: {names}",
    Gap.SEED: "a turn cannot be written again word for word from its provenance",
    Gap.STOP: "a reply may run on past the end that was asked for",
    Gap.USAGE: "the provenance of a turn does not say how many tokens it took",
    Gap.COUNTING: "prompts are measured by their bytes, so less of a long story is remembered",
    Gap.STRUCTURES: "whatever needs a reply of a fixed form is refused: {names}",
    Gap.BANS: "phrases that a Discord server has banned can appear in stories",
    Gap.PATTERNS: "regular expressions that a Discord server has banned can appear in stories",
    Gap.ADAPTERS: "Discord servers cannot have a voice of their own",
    Gap.ADAPTER_LOADING: "a new voice needs a restart of the model server",
    Gap.CACHE_SALT: "the time to a first word can tell what another Discord server wrote",
    Gap.PRIORITY: "summaries and other background work compete with members who wait",
    Gap.QUEUE_PLACES: "members who wait inside the model server do not see their place there",
    Gap.SCORING: "whatever ranks texts by their likelihood is refused",
    Gap.EMBEDDINGS: "whatever compares texts by meaning is refused",
}  # fmt: skip
ADVICE = "docs/model-servers.md compares servers"


async def check_capabilities(settings: EngineSettings, url: str) -> list[Finding]:
    """Ask the server at `url` what it can do; one that tells nothing is sent short requests."""
    key = settings.model_api_key.get_secret_value() if settings.model_api_key else ""
    model = ServedModel(
        lambda: Endpoint(url, key),
        seconds_between_tokens=SECONDS_BETWEEN_TOKENS,
        model_name=settings.model_name,
    )
    try:
        able = await model.capabilities()
    except ModelUnavailable as error:
        return [
            problem(f"what {url} can do is unknown: {error.reason}", "look into the server's log")
        ]
    finally:
        await model.close()
    return [ok(f"it is {named(able)}"), *map_gaps(able)]


def named(able: Capabilities) -> str:
    """Name the program and its version."""
    return f"{able.dialect} {able.version}".strip()


def map_gaps(able: Capabilities) -> list[Finding]:
    """Word each thing that is lacking, and the half-measures."""
    findings = [
        warning(f"it lacks {gap}: {MEANINGS[gap].format(names=names)}", ADVICE)
        for gap, names in find_gaps(able).items()
    ]
    if able.bans is Bans.TOKENS:
        text = "it keeps banned phrases out in their usual spelling only"
        findings.append(warning(f"{text}: other cases and spellings can appear", ADVICE))
    return findings
