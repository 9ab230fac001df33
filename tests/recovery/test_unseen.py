"""Neurons that no line shows, and such as are of a deeper layer, told by the boundaries above."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from random import Random

import pytest
from flint import fmpq, fmpq_mat

from benchmarks.networks import gaussian
from exactrev.exact.linear import matrix_rows
from exactrev.network import Network
from exactrev.recovery.geometry import Kink
from exactrev.recovery.last_resort import oriented_at_last
from exactrev.recovery.layer import Layer
from exactrev.recovery.missing import owners
from exactrev.recovery.neuron import Neuron
from exactrev.recovery.oracle import Oracle
from exactrev.recovery.orienting import Orienter
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.probe import PackedProbe
from exactrev.recovery.surface import Surface
from exactrev.recovery.survey import Survey
from exactrev.recovery.unseen import Unseen
from exactrev.recovery.walk import Walker
from tests.recovery.test_parts import rows_of

SIZES = (8, 5, 5, 6, 2)


@dataclass(frozen=True)
class Case:
    """A second layer known but for some neurons, its rows turned round at random."""

    rows: list[list[fmpq]]
    flips: list[bool]
    survey: Survey
    layer: Layer
    kinks: list[Kink]


def network(
    seed: int,
    weights: list[int] | None = None,
    biases: dict[int, int] | None = None,
    sizes: tuple[int, ...] = SIZES,
) -> Network:
    """A random one; neuron 2:0 has these weights (in eighths), some of its layer these biases."""
    drawn = gaussian(sizes, seed)
    layers = []
    for number in range(1, len(sizes)):
        matrix = [[Fraction(int(x.p), int(x.q)) for x in row] for row in _rows(drawn, number)]
        layers.append(([row[:-1] for row in matrix], [row[-1] for row in matrix]))
    if weights:
        layers[1][0][0][:] = [Fraction(weight, 8) for weight in weights]
    for neuron, bias in (biases or {}).items():
        layers[1][1][neuron] = Fraction(bias)
    return Network.dense(layers)


def _rows(network: Network, number: int) -> list[list[fmpq]]:
    return matrix_rows(rows_of(network, number))


def case(
    network: Network, seed: int, lacking: tuple[int, ...], more: int = 0, lines: int = 3
) -> Case:
    """The case of a layer that lacks some neurons and has others that are not there in truth."""
    random = Random(seed)
    survey = Survey(PackedProbe(Oracle.of_network(network)), Random(seed))
    for _ in range(lines):
        survey.scan_random_line()
    who = owners(network, survey.kinks)
    layer = Layer(Prefix(SIZES[0]).with_layer(rows_of(network, 1)))
    rows = _rows(network, 2)
    kept = [row for j, row in enumerate(rows) if j not in lacking]
    invented = [[fmpq(random.randint(-99, 99), 64) for _ in rows[0]] for _ in range(more)]
    flips = [random.random() < 0.5 for _ in kept + invented]
    for row, flip in zip(kept + invented, flips, strict=True):
        layer.neurons.append(Neuron(fmpq_mat([[-x if flip else x for x in row]])))
        layer.surfaces.append(Surface(layer.prefix, survey.kinks[0], oriented=True))
    kinks = [kink for kink, owner in zip(survey.kinks, who, strict=True) if owner and owner[0] == 3]
    return Case(rows, flips, survey, layer, kinks)


def told(case: Case) -> tuple[Neuron, Surface] | None:
    return Unseen(case.survey, Walker(case.survey)).neuron(case.layer, case.kinks, [])


@pytest.mark.parametrize("seed", range(3))
def test_a_neuron_that_is_hardly_ever_off_is_found_with_its_bias(seed: int) -> None:
    drawn = case(network(seed, biases={0: 90}), seed, lacking=(0,))
    found = told(drawn)
    assert found is not None
    neuron, surface = found
    assert fmpq_mat([neuron.row.entries(), drawn.rows[0]]).rank() == 1
    here = surface.waypoints[0]
    form = drawn.layer.prefix.local_form(here.cell, fmpq_mat([drawn.rows[0]]))
    assert fmpq_mat([form.entries(), here.form.entries()]).rank() == 1


@pytest.mark.parametrize("seed", [1, 2])
def test_a_neuron_that_is_always_on_gets_a_bias_that_keeps_it_so(seed: int) -> None:
    victim = network(seed, weights=[1, 3, 2, 5, 1], biases={0: 1})
    drawn = case(victim, seed, lacking=(0,), lines=6)
    found = told(drawn)
    assert found is not None
    *weights, bias = found[0].row.entries()
    assert bias > 0 and min(weights) > 0
    assert fmpq_mat([weights, drawn.rows[0][:-1]]).rank() == 1


@pytest.mark.parametrize("seed", range(2))
def test_nothing_is_told_where_none_is_missing_or_two_are(seed: int) -> None:
    biases = {0: 90, 1: 80}
    assert told(case(network(seed, biases=biases), seed, lacking=())) is None
    assert told(case(network(seed, biases=biases), seed, lacking=(0, 1))) is None


@pytest.mark.parametrize("seed", range(3))
def test_neurons_that_no_boundary_above_reads_leave_the_layer(seed: int) -> None:
    drawn = case(network(seed), seed, lacking=(), more=1)
    orienter = Orienter(drawn.survey, Walker(drawn.survey))
    found = oriented_at_last(orienter, drawn.layer, drawn.kinks)
    assert found is not None
    assert len(drawn.layer.neurons) == len(drawn.layer.surfaces) == SIZES[2]
    assert list(found.flips) == drawn.flips[: SIZES[2]]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_neuron_that_was_missed_is_a_peer_if_it_reads_none_of_the_layer(seed: int) -> None:
    """What is taken for a boundary of the third layer is one of 2:0, which was not found."""
    drawn = case(network(seed), seed, lacking=(0,))
    who = owners(network(seed), drawn.survey.kinks)
    mine = [k for k, owner in zip(drawn.survey.kinks, who, strict=True) if owner == (2, 0)]
    found = Unseen(drawn.survey, Walker(drawn.survey)).neuron(drawn.layer, mine, [])
    assert mine and found is not None
    assert fmpq_mat([found[0].row.entries(), drawn.rows[0]]).rank() == 1
