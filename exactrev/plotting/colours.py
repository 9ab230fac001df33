"""Colours: soft fills that differ across every facet, and a hue for every neuron by its layer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import cos, pi, sin

from exactrev.network.model import Network
from exactrev.network.reduction import Name

Colour = tuple[float, float, float]

#: Enough for any planar map, and for the greedy colouring below.
_FILLS = 6


def fills(count: int, neighbours: Iterable[tuple[int, int]]) -> list[Colour]:
    """A soft colour for every tile of a planar map, no two neighbours alike.

    A planar graph always has a vertex of at most five neighbours: taking such vertices away one by
    one and colouring them in reverse order never needs more than six colours (Matula, Beck 1983).
    """
    adjacent: list[set[int]] = [set() for _ in range(count)]
    for one, other in neighbours:
        adjacent[one].add(other)
        adjacent[other].add(one)
    chosen: dict[int, int] = {}
    used = [0] * _FILLS
    for tile in reversed(_smallest_last(adjacent)):
        taken = {chosen[other] for other in adjacent[tile] if other in chosen}
        free = [colour for colour in range(_FILLS) if colour not in taken]
        chosen[tile] = min(free, key=lambda colour: used[colour])
        used[chosen[tile]] += 1
    palette = [oklch(0.955 - 0.035 * (k % 2), 0.032, 360 * k / _FILLS + 20) for k in range(_FILLS)]
    return [palette[chosen[tile]] for tile in range(count)]


def _smallest_last(adjacent: list[set[int]]) -> list[int]:
    """The vertices, each of least degree when those before it are gone."""
    degree = [len(others) for others in adjacent]
    waiting: list[list[int]] = [[] for _ in range(max(degree, default=0) + 1)]
    for vertex, size in enumerate(degree):
        waiting[size].append(vertex)
    order: list[int] = []
    gone = [False] * len(adjacent)
    least = 0
    while len(order) < len(adjacent):
        while not waiting[least]:
            least += 1
        vertex = waiting[least].pop()
        if gone[vertex] or degree[vertex] != least:
            continue
        gone[vertex] = True
        order.append(vertex)
        for other in adjacent[vertex]:
            if not gone[other]:
                degree[other] -= 1
                waiting[degree[other]].append(other)
                least = min(least, degree[other])
    return order


def neuron_colours(network: Network) -> Mapping[Name, Colour]:
    """A colour for every hidden neuron: a stretch of the colour circle a layer, apart from others.

    Within a layer the hue runs along the stretch, and lightness goes up and down.
    """
    colours = {}
    layers = len(network.hidden)
    for number, layer in enumerate(network.hidden, 1):
        start = 360 * (number - 1) / layers + 25
        stretch = 360 / layers - (40 if layers > 1 else 0) / max(1, layers - 1)
        for place in range(layer.size):
            share = place / max(1, layer.size - (layers > 1))
            lightness = (0.50, 0.66, 0.42)[place % 3] if layer.size > 3 else 0.55
            colours[Name(number, place)] = oklch(lightness, 0.16, start + stretch * share)
    return colours


def oklch(lightness: float, chroma: float, hue: float) -> Colour:
    """The sRGB colour nearest to an OKLCH one, hue in degrees (B. Ottosson, "Oklab", 2020)."""
    a, b = chroma * cos(hue * pi / 180), chroma * sin(hue * pi / 180)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _gamma(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _gamma(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _gamma(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
    )


def _gamma(linear: float) -> float:
    clear = min(max(linear, 0.0), 1.0)
    return 12.92 * clear if clear <= 0.0031308 else 1.055 * clear ** (1 / 2.4) - 0.055
