"""The loss curve as a picture, readable on dark and on light."""

import io
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

PAPER, INK, GRID = "#fbfaf7", "#3a3a3a", "#d9d6cf"
TRAINING, HELD_OUT = "#b9c6d8", "#c2410c"
SMOOTHED = "#3b6ea8"
OLD_SHARE = 0.9  # of the moving average


def draw_curve(history: list[dict[str, Any]], best_step: int) -> bytes:
    """Draw Trainer's history as a PNG: the loss of each step, smoothed too, and held-out loss."""
    steps = [entry["step"] for entry in history if "loss" in entry]
    losses = [entry["loss"] for entry in history if "loss" in entry]
    evaluated = [entry["step"] for entry in history if "eval_loss" in entry]
    held_out = [entry["eval_loss"] for entry in history if "eval_loss" in entry]
    figure = Figure(figsize=(8, 4.2), dpi=120, facecolor=PAPER, layout="constrained")
    canvas: Any = FigureCanvasAgg(figure)
    axes = figure.add_subplot(facecolor=PAPER)
    axes.plot(steps, losses, color=TRAINING, linewidth=0.9)
    axes.plot(steps, smoothed(losses), color=SMOOTHED, linewidth=1.8, label="training (smoothed)")
    axes.plot(
        evaluated,
        held_out,
        color=HELD_OUT,
        linewidth=1.8,
        marker="o",
        markersize=4,
        label="held out",
    )
    if best_step in evaluated:
        best = held_out[evaluated.index(best_step)]
        axes.plot([best_step], [best], marker="o", markersize=10, fillstyle="none", color=HELD_OUT)
    axes.set_xlabel("step", color=INK)
    axes.set_ylabel("loss (nats a token)", color=INK)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.tick_params(colors=INK)
    axes.grid(color=GRID, linewidth=0.6)
    for side in axes.spines.values():
        side.set_color(GRID)
    axes.legend(frameon=False, labelcolor=INK)
    picture = io.BytesIO()
    canvas.print_png(picture)
    return picture.getvalue()


def smoothed(values: list[float]) -> list[float]:
    """Return the moving average, whose beginning is not pulled towards anything."""
    total = weight = 0.0
    smooth = []
    for value in values:
        total = OLD_SHARE * total + value
        weight = OLD_SHARE * weight + 1
        smooth.append(total / weight)
    return smooth
