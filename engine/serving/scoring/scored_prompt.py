"""What is asked and known about how likely the tokens of a prompt are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from engine.serving.faults import bad_request


@dataclass(frozen=True, slots=True)
class Asked:
    """Which tokens of the prompts shall be scored, and how many likelier ones shall be told."""

    likeliest: int
    start: int  # the first token that is scored; the very first of a prompt has no likelihood


@dataclass(frozen=True, slots=True)
class PlaceScore:
    """How likely one token of a prompt was."""

    token: int
    logprob: float
    rank: int  # 1: it was the likeliest
    likeliest: tuple[tuple[int, float], ...]  # token ids and their log-probabilities


@dataclass(eq=False, slots=True)
class Scoring:
    """What shall be known of one prompt, and what is known so far."""

    prompt: list[int]
    asked: Asked
    places: dict[int, PlaceScore] = field(default_factory=dict)  # written by the loop

    def body(self, text_of: Callable[[int], str]) -> list[dict[str, object] | None]:
        """Return vLLM's form: for each token its own figures and those of the likeliest.

        None for tokens that were not scored.
        """
        return [self.place_body(i, text_of) for i in range(len(self.prompt))]

    def place_body(self, place: int, text_of: Callable[[int], str]) -> dict[str, object] | None:
        """Return the figures in one place."""
        score = self.places.get(place)
        if score is None:
            return None
        ranked = {
            token: (logprob, rank) for rank, (token, logprob) in enumerate(score.likeliest, 1)
        }
        ranked = {score.token: (score.logprob, score.rank)} | ranked
        return {
            str(token): {"logprob": logprob, "rank": rank, "decoded_token": text_of(token)}
            for token, (logprob, rank) in ranked.items()
        }


def read_asked(
    likeliest: int | None,
    score_from: int | None,
    prompts: Sequence[list[int]],
    *,
    streams: bool,
    choices: int,
) -> Asked | None:
    """Return what is asked about the prompts, if anything.

    Raises:
        ApiError: it has no effect, cannot be streamed, or leaves nothing to score.
    """
    if likeliest is None:
        if score_from is not None:
            raise bad_request("no_effect", "score_from needs prompt_logprobs", "score_from")
        return None
    if streams or choices > 1:
        message = "prompt_logprobs comes in one piece, with one choice a prompt"
        raise bad_request("prompt_logprobs_whole", message, "prompt_logprobs")
    start = score_from or 1
    if any(len(prompt) <= start for prompt in prompts):
        message = f"a prompt has no token after its first {start}"
        raise bad_request("nothing_to_score", message, "score_from")
    return Asked(likeliest, start)


def shared_tokens(prompts: Sequence[list[int]], most: int) -> int:
    """Return how many tokens all prompts begin with, up to `most`."""
    first, *others = prompts
    shared = min(most, *map(len, prompts)) if others else 0
    for other in others:
        while first[:shared] != other[:shared]:
            shared -= 1
    return shared
