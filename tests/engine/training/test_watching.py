from engine.training.watching import has_stopped_early


def history(*losses: float) -> list[dict[str, float]]:
    """Return a history with these evaluations, and steps between them."""
    return [entry for loss in losses for entry in ({"loss": 1.0}, {"eval_loss": loss})]


def test_two_evaluations_without_a_better_one_end_the_training() -> None:
    assert not has_stopped_early([])
    assert not has_stopped_early(history(3.0, 2.0, 2.1))
    assert has_stopped_early(history(3.0, 2.0, 2.1, 2.05))
    assert not has_stopped_early(history(3.0, 2.0, 2.1, 1.9))
