"""The cell complex: closures against points and brute force, face counts and Euler's relation."""

from __future__ import annotations

from functools import cache
from math import comb

import pytest

from exactrev.arrangement import regions
from exactrev.arrangement.complex import CellComplex, Face, neuron_name
from exactrev.errors import InputError
from exactrev.lp.polyhedron import Polyhedron
from tests.arrangement.brute_force import Signs, fraction, signs_at
from tests.arrangement.closed_sets import (
    Arrangement,
    Row,
    is_in_closure,
    network_of,
    small_arrangements,
)
from tests.arrangement.networks import plain


@cache
def complex_of(arrangement: Arrangement) -> CellComplex:
    network = arrangement.case.network
    return CellComplex.of(regions(network, arrangement.domain, depth=network.inputs))


def signs_of(cells: CellComplex, face: Face) -> Row:
    codimension, place = face
    return tuple(cells.signs[codimension][place].tolist())


def signs_just_beside(cells: CellComplex, face: Face, towards: Face) -> Signs:
    """The signs at 2^-400 of the way from a point of one face to a point of another."""
    here, there = (map(fraction, cells.points[k][place]) for k, place in (face, towards))
    point = [x + (y - x) / 2**400 for x, y in zip(here, there, strict=True)]
    return signs_at(cells.found.network, point)


# -- closures ------------------------------------------------------------------------------------


def test_a_face_bounds_those_that_the_segment_to_them_enters_at_once() -> None:
    for arrangement in small_arrangements():
        if len(arrangement.faces) > 30:
            continue
        cells = complex_of(arrangement)
        for k in range(1, cells.depth + 1):
            for place, larger in enumerate(cells.cofaces(k)):
                entered = [
                    other
                    for other in range(len(cells.signs[k - 1]))
                    if sum(signs_just_beside(cells, (k, place), (k - 1, other)), ())
                    == signs_of(cells, (k - 1, other))
                ]
                assert list(larger) == entered, arrangement.case.name


def test_closures_hold_all_faces_that_the_signs_allow() -> None:
    for arrangement in small_arrangements():
        cells = complex_of(arrangement)
        for k in range(cells.depth + 1):
            rows = arrangement.of_codimension(k)
            some = sorted(range(len(rows)), key=lambda place: signs_of(cells, (k, place)))[::5]
            wanted = arrangement.closure(signs_of(cells, (k, place)) for place in some)
            closed = cells.closure(k, some)
            assert {signs_of(cells, face) for face in closed} == set(wanted), arrangement.case.name


def test_faces_below_follow_from_faces_above() -> None:
    cells = complex_of(small_arrangements()[0])
    for k in range(1, cells.depth + 1):
        pairs = {(face, up) for face, above in enumerate(cells.cofaces(k)) for up in above}
        below = {(face, up) for up, all_of in enumerate(cells.facets_of[k - 1]) for face in all_of}
        assert pairs == below


@pytest.mark.parametrize("sizes", [(2, 5, 5, 1), (3, 4, 4, 1), (4, 3, 3, 1)])
def test_in_general_position_a_face_lies_on_as_many_neurons_as_its_codimension(
    sizes: tuple[int, ...],
) -> None:
    """So it has two cofaces for each of them, and a region for every choice of their signs."""
    cells = CellComplex.of(regions(plain("gaussian", sizes, seed=3), depth=sizes[0]))
    for k in range(1, cells.depth + 1):
        for place, larger in enumerate(cells.cofaces(k)):
            assert len(larger) == 2 * k
            row = signs_of(cells, (k, place))
            beside = [
                region for region in cells.signs[0] if is_in_closure(row, tuple(region.tolist()))
            ]
            assert len(beside) == 2**k


def test_four_lines_through_one_point() -> None:
    star = network_of((1, 0, 0), (0, 1, 0), (1, 1, 0), (1, -1, 0))
    cells = CellComplex.of(regions(star, depth=2))
    assert cells.f_vector == (1, 8, 8)
    assert cells.cofaces(2) == [tuple(range(8))]


# -- counts --------------------------------------------------------------------------------------


def test_the_alternating_sum_is_that_of_the_interior_of_a_domain() -> None:
    for arrangement in small_arrangements():
        whole = complex_of(arrangement).whole()
        n = arrangement.case.network.inputs
        assert whole.dimension == n
        assert whole.alternating_sum == (-1) ** n, arrangement.case.name
        assert sum(whole.f_vector) == len(arrangement.faces), arrangement.case.name


@pytest.mark.parametrize(("n", "m"), [(1, 4), (2, 5), (3, 5), (4, 6)])
def test_compact_faces_of_hyperplanes_in_general_position(n: int, m: int) -> None:
    """m hyperplanes cut R^n into C(m-1, n) bounded regions; so on every flat (Zaslavsky 1975)."""
    cells = CellComplex.of(regions(plain("gaussian", (n, m, 1), seed=2), depth=n))
    expected = [comb(m, n - k) * comb(m - n + k - 1, k) for k in range(n + 1)]
    assert cells.compact().f_vector == tuple(expected)


def test_compact_faces_have_all_their_vertices_inside_the_domain() -> None:
    """A closure is the hull of its cone's generators: none is a line or a direction."""
    for arrangement in small_arrangements():
        cells = complex_of(arrangement)
        expected = set()
        for face in arrangement.faces:
            ends = [ray.vector for ray in face.cone.rays]
            inside = all(
                sum(a * x for a, x in zip(row, end, strict=True)) > 0
                for end in ends
                for row in arrangement.case.domain
                if any(row[:-1])
            )
            if not face.cone.lines and inside and all(end[-1] > 0 for end in ends):
                expected.add(sum(face.signs, ()))
        found = {signs_of(cells, face) for face in cells.compact()}
        assert found == expected, arrangement.case.name


def test_the_zero_set_of_a_neuron_is_where_its_sign_is_zero() -> None:
    for arrangement in small_arrangements():
        cells = complex_of(arrangement)
        for neuron in range(cells.signs[0].shape[1]):
            rows = {sum(face.signs, ()) for face in arrangement.faces}
            expected = {row for row in rows if row[neuron] == 0}
            closed = cells.zero_set(neuron)
            assert {signs_of(cells, face) for face in closed} == expected, arrangement.case.name


def test_names_of_neurons() -> None:
    assert [neuron_name((2, 0, 1), k) for k in range(3)] == ["1:0", "1:1", "3:0"]
    with pytest.raises(InputError):
        neuron_name((2, 0, 1), 3)


# -- refusals ------------------------------------------------------------------------------------


def test_an_unfinished_search_is_refused() -> None:
    found = regions(plain("gaussian", (2, 4, 4, 1), seed=0), depth=2, stop=lambda: True)
    with pytest.raises(InputError, match="complete"):
        CellComplex.of(found)


def test_closed_sets_need_the_faces_of_all_dimensions() -> None:
    cells = CellComplex.of(regions(network_of((1, 0, 0), (0, 1, 0)), depth=1))
    for ask in (
        cells.whole,
        cells.compact,
        lambda: cells.zero_set(0),
        lambda: cells.closure(1, [0]),
    ):
        with pytest.raises(InputError, match="codimension 2"):
            ask()


def test_a_domain_without_interior_has_the_empty_complex() -> None:
    nothing = Polyhedron.of(2, [(1, 0, 0), (-1, 0, 0)])
    cells = CellComplex.of(regions(network_of((1, 0, 0)), nothing, depth=2))
    assert cells.f_vector == (0, 0, 0) and cells.whole().dimension == -1
