from bench.prompts import SETS, Batch, cut_alike, gather, intervals, table

ONE = "the keeper lights the lamp and waits for the ship that never comes back to him"
WORDS = [f"word{number}" for number in range(600)]


def batches(count: int = 8) -> list[Batch]:
    """Return batches whose plain texts are all the same and whose others are all different."""
    made = []
    for number in range(count):
        own = [" ".join(WORDS[at : at + 12]) for at in range(60 * number, 60 * number + 60, 12)]
        made.append(Batch({"plain": [ONE] * 5, "requests": own, "shown": own}))
    return made


def test_texts_of_one_place_are_cut_to_the_same_number_of_words() -> None:
    cut = cut_alike(
        [Batch({"plain": ["One two three four."], "requests": ["a b"], "shown": ["x"]})]
    )
    assert [gather(cut, name) for name in SETS] == [["one"], ["a"], ["x"]]


def test_an_interval_that_leaves_zero_out_is_told_as_better() -> None:
    lines = table(cut_alike(batches()), draws=40)
    assert sum(line.endswith(": better |") for line in lines) == 3


def test_sets_that_are_alike_are_not_told_as_better() -> None:
    same = [Batch(dict.fromkeys(SETS, batch.texts["shown"])) for batch in batches()]
    assert set(intervals(same, 40).values()) == {(0.0, 0.0)}
    assert sum("not shown to be better" in line for line in table(same, draws=40)) == 3
