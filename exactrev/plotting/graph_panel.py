"""The picture of which neurons' boundaries meet in a window: a graph, its vertices by layer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from exactrev.network.reduction import Name
from exactrev.plotting.regions_panel import Colours
from exactrev.plotting.scene import Scene

Place = tuple[float, float]


def draw_meetings(axes: Any, scene: Scene, colours: Colours) -> None:
    """Draw the neurons and an edge for every two whose boundaries meet in the window.

    Edges between adjacent layers are straight and dark; all others are curved and light.
    """
    places = dict(_places(scene))
    width = min(1.1, max(0.3, 8 / (1 + len(scene.meetings)) ** 0.5))
    for one, other in sorted(scene.meetings):
        _draw_edge(axes, one, other, places, width)
    seen = {neuron for segment in scene.segments if segment.visible for neuron in segment.neurons}
    most = max((layer.size for layer in scene.network.hidden), default=1)
    size = min(17.0, 250 / most)
    for neuron, (x, y) in places.items():
        shade = colours[neuron] if neuron in seen else "0.8"
        axes.plot(x, y, "o", color=shade, markersize=size, markeredgecolor="white", zorder=3)
        if size > 9:
            axes.text(x, y, str(neuron), color="white", fontsize=min(8.0, size / 2.2),
                      ha="center", va="center", zorder=4, fontweight="bold")  # fmt: skip
    for number in range(1, len(scene.network.hidden) + 1):
        axes.text(
            number, 1.04 - 0.5 / most, f"layer {number}", ha="center", va="bottom", fontsize=9.5
        )
    axes.set_xlim(0.45, len(scene.network.hidden) + 0.55)
    axes.set_ylim(0.5 / most - 0.06, 1.1 - 0.5 / most)
    axes.set_axis_off()


def adjacent_pairs(scene: Scene) -> tuple[int, int]:
    """Of the pairs of neurons in adjacent layers: how many have boundaries that meet, and all."""
    meeting = sum(other.layer == one.layer + 1 for one, other in scene.meetings)
    sizes = [layer.size for layer in scene.network.hidden]
    return meeting, sum(a * b for a, b in pairwise(sizes))


def _places(scene: Scene) -> Iterator[tuple[Name, Place]]:
    for neuron in scene.neurons:
        size = scene.network.hidden[neuron.layer - 1].size
        yield neuron, (float(neuron.layer), 1 - (neuron.place + 0.5) / size)


def _draw_edge(axes: Any, one: Name, other: Name, places: dict[Name, Place], width: float) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    (x, y), (u, v) = places[one], places[other]
    step = other.layer - one.layer
    if step == 1:
        path = Path([(x, y), (u, v)])
    else:
        outwards = -1 if one.layer == 1 else 1
        aside = outwards * (0.06 + 0.65 * abs(v - y)) if step == 0 else 0.0
        middle = ((x + u) / 2 + aside, (y + v) / 2 + (0.18 if step else 0.0))
        path = Path([(x, y), middle, (u, v)], [Path.MOVETO, Path.CURVE3, Path.CURVE3])
    colour = "0.3" if step == 1 else "0.75"
    axes.add_patch(
        PathPatch(path, fill=False, edgecolor=colour, linewidth=width, zorder=2 - (step != 1))
    )
