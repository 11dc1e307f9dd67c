"""Vectors of texts, so that what was placed by its meaning once need not be placed again."""

import hashlib
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from typing import TypeAlias

from engine.model.request import Model
from engine.prose.distance import cosine_distance

MOST_KEPT = 8192  # vectors: some 12 MB of 384 numbers each
PROBE = "probe"
_PROBE = b"probe"  # never a digest: those have 16 bytes
NEAR = 0.01  # the most cosine distance of two readings of one text by one model

Vector: TypeAlias = "array[float]"


class Vectors:
    """The newest vectors, by a digest of their text: no text is kept."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[bytes, Vector] = OrderedDict()
        self._probe: Vector | None = None  # as the model of all that is kept places it

    async def of(self, model: Model, texts: Sequence[str]) -> list[Vector]:
        """Return a vector for each text, of the length that the model gives it.

        A word is asked for beside them each time: when its place has changed, another model
        answers, and what is kept of the last one counts no more.

        Raises:
            Failed: as `Model.embed`.
        """
        if not texts:
            return []
        by_digest = {_digest(text): text for text in texts}
        known = {digest: self._kept[digest] for digest in by_digest if digest in self._kept}
        new = {digest: text for digest, text in by_digest.items() if digest not in known}
        read = await _read(model, {_PROBE: PROBE} | new)
        probe = read.pop(_PROBE)
        if self._probe is None or not _is_same(self._probe, probe):
            self._kept.clear()
            self._probe = probe
            read |= await _read(model, {digest: by_digest[digest] for digest in known})
        found = known | read
        for digest in by_digest:
            self._kept[digest] = found[digest]
            self._kept.move_to_end(digest)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return [found[_digest(text)] for text in texts]


async def _read(model: Model, texts: dict[bytes, str]) -> dict[bytes, Vector]:
    vectors = await model.embed([*texts.values()]) if texts else []
    return {digest: array("f", vector) for digest, vector in zip(texts, vectors, strict=True)}


def _is_same(one: Vector, other: Vector) -> bool:
    return len(one) == len(other) and cosine_distance(one, other) <= NEAR


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
