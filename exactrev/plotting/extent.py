"""How far the arrangement of a network reaches: all its vertices, and a window that shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import lcm

from flint import fmpq, fmpz

from exactrev.arrangement import Region, regions
from exactrev.lp.polyhedron import Form
from exactrev.network.model import Network
from exactrev.plotting.polygons import Vertex
from exactrev.plotting.tiles import bounding_forms, tile
from exactrev.plotting.window import Window, around


def window_of_everything(network: Network) -> Window:
    """A window with all vertices of the arrangement inside, and a part of every region.

    The network has two inputs.
    """
    whole = list(regions(network))
    vertices = all_vertices(whole)
    if not vertices:
        return around(_inside(region) for region in whole)
    window = around(vertices)
    missed = [_inside(region) for region in whole if not tile(region, window).polygon]
    return around([*window.polygon, *missed]) if missed else window


def all_vertices(whole: Sequence[Region]) -> set[Vertex]:
    """The vertices of these regions, which lie in the plane."""
    bound = _beyond(form for region in whole for form in bounding_forms(region))
    far = Window.square(-bound, bound)
    corners = {vertex for region in whole for vertex in tile(region, far).polygon}
    return {vertex for vertex in corners if max(map(abs, vertex)) < bound}


def _beyond(forms: Iterable[Form]) -> fmpq:
    """A number that no coordinate of a point in which two of the forms' lines meet reaches.

    By Cramer's rule a coordinate is a 2 x 2 determinant over another one: with integers, the first
    is at most 2 |entry| |constant|, the second at least 1.
    """
    slope = constant = fmpz(1)
    for a, b, c in forms:
        common = lcm(int(a.q), int(b.q), int(c.q))
        slope = max(slope, (abs(a) * common).floor(), (abs(b) * common).floor())
        constant = max(constant, (abs(c) * common).floor())
    return fmpq(2 * slope * constant + 1)


def _inside(region: Region) -> Vertex:
    x, y = region.point
    return x, y
