"""Open weights are settled so that neurons stay as they were seen; the layers above are found."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from flint import fmpq, fmpq_mat

import exactrev
from exactrev.arrangement.boundary_sets import Boundaries
from exactrev.exact.linear import matrix_rows
from exactrev.network import Network
from exactrev.network.evaluation import evaluate, preactivations
from exactrev.recovery import recover
from exactrev.recovery.geometry import form_at
from exactrev.recovery.hidden_layer import grow
from exactrev.recovery.kept_sides import keeping_sides
from exactrev.recovery.layer import Layer
from exactrev.recovery.missing import owners
from exactrev.recovery.neuron import Direction, Neuron
from exactrev.recovery.oracle import Oracle
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.probe import PackedProbe
from exactrev.recovery.settled import settled
from exactrev.recovery.survey import Survey
from exactrev.recovery.walk import Walker
from exactrev.theorem.connection import connection


def drawn(seed: int, sizes: Sequence[int], always: int = 0) -> Network:
    """A random network; the first neurons of layer 2 have only positive weights: always on."""
    random = Random(seed)

    def normal(deviation: float) -> Fraction:
        return Fraction(round(random.gauss(0, deviation) * 256), 256)

    layers = [
        (
            [[normal(fan_in**-0.5) for _ in range(fan_in)] for _ in range(width)],
            [normal(0.5) for _ in range(width)],
        )
        for fan_in, width in pairwise(sizes)
    ]
    rows, biases = layers[1]
    for j in range(always):
        rows[j], biases[j] = [abs(x) for x in rows[j]], abs(biases[j]) + Fraction(1, 16)
    return Network.dense(layers)


def survey_of(network: Network, seed: int = 0) -> Survey:
    return Survey(PackedProbe(Oracle.of_network(network)), Random(seed))


def first_layer(network: Network) -> Prefix:
    rows = matrix_rows(network.weight(1))
    biases = network.bias(1).entries()
    matrix = fmpq_mat([[*row, bias] for row, bias in zip(rows, biases, strict=True)])
    return Prefix(network.inputs).with_layer(matrix).reading((0, 1))


def near_and_far(random: Random, count: int) -> list[list[fmpq]]:
    sizes = (1, 4, 64, 4096)
    return [
        [fmpq(random.randint(-(1 << 16), 1 << 16) * sizes[k % 4], 1 << 15) for _ in range(2)]
        for k in range(count)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_settled_neurons_are_on_where_the_true_ones_are(seed: int) -> None:
    """Everywhere, though weights that no boundary shows are not the true ones.

    That is so where a neuron's boundary is connected, so that all of it was followed.
    """
    network = drawn(seed, (2, 6, 5, 2))
    survey = survey_of(network)
    for _ in range(6):
        survey.scan_random_line()
    seen = zip(survey.kinks, owners(network, survey.kinks), strict=True)
    kinks = [kink for kink, owner in seen if owner is not None and owner[0] == 2]
    walker = Walker(survey)
    layer = Layer(first_layer(network))
    grow(survey, walker, layer, kinks)
    assert any(neuron.open for neuron in layer.neurons)
    done = settled(walker.reach, layer)
    which = owners(network, [surface.kink for surface in layer.surfaces])
    points = near_and_far(Random(seed), 400)
    truth = [preactivations(network, point)[1] for point in points]
    boundaries = Boundaries.of(exactrev.regions(network, depth=2))
    for index, (before, after) in enumerate(zip(layer.neurons, done.neurons, strict=True)):
        assert not after.open
        owner = which[index]
        assert owner is not None
        sides = set()
        for point, values in zip(points, truth, strict=True):
            cell = layer.prefix.cell(point)
            z = form_at(layer.prefix.local_form(cell, after.row), point)
            sides.add(bool(z > 0) == bool(values[owner[1]] > 0))
            if before.known_on(layer.prefix, cell):
                assert z == form_at(layer.prefix.local_form(cell, before.row), point)
        if len(connection(boundaries, 6 + owner[1]).components) > 1:
            continue
        assert len(sides) == 1


#: relu(x), relu(x - 1), ..., relu(x - 4), relu(y - x): what a row reads after x and y.
STEPS = Prefix(2).with_layer(
    fmpq_mat([*([fmpq(1), fmpq(0), fmpq(-k)] for k in range(5)), [fmpq(-1), fmpq(1), fmpq(0)]])
).reading((0, 1))


def row(*entries: int) -> fmpq_mat:
    return fmpq_mat([[fmpq(x) for x in entries]])


#: 0 for x < 0 and x > 2, 1 at x = 1; and the same two further on.
HAT = Direction(4, row(0, 0, 1, -2, 1, 0, 0, 0, 0))
HAT_FURTHER_ON = Direction(6, row(0, 0, 0, 0, 1, -2, 1, 0, 0))


def value(rows: fmpq_mat, point: list[fmpq]) -> fmpq:
    return form_at(STEPS.local_form(STEPS.cell(point), rows), point)


@pytest.mark.parametrize(("bias", "on"), [(5, True), (1, False)])
def test_an_open_weight_is_as_large_as_it_must_be(bias: int, on: bool) -> None:
    """bias - x, the weight of relu(x - 3) being open: on or off at x = 3, and so from there on."""
    unknown = Direction.weight(5, STEPS.width + 1)
    layer = Layer(STEPS, [Neuron(row(-1, 0, 0, 0, 0, 0, 0, 0, bias), (unknown,))])
    (neuron,) = settled(Walker(survey_of(drawn(0, (2, 2, 1)))).reach, layer).neurons
    assert not neuron.open
    for x in (4, 6, 1000):
        assert (value(neuron.row, [fmpq(x), fmpq(-x)]) > 0) == on
    assert value(layer.neurons[0].row, [fmpq(6), fmpq(0)]) < 0
    for x in (-9, 0, 2, 3):
        assert value(neuron.row, [fmpq(x), fmpq(7)]) == bias - x


def test_a_weight_stays_open_where_the_neuron_has_both_sides() -> None:
    """y - 1 is on and off where relu(x - 3) begins to be on: no weight keeps it so."""
    unknown = Direction.weight(5, STEPS.width + 1)
    layer = Layer(STEPS, [Neuron(row(0, 1, 0, 0, 0, 0, 0, 0, -1), (unknown,))])
    (neuron,) = settled(Walker(survey_of(drawn(0, (2, 2, 1)))).reach, layer).neurons
    assert neuron == layer.neurons[0]


def test_multiples_of_sums_are_found_that_keep_the_side() -> None:
    """1 - 4 hat(x) is 1 where the hat begins; a multiple above 3 keeps it positive."""
    kept = keeping_sides(
        survey_of(drawn(0, (2, 2, 1))), STEPS, row(0, 0, -4, 8, -4, 0, 0, 0, 1), [HAT]
    )
    assert kept is not None
    for x in range(-8, 40):
        for y in (-9, 0, 7):
            point = [fmpq(x, 8), fmpq(y)]
            assert value(kept, point) > 0
            if not 0 < x < 16:
                assert value(kept, point) == 1


def test_no_multiple_is_chosen_where_it_matters_which() -> None:
    """Where a neuron is off on one side of a stretch and on on the other, or on beside one stretch
    and off beside another, no multiple of what is open there is as good as the true one.
    """
    survey = survey_of(drawn(0, (2, 2, 1)))
    rising = row(1, 0, 0, 0, 0, 0, 0, 0, -1)
    assert keeping_sides(survey, STEPS, rising, [HAT]) is None
    # x - 2 with kinks that make it change at x = 2 alone: off beside the first hat, on by the other
    changing = row(1, 0, 0, 0, 0, 0, 0, 0, -2)
    assert keeping_sides(survey, STEPS, changing, [HAT, HAT_FURTHER_ON]) is None


@pytest.mark.parametrize("seed", [0, 2, 6])
def test_networks_whose_second_layer_is_partly_always_on_are_recovered(seed: int) -> None:
    """Two inputs, three neurons of layer 2 always on, boundaries that miss many others."""
    network = drawn(seed, (2, 6, 6, 5, 2), always=3)
    found = recover(network, seed=0)
    assert found.verdict == "recovered" and found.proof == "equality"
    assert found.network is not None
    points = near_and_far(Random(1), 60)
    assert evaluate(found.network, points) == evaluate(network, points)
