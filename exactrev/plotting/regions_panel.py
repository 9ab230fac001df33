"""The picture of a scene: filled regions, and every neuron's boundary in its own colour.

Coordinates are exact until the last step: places in the window, 0 to 1 on both axes, become floats.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import sqrt
from typing import Any

from exactrev.exact.rational import to_float
from exactrev.network.reduction import Name
from exactrev.plotting.colours import Colour, fills
from exactrev.plotting.polygons import Vertex
from exactrev.plotting.scene import Scene, Segment
from exactrev.plotting.ticks import Axis
from exactrev.plotting.window import Window

Colours = Mapping[Name, Colour]

#: Points of line width by layer, the first one on top of the list and below the others on paper.
_WIDTHS = (2.8, 1.7, 1.1, 0.8)
_DASH = 5.0
_FAINT = 0.55


def draw_regions(axes: Any, scene: Scene, colours: Colours, names: tuple[str, str]) -> None:
    """Draw the tiles and the segments of a scene into matplotlib axes."""
    from matplotlib.collections import PolyCollection

    pairs = (segment.tiles for segment in scene.segments)
    shades = fills(len(scene.tiles), pairs)
    outlines = [[_place(scene.window, v) for v in tile.polygon] for tile in scene.tiles]
    # edges in the fill's own colour close the hairlines between neighbours
    axes.add_collection(
        PolyCollection(outlines, facecolors=shades, edgecolors=shades, linewidths=0.4, zorder=1)
    )
    _draw_boundaries(axes, scene, colours)
    _draw_axes(axes, scene.window, names)


def mark_window(axes: Any, window: Window, part: Window) -> None:
    """Frame a part of what the axes show."""
    from matplotlib.patches import Polygon

    corners = [_place(window, corner) for corner in part.polygon]
    axes.add_patch(
        Polygon(corners, closed=True, fill=False, edgecolor="0.1", linewidth=0.9, zorder=9)
    )


def line_width(scene: Scene, layer: int) -> float:
    """How wide a layer's boundaries are: thinner in later layers and when crowded."""
    crowding = min(1.0, max(0.4, sqrt(200 / (1 + len(scene.segments)))))
    return _WIDTHS[min(layer, len(_WIDTHS)) - 1] * crowding


def _draw_boundaries(axes: Any, scene: Scene, colours: Colours) -> None:
    from matplotlib.collections import LineCollection

    for neuron in scene.neurons:
        width = line_width(scene, neuron.layer)
        for (first, count), segments in _shared(scene.boundary(neuron), neuron).items():
            dash = _DASH / width  # matplotlib multiplies by the line width
            dashes = "-" if count == 1 else (-first * dash, (dash, (count - 1) * dash))
            lines = LineCollection(
                _lines(scene.window, segments), colors=[colours[neuron]], linewidths=width,
                linestyles=[dashes], capstyle="round" if count == 1 else "butt",
                zorder=2 + neuron.layer,
            )  # fmt: skip
            axes.add_collection(lines)
        faint = LineCollection(
            _lines(scene.window, scene.boundary(neuron, visible=False)), colors=[colours[neuron]],
            linewidths=0.6 * width, linestyles=[(0, (1.2, 2.2))], alpha=_FAINT,
            zorder=2 + neuron.layer,
        )  # fmt: skip
        axes.add_collection(faint)


def _shared(segments: Iterable[Segment], neuron: Name) -> dict[tuple[int, int], list[Segment]]:
    """Segments by the neuron's turn among those that turn on there, and how many these are."""
    grouped: dict[tuple[int, int], list[Segment]] = {}
    for segment in segments:
        turn = segment.neurons.index(neuron), len(segment.neurons)
        grouped.setdefault(turn, []).append(segment)
    return grouped


def _lines(window: Window, segments: Iterable[Segment]) -> list[list[tuple[float, float]]]:
    return [[_place(window, end) for end in segment.ends] for segment in segments]


def _place(window: Window, vertex: Vertex) -> tuple[float, float]:
    x, y = (
        (coordinate - low) / (high - low)
        for coordinate, (low, high) in zip(vertex, window.sides, strict=True)
    )
    return to_float(x), to_float(y)


def _draw_axes(axes: Any, window: Window, names: tuple[str, str]) -> None:
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    for name, sides, axis in zip(names, window.sides, (axes.xaxis, axes.yaxis), strict=True):
        marks = Axis.of(*sides)
        axis.set_ticks(
            [to_float(t.place) for t in marks.ticks],
            labels=[t.label for t in marks.ticks],
        )
        axis.set_label_text(f"{name}, counted from {marks.start}" if marks.start else name)
    axes.tick_params(labelsize=9, color="0.4")
