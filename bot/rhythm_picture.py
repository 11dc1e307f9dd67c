"""The rhythm of a text as a picture: a bar a sentence, in order. No words in it, only numbers."""

import asyncio
import threading
from collections.abc import Sequence
from io import BytesIO
from statistics import fmean

from engine.prose.rhythm import Beat, Rhythm

MOST_BARS = 240
_INCHES = (8.0, 2.8)
_DOTS_PER_INCH = 110
# One card, dark enough for Discord's light theme and light enough at its edge for the dark one.
_CARD, _NUMBERS, _LINES = "#2b2d31", "#dbdee1", "#4e5058"
_NARRATION, _DIALOGUE, _MEAN = "#6ea8fe", "#ffc66d", "#f2f3f5"
drawing = threading.Lock()  # matplotlib draws in one thread at a time


async def rhythm_picture(rhythm: Rhythm) -> bytes:
    """Return a PNG of the lengths of all sentences, dialogue in another shade, the mean as a line.

    More than 240 sentences are drawn in groups of equal size, each by its mean.
    """
    return await asyncio.to_thread(_draw, grouped(rhythm.beats), rhythm)


def group_size(sentences: int) -> int:
    """Return how many sentences one bar stands for."""
    return -(-sentences // MOST_BARS) or 1


def grouped(beats: Sequence[Beat]) -> list[tuple[float, bool]]:
    """Return each bar's height, and whether most of its sentences are spoken."""
    size = group_size(len(beats))
    groups = [beats[at : at + size] for at in range(0, len(beats), size)]
    return [
        (
            fmean(beat.length for beat in group),
            2 * sum(beat.is_speech for beat in group) > len(group),
        )
        for group in groups
    ]


def _draw(bars: Sequence[tuple[float, bool]], rhythm: Rhythm) -> bytes:
    # Half a second of imports that a start does not need.
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    size = group_size(len(rhythm.beats))
    with drawing:
        figure = Figure(figsize=_INCHES, dpi=_DOTS_PER_INCH, facecolor=_CARD, layout="tight")
        axes = figure.add_subplot()
        axes.set_facecolor(_CARD)
        axes.bar(
            [1 + size * (number + 0.5) - 0.5 for number in range(len(bars))],
            [height for height, _ in bars],
            width=size * (0.8 if len(bars) < MOST_BARS // 2 else 1.0),
            color=[_DIALOGUE if is_speech else _NARRATION for _, is_speech in bars],
        )
        axes.axhline(rhythm.mean, color=_MEAN, linewidth=1, linestyle=(0, (4, 4)))
        axes.set_xlim(0.5, size * max(len(bars), 1) + 0.5)
        axes.tick_params(colors=_NUMBERS, labelsize=11, length=0)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True, min_n_ticks=1))
        axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
        axes.yaxis.grid(visible=True, color=_LINES, linewidth=0.8)
        axes.set_axisbelow(True)
        axes.spines[:].set_visible(False)
        output = BytesIO()
        FigureCanvasAgg(figure)
        figure.savefig(output, format="png")
    return output.getvalue()
