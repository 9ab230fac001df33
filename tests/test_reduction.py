"""Structural reductions keep the function, and leave nothing that the rules see."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exactrev.network import Network
from exactrev.network.model import Layer
from exactrev.network.reduction import reduce_structurally
from tests.strategies import networks, points


def rules(network: Network, orient: bool = False) -> list[str]:
    return [step.rule for step in reduce_structurally(network, orient).steps]


@settings(deadline=None)
@given(st.data(), st.booleans())
def test_the_function_is_kept(data: st.DataObject, orient: bool) -> None:
    network = data.draw(networks())
    reduced = reduce_structurally(network, orient).network
    for _ in range(3):
        point = data.draw(points(network.inputs))
        assert reduced(point) == network(point)


@settings(deadline=None)
@given(networks(), st.booleans())
def test_reducing_twice_changes_nothing(network: Network, orient: bool) -> None:
    once = reduce_structurally(network, orient).network
    again = reduce_structurally(once, orient)
    assert again.steps == ()
    assert again.network == once


@given(networks())
def test_names_and_steps_account_for_every_neuron(network: Network) -> None:
    reduction = reduce_structurally(network)
    left = [name for layer in reduction.names for name in layer]
    gone = [step.neuron for step in reduction.steps]
    hidden = [(k, i) for k, layer in enumerate(network.hidden, 1) for i in range(layer.size)]
    assert sorted(left + gone) == hidden
    assert [len(layer) for layer in reduction.names] == [
        layer.size for layer in reduction.network.hidden
    ]


def test_twin_branches_that_cancel_leave_a_constant() -> None:
    twins = Network.dense(
        [
            ([[1, 2], [3, 4], [1, 2], [3, 4]], [1, -1, 1, -1]),
            ([[1, -2, 0, 0], [-1, 3, 0, 0], [0, 0, 1, -2], [0, 0, -1, 3]], [1, 2, 1, 2]),
            ([[1, 1, -1, -1]], [5]),
        ]
    )
    assert reduce_structurally(twins).network == Network.dense([([[0, 0]], [5])])


def test_one_rule_each() -> None:
    reader = ([[1, 1]], [0])
    assert rules(Network.dense([([[1], [2]], [0, 1]), ([[1, 0]], [0])])) == ["unread"]
    assert rules(Network.dense([([[1], [2]], [1, 2]), reader])) == ["merge"]
    assert rules(Network.dense([([[1], [0]], [0, 3]), reader])) == ["on"]
    assert rules(Network.dense([([[1], [0]], [0, -3]), reader])) == ["off"]
    assert rules(Network.dense([([[1], [-2]], [3, -6]), reader])) == []
    assert rules(Network.dense([([[1], [-2]], [3, -6]), reader]), orient=True) == ["flip", "merge"]


def test_deeper_neurons_are_judged_by_the_signs_of_what_they_read() -> None:
    second = ([[-1, -2], [1, 2], [1, -2]], [0, 1, 0])
    network = Network.dense([([[1], [-1]], [1, 1]), second, ([[1, 1, 1]], [0])])
    reduction = reduce_structurally(network)
    assert [step.line("A") for step in reduction.steps] == ["off A 2:0", "on A 2:1"]
    assert reduction.network.layers[-1].weight(1) is not None  # what the folded one read


@pytest.mark.parametrize("bias", [[0, 1], [1, 0]])
def test_almost_parallel_rows_stay(bias: list[int]) -> None:
    assert rules(Network.dense([([[1, 2], [1, 2]], bias), ([[1, 1]], [0])])) == []


def test_equal_rows_in_different_layers_merge() -> None:
    first = Layer.of({0: [[1]]}, [1])
    second = Layer.of({0: [[2], [1]], 1: [[0], [-1]]}, [2, 0])
    output = Layer.of({1: [[1]], 2: [[1, 1]]}, [0])
    reduction = reduce_structurally(Network(1, (first, second, output)))
    assert [step.line("A") for step in reduction.steps] == ["merge A 2:0 1:0 2"]


def test_a_layer_that_empties_is_gone() -> None:
    network = Network.dense([([[1]], [0]), ([[1]], [0]), ([[1]], [0])])
    assert reduce_structurally(network).network.architecture == (1, 1, 1)
