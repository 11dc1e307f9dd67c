"""How a prompt's tokens are shared, as one bar in colours. No words in it, only numbers."""

import asyncio
from collections.abc import Sequence
from io import BytesIO

from bot.rhythm_picture import drawing

# As Discord's coloured squares look: black, brown, yellow, red, orange, violet, blue, green, white.
COLORS = (
    "#111214",
    "#8b5a3c",
    "#fdcb58",
    "#dd2e44",
    "#f4900c",
    "#aa8ed6",
    "#55acee",
    "#78b159",
    "#e6e7e8",
)
_INCHES = (8.0, 0.9)
_DOTS_PER_INCH = 110
_CARD, _NUMBERS, _FREE = "#2b2d31", "#dbdee1", "#3a3c42"


async def shares_picture(tokens: Sequence[int], budget_tokens: int) -> bytes:
    """Return a PNG of one bar: the tokens of each group in its colour, then what is free."""
    return await asyncio.to_thread(_draw, tokens, budget_tokens)


def _draw(tokens: Sequence[int], budget_tokens: int) -> bytes:
    # Half a second of imports that a start does not need.
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    with drawing:
        figure = Figure(figsize=_INCHES, dpi=_DOTS_PER_INCH, facecolor=_CARD, layout="tight")
        axes = figure.add_subplot()
        axes.set_facecolor(_CARD)
        axes.barh(0, budget_tokens, color=_FREE, height=0.8)
        left = 0
        for color, count in zip(COLORS, tokens, strict=True):
            axes.barh(0, count, left=left, color=color, height=0.8)
            left += count
        axes.set_xlim(0, budget_tokens)
        axes.set_yticks([])
        axes.tick_params(colors=_NUMBERS, labelsize=10, length=0)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=9, integer=True))
        axes.spines[:].set_visible(False)
        output = BytesIO()
        FigureCanvasAgg(figure)
        figure.savefig(output, format="png")
    return output.getvalue()
