"""What a scan looks at: the last turns, newest first, and the texts beside them."""

from collections.abc import Sequence

from engine.memory.lore.keys import Haystack, Piece
from engine.story import LoreLine, LoreScene, LoreText, Turn, TurnKind

MOST_CHARACTERS = 100_000  # of the turns that are looked at, but for the newest


def lore_lines(path: Sequence[Turn]) -> tuple[LoreLine, ...]:
    """Return a path's turns as a scan looks at them, each with the name of who speaks."""
    return tuple(
        LoreLine(turn.id, _speaker(turn), turn.text, is_model=turn.kind is TurnKind.MODEL)
        for turn in path
    )


class View:
    """The texts of a scene, each made ready once, however often it is looked at."""

    def __init__(self, scene: LoreScene, *, has_names: bool) -> None:
        self._scene = scene
        self._has_names = has_names
        self._lines: dict[int, Piece] = {}
        self._texts = {name: Piece(text) for name, text in scene.texts.items() if text}
        self._notes = tuple(Piece(note) for note in scene.notes if note)

    def look(
        self,
        length: int,
        depth: int,
        also_in: tuple[LoreText, ...],
        woken_by: tuple[Piece, ...],
    ) -> Haystack:
        """Return the last `depth` of the first `length` turns, and what stands beside them.

        Each turn begins with U+0001, then `Name: `, so that a pattern can hold on to a speaker.
        """
        lines: list[Piece] = []
        room = MOST_CHARACTERS
        for at in range(length - 1, max(length - depth, 0) - 1, -1):
            lines.append(self._line(at))
            room -= len(lines[-1].text)
            if room <= 0:
                break
        beside = [self._texts[name] for name in also_in if name in self._texts]
        return Haystack((*lines, *beside, *self._notes, *woken_by))

    def _line(self, at: int) -> Piece:
        if at not in self._lines:
            line = self._scene.lines[at]
            text = f"{line.name}: {line.text}" if self._has_names and line.name else line.text
            self._lines[at] = Piece(f"\x01{text}")
        return self._lines[at]


def _speaker(turn: Turn) -> str:
    if turn.character is not None:
        return turn.character.name
    return turn.author_name if turn.kind is TurnKind.HUMAN else ""
