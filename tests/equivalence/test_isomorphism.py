"""Isomorphisms found by proportional rows, against canonical forms and by hand."""

from __future__ import annotations

import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from exactrev.equivalence import find_isomorphism
from exactrev.equivalence.proportional_rows import Undecided, only_matching
from exactrev.network import Layer, Network
from exactrev.network.canonical import canonical_form
from exactrev.network.symmetry import transform
from tests.strategies import isomorphisms, networks

_PRIME = (1 << 61) - 1


def related(a: Network, b: Network) -> bool:
    """What canonical forms say."""
    return canonical_form(a)[0].layers == canonical_form(b)[0].layers


@given(st.data())
def test_a_shuffled_network_is_matched_and_another_one_is_not(data: st.DataObject) -> None:
    a = data.draw(networks())
    b = transform(a, data.draw(isomorphisms(a)))
    found = find_isomorphism(a, b)
    assert found is not None and transform(a, found).layers == b.layers
    changed = _changed(b, data)
    found = find_isomorphism(a, changed)
    assert (found is not None) == related(a, changed)
    if found is not None:
        assert transform(a, found).layers == changed.layers


def _changed(network: Network, data: st.DataObject) -> Network:
    """One bias negated or moved."""
    layers = list(network.layers)
    number = data.draw(st.integers(0, len(layers) - 1))
    layer = layers[number]
    bias = layer.bias.entries()
    if bias:
        place = data.draw(st.integers(0, len(bias) - 1))
        bias[place] = -bias[place] if data.draw(st.booleans()) else bias[place] + 1
    layers[number] = Layer.of(dict(layer.weights), bias)
    return Network(network.inputs, tuple(layers))


def test_a_negative_multiple_is_no_match() -> None:
    a = Network.dense([([[1, 2]], [3]), ([[1]], [0])])
    b = Network.dense([([[-1, -2]], [-3]), ([[-1]], [0])])
    assert only_matching(a, b) is None and find_isomorphism(a, b) is None


def test_outputs_decide_what_rows_allow() -> None:
    a = Network.dense([([[1], [2]], [1, 0]), ([[1, 1]], [0])])
    b = Network.dense([([[4], [3]], [0, 3]), ([["1/2", "1/3"]], [0])])
    other = Network.dense([([[4], [3]], [0, 3]), ([["1/2", "1/4"]], [0])])
    isomorphism = only_matching(a, b)
    assert isomorphism is not None
    assert isomorphism.layers == (((1, fmpq(2)), (0, fmpq(3))),)
    assert find_isomorphism(a, b) == isomorphism == only_matching(a, other)
    assert find_isomorphism(a, other) is None


@pytest.mark.parametrize(
    "rows",
    [
        [[1, 2], [2, 4]],  # neurons that compute multiples of each other
        [[0, 0], [1, 1]],  # a neuron whose row is 0
        [[fmpq(1, _PRIME), 0], [0, 1]],  # a number that the prime divides
        [[_PRIME, 0], [0, 1]],
    ],
)
def test_what_rows_do_not_tell_canonical_forms_do(rows: list[list[fmpq]]) -> None:
    a = Network.dense([(rows, [0, 0]), ([[1, 3]], [0])])
    b = Network.dense([(rows[::-1], [0, 0]), ([[3, 1]], [0])])
    with pytest.raises(Undecided):
        only_matching(a, b)
    assert find_isomorphism(a, b) is not None
    assert find_isomorphism(a, Network.dense([(rows, [0, 0]), ([[1, 2]], [0])])) is None
