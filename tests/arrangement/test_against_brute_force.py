"""The engine against the brute force: the same regions, the same faces of every codimension."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain, product
from pathlib import Path
from typing import Any

import pytest
from flint import fmpq

from exactrev import arrangement
from exactrev.checker import check
from exactrev.errors import InputError
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network import Network
from exactrev.network.evaluation import activation_pattern
from tests.arrangement import brute_force
from tests.arrangement.cases import Case, cases, empty_layers
from tests.arrangement.networks import RECIPES, plain
from tests.recovery.reference import fraction


def domain_of(case: Case) -> Polyhedron | None:
    """The case's domain as the engine takes it."""
    return Polyhedron.of(case.network.inputs, case.domain) if case.domain else None


def expected_counts(case: Case, depth: int) -> tuple[int, ...]:
    """Faces of codimension 0, ..., depth."""
    faces = brute_force.faces(case.network, case.domain, depth)
    return counts_of([case.network.inputs - face.dimension for face in faces], depth)


def counts_of(codimensions: list[int], depth: int) -> tuple[int, ...]:
    """How often 0, ..., depth occur."""
    return tuple(map(codimensions.count, range(depth + 1)))


def assert_right(case: Case, depth: int) -> None:
    """The engine's regions, faces and points are those of the brute force."""
    n = case.network.inputs
    found = arrangement.regions(case.network, domain=domain_of(case), depth=depth)
    faces = list(brute_force.faces(case.network, case.domain, depth))
    patterns = list(found.patterns())
    assert len(patterns) == len(set(patterns)), f"{case.name}: a region twice"
    assert set(patterns) == {face.pattern for face in faces if face.dimension == n}, case.name
    assert tuple(found.counts) == counts_of([n - f.dimension for f in faces], depth), case.name
    for i, pattern in enumerate(patterns):
        assert activation_pattern(case.network, found.point(i)) == pattern, case.name
    for codimension in range(depth + 1):
        points = list(found.face_points(codimension))
        expected = {face.signs for face in faces if face.dimension == n - codimension}
        assert_one_in_each(case, points, expected)


def assert_one_in_each(case: Case, points: list[Any], expected: set[brute_force.Signs]) -> None:
    """The points are exact, inside the domain, and one in each face with these signs."""
    assert all(isinstance(x, fmpq) for point in points for x in point), case.name
    signs = [brute_force.signs_at(case.network, point) for point in points]
    assert len(signs) == len(expected) and set(signs) == expected, case.name
    for point in points:
        exact = [*map(fraction, point), Fraction(1)]
        for row in case.domain:
            assert sum(a * x for a, x in zip(row, exact, strict=True)) > 0, case.name


def depths(n: int, turn: int) -> int:
    """Regions only, facets too, or every face, by turns."""
    return (n, 1, 0)[turn % 3]


@pytest.mark.parametrize("recipe", RECIPES)
def test_as_the_brute_force(recipe: str) -> None:
    for turn, case in enumerate(cases([recipe], rounds=3, domains=2)):
        assert_right(case, depths(case.network.inputs, turn))


@pytest.mark.parametrize("case", list(empty_layers()), ids=lambda case: case.name)
def test_layers_without_neurons(case: Case) -> None:
    for depth in range(case.network.inputs + 1):
        assert_right(case, depth)


@pytest.mark.parametrize("sizes", [(1, 12, 1), (2, 6, 6, 1), (2, 4, 4, 4, 1), (3, 5, 5, 1)])
def test_somewhat_larger_networks(sizes: tuple[int, ...]) -> None:
    for kind in ("gaussian", "ternary"):
        assert_right(Case(f"{kind} {sizes}", plain(kind, sizes, seed=0)), sizes[0])


@pytest.mark.parametrize(("n", "count"), [(2, 6), (3, 32), (4, 370)])
def test_all_nonzero_01_normals_through_the_origin(n: int, count: int) -> None:
    """OEIS A034997: the resonance arrangement."""
    normals = [normal for normal in product((0, 1), repeat=n) if any(normal)]
    size = len(normals)
    network = Network.dense([(normals, [0] * size), ([[1] * size], [0])])
    assert tuple(arrangement.regions(network, domain=None, depth=0).counts) == (count,)


def test_the_same_question_has_the_same_answer() -> None:
    for case in cases(["plain", "concurrent"], rounds=1):
        first, second = (
            arrangement.regions(case.network, domain=domain_of(case), depth=1) for _ in range(2)
        )
        assert list(first.patterns()) == list(second.patterns()), case.name
        assert all(first.point(i) == second.point(i) for i in range(first.counts[0])), case.name


# -- domains with nothing inside, and questions that make no sense ---------------------------------

EMPTY: list[list[tuple[int, ...]]] = [
    [(1, 0, 0), (-1, 0, 0)],  # a line
    [(1, 0, 0), (-1, 0, -1)],  # nothing
    [(0, 0, -1)],
    [(1, 0, 0), (0, 1, 0), (-1, -1, 0)],  # a point
]


@pytest.mark.parametrize("rows", EMPTY)
def test_a_domain_without_interior_has_no_faces(rows: list[tuple[int, ...]]) -> None:
    network = plain("gaussian", (2, 3, 2, 1), seed=0)
    found = arrangement.regions(network, domain=Polyhedron.of(2, rows), depth=2)
    assert list(found.patterns()) == [] and tuple(found.counts) == (0, 0, 0)


def test_questions_that_do_not_fit_the_network_are_refused() -> None:
    network = plain("gaussian", (2, 3, 1), seed=0)
    with pytest.raises(InputError, match="dimension"):
        arrangement.regions(network, domain=Polyhedron.box(0, 1, 3), depth=0)
    for depth in (-1, 3):
        with pytest.raises(InputError, match="codimension"):
            arrangement.regions(network, domain=None, depth=depth)


# -- certificates --------------------------------------------------------------------------------


def certificate(case: Case, depth: int, folder: Path) -> list[str]:
    """The lines that the engine writes."""
    path = folder / "regions.cert"
    arrangement.write_regions_certificate(case.network, domain_of(case), path, depth)
    return path.read_text().splitlines()


def accepted(lines: list[str], folder: Path) -> bool:
    """What the checker says of these lines."""
    path = folder / "judged.cert"
    path.write_text("".join(line + "\n" for line in lines))
    return check(path).accepted


def test_the_certificate_is_accepted_and_states_the_counts(tmp_path: Path) -> None:
    for turn, case in enumerate(chain(cases(RECIPES, rounds=1), empty_layers())):
        depth = depths(case.network.inputs, turn)
        lines = certificate(case, depth, tmp_path)
        assert accepted(lines, tmp_path), case.name
        stated = next(line.split()[1:] for line in lines if line.startswith("count "))
        assert tuple(map(int, stated)) == expected_counts(case, depth), case.name


def test_a_certificate_with_a_wrong_count_or_a_step_less_is_refused(tmp_path: Path) -> None:
    for case in cases(["plain", "duplicated", "sliver", "concurrent"], rounds=1):
        lines = certificate(case, 1, tmp_path)
        place = next(i for i, line in enumerate(lines) if line.startswith("count "))
        regions, facets = map(int, lines[place].split()[1:])
        for wrong in (f"count {regions + 1} {facets}", f"count {regions} {facets + 1}"):
            assert not accepted([*lines[:place], wrong, *lines[place + 1 :]], tmp_path), case.name
        start = lines.index("proof") + 1
        for step in range(start, place, max(1, (place - start) // 5)):
            assert not accepted(lines[:step] + lines[step + 1 :], tmp_path), case.name
