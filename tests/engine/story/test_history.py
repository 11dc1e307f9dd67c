from engine.story import Move, MoveKind, redo_target


def moves(*steps: tuple[MoveKind, int | None, int | None]) -> list[Move]:
    return [
        Move(number, 1, kind, from_turn_id, to_turn_id, 1)
        for number, (kind, from_turn_id, to_turn_id) in enumerate(steps, start=1)
    ]


WRITE, UNDO, REDO = MoveKind.WRITE, MoveKind.UNDO, MoveKind.REDO


def test_without_undo_there_is_nothing_to_redo() -> None:
    assert redo_target([]) is None
    assert redo_target(moves((WRITE, None, 1), (WRITE, 1, 2))) is None


def test_the_turn_undone_last_comes_back_first() -> None:
    journal = moves((WRITE, 1, 2), (UNDO, 2, 1), (UNDO, 1, None))
    assert redo_target(journal) == 1
    assert redo_target([*journal, *moves((REDO, None, 1))]) == 2
    assert redo_target([*journal, *moves((REDO, None, 1), (REDO, 1, 2))]) is None


def test_any_new_turn_ends_what_can_be_redone() -> None:
    for kind in MoveKind:
        if kind not in {UNDO, REDO}:
            assert redo_target(moves((WRITE, 1, 2), (UNDO, 2, 1), (kind, 1, 3))) is None


def test_undo_after_redo_can_be_redone_again() -> None:
    journal = moves((WRITE, 1, 2), (UNDO, 2, 1), (REDO, 1, 2), (UNDO, 2, 1))
    assert redo_target(journal) == 2
