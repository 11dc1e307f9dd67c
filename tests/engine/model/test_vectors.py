"""Vectors are asked for once, and again when another model answers."""

from collections.abc import Sequence

from engine.model.vectors import PROBE, Vectors
from tests.fakes.scripted_model import ScriptedModel


class Asked(ScriptedModel):
    """Places texts by their length, in so many dimensions, and takes note of them."""

    def __init__(self, *, dimensions: int = 2, sign: int = 1) -> None:
        super().__init__()
        self.asked: list[list[str]] = []
        self._place = [float(sign)] * (dimensions - 1)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        self.asked.append(list(texts))
        return [[float(len(text)), *self._place] for text in texts]


async def test_each_text_is_placed_once_in_the_order_of_the_question() -> None:
    vectors, model = Vectors(), Asked()
    assert [v[0] for v in await vectors.of(model, ["a", "bbb", "a"])] == [1, 3, 1]
    assert [v[0] for v in await vectors.of(model, ["cc", "bbb", "a"])] == [2, 3, 1]
    assert model.asked == [[PROBE, "a", "bbb"], [PROBE, "cc"]]


async def test_another_model_is_asked_for_all() -> None:
    vectors = Vectors()
    await vectors.of(Asked(), ["a", "bbb"])
    turned = Asked(sign=-9)
    assert [list(v) for v in await vectors.of(turned, ["cc", "a", "bbb"])] == [
        [2, -9], [1, -9], [3, -9],
    ]  # fmt: skip
    wider = Asked(dimensions=3)
    found = await vectors.of(wider, ["a", "bbb"])
    assert [list(v) for v in found] == [[1, 1, 1], [3, 1, 1]], "of another length"
    assert wider.asked == [[PROBE], ["a", "bbb"]]


async def test_another_model_is_noticed_when_all_that_is_asked_is_new() -> None:
    vectors = Vectors()
    await vectors.of(Asked(), ["a"])
    wider = Asked(dimensions=3)
    await vectors.of(wider, ["bbb"])
    assert [list(v) for v in await vectors.of(wider, ["bbb", "a"])] == [[3, 1, 1], [1, 1, 1]]


async def test_only_the_newest_are_kept_and_no_text_is() -> None:
    vectors, model = Vectors(most=2), Asked()
    await vectors.of(model, ["first words", "a"])
    await vectors.of(model, ["a", "bbb"])
    await vectors.of(model, ["first words"])
    assert model.asked[-1] == [PROBE, "first words"], "it had to give way"
    assert "first words" not in repr(vars(vectors))


async def test_nothing_is_asked_for_nothing() -> None:
    model = Asked()
    assert await Vectors().of(model, []) == []
    assert model.asked == []
