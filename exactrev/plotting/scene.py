"""What a picture shows, exactly: the regions as polygons, the facets as segments, who meets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise

from exactrev.arrangement import regions
from exactrev.errors import InputError
from exactrev.network.evaluation import Pattern
from exactrev.network.model import Network
from exactrev.network.reduction import Name
from exactrev.plotting.extent import window_of_everything
from exactrev.plotting.polygons import Vertex
from exactrev.plotting.tiles import Tile, tile
from exactrev.plotting.window import Window, around_most

#: A window this many times longer than the stretch that most vertices need asks for a close-up.
_CROWDED = 4


@dataclass(frozen=True)
class Segment:
    """The part of a facet inside the window: its ends, the numbers of the tiles on its two sides.

    ``neurons`` are those whose activation differs between the tiles, at least one; ``visible`` says
    whether f bends here, so that the segment is in their boundaries.
    """

    ends: tuple[Vertex, Vertex]
    tiles: tuple[int, int]
    neurons: tuple[Name, ...]
    visible: bool


@dataclass(frozen=True)
class Scene:
    """A network of two inputs in a window: its tiles cover the window and overlap in edges only."""

    network: Network
    window: Window
    tiles: tuple[Tile, ...]
    segments: tuple[Segment, ...]

    @cached_property
    def neurons(self) -> tuple[Name, ...]:
        """All hidden neurons, layer by layer."""
        return tuple(_names(self.network))

    @cached_property
    def vertices(self) -> frozenset[Vertex]:
        """The vertices of the arrangement that lie strictly inside the window."""
        (left, right), (bottom, top) = self.window.sides
        corners = {vertex for piece in self.tiles for vertex in piece.polygon}
        return frozenset((x, y) for x, y in corners if left < x < right and bottom < y < top)

    @cached_property
    def meetings(self) -> frozenset[tuple[Name, Name]]:
        """The pairs (ascending) of neurons whose boundaries have a point of the window in common.

        Facets meet in ends or are the same, so it is enough to look at the ends.
        """
        through: dict[Vertex, set[Name]] = defaultdict(set)
        for segment in self.segments:
            if segment.visible:
                for end in segment.ends:
                    through[end] |= set(segment.neurons)
        return frozenset(
            pair for names in through.values() for pair in combinations(sorted(names), 2)
        )

    def boundary(self, neuron: Name, visible: bool = True) -> Iterator[Segment]:
        """The segments on which a neuron turns on: those in its boundary, or those that are not."""
        for segment in self.segments:
            if segment.visible == visible and neuron in segment.neurons:
                yield segment


def scene(network: Network, window: Window | None = None) -> Scene:
    """The scene of a network of two inputs.

    Without a window all vertices are shown, and a part of every region.  Raises InputError unless
    the network has two inputs.
    """
    if network.inputs != 2:
        noun = "input" if network.inputs == 1 else "inputs"
        raise InputError(f"a picture needs 2 inputs, and the network has {network.inputs} {noun}")
    window = window or window_of_everything(network)
    tiles = tuple(tile(region, window) for region in regions(network, window.polyhedron))
    return Scene(network, window, tiles, tuple(_segments(network, tiles)))


def close_up(whole: Scene) -> Scene | None:
    """The same network where most vertices are, if they crowd in a small part of the window."""
    if not whole.vertices:
        return None
    window = around_most(whole.vertices)
    lengths = zip(window.sides, whole.window.sides, strict=True)
    if all(_CROWDED * (high - low) >= top - bottom for (low, high), (bottom, top) in lengths):
        return None
    return scene(whole.network, window)


def _segments(network: Network, tiles: Sequence[Tile]) -> Iterator[Segment]:
    """The arrangement is edge to edge, so an edge with a tile on either side is a whole facet."""
    beside: dict[frozenset[Vertex], list[int]] = defaultdict(list)
    for number, piece in enumerate(tiles):
        for ends in pairwise((*piece.polygon, piece.polygon[0])):
            beside[frozenset(ends)].append(number)
    names = tuple(_names(network))
    for edge, sides in beside.items():
        if len(sides) == 2:  # else a part of the window's edge
            one, other = (tiles[number].region for number in sides)
            first, second = sorted(edge)
            yield Segment(
                (first, second),
                (sides[0], sides[1]),
                tuple(_changing(names, one.pattern, other.pattern)),
                one.affine_map != other.affine_map,
            )


def _changing(names: Sequence[Name], one: Pattern, other: Pattern) -> Iterator[Name]:
    for name in names:
        if one[name.layer - 1][name.place] != other[name.layer - 1][name.place]:
            yield name


def _names(network: Network) -> Iterator[Name]:
    for number, layer in enumerate(network.hidden, 1):
        for place in range(layer.size):
            yield Name(number, place)
