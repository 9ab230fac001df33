"""The difference of two networks on a plane, as SVG: every region, coloured by its affine values.

On a region the difference is affine, and so is a colour along its gradient: the picture is not a
sampling.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from flint import fmpq

from exactrev.arrangement import Exploration
from exactrev.domain.boxes import bounding_box
from exactrev.equivalence.comparison import Comparison
from exactrev.equivalence.ground import Point
from exactrev.exact.rational import to_float
from exactrev.exact.six_digits import six_digits
from exactrev.lp import Optimum, System, minimise
from exactrev.lp.polyhedron import Form, Polyhedron, value
from exactrev.network.evaluation import activation_pattern, affine_map
from exactrev.network.model import Network
from exactrev.plotting import Slice, Window
from exactrev.plotting.colours import Colour, oklch
from exactrev.plotting.polygons import Polygon, clipped
from exactrev.plotting.tiles import tile

_SIDE = 480.0
_LEFT, _TOP, _RIGHT, _BOTTOM = 70.0, 14.0, 130.0, 46.0
_MOST = 3000  # regions


@dataclass(frozen=True)
class Picture:
    """A drawing as an ``<svg>`` element, and what it shows."""

    svg: str
    axes: tuple[int, int]
    output: int
    regions: int
    window: Window


@dataclass(frozen=True)
class _Piece:
    """A polygon on which the difference is the affine form."""

    polygon: Polygon
    form: Form

    @property
    def values(self) -> list[fmpq]:
        return [value(self.form, vertex) for vertex in self.polygon]


def picture(
    comparison: Comparison,
    domain: Polyhedron | None,
    centre: Point,
    output: int,
    axes: tuple[int, int] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Picture | None:
    """The difference of an output on the plane through ``centre`` on which two inputs vary.

    Without ``axes`` they are those along which the difference changes most there.  None where there
    are fewer than two inputs, too many regions, or no area.
    """
    network = comparison.reduction.network
    if network.inputs < 2:
        return None
    i, j = axes or _steepest(network, centre, output, _fixed_inputs(domain))
    cut = Slice.along_axes(network.inputs, i, j, centre)
    rows = _restricted_rows(domain, cut)
    window = _window(rows, (centre[i], centre[j]))
    if window is None:
        return None
    pieces = _pieces(cut.restrict(network), rows, window, output, stop)
    if not pieces:
        return None
    drawn = "".join(_drawing(pieces, window, (i, j), (centre[i], centre[j])))
    return Picture(drawn, (i, j), output, len(pieces), window)


def _fixed_inputs(domain: Polyhedron | None) -> list[int]:
    """The inputs that are one number all over a box."""
    box = None if domain is None else bounding_box(domain)
    return [j for j, (low, high) in enumerate(box or ()) if low == high]


def _steepest(
    network: Network, point: Point, output: int, fixed: Sequence[int]
) -> tuple[int, int]:
    affine = affine_map(network, activation_pattern(network, point))
    slopes = [abs(affine.linear[output, k]) for k in range(network.inputs)]
    order = sorted(range(network.inputs), key=lambda k: (k in fixed, -slopes[k], k))
    first, second = order[:2]
    return min(first, second), max(first, second)


def _restricted_rows(domain: Polyhedron | None, cut: Slice) -> list[Form]:
    """The domain's rows as forms on the plane."""
    if domain is None:
        return []
    zero = fmpq(0)
    rows = []
    for row in domain.rows:
        slopes = [value((*row[:-1], zero), direction) for direction in cut.directions]
        rows.append((*slopes, value(row, cut.origin)))
    return [row for row in rows if any(row[:-1])]


def _window(rows: Sequence[Form], centre: tuple[fmpq, fmpq]) -> Window | None:
    """The least rectangle round the domain; where that has no end, it goes some way."""
    reach = 1 + max(map(abs, centre))
    ends = []
    for k in range(2):
        for sign in (1, -1):
            objective = tuple(fmpq(sign * int(axis == k)) for axis in range(3))
            found = minimise(objective, System(2, rows=tuple(rows)))
            near = centre[k] - sign * reach
            ends.append(sign * found.value if isinstance(found, Optimum) else near)
    low, high = (ends[0], ends[2]), (ends[1], ends[3])
    if low[0] >= high[0] or low[1] >= high[1]:
        return None
    return Window(low, high)


def _pieces(
    network: Network, rows: Sequence[Form], window: Window, output: int, stop: Callable[[], bool]
) -> list[_Piece]:
    """The regions inside the domain and the window; none if they are too many."""
    search = Exploration(
        network, window.polyhedron, stop=lambda: stop() or search.found.counts[0] > _MOST
    )
    for _ in search.lines():
        pass
    found = search.result()
    pieces = []
    for region in found if found.complete else ():
        polygon = tile(region, window).polygon
        for row in rows:
            polygon = clipped(polygon, row) if polygon else polygon
        if polygon:
            affine = region.affine_map
            linear = (affine.linear[output, 0], affine.linear[output, 1])
            pieces.append(_Piece(polygon, (*linear, affine.constant[output, 0])))
    return pieces


# -- drawing ---------------------------------------------------------------------------------------


