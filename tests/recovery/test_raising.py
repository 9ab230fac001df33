"""Layers that stand above one that has gained a neuron, and weights found where it is on."""

from __future__ import annotations

from random import Random

import pytest
from flint import fmpq, fmpq_mat

from exactrev.exact.linear import matrix_rows
from exactrev.network import Layer as NetworkLayer
from exactrev.network import Network
from exactrev.recovery.geometry import Kink, rationals
from exactrev.recovery.layer import Layer
from exactrev.recovery.missing import owners
from exactrev.recovery.neuron import Neuron
from exactrev.recovery.open_weights import filled
from exactrev.recovery.oracle import Oracle
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.probe import PackedProbe
from exactrev.recovery.raising import raised
from exactrev.recovery.reach import Reach
from exactrev.recovery.surface import Surface
from exactrev.recovery.survey import Survey
from tests.recovery.test_parts import rows_of
from tests.recovery.test_unseen import network

SIZES = (8, 5, 5, 6, 5, 2)

#: The last neuron of the second layer.
LAST = SIZES[2] - 1


def surveyed(network: Network, seed: int) -> Survey:
    survey = Survey(PackedProbe(Oracle.of_network(network)), Random(seed))
    for _ in range(4):
        survey.scan_random_line()
    return survey


def known(network: Network, survey: Survey, anywhere: bool) -> list[Layer]:
    """The hidden layers as they are, with the last neuron of the second not known above.

    They were seen where that neuron is off or, the first ones, where it is on, if it may be
    ``anywhere``.
    """
    cells = Prefix(SIZES[0]).with_layer(rows_of(network, 1)).with_layer(rows_of(network, 2))
    seen: dict[tuple[int, int] | None, Kink] = {}
    for kink, owner in zip(survey.kinks, owners(network, survey.kinks), strict=True):
        on = cells.cell(rationals(kink.point)).top_signs[LAST]
        if on == (anywhere and owner == (3, 0)):
            seen[owner] = kink
    layers = []
    prefix = Prefix(SIZES[0])
    for number in (1, 2, 3, 4):
        rows = matrix_rows(rows_of(network, number))
        if number == 2:
            everything = rows
            rows = rows[:LAST]
        if number == 3:
            rows = [[*row[:LAST], row[-1]] for row in rows]
        layer = Layer(prefix)
        for j, row in enumerate(rows):
            kink = seen.get((number, j))
            layer.neurons.append(Neuron(fmpq_mat([row])))
            if kink is not None and number > 1:
                layer.surfaces.append(Surface(prefix, kink, oriented=True))
        layers.append(layer)
        prefix = prefix.with_layer(fmpq_mat(rows))
    # it points the other way in the layer that has gained it
    layers[1].neurons.append(Neuron(fmpq_mat([[-x for x in everything[LAST]]])))
    layers[1].surfaces.append(layers[1].surfaces[0])
    return layers


def without_last(victim: Network) -> Network:
    """The network whose third layer does not read the last neuron of the second."""
    layers = list(victim.layers)
    weight = fmpq_mat(victim.weight(3))
    for j in range(weight.nrows()):
        weight[j, LAST] = fmpq(0)
    layers[2] = NetworkLayer.of({2: weight}, layers[2].bias.entries())
    return Network(victim.inputs, tuple(layers))


@pytest.mark.parametrize("seed", [1, 2])
def test_the_layer_above_is_kept_with_open_weights_and_they_are_found(seed: int) -> None:
    victim = network(seed, biases={LAST: -1}, sizes=SIZES)
    survey = surveyed(victim, seed)
    layers = known(victim, survey, anywhere=False)
    kept = raised(layers, 1)
    assert kept is not None
    assert [len(layer.neurons) for layer in kept] == [len(layer.neurons) for layer in layers]
    above = kept[2]
    assert above.prefix.row(LAST).entries() == matrix_rows(rows_of(victim, 2))[LAST]
    for old, new in zip(layers[2].neurons, above.neurons, strict=True):
        assert [direction.value for direction in new.open] == [LAST]
        *weights, bias = new.row.entries()
        assert [*weights[:LAST], bias] == old.row.entries() and not weights[LAST]
    found, missing = filled(survey, Reach(survey), kept, without_last(victim), ())
    left = {weight.neuron for weight in missing}
    assert 2 * len(left) < SIZES[3]
    for j in range(SIZES[3]):
        assert found.weight(3)[j, LAST] == (0 if j in left else victim.weight(3)[j, LAST])


@pytest.mark.parametrize("seed", range(2))
def test_layers_are_not_kept_above_a_neuron_that_was_on_and_off_where_they_were_seen(
    seed: int,
) -> None:
    victim = network(seed, biases={LAST: -1}, sizes=SIZES)
    layers = known(victim, surveyed(victim, seed), anywhere=True)
    assert len(layers[2].surfaces) > 1
    assert raised(layers, 1) is None
