"""In two inputs: boundaries followed to their ends, and candidates tried at their corners."""

from __future__ import annotations

from random import Random

import pytest
from flint import fmpq

import exactrev
from exactrev.errors import TimeLimitExceeded
from exactrev.network import Network
from exactrev.network.evaluation import evaluate
from exactrev.recovery.agreement import Agreement
from exactrev.recovery.corners import corners
from exactrev.recovery.curve import follow_curve, is_curve
from exactrev.recovery.missing import owners
from exactrev.recovery.surface import Surface
from exactrev.recovery.walk import Tally, Walker
from tests.recovery.test_settled import drawn, first_layer, survey_of


@pytest.mark.parametrize("seed", range(4))
def test_a_curve_is_followed_through_every_cell_that_it_passes(seed: int) -> None:
    """The cells are those of the facets of the network, found without recovery."""
    network = drawn(seed, (2, 6, 3, 2))
    faces = exactrev.regions(network, depth=1).face_signs(1)
    survey = survey_of(network, seed)
    for _ in range(6):
        survey.scan_random_line()
    prefix, walker = first_layer(network), Walker(survey)
    followed = set()
    for kink, owner in zip(survey.kinks, owners(network, survey.kinks), strict=True):
        if owner is None or owner[0] != 2:
            continue
        surface, passed = Surface(prefix, kink, oriented=True), set()
        assert is_curve(surface)
        tally = Tally()
        assert follow_curve(walker, surface, passed, tally)
        assert surface.consistent and not tally.missed
        assert {place.cell.signs for place in surface.waypoints} == passed
        assert not follow_curve(walker, surface, passed, tally)
        followed |= {(owner[1], signs[0]) for signs in passed}
    # 2 and 3: the neuron's own wall, or that of others besides; 1 and -1: on and off
    truth = {
        (j, tuple(bool(s == 1) for s in face[:6]))
        for face in faces
        for j in range(3)
        if face[6 + j] not in (1, -1)
    }
    assert followed <= truth
    # all parts that a line crossed; there are few others
    assert len(truth - followed) <= len(truth) // 4


def without_one(network: Network, neuron: int) -> Network:
    """The network that lacks a neuron of its last hidden layer."""
    layers = []
    for number in range(1, len(network.layers) + 1):
        weight, bias = network.weight(number), network.bias(number).entries()
        rows = [
            [weight[i, j] for j in range(weight.ncols())] for i in range(weight.nrows())
        ]
        if number == len(network.layers) - 1:
            rows[neuron] = [fmpq(0)] * len(rows[neuron])
            bias[neuron] = fmpq(-1)
        layers.append((rows, bias))
    return Network.dense(layers)


@pytest.mark.parametrize("seed", range(4))
def test_a_boundary_that_is_lacking_shows_at_a_corner(seed: int) -> None:
    network = drawn(seed, (2, 5, 4, 1))
    for neuron in range(4):
        candidate = without_one(network, neuron)
        places = list(corners(candidate, fmpq(1)))
        random = Random(seed)
        anywhere = [[fmpq(random.randint(-999, 999), 99) for _ in range(2)] for _ in range(500)]
        if evaluate(network, anywhere) != evaluate(candidate, anywhere):
            assert evaluate(network, places) != evaluate(candidate, places)


@pytest.mark.parametrize("seed", range(3))
def test_the_corners_are_those_of_the_regions(seed: int) -> None:
    """The regions are found without recovery; all of their corners are inside the square."""
    network = drawn(seed, (2, 5, 4, 3, 1))
    found = {tuple(place) for place in corners(network, fmpq(1))}
    far = max(max(map(abs, place)) for place in found)
    inside = {place for place in found if max(map(abs, place)) < far}
    truth = {tuple(point) for point in exactrev.regions(network, depth=2).face_points(2)}
    assert len(truth) > 20 and inside == truth
    # on every side there is an end, and the square's own corners
    assert {(x, y) for x in (far, -far) for y in (far, -far)} < found - inside


def test_what_agrees_at_all_corners_is_accepted_and_what_does_not_is_refused() -> None:
    network = drawn(0, (2, 5, 4, 2))
    agreement = Agreement(survey_of(network))
    assert agreement.disagreement(network) is None
    for neuron in range(4):
        candidate = without_one(network, neuron)
        places = list(corners(candidate, fmpq(1)))
        if evaluate(network, places) != evaluate(candidate, places):
            assert agreement.disagreement(candidate) is not None


def test_the_search_for_corners_ends_when_it_is_told_to() -> None:
    def enough() -> None:
        raise TimeLimitExceeded("enough")

    with pytest.raises(TimeLimitExceeded):
        next(corners(drawn(0, (2, 5, 4, 1)), fmpq(1), enough))
