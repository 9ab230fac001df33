"""T1 ridge by ridge, against the affine maps of the regions around each ridge."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import pytest
from flint import fmpq

from exactrev.arrangement import regions
from exactrev.arrangement.boundary_sets import Boundaries
from exactrev.network.evaluation import Pattern, affine_map, layer_maps, preactivations
from exactrev.network.model import Network
from exactrev.theorem.bends import Bends, check_bends
from tests.boundaries.networks import gaussian
from tests.theorem.networks import APART, CONCURRENT, TWINS, ZERO_WEIGHT

Form = tuple[fmpq, ...]
Place = tuple[int, int]


def bends_of(network: Network) -> tuple[Boundaries, Bends]:
    boundaries = Boundaries.of(regions(network, depth=2))
    return boundaries, check_bends(boundaries)


def with_bits(pattern: Pattern, bits: dict[Place, bool]) -> Pattern:
    return tuple(
        tuple(bits.get((k, i), on) for i, on in enumerate(layer)) for k, layer in enumerate(pattern)
    )


def form(network: Network, pattern: Pattern, place: Place) -> Form:
    affine, n = layer_maps(network, pattern)[place[0]], network.inputs
    entries = affine.linear.entries()[place[1] * n : (place[1] + 1) * n]
    return (*entries, affine.constant[place[1], 0])


def parallel(one: Form, other: Form) -> bool:
    return all(a * d == b * c for (a, b), (c, d) in combinations(zip(one, other, strict=True), 2))


def by_hand(network: Network, point: Sequence[fmpq]) -> list[bool]:
    """For the boundaries that pass an ordinary crossing point of two: whether each bends."""
    z = preactivations(network, point)[:-1]
    pattern = tuple(tuple(bool(x > 0) for x in layer) for layer in z)
    places = [(k, i) for k, layer in enumerate(z) for i, x in enumerate(layer) if x == 0]
    assert len(places) == 2
    found = []
    for j, i in (places, places[::-1]):
        sides = []
        for on in (False, True):
            maps = [
                affine_map(network, with_bits(pattern, {i: on, j: bit})) for bit in (False, True)
            ]
            if maps[0] != maps[1]:
                sides.append(form(network, with_bits(pattern, {i: on}), j))
        if len(sides) == 2:
            found.append(not parallel(*sides))
    return found


@pytest.mark.parametrize(
    ("sizes", "seed"),
    [((2, 4, 3, 1), 0), ((2, 3, 3, 2, 1), 1), ((2, 4, 4, 1), 2), ((3, 4, 3, 1), 0), ((2, 5, 2), 0)],
)
def test_random_networks(sizes: tuple[int, ...], seed: int) -> None:
    network = gaussian(sizes, seed)
    boundaries, bends = bends_of(network)
    expected = [bend for point in boundaries.cells.points[2] for bend in by_hand(network, point)]
    assert (bends.bending, bends.straight) == (expected.count(True), expected.count(False))
    assert bends.holds and bends.complete and bends.degenerate == 0
    assert bends.ridges == len(boundaries.cells.points[2])


def test_the_coefficient_of_adjacent_layers_is_the_weight() -> None:
    network = gaussian((2, 4, 3, 1), 0)
    least = bends_of(network)[1].least
    assert least is not None and least.bends
    number, j = map(int, least.neuron.split(":"))
    below, i = map(int, least.others[0].split(":"))
    assert (number, below) == (2, 1) and least.coefficient == network.weight(2)[j, i]


def test_a_boundary_that_goes_straight_through_an_earlier_one() -> None:
    bends = bends_of(ZERO_WEIGHT)[1]
    assert not bends.holds and not bends.violations
    (crossing,) = bends.exceptions
    assert (crossing.neuron, crossing.others, crossing.coefficient) == ("2:0", ("1:0",), 0)
    assert crossing.point == (0, 1) and not crossing.bends
    assert bends_of(APART)[1].holds


@pytest.mark.parametrize("network", [TWINS, CONCURRENT])
def test_more_than_two_neurons_on_a_ridge(network: Network) -> None:
    bends = bends_of(network)[1]
    assert bends.degenerate == 1 and bends.bending == 0 and bends.holds


def test_an_early_end_is_told() -> None:
    boundaries, whole = bends_of(gaussian((2, 4, 3, 1), 0))
    answers = iter([False] * 3)
    part = check_bends(boundaries, lambda: next(answers, True))
    assert not part.complete and part.bending + part.straight < whole.bending + whole.straight
