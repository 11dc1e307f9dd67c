"""Who has to do with whom, as a picture: names in circles, relations on arrows."""

import asyncio
from collections import Counter
from io import BytesIO

from bot.canon_words import relation_name, short
from bot.locales import Words
from bot.rhythm_picture import drawing
from engine.files.books.typefaces import chinese_sans
from engine.writing.canon import Graph

MOST_NODES = 30
MOST_NAME = 18  # letters
MOST_DESCRIPTION = 1024  # characters that Discord takes
_INCHES = (9.0, 6.5)
_DOTS_PER_INCH = 110
_CARD, _NODE, _TEXT, _LINE, _RELATION = "#2b2d31", "#4752c4", "#f2f3f5", "#80848e", "#ffc66d"


async def graph_picture(graph: Graph, words: Words) -> bytes:
    """Return a PNG; of more than 30 names, those with most relations. Equal graphs look equal."""
    labels = {relation: relation_name(relation, words) for _, relation, _ in graph.edges}
    return await asyncio.to_thread(_draw, largest(graph), labels)


def graph_words(graph: Graph, words: Words) -> str:
    """Return what the picture shows, for those who do not see it."""
    edges = largest(graph).edges
    lines = [f"{one} · {relation_name(relation, words)}: {other}" for one, relation, other in edges]
    return short("; ".join(lines), MOST_DESCRIPTION)


def largest(graph: Graph) -> Graph:
    """Return the part of the graph that a picture has room for."""
    counts = Counter(name for one, _, other in graph.edges for name in (one, other))
    kept = {name for name, _ in counts.most_common(MOST_NODES)}
    return Graph(
        tuple(name for name in graph.nodes if name in kept),
        tuple(edge for edge in graph.edges if edge[0] in kept and edge[2] in kept),
    )


def _draw(graph: Graph, labels: dict[str, str]) -> bytes:
    # A second of imports that a start does not need.
    import networkx  # noqa: PLC0415
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415

    drawn = networkx.DiGraph()
    drawn.add_nodes_from(graph.nodes)
    drawn.add_edges_from((one, other) for one, _, other in graph.edges)
    places = networkx.spring_layout(drawn, seed=7, k=2.2 / max(1, len(drawn)) ** 0.5)
    typeface = chinese_sans()
    font = FontProperties(fname=str(typeface)) if typeface else FontProperties()
    with drawing:
        figure = Figure(figsize=_INCHES, dpi=_DOTS_PER_INCH, facecolor=_CARD, layout="tight")
        axes = figure.add_subplot()
        axes.set_facecolor(_CARD)
        axes.axis("off")
        for axis, limit in ((0, axes.set_xlim), (1, axes.set_ylim)):
            values = [float(place[axis]) for place in places.values()]
            room = 0.12 * (max(values) - min(values)) + 0.1
            limit(min(values) - room, max(values) + room)
        for one, relation, other in graph.edges:
            axes.annotate(
                "",
                xy=places[other],
                xytext=places[one],
                arrowprops={
                    "arrowstyle": "-|>",
                    "color": _LINE,
                    "shrinkA": 18,
                    "shrinkB": 18,
                    "connectionstyle": "arc3,rad=0.08",
                },
            )
            x, y = (places[one] + places[other]) / 2
            axes.text(
                x,
                y,
                labels[relation],
                color=_RELATION,
                fontproperties=font,
                fontsize=10,
                ha="center",
                va="center",
                bbox={"boxstyle": "square,pad=0.15", "facecolor": _CARD, "edgecolor": "none"},
            )
        for name in graph.nodes:
            x, y = places[name]
            axes.text(
                x,
                y,
                name if len(name) <= MOST_NAME else f"{name[: MOST_NAME - 1]}…",
                color=_TEXT,
                fontproperties=font,
                fontsize=12,
                ha="center",
                va="center",
                bbox={"boxstyle": "round,pad=0.45", "facecolor": _NODE, "edgecolor": "none"},
            )
        output = BytesIO()
        FigureCanvasAgg(figure)
        figure.savefig(output, format="png")
    return output.getvalue()
