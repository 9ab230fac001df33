"""Betti numbers against all chains of faces, known pictures, and duality."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from random import Random

import pytest

from exactrev.arrangement import regions
from exactrev.arrangement.boundary_sets import (
    Boundaries,
    decision_boundary,
    with_difference_neuron,
)
from exactrev.arrangement.complex import CellComplex, Subcomplex
from exactrev.arrangement.homology import Homology, reduce_columns
from exactrev.errors import InputError
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network import Network
from exactrev.network.model import Layer
from tests.arrangement.closed_sets import (
    Arrangement,
    Row,
    components,
    gf2_rank,
    network_of,
    order_complex_betti,
    small_arrangements,
    trimmed,
)
from tests.arrangement.networks import plain


@cache
def boundaries_of(arrangement: Arrangement) -> Boundaries:
    network = arrangement.case.network
    return Boundaries.of(regions(network, arrangement.domain, depth=network.inputs))


def betti(closed: Subcomplex) -> tuple[int, ...]:
    return Homology(closed.cells).betti(closed)


def rows_of(closed: Subcomplex) -> list[Row]:
    return [tuple(closed.cells.signs[k][place].tolist()) for k, place in closed]


# -- against brute force -------------------------------------------------------------------------


def some_closed_sets(boundaries: Boundaries) -> Iterator[Subcomplex]:
    """Zero sets, boundaries, what is compact, and the closures of random faces."""
    cells = boundaries.cells
    yield cells.compact()
    for neuron in range(len(boundaries.names)):
        yield cells.zero_set(neuron)
        yield boundaries.boundary(neuron)
    random = Random(cells.found.network.sha256)
    for k, signs in enumerate(cells.signs):
        if len(signs):
            yield cells.closure(k, random.sample(range(len(signs)), (len(signs) + 1) // 2))


def test_as_all_chains_of_faces() -> None:
    seen = set()
    for arrangement in small_arrangements():
        for closed in some_closed_sets(boundaries_of(arrangement)):
            rows = rows_of(closed)
            if len(rows) > 40:
                continue
            found = betti(closed)
            assert len(found) == closed.dimension + 1
            assert trimmed(found) == trimmed(order_complex_betti(rows)), arrangement.case.name
            seen.add(trimmed(found))
    assert {(), (1,), (2,), (1, 1)} <= seen  # the cases are not all trivial


def test_boundaries_are_the_closures_of_their_pieces() -> None:
    for arrangement in small_arrangements():
        boundaries = boundaries_of(arrangement)
        for neuron in range(len(boundaries.names)):
            expected = arrangement.closure(arrangement.pieces(neuron))
            found = rows_of(boundaries.boundary(neuron))
            assert sorted(found) == sorted(expected), arrangement.case.name


def test_every_interior_of_a_domain_is_contractible() -> None:
    for arrangement in small_arrangements():
        n = arrangement.case.network.inputs
        whole = boundaries_of(arrangement).cells.whole()
        assert betti(whole) == (1, *[0] * n), arrangement.case.name


def test_boundaries_share_their_homology() -> None:
    """One object for all sets of a complex gives what a fresh one gives for each."""
    boundaries = boundaries_of(small_arrangements()[1])
    for neuron, (name, found) in enumerate(boundaries.betti().items()):
        assert name == boundaries.names[neuron]
        assert found == betti(boundaries.boundary(neuron))


# -- identities ----------------------------------------------------------------------------------


def test_euler_poincare_on_compact_sets() -> None:
    """Alternating sums of faces and of Betti numbers agree."""
    for sizes in ((2, 6, 6, 1), (3, 5, 4, 1), (4, 4, 3, 1)):
        for kind in ("gaussian", "integer"):
            cells = CellComplex.of(regions(plain(kind, sizes, seed=1), depth=sizes[0]))
            for closed in compact_sets(cells):
                found = betti(closed)
                assert closed.alternating_sum == sum((-1) ** k * b for k, b in enumerate(found))


def compact_sets(cells: CellComplex) -> Iterator[Subcomplex]:
    """The compact faces, and those of each codimension with their closures, all or every second."""
    compact = cells.compact()
    yield compact
    for k, places in enumerate(compact.faces):
        for step in (1, 2):
            if places[::step]:
                yield cells.closure(k, places[::step])


def test_a_compact_set_encloses_as_many_holes_as_its_top_betti_number() -> None:
    """Alexander duality: the complement of X in R^n has b_(n-1)(X) + 1 components."""
    for sizes in ((2, 6, 6, 1), (3, 5, 4, 1)):
        cells = CellComplex.of(regions(plain("gaussian", sizes, seed=1), depth=sizes[0]))
        for closed in compact_sets(cells):
            top = (*betti(closed), 0, 0, 0)[cells.dimension - 1]
            assert complement_components(closed) == top + 1


def complement_components(closed: Subcomplex) -> int:
    """By walking through the faces that are not in the set."""
    cells, inside = closed.cells, set(closed)
    outside = {face for face in cells.whole() if face not in inside}
    steps = [
        ((k, place), (k - 1, up))
        for k in range(1, cells.depth + 1)
        for place, above in enumerate(cells.cofaces(k))
        for up in above
        if (k, place) in outside and (k - 1, up) in outside
    ]
    return components(outside, steps)


def test_hyperplanes_are_contractible() -> None:
    for n, m in ((2, 6), (3, 5), (4, 4)):
        boundaries = Boundaries.of(regions(plain("gaussian", (n, m, 1), seed=0), depth=n))
        assert set(boundaries.betti().values()) == {(1, *[0] * (n - 1))}


def test_first_layer_zero_sets_stay_hyperplanes_under_deeper_layers() -> None:
    cells = CellComplex.of(regions(plain("gaussian", (3, 4, 4, 1), seed=0), depth=3))
    for neuron in range(4):
        assert betti(cells.zero_set(neuron)) == (1, 0, 0)


# -- known pictures ------------------------------------------------------------------------------


def absolute_values(n: int) -> tuple[list[list[int]], list[int]]:
    """A layer with relu(x_j) and relu(-x_j) for every j: |x_j| is their sum."""
    rows = [[sign * (i == j) for i in range(n)] for j in range(n) for sign in (1, -1)]
    return rows, [0] * (2 * n)


def level_of_norm(n: int, level: Fraction | int = 1) -> Network:
    """f_0 = |x_1| + ... + |x_n| and f_1 = level."""
    return Network.dense([absolute_values(n), ([[1] * 2 * n, [0] * 2 * n], [0, level])])


@pytest.mark.parametrize(
    ("n", "sphere"), [(1, (2,)), (2, (1, 1)), (3, (1, 0, 1)), (4, (1, 0, 0, 1))]
)
def test_a_level_of_the_sum_norm_is_a_sphere(n: int, sphere: tuple[int, ...]) -> None:
    closed = decision_boundary(level_of_norm(n), 0, 1)
    assert betti(closed) == sphere
    assert betti(decision_boundary(level_of_norm(n), 1, 0)) == sphere


def test_levels_below_and_at_the_minimum() -> None:
    assert betti(decision_boundary(level_of_norm(2, -1), 0, 1)) == ()
    assert betti(decision_boundary(level_of_norm(2, 0), 0, 1)) == (1,)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(1, 0, 2)], (1, 1)),  # x > -2: the whole circle
        ([(2, 0, 1)], (1, 0)),  # x > -1/2: one arc
        ([(2, 0, 1), (-2, 0, 1)], (2, 0)),  # a strip: two arcs
        ([(1, 1, 0), (-1, -1, 1)], (2, 0)),  # the side x + y = 1 itself is outside
        ([(1, 0, -1)], ()),  # x > 1: not even the corner
    ],
)
def test_a_circle_cut_by_a_domain(rows: list[Row], expected: tuple[int, ...]) -> None:
    assert betti(decision_boundary(level_of_norm(2), 0, 1, Polyhedron.of(2, rows))) == expected


def test_a_torus() -> None:
    """| |x| + |y| - 2 | + |z| = 1."""
    first = Layer.of({0: absolute_values(3)[0]}, [0] * 6)
    ring = [1, 1, 1, 1, 0, 0]
    second = Layer.of({1: [ring, [-w for w in ring]]}, [-2, 2])
    output = Layer.of({1: [[0, 0, 0, 0, 1, 1], [0] * 6], 2: [[1, 1], [0, 0]]}, [0, 1])
    torus = decision_boundary(Network(3, (first, second, output)), 0, 1)
    assert betti(torus) == (1, 2, 1)
    assert torus.alternating_sum == 0


def test_sets_with_interior() -> None:
    """Where relu(|x|+|y|-1) is 0: a disc; where relu(1-|x|-|y|) is 0: the plane without one."""
    layer = absolute_values(2)
    disc = Network.dense([layer, ([[1] * 4], [-1]), ([[1], [0]], [0, 0])])
    outside = Network.dense([layer, ([[-1] * 4], [1]), ([[1], [0]], [0, 0])])
    assert betti(decision_boundary(disc, 0, 1)) == (1, 0, 0)
    assert betti(decision_boundary(outside, 0, 1)) == (1, 1, 0)


def test_parallel_lines_and_a_grid() -> None:
    lines = network_of((1, 0, 0), (1, 0, -1), (0, 1, 0), (0, 1, -1))
    cells = CellComplex.of(regions(lines, depth=2))
    grid = cells.closure(1, range(cells.found.counts[1]))
    assert betti(grid) == (1, 1)
    stripes = CellComplex.of(regions(network_of((1, 0, 0), (1, 0, -1)), depth=2))
    assert betti(stripes.closure(1, [0, 1])) == (2, 0)


def test_a_boundary_with_a_hole_where_everything_downstream_is_off() -> None:
    """f = relu(|x|+|y|-1), x and y in space: nothing bends where |x|+|y| < 1."""
    tube = Network.dense(
        [([[1, 0], [-1, 0], [0, 1], [0, -1]], [0] * 4), ([[1] * 4], [-1]), ([[1]], [0])]
    )
    boundaries = Boundaries.of(regions(tube, depth=2))
    assert boundaries.betti() == {
        "1:0": (2, 0),
        "1:1": (2, 0),
        "1:2": (2, 0),
        "1:3": (2, 0),
        "2:0": (1, 1),
    }


# -- linear algebra ------------------------------------------------------------------------------


def test_kernel_and_image_over_gf2() -> None:
    random = Random(0)
    for _ in range(200):
        rows, width = random.randint(0, 7), random.randint(0, 7)
        columns = [random.getrandbits(rows) if rows else 0 for _ in range(width)]
        kernel, image = reduce_columns(columns)
        assert len(kernel) + len(image) == width
        assert len(image) == gf2_rank({k for k in range(rows) if c >> k & 1} for c in columns)
        for last, combination in kernel.items():
            assert combination.bit_length() == last + 1
            total = 0
            for k, column in enumerate(columns):
                total ^= column if combination >> k & 1 else 0
            assert total == 0


# -- networks with a difference neuron, and refusals -----------------------------------------------


def test_the_difference_neuron_is_the_difference_of_two_outputs() -> None:
    random = Random(5)
    for skips in (False, True):
        network = plain("eighths", (3, 4, 2, 3), seed=1, skips=skips)
        for i, j in ((0, 2), (2, 1), (1, 1)):
            cut = with_difference_neuron(network, i, j)
            assert cut.architecture == (3, 4, 2, 1, 1)
            for _ in range(20):
                point = [Fraction(random.randint(-20, 20), 4) for _ in range(3)]
                values = network(point)
                assert cut(point) == (max(values[i] - values[j], 0),)


def test_no_such_outputs() -> None:
    for i, j in ((0, 2), (-1, 0)):
        with pytest.raises(InputError, match="outputs"):
            decision_boundary(level_of_norm(2), i, j)


def test_a_set_of_another_complex_is_refused() -> None:
    one, other = (CellComplex.of(regions(network_of((1, 0, 0)), depth=2)) for _ in range(2))
    with pytest.raises(InputError, match="another complex"):
        Homology(one).betti(other.whole())
