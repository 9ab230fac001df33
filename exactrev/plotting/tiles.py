"""The part of a region that lies in a window, as a polygon with exact vertices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from exactrev.arrangement import Region
from exactrev.lp.polyhedron import Form
from exactrev.network.evaluation import layer_maps
from exactrev.plotting.polygons import Polygon, clipped
from exactrev.plotting.window import Window


@dataclass(frozen=True)
class Tile:
    """The part of a region inside a window; no vertices where the insides do not meet."""

    region: Region
    polygon: Polygon


def tile(region: Region, window: Window) -> Tile:
    """The part of a region of a network of two inputs that lies in a window."""
    polygon = window.polygon
    for form in bounding_forms(region):
        polygon = clipped(polygon, form)
    return Tile(region, polygon)


def bounding_forms(region: Region) -> Iterator[Form]:
    """The form of every neuron that is not constant there, positive in the region."""
    for affine, bits in zip(
        layer_maps(region.network, region.pattern), region.pattern, strict=False
    ):
        for i, on in enumerate(bits):
            form = (affine.linear[i, 0], affine.linear[i, 1], affine.constant[i, 0])
            if form[0] or form[1]:
                yield form if on else (-form[0], -form[1], -form[2])
