"""The exact content of pictures: tiles cover the window, segments are where patterns change."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from random import Random

import pytest
from flint import fmpq

from exactrev.arrangement import regions
from exactrev.arrangement.facets import facets
from exactrev.errors import InputError
from exactrev.network import Network
from exactrev.network.evaluation import activation_pattern
from exactrev.network.reduction import Name
from exactrev.plotting import Slice, Window
from exactrev.plotting.polygons import Vertex, area, clipped
from exactrev.plotting.scene import Scene, Segment, close_up, scene
from exactrev.plotting.window import around
from tests.arrangement.brute_force import signs_at
from tests.arrangement.networks import EMPTY_SHAPES, KINDS, RECIPES, plain
from tests.recovery.reference import fraction, value

SIZES = ((2, 6, 1), (2, 4, 3, 1), (2, 2, 3, 2, 1))


def drawn(recipe: str, seed: int) -> Network:
    kind = list(KINDS)[seed % len(KINDS)]
    return RECIPES[recipe](kind, SIZES[seed % len(SIZES)], seed)


@cache
def windows(recipe: str) -> list[tuple[Network, Scene]]:
    """Scenes of drawn networks: a window of everything, and one that cuts through regions."""
    first = list(RECIPES).index(recipe)
    whole, cut = drawn(recipe, first), drawn(recipe, first + 1)
    return [(whole, scene(whole)), (cut, scene(cut, Window.square("-1/3", 1)))]


def middle(points: tuple[Vertex, ...]) -> Vertex:
    x, y = (sum(axis, fmpq(0)) / len(points) for axis in zip(*points, strict=True))
    return x, y


def between(one: Vertex, other: Vertex, share: fmpq) -> Vertex:
    x, y = (a + share * (b - a) for a, b in zip(one, other, strict=True))
    return x, y


def fractions(point: Vertex) -> list[Fraction]:
    return [fraction(x) for x in point]


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_tiles_cover_the_window_exactly(recipe: str) -> None:
    for _, seen in windows(recipe):
        areas = [area(tile.polygon) for tile in seen.tiles]
        assert all(part > 0 for part in areas)
        assert sum(areas, fmpq(0)) == area(seen.window.polygon)


@pytest.mark.parametrize("recipe", RECIPES)
def test_euler(recipe: str) -> None:
    """Vertices - edges + tiles = 1, where the edges are the segments and those of the window."""
    for _, seen in windows(recipe):
        corners = {vertex for tile in seen.tiles for vertex in tile.polygon}
        on_border = len(corners - seen.vertices)  # as many as edges there
        assert len(corners) - (len(seen.segments) + on_border) + len(seen.tiles) == 1


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_corner_is_in_its_closed_region_and_on_a_boundary(recipe: str) -> None:
    for network, seen in windows(recipe):
        for tile in seen.tiles:
            inner = middle(tile.polygon)
            assert activation_pattern(network, inner) == tile.region.pattern
            for vertex in tile.polygon:
                signs = signs_at(network, fractions(vertex))
                for layer, bits in zip(signs, tile.region.pattern, strict=False):
                    assert all(s >= 0 if on else s <= 0 for s, on in zip(layer, bits, strict=True))
        for vertex in seen.vertices:
            assert any(0 in layer for layer in signs_at(network, fractions(vertex)))


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_segment_is_visible_where_f_bends(recipe: str) -> None:
    for network, seen in windows(recipe):
        for segment in seen.segments:
            assert segment.neurons
            assert segment.visible == bends(network, seen, segment)
            signs = signs_at(network, fractions(middle(segment.ends)))
            assert all(signs[n.layer - 1][n.place] == 0 for n in segment.neurons)


def bends(network: Network, seen: Scene, segment: Segment) -> bool:
    """Whether f(p + h) + f(p - h) and 2 f(p) differ, p on the segment, h into a tile beside it."""
    here = middle(segment.ends)
    one, other = (seen.tiles[k] for k in segment.tiles)
    share = fmpq(1)
    while True:
        there = between(here, middle(one.polygon), share)
        back = between(here, middle(one.polygon), -share)
        if activation_pattern(network, back) == other.region.pattern:
            break
        share = share / 2
    values = [value(network, fractions(point)) for point in (there, back, here)]
    return any(a + b != 2 * c for a, b, c in zip(*values, strict=True))


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_segments_are_the_facets_of_the_arrangement(recipe: str) -> None:
    """Two ways to the same facets: edges of polygons here, faces of codimension 1 there."""
    for network, seen in windows(recipe):
        found = regions(network, seen.window.polyhedron, depth=1)
        patterns = list(found.patterns())
        expected = {
            (
                frozenset(patterns[k] for k in facet.regions),
                tuple(seen.neurons[k] for k in facet.changing),
                facet.visible,
            )
            for facet in facets(found)
        }
        assert len(seen.segments) == found.counts[1]
        assert expected == {
            (
                frozenset(seen.tiles[k].region.pattern for k in segment.tiles),
                segment.neurons,
                segment.visible,
            )
            for segment in seen.segments
        }


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_window_of_everything_shows_all_vertices_and_regions(recipe: str) -> None:
    for seed in range(2):
        network = drawn(recipe, seed)
        seen, whole = scene(network), regions(network, depth=2)
        assert {tile.region.pattern for tile in seen.tiles} == set(whole.patterns())
        assert seen.vertices == frozenset((x, y) for x, y in whole.face_points(2))


@pytest.mark.parametrize("sizes", [sizes for sizes in EMPTY_SHAPES if sizes[0] == 2])
def test_layers_without_neurons(sizes: tuple[int, ...]) -> None:
    seen = scene(plain("eighths", sizes, 1))
    assert sum((area(tile.polygon) for tile in seen.tiles), fmpq(0)) == area(seen.window.polygon)


def test_a_close_up_shows_most_vertices() -> None:
    lines = [([1, 0], 0), ([0, 1], 0), ([1, 1], -1), ([1, -1], 0), ([1, "1001/1000"], -2)]
    rows, biases = [row for row, _ in lines], [bias for _, bias in lines]
    whole = scene(Network.dense([(rows, biases), ([[1] * 5], [0])]))
    close = close_up(whole)
    assert close is not None and close.vertices < whole.vertices
    assert 4 * len(close.vertices) >= 2 * len(whole.vertices)
    assert close_up(close) is None


# -- which boundaries meet -----------------------------------------------------------------------


def test_meetings_of_lines() -> None:
    rows = [[1, 0], [0, 1], [1, 0]]
    network = Network.dense([(rows, [0, 0, -5]), ([[1, 1, 1]], [0])])  # x = 0, y = 0, x = 5
    zero, one, two = (Name(1, place) for place in range(3))
    assert scene(network).meetings == {(zero, one), (one, two)}
    assert scene(network, Window.square(-1, 1)).meetings == {(zero, one)}
    assert scene(network, Window.square(1, 2)).meetings == frozenset()


def test_boundaries_that_coincide_meet_and_cancelling_ones_are_not_there() -> None:
    rows, biases = [[1, 0], [2, 0]], [-1, -2]
    pair = (Name(1, 0), Name(1, 1))
    seen = scene(Network.dense([(rows, biases), ([[1, 1]], [0])]))
    assert seen.meetings == {pair}
    assert [(s.neurons, s.visible) for s in seen.segments] == [(pair, True)]
    cancelling = scene(Network.dense([(rows, biases), ([[2, -1]], [0])]))
    assert cancelling.meetings == frozenset()
    assert [(s.neurons, s.visible) for s in cancelling.segments] == [(pair, False)]
    assert list(cancelling.boundary(pair[0])) == []
    assert len(list(cancelling.boundary(pair[0], visible=False))) == 1


# -- polygons and windows ------------------------------------------------------------------------


def test_clipping_keeps_both_halves_and_nothing_thinner() -> None:
    random = Random(1)
    for _ in range(200):
        polygon = Window.square(-1, 1).polygon
        for _ in range(4):
            form = tuple(fmpq(random.randint(-3, 3)) for _ in range(3))
            halves = clipped(polygon, form), clipped(polygon, tuple(-x for x in form))
            if any(form[:2]):
                assert sum((area(half) for half in halves if half), fmpq(0)) == area(polygon)
                assert all(area(half) > 0 for half in halves if half)
            polygon = halves[0] or polygon
    assert clipped(Window.square(0, 1).polygon, (fmpq(-1), fmpq(0), fmpq(0))) == ()


def test_a_window_has_its_points_inside_and_short_corners() -> None:
    random = Random(2)
    for count in (1, 2, 7):
        for scale in (fmpq(1, 10**30), fmpq(1), fmpq(10) ** 30):
            points = [
                (scale * random.randint(-9, 9) / 7, scale * random.randint(-9, 9) / 3)
                for _ in range(count)
            ]
            window = around(points)
            for x, y in points:
                (left, right), (bottom, top) = window.sides
                assert left < x < right and bottom < y < top


@pytest.mark.parametrize(("low", "high"), [(1, 1), (2, "1/2")])
def test_a_box_without_interior_is_refused(low: object, high: object) -> None:
    with pytest.raises(InputError, match="interior"):
        Window.square(low, high)


@pytest.mark.parametrize("inputs", [1, 3])
def test_only_planes_are_drawn(inputs: int) -> None:
    with pytest.raises(InputError, match=f"has {inputs} input"):
        scene(plain("integer", (inputs, 3, 1), 0))


# -- slices --------------------------------------------------------------------------------------


@pytest.mark.parametrize("sizes", [(1 + 2, 4, 1), (4, 3, 4, 2), (5, 3, 2, 3, 1), (2, 4, 1)])
@pytest.mark.parametrize("recipe", ["plain", "skips", "zero row"])
def test_a_slice_is_the_network_on_its_plane(sizes: tuple[int, ...], recipe: str) -> None:
    random = Random(str(sizes))
    for seed, kind in enumerate(KINDS):
        network = RECIPES[recipe](kind, sizes, seed)
        vectors = [[fmpq(random.randint(-5, 5), 3) for _ in range(sizes[0])] for _ in range(3)]
        vectors[1][0], vectors[2][0], vectors[2][1] = fmpq(1), fmpq(0), fmpq(1)
        cut = Slice.of(*vectors)
        on_plane = cut.restrict(network)
        assert on_plane.architecture == (2, *sizes[1:])
        for _ in range(5):
            s, t = fmpq(random.randint(-50, 50), 7), fmpq(random.randint(-50, 50), 9)
            point = fractions(cut.point(s, t))
            assert [fraction(y) for y in on_plane([s, t])] == value(network, point)


def test_axes_are_the_inputs_themselves() -> None:
    cut = Slice.along_axes(4, 2, 0, at=[9, 5, 9, "1/2"])
    assert cut.point(3, 7) == (7, 5, 3, fmpq(1, 2))
    assert Slice.along_axes(3, 0, 1).point(1, 2) == (1, 2, 0)


@pytest.mark.parametrize("axes", [(0, 0), (0, 3), (5, 1), (-1, 0)])
def test_axes_that_do_not_exist_are_refused(axes: tuple[int, int]) -> None:
    with pytest.raises(InputError, match="two different inputs from 0 to 2"):
        Slice.along_axes(3, *axes)


def test_slices_that_are_no_planes_are_refused() -> None:
    with pytest.raises(InputError, match="parallel"):
        Slice.of([0, 0, 0], [1, 2, 3], [-2, -4, -6])
    with pytest.raises(InputError, match="parallel"):
        Slice.of([0, 0], [0, 0], [1, 0])
    with pytest.raises(InputError, match="same length"):
        Slice.of([0, 0, 0], [1, 2], [0, 1])
    with pytest.raises(InputError, match="4 inputs"):
        Slice.along_axes(3, 0, 1).restrict(plain("integer", (4, 2, 1), 0))
    with pytest.raises(InputError, match="2 coordinates"):
        Slice.along_axes(3, 0, 1, at=[0, 0])
