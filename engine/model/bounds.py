"""How far each number of a `Sampling` may go: in presets, and where a server tunes its own."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bound:
    """The least and the most that a value may be; whole numbers only, if `is_whole`."""

    least: float
    most: float
    is_whole: bool = False

    def allows(self, value: float) -> bool:
        """Whether `value` lies within, and is whole where it must be; NaN never does."""
        return self.least <= value <= self.most and (not self.is_whole or value == int(value))


# Narrower than what model servers take. At temperature 0 a retry would write the same turn again,
# a negative penalty asks for loops, and XTC does nothing above a threshold of one half.
BOUNDS: dict[str, Bound] = {
    "temperature": Bound(0.1, 2),
    "dynatemp_range": Bound(0, 2),
    "dynatemp_exponent": Bound(0.1, 10),
    "top_k": Bound(0, 1000, is_whole=True),
    "top_p": Bound(0.05, 1),
    "min_p": Bound(0, 0.9),
    "typical_p": Bound(0.05, 1),
    "repetition_penalty": Bound(1, 2),
    "presence_penalty": Bound(0, 2),
    "frequency_penalty": Bound(0, 2),
    "no_repeat_ngram_size": Bound(0, 20, is_whole=True),
    "dry_multiplier": Bound(0, 5),
    "dry_base": Bound(1, 4),
    "dry_allowed_length": Bound(1, 20, is_whole=True),
    "dry_penalty_last_n": Bound(-1, 8192, is_whole=True),
    "xtc_probability": Bound(0, 1),
    "xtc_threshold": Bound(0, 0.5),
}
# What does nothing while another value is 0.
IDLE_WITHOUT = {
    "dynatemp_exponent": "dynatemp_range",
    "dry_base": "dry_multiplier",
    "dry_allowed_length": "dry_multiplier",
    "dry_penalty_last_n": "dry_multiplier",
    "xtc_threshold": "xtc_probability",
}
MOST_BREAKERS = 16
MOST_BREAKER_CHARACTERS = 16
