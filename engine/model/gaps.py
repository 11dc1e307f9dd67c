"""What a server lacks of all that a request can ask for."""

from enum import StrEnum

from engine.model.capabilities import (
    PARTS,
    SAMPLERS,
    STRUCTURES,
    Bans,
    Capabilities,
    Counting,
    Scoring,
)


class Gap(StrEnum):
    """A capability that can be missing."""

    SAMPLERS = "samplers"
    SEED = "seed"
    STOP = "stop strings"
    USAGE = "token counts of replies"
    COUNTING = "counting tokens"
    STRUCTURES = "replies held to a form"
    BANS = "banned phrases"
    PATTERNS = "banned patterns"
    ADAPTERS = "adapters"
    ADAPTER_LOADING = "adapters loaded while it runs"
    CACHE_SALT = "a prompt cache apart for each Discord server"
    PRIORITY = "priorities"
    QUEUE_PLACES = "places in its queue"
    SCORING = "likelihoods of given texts"
    EMBEDDINGS = "embeddings"


def find_gaps(able: Capabilities) -> dict[Gap, str]:
    """Return what is missing, with the names that belong to it."""
    samplers = ", ".join(sorted(SAMPLERS - able.samplers - set(PARTS)))
    structures = ", ".join(sorted(STRUCTURES - able.structures))
    found = {
        Gap.SAMPLERS: (bool(samplers), samplers),
        Gap.SEED: (not able.seed, ""),
        Gap.STOP: (not able.stop, ""),
        Gap.USAGE: (not able.usage, ""),
        Gap.COUNTING: (able.counting is Counting.NONE, ""),
        Gap.STRUCTURES: (bool(structures), structures),
        Gap.BANS: (able.bans is Bans.NONE, ""),
        Gap.PATTERNS: (able.bans is not Bans.FULL, ""),
        Gap.ADAPTERS: (not able.adapters, ""),
        Gap.ADAPTER_LOADING: (able.adapters and not able.adapter_loading, ""),
        Gap.CACHE_SALT: (not able.cache_salt, ""),
        Gap.PRIORITY: (not able.priority, ""),
        Gap.QUEUE_PLACES: (not able.queue_places, ""),
        Gap.SCORING: (able.scoring is Scoring.NONE, ""),
        Gap.EMBEDDINGS: (not able.embeddings, ""),
    }
    return {gap: names for gap, (is_missing, names) in found.items() if is_missing}
