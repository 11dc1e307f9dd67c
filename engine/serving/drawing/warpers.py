"""What cuts tokens off before the draw, for rows of scores that are cut by different settings.

Scores are logits over temperature, [rows, width]; minus infinity marks a token that is out. Each
setting is a column [rows, 1] and has a value that changes nothing, so that rows with different
settings go through together and come out bit by bit as they would alone.
"""

import math

import torch
from torch import Tensor

NO_LIMIT = torch.inf  # a share of the mass that no sum reaches, however it is rounded
NARROW = 1024  # tokens that are sorted quickly
SLACK = 1e-3  # for rounding, where more than needed does no harm


def cut_top_k(scores: Tensor, top_k: Tensor) -> Tensor:
    """Keep the first `top_k` of scores in falling order; infinite: all."""
    ranks = torch.arange(scores.shape[1], device=scores.device)[None]
    return scores.masked_fill(ranks >= top_k, -torch.inf)


def cut_top_p(scores: Tensor, log_sums: Tensor, top_p: Tensor) -> Tensor:
    """Keep the fewest whose mass reaches `top_p`, of scores in falling order.

    `log_sums` is the logarithm of the sum of exp(scores) over all tokens, also over those that
    the given scores leave out.
    """
    mass = (scores - log_sums).exp()
    before = mass.cumsum(1) - mass
    return scores.masked_fill(before >= top_p, -torch.inf)


def cut_min_p(scores: Tensor, min_p: Tensor) -> Tensor:
    """Keep those that have at least `min_p` of the likeliest one's probability."""
    return scores.masked_fill(scores < scores.amax(1, keepdim=True) + min_p.log(), -torch.inf)


def cut_typical(scores: Tensor, typical_p: Tensor) -> Tensor:
    """Keep the fewest whose mass reaches `typical_p`, those of the most expected surprise first.

    Locally typical sampling, https://arxiv.org/abs/2202.00666. An infinite `typical_p` keeps all.
    """
    logs = scores.log_softmax(1)
    mass = logs.exp()
    entropy = -(mass * logs).nansum(1, keepdim=True)  # what is out gives 0 times infinity
    distance = (logs + entropy).abs()
    if scores.shape[1] <= NARROW:
        farthest = farthest_kept(distance, mass, typical_p)
    else:
        rows = zip(distance, mass, entropy, typical_p, strict=True)
        farthest = torch.stack([farthest_in_wide_row(*row) for row in rows])
    return scores.masked_fill(distance > farthest, -torch.inf)


def farthest_kept(distance: Tensor, mass: Tensor, typical_p: Tensor) -> Tensor:
    """Return the distance [rows, 1] at which the mass is reached, tokens taken nearest first."""
    near, order = distance.sort(1)
    is_short = mass.gather(1, order).cumsum(1) < typical_p
    last = is_short.sum(1, keepdim=True).clamp(max=near.shape[1] - 1)
    return near.gather(1, last).masked_fill(torch.isinf(typical_p), torch.inf)


def farthest_in_wide_row(
    distance: Tensor, mass: Tensor, entropy: Tensor, typical_p: Tensor
) -> Tensor:
    """Return the same for one row, sorting only what can be kept.

    Tokens of less than (1 - typical_p) / width have less than 1 - typical_p together, so the mass
    is reached before the nearest of them, if none of the likely ones is farther than that.
    """
    if torch.isinf(typical_p):
        return typical_p
    reach = math.log(len(distance)) - torch.log1p(-typical_p) - entropy
    if reach >= entropy:
        near = (distance <= reach + SLACK).nonzero()[:, 0]
        distance, mass = distance[near], mass[near]
    return farthest_kept(distance[None], mass[None], typical_p[None])[0]


def cut_likeliest(scores: Tensor, threshold: Tensor) -> Tensor:
    """Drop all that have at least `threshold` of the mass, except the least likely of them.

    XTC, https://github.com/oobabooga/text-generation-webui/pull/6335. An infinite threshold
    drops nothing.
    """
    mass = scores.softmax(1)
    is_likely = (mass >= threshold) & (mass > 0)  # a threshold may be 0, and what is out as well
    least = mass.masked_fill(~is_likely, torch.inf).argmin(1, keepdim=True)
    return scores.masked_fill(is_likely.scatter(1, least, value=False), -torch.inf)


def dynamic_temperature(
    scores: Tensor, middle: Tensor, spread: Tensor, exponent: Tensor, least: float
) -> Tensor:
    """Return the temperature [rows, 1] between middle - spread and middle + spread.

    It rises with the entropy of the tokens that are left, measured against that of as many
    equally likely ones; as in llama.cpp. Never below `least`.
    """
    logs = scores.log_softmax(1)
    entropy = -(logs.exp() * logs).nansum(1, keepdim=True)
    most = torch.isfinite(scores).sum(1, keepdim=True).clamp(min=2).log()
    low, high = (middle - spread).clamp(min=0), middle + spread
    share = (entropy / most).clamp(0, 1)
    return (low + (high - low) * share**exponent).clamp(min=least)
