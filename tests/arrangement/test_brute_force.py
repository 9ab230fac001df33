"""The brute force itself: known counts, identities, and a second algorithm that must agree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations, islice, product
from math import comb, factorial
from random import Random

import pytest

from exactrev.network import Network
from exactrev.network.model import Layer
from tests.arrangement.brute_force import (
    Cone,
    PatternForms,
    dot,
    face_counts,
    faces,
    facets,
    primitive,
    regions,
    signs_at,
)
from tests.arrangement.cases import DOMAINS, Case, box, cases, empty_layers
from tests.arrangement.elimination import sign_vectors
from tests.arrangement.networks import RECIPES, plain
from tests.recovery.reference import rank


def hyperplanes(rows: Iterable[Sequence[float]]) -> Network:
    """One hidden layer whose neurons are the given forms (a_1, ..., a_n, b)."""
    listed = [list(row) for row in rows]
    weights = [row[:-1] for row in listed]
    return Network.dense([(weights, [row[-1] for row in listed]), ([[1] * len(listed)], [0])])


def small_cases() -> list[Case]:
    return [*empty_layers(), *cases(RECIPES, 1, 2)]


# -- known counts --------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "m"), [(1, 5), (2, 1), (2, 6), (3, 7), (4, 6)])
def test_hyperplanes_in_general_position(n: int, m: int) -> None:
    """A flat of dimension k lies on n-k of them and is cut by the others (Buck 1943)."""
    network = plain("gaussian", (n, m, 1), seed=1)
    expected = [
        comb(m, n - k) * sum(comb(m - n + k, i) for i in range(k + 1)) if m >= n - k else 0
        for k in range(n + 1)
    ]
    assert face_counts(network) == tuple(expected)


@pytest.mark.parametrize(("n", "count"), [(2, 6), (3, 32), (4, 370)])
def test_all_nonzero_01_normals_through_the_origin(n: int, count: int) -> None:
    """OEIS A034997: the resonance arrangement."""
    normals = [(*normal, 0) for normal in product((0, 1), repeat=n) if any(normal)]
    assert len(regions(hyperplanes(normals))) == count


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_coordinate_hyperplanes(n: int) -> None:
    rows = [(*(int(i == j) for j in range(n)), 0) for i in range(n)]
    network = hyperplanes(rows)
    assert face_counts(network) == tuple(comb(n, k) * 2**k for k in range(n + 1))
    assert regions(network) == {(bits,) for bits in product((False, True), repeat=n)}
    assert len(facets(network)) == n * 2 ** (n - 1)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_braid_arrangement(n: int) -> None:
    """x_i = x_j: the faces of dimension k are the ordered partitions into k blocks."""
    rows = [[(t == i) - (t == j) for t in range(n)] + [0] for i, j in combinations(range(n), 2)]
    ordered = [sum((-1) ** (k - j) * comb(k, j) * j**n for j in range(k + 1)) for k in range(n + 1)]
    assert ordered[n] == factorial(n)
    assert face_counts(hyperplanes(rows)) == tuple(ordered)


def test_two_parallel_lines() -> None:
    network = hyperplanes([(1, 0, 0), (1, 0, -1)])
    left, strip, right = ((False, False),), ((True, False),), ((True, True),)
    assert face_counts(network) == (0, 2, 3)
    assert facets(network) == {frozenset({left, strip}), frozenset({strip, right})}


def test_three_concurrent_lines() -> None:
    network = hyperplanes([(1, 0, 0), (0, 1, 0), (1, 1, 0)])
    assert face_counts(network) == (1, 6, 6)
    # every region has two neighbours, as round the point
    assert all(sum(r in pair for pair in facets(network)) == 2 for r in regions(network))


def test_a_line_seen_by_three_neurons_and_two_without_a_line() -> None:
    """Duplicated and opposite neurons change sign together; zero rows never do."""
    network = hyperplanes([(1, 2, 3), (2, 4, 6), (-1, -2, -3), (0, 0, 0), (0, 0, 5)])
    one, other = ((True, True, False, False, True),), ((False, False, True, False, True),)
    assert regions(network) == {one, other}
    assert facets(network) == {frozenset({one, other})}
    assert face_counts(network) == (0, 1, 2)


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_folded_interval(depth: int) -> None:
    """The tent map composed ``depth`` times has 2^depth pieces on (0, 1) (Telgarsky 2015)."""
    first = ([[1], [1]], [0, Fraction(-1, 2)])
    again = ([[2, -4], [2, -4]], [0, Fraction(-1, 2)])
    network = Network.dense([first, *[again] * (depth - 1), ([[2, -4]], [0])])
    assert face_counts(network, box(0, 1, 1)) == (2**depth - 1, 2**depth)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_folded_space(n: int) -> None:
    """An arrangement of |x_1|, ..., |x_n| is seen once in every orthant."""
    unit = [[int(i == j) for j in range(n)] for i in range(n)]
    fold = [*unit, *([-x for x in row] for row in unit)]
    random = Random(n)
    rows = [[random.gauss(0, 1) for _ in range(n + 1)] for _ in range(4)]
    second = ([[*row[:n], *row[:n]] for row in rows], [row[n] for row in rows])
    folded = Network.dense([(fold, [0] * 2 * n), second, ([[1] * 4], [0])])
    orthant = [(*row, 0) for row in unit]
    assert len(regions(folded)) == 2**n * len(regions(hyperplanes(rows), orthant))


def test_a_skip_connection_moves_a_boundary() -> None:
    """Right of 0, z_2 = relu(x) - 2x + 1 is 1 - x: a boundary at 1 that relu(x) + 1 has not."""
    network = Network.dense([([[1]], [0]), ([[1]], [1]), ([[1]], [0])])
    assert regions(network) == {((False,), (True,)), ((True,), (True,))}
    layer = Layer.of({1: [[1]], 0: [[-2]]}, [1])
    skipping = Network(1, (network.layers[0], layer, network.layers[2]))
    assert regions(skipping) == {((False,), (True,)), ((True,), (True,)), ((True,), (False,))}


# -- domains -------------------------------------------------------------------------------------


def test_a_boundary_that_touches_the_domain_is_not_in_its_interior() -> None:
    network = hyperplanes([(1, 1, 0)])
    assert face_counts(network, box(0, 1, 2)) == (0, 0, 1)
    assert face_counts(network, box(-1, 1, 2)) == (0, 1, 2)


@pytest.mark.parametrize(
    "rows",
    [
        [(1, 0, 0), (-1, 0, 0)],  # a line
        [(1, 0, 0), (-1, 0, -1)],  # nothing
        [(0, 0, -1)],
        [(1, 0, 0), (0, 1, 0), (-1, -1, 0)],  # a point
    ],
)
def test_a_domain_without_interior_has_no_faces(rows: list[tuple[int, ...]]) -> None:
    network = hyperplanes([(1, 2, 0), (2, 1, 0)])
    assert regions(network, rows) == set() == facets(network, rows)
    assert face_counts(network, rows) == (0, 0, 0)


def test_rows_that_say_nothing_change_nothing() -> None:
    network = hyperplanes([(1, 2, 0), (2, 1, 0), (1, 0, 1)])
    assert face_counts(network, [(0, 0, 1), (0, 0, 0)]) == face_counts(network)


@pytest.mark.parametrize("name", DOMAINS)
def test_the_domains_have_interior(name: str) -> None:
    for n in (1, 2, 3, 4):
        network = plain("ternary", (n, 3, 1), n)
        assert regions(network, DOMAINS[name](Random(n), network))


# -- identities ----------------------------------------------------------------------------------


def whitney(network: Network) -> int:
    """Regions of one hidden layer: sum of (-1)^(|B| - rank B) over the sets B of rows with a
    common zero (Whitney 1932; Stanley, "Hyperplane arrangements", theorem 2.4)."""
    matrix, biases = network.weight(1).tolist(), network.bias(1).entries()
    rows = [
        [Fraction(str(x)) for x in (*row, bias)]
        for row, bias in zip(matrix, biases, strict=True)
        if any(row)
    ]
    total = 0
    for size in range(len(rows) + 1):
        for subset in combinations(rows, size):
            linear = rank([row[:-1] for row in subset])
            if linear == rank(subset):
                total += (-1) ** (size - linear)
    return total


@pytest.mark.parametrize("recipe", RECIPES)
def test_one_layer_counts_are_those_of_whitney(recipe: str) -> None:
    for seed, n in enumerate((1, 2, 2, 3, 3, 4)):
        kind = ("integer", "ternary", "halves")[seed % 3]
        network = RECIPES[recipe](kind, (n, 6, 1), seed)
        assert len(regions(network)) == whitney(network)


def test_euler_relation() -> None:
    """An open convex set of dimension n, cut into relatively open faces: sum (-1)^dim = (-1)^n."""
    for case in small_cases():
        counts = face_counts(case.network, case.domain)
        euler = sum((-1) ** dimension * count for dimension, count in enumerate(counts))
        assert euler == (-1) ** case.network.inputs, case.name


def test_points_lie_in_their_faces_and_dimensions_are_ranks() -> None:
    for case in islice(small_cases(), 0, None, 4):
        for face in faces(case.network, case.domain):
            assert signs_at(case.network, face.point) == face.signs, case.name
            assert _spanned(face.cone) == face.dimension + 1, case.name


def _spanned(cone: Cone) -> int:
    vectors = [*cone.lines, *(ray.vector for ray in cone.rays)]
    return rank([list(map(Fraction, vector)) for vector in vectors])


def test_facets_are_the_pairs_whose_closures_meet_in_dimension_n_minus_1() -> None:
    for case in islice(small_cases(), 0, None, 13):
        n = case.network.inputs
        cells = list(faces(case.network, case.domain, 0))
        expected = {
            frozenset({a.pattern, b.pattern})
            for a, b in combinations(cells, 2)
            if _spanned(_closed_intersection(a.cone, _rows_of(case, b.signs))) == n
        }
        assert facets(case.network, case.domain) == expected, case.name
        assert len(expected) == face_counts(case.network, case.domain)[n - 1]


def _rows_of(case: Case, signs: tuple[tuple[int, ...], ...]) -> list[tuple[int, ...]]:
    """The rows whose nonnegativity is the closure of a full-dimensional face."""
    forms = PatternForms(case.network)
    rows = []
    for number, layer in enumerate(signs):
        before = tuple(tuple(sign > 0 for sign in row) for row in signs[:number])
        for form, sign in zip(forms.of_layer(before), layer, strict=True):
            rows.append(tuple(sign * x for x in primitive(form)))
    return rows


def _closed_intersection(cone: Cone, rows: Iterable[tuple[int, ...]]) -> Cone:
    for row in rows:
        parts = cone.split(row)
        if 1 in parts:
            cone = parts[1]
        elif -1 in parts:  # negative inside: what is left is the face of the cone where it is zero
            wall = tuple(ray for ray in cone.rays if dot(row, ray.vector) == 0)
            cone = Cone(cone.lines, wall, cone.next_bit)
    return cone


def test_elimination_finds_the_same_sign_vectors() -> None:
    """A second algorithm, on what it can do in a moment: few neurons or few inputs."""
    compared = 0
    for case in small_cases():
        if case.network.inputs * sum(case.network.architecture[1:-1]) > 16:
            continue
        compared += 1
        found = [face.signs for face in faces(case.network, case.domain)]
        other = list(sign_vectors(case.network, case.domain))
        assert len(found) == len(set(found)) and len(other) == len(set(other))
        assert set(found) == set(other), case.name
    assert compared > 30
