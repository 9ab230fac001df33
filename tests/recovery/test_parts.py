"""Boundaries that consist of parts which lie apart, and boundaries tried against their peers."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

import pytest
from flint import fmpq, fmpq_mat

from benchmarks.networks import gaussian
from exactrev.exact.linear import matrix_rows
from exactrev.network import Network
from exactrev.recovery.geometry import Kink
from exactrev.recovery.hidden_layer import grow
from exactrev.recovery.layer import Layer
from exactrev.recovery.missing import owners, shown_by
from exactrev.recovery.neuron import Neuron
from exactrev.recovery.oracle import Oracle
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.probe import PackedProbe
from exactrev.recovery.surface import Surface
from exactrev.recovery.survey import Survey
from exactrev.recovery.trials import bends_at_a_peer
from exactrev.recovery.walk import Walker


def rows_of(network: Network, number: int) -> fmpq_mat:
    """(weights | biases) of a layer, counted from 1."""
    weights = matrix_rows(network.weight(number))
    biases = network.bias(number).entries()
    return fmpq_mat([[*row, bias] for row, bias in zip(weights, biases, strict=True)])


def neurons_of(network: Network, number: int) -> list[Neuron]:
    return [Neuron(fmpq_mat([row])) for row in matrix_rows(rows_of(network, number))]


def seen(network: Network, survey: Survey, lines: int) -> Iterator[tuple[Kink, tuple[int, int]]]:
    """The kinks on some lines, each with the neuron (layer, index) that it is of in truth."""
    for _ in range(lines):
        survey.scan_random_line()
    for kink, owner in zip(survey.kinks, owners(network, survey.kinks), strict=True):
        assert owner is not None
        yield kink, owner


@pytest.mark.parametrize("seed", range(4))
def test_deeper_boundaries_bend_at_a_peer_and_those_of_the_layer_do_not(seed: int) -> None:
    network = gaussian((3, 6, 6, 6, 2), seed)
    survey = Survey(PackedProbe(Oracle.of_network(network)), Random(seed))
    prefix = Prefix(3).with_layer(rows_of(network, 1))
    peers = neurons_of(network, 2)
    refused = {2: 0, 3: 0}
    for kink, (layer, index) in seen(network, survey, 4):
        if layer == 1:
            continue
        surface = Surface(prefix, kink, oriented=True)
        others = [peer for i, peer in enumerate(peers) if (layer, i) != (2, index)]
        refused[layer] += bends_at_a_peer(survey, surface, others)
    assert refused[2] == 0 < refused[3]


def tenth(*numbers: int) -> list[Fraction]:
    return [Fraction(x, 100) for x in numbers]


#: The boundary of 2:0 lies near x = 6 and near x = -4.  To the right 1:0, 1:1 and 1:6 are on all
#: along and 1:2 and 1:3 off; to the left 1:2 and 1:3 are on, 1:0 and 1:1 off.
APART = Network.dense(
    [
        (
            [
                tenth(100, 0), tenth(200, -2), tenth(-100, 0), tenth(-200, 3),
                tenth(0, 100), tenth(0, -100), tenth(100, 2),
            ],
            tenth(-300, -500, -300, -500, -100, -200, 450),
        ),
        ([tenth(100, 100, 200, 300, -10, -10, 50)], [-15]),
        ([[1]], [0]),
    ]
)  # fmt: skip


def kinks_apart(survey: Survey) -> tuple[list[Kink], list[Kink]]:
    """Kinks of 2:0 to the left and to the right."""
    for y in (fmpq(1, 3), fmpq(-20)):
        survey.scan_line(survey.line([fmpq(0), y], [fmpq(1), fmpq(1, 1000)]))
    mine = [
        kink
        for kink, owner in zip(survey.kinks, owners(APART, survey.kinks), strict=True)
        if owner == (2, 0)
    ]
    left = [kink for kink in mine if kink.point.numerators[0] < 0]
    return left, [kink for kink in mine if kink not in left]


@pytest.mark.parametrize("seed", range(3))
def test_a_boundary_that_lies_in_two_parts_is_put_together(seed: int) -> None:
    survey = Survey(PackedProbe(Oracle.of_network(APART)), Random(seed))
    left, right = kinks_apart(survey)
    layer = Layer(Prefix(2).with_layer(rows_of(APART, 1)))
    grow(survey, Walker(survey), layer, right)
    assert not layer.neurons and len(layer.parts) == 1
    assert all(layer.parts[0].contains(kink) for kink in right)
    assert not any(layer.parts[0].contains(kink) for kink in left)
    said = shown_by(layer.parts[0])
    assert "1:2, 1:3 are off and 1:0, 1:1, 1:6 on" in said and "lies apart" in said
    grow(survey, Walker(survey), layer, left + right)
    (neuron,) = layer.neurons
    (truth,) = matrix_rows(rows_of(APART, 2))
    assert not layer.parts and not neuron.unknown
    assert fmpq_mat([neuron.row.entries(), truth]).rank() == 1


def test_parts_of_different_neurons_are_not_put_together() -> None:
    network = gaussian((3, 6, 4, 1), 0)
    survey = Survey(PackedProbe(Oracle.of_network(network)), Random(0))
    prefix = Prefix(3).with_layer(rows_of(network, 1))
    surfaces = [
        (owner, Surface(prefix, kink, oriented=True))
        for kink, owner in seen(network, survey, 3)
        if owner[0] == 2
    ]
    walker = Walker(survey)
    for _, surface in surfaces:
        walker.complete(surface)
    for a, (owner, surface) in enumerate(surfaces):
        for other, another in surfaces[a + 1 :]:
            assert owner == other or not surface.merge(another)
