"""Open weights told by kinks of the layer above: right ones, and none where nothing tells."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flint import fmpq, fmpq_mat

from exactrev.exact.linear import matrix_rows
from exactrev.network import Network
from exactrev.recovery.geometry import rationals
from exactrev.recovery.layer import Layer
from exactrev.recovery.neuron import Neuron
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.surface import Surface
from exactrev.recovery.survey import Survey
from exactrev.recovery.told_above import told_by_readers
from tests.recovery.test_dormant import corner, known
from tests.recovery.test_parts import rows_of


def _above(network: Network, prefix: Prefix, survey: Survey) -> Layer:
    """The third layer, all of it known."""
    layer = Layer(prefix)
    for row in matrix_rows(rows_of(network, 3)):
        layer.neurons.append(Neuron(fmpq_mat([row])))
        layer.surfaces.append(Surface(prefix, survey.kinks[0], oriented=True))
    return layer


def _open(seed: int, turned: bool) -> tuple[Network, Survey, Layer, Layer]:
    """2:0 as its boundary shows it, its row turned round or not, under a known third layer."""
    network = corner(seed)
    survey, layer = known(network, seed, lines=6)
    if turned:
        layer.neurons[0] = replace(layer.neurons[0], row=-layer.neurons[0].row)
    flips = [turned, *[False] * 5]
    return network, survey, layer, _above(network, layer.extended().oriented(flips), survey)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("turned", [False, True])
def test_kinks_above_tell_a_weight_that_the_boundary_does_not_show(
    seed: int, turned: bool
) -> None:
    network, survey, layer, above = _open(seed, turned)
    asked = survey.probe.oracle.queries
    assert told_by_readers(layer, above, survey.kinks)
    truth = rows_of(network, 2).entries()[: layer.prefix.width + 1]
    assert (layer.neurons[0].row * (-1 if turned else 1)).entries() == truth
    assert not layer.neurons[0].open and survey.probe.oracle.queries == asked
    over = above.over(layer)
    assert all(over.prefix.certain(over.prefix.cell(rationals(k.point))) for k in survey.kinks)
    assert over.prefix.rows == rows_of(network, 2)
    assert not told_by_readers(layer, over, survey.kinks)


def test_nothing_is_told_where_the_weight_does_not_matter() -> None:
    _, survey, layer, above = _open(0, False)
    prefix = above.prefix.below
    assert prefix is not None
    here = [k for k in survey.kinks if not prefix.cell(rationals(k.point)).on(1, 3)]
    before = list(layer.neurons)
    assert here and not told_by_readers(layer, above, here)
    assert layer.neurons == before


def test_neurons_that_are_not_those_of_the_kinks_tell_nothing() -> None:
    """Of rows that are a little wrong, and of a layer that has too little open to say."""
    _, survey, layer, above = _open(1, False)
    width = above.prefix.width
    for j, neuron in enumerate(above.neurons):
        row = neuron.row.entries()
        above.neurons[j] = Neuron(fmpq_mat(1, width + 1, [row[0] + fmpq(1, 1 << 60), *row[1:]]))
    before = list(layer.neurons)
    assert not told_by_readers(layer, above, survey.kinks)
    assert layer.neurons == before
    for j, neuron in enumerate(above.neurons):
        above.neurons[j] = Neuron.partly(neuron.row, range(width))
    assert not told_by_readers(layer, above, survey.kinks)


def test_where_several_layers_are_read_nothing_is_taken_for_told() -> None:
    network, survey, layer, above = _open(2, False)
    wide = layer.extended().reading([1, 2])
    rows = [[fmpq(0)] * 8 + row for row in matrix_rows(rows_of(network, 3))]
    reading = Layer(wide, [Neuron(fmpq_mat([row])) for row in rows], above.surfaces)
    assert not told_by_readers(layer, reading, survey.kinks)