def _drawing(
    pieces: Sequence[_Piece], window: Window, axes: tuple[int, int], mark: tuple[fmpq, fmpq]
) -> Iterator[str]:
    width, height = _LEFT + _SIDE + _RIGHT, _TOP + _SIDE + _BOTTOM
    largest = max(abs(x) for piece in pieces for x in piece.values)
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img">'
    for number, piece in enumerate(pieces):
        yield from _polygon(number, piece, window, largest)
    x, y = _place(window, mark)
    yield f'<circle cx="{x:.2f}" cy="{y:.2f}" r="5" fill="none" stroke="#000" stroke-width="1.5"/>'
    yield (
        f'<rect x="{_LEFT:g}" y="{_TOP:g}" width="{_SIDE:g}" height="{_SIDE:g}" fill="none" '
        'stroke="#444"/>'
    )
    yield from _axes(window, axes)
    yield from _legend(largest)
    yield "</svg>"


def _place(window: Window, vertex: tuple[fmpq, fmpq]) -> tuple[float, float]:
    x, y = (
        to_float((coordinate - low) / (high - low))
        for coordinate, (low, high) in zip(vertex, window.sides, strict=True)
    )
    return _LEFT + _SIDE * x, _TOP + _SIDE * (1 - y)


def _polygon(number: int, piece: _Piece, window: Window, largest: fmpq) -> Iterator[str]:
    """A polygon filled along its gradient."""
    places = [_place(window, vertex) for vertex in piece.polygon]
    points = " ".join(f"{x:.2f},{y:.2f}" for x, y in places)
    values = [to_float(v / largest) if largest else 0.0 for v in piece.values]
    low, high = min(values), max(values)
    fill = _colour(low)
    slope = _slope(piece, window, largest)
    size = slope[0] ** 2 + slope[1] ** 2
    if high > low and size > 0:
        start = places[values.index(low)]
        way = (high - low) / size
        end = start[0] + slope[0] * way, start[1] + slope[1] * way
        middle = [(-low / (high - low), 0.0)] if low < 0 < high else []
        stops = "".join(
            f'<stop offset="{share:.4f}" stop-color="{_colour(t)}"/>'
            for share, t in [(0.0, low), *middle, (1.0, high)]
        )
        yield (
            f'<linearGradient id="g{number}" gradientUnits="userSpaceOnUse" '
            f'x1="{start[0]:.2f}" y1="{start[1]:.2f}" x2="{end[0]:.2f}" y2="{end[1]:.2f}">'
            f"{stops}</linearGradient>"
        )
        fill = f"url(#g{number})"
    yield f'<polygon points="{points}" fill="{fill}" stroke="#555" stroke-width="0.4"/>'


def _slope(piece: _Piece, window: Window, largest: fmpq) -> tuple[float, float]:
    """The gradient in the picture's coordinates, of the difference over its largest value."""
    if not largest:
        return 0.0, 0.0
    (left, right), (bottom, top) = window.sides
    return (
        to_float(piece.form[0] * (right - left) / largest) / _SIDE,
        -to_float(piece.form[1] * (top - bottom) / largest) / _SIDE,
    )


def _colour(t: float) -> str:
    """From blue (-1) by white to red (1)."""
    size = min(abs(t), 1.0)
    rgb: Colour = oklch(0.98 - 0.43 * size, 0.17 * size, 30.0 if t > 0 else 255.0)
    return "#" + "".join(f"{round(255 * c):02x}" for c in rgb)


def _axes(window: Window, axes: tuple[int, int]) -> Iterator[str]:
    (left, right), (bottom, top) = ([_short(x) for x in side] for side in window.sides)
    below, middle = _TOP + _SIDE + 16, _SIDE / 2
    yield _words(_LEFT, below, left, "start") + _words(_LEFT + _SIDE, below, right, "end")
    yield _words(_LEFT + middle, below + 16, _input(axes[0]), "middle")
    yield _words(_LEFT - 6, _TOP + _SIDE, bottom, "end") + _words(_LEFT - 6, _TOP + 10, top, "end")
    yield _words(_LEFT - 24, _TOP + middle, _input(axes[1]), "end")


def _input(number: int) -> str:
    return f'<tspan font-style="italic">x</tspan><tspan dy="3" font-size="9">{number}</tspan>'


def _short(x: fmpq) -> str:
    exact = str(x)
    return exact if len(exact) <= 8 else six_digits(x)


def _words(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="12">{text}</text>'


def _legend(largest: fmpq) -> Iterator[str]:
    """A bar of the colours, with what they stand for."""
    x, height = _LEFT + _SIDE + 24, 200.0
    colours = ((0, 1.0), (0.5, 0.0), (1, -1.0))
    stops = "".join(f'<stop offset="{at:g}" stop-color="{_colour(t)}"/>' for at, t in colours)
    yield f'<linearGradient id="bar" x1="0" y1="0" x2="0" y2="1">{stops}</linearGradient>'
    yield (
        f'<rect x="{x:g}" y="{_TOP:g}" width="16" height="{height:g}" fill="url(#bar)" '
        'stroke="#444" stroke-width="0.5"/>'
    )
    for y, text in ((10.0, _short(largest)), (height / 2 + 4, "0"), (height, _short(-largest))):
        yield _words(x + 22, _TOP + y, text, "start")
