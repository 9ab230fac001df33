"""Neurons of two networks paired: exactly where they are multiples, else by the nearest rows."""

from __future__ import annotations

from random import Random

import pytest
from flint import fmpq

from benchmarks.pairs import moved, shuffled
from exactrev.audit import nearest_matching
from exactrev.equivalence import find_isomorphism
from exactrev.network import Layer, Network
from tests.equivalence.pairs import random_network


def pairing(layers: tuple) -> list[list[tuple[int, fmpq]]]:
    """For each neuron of the extraction: its partner and scale."""
    return [
        [(m.victim.place, m.scale) for m in sorted(layer, key=lambda m: m.extraction)]
        for layer in layers
    ]


@pytest.mark.parametrize("seed", range(10))
def test_an_isomorphism_is_found_again(seed: int) -> None:
    random = Random(seed)
    a = random_network([3, random.randint(1, 6), random.randint(1, 6), 2], random)
    b = shuffled(a, random)
    isomorphism = find_isomorphism(a, b)
    assert isomorphism is not None
    known = nearest_matching(a, b, isomorphism)
    assert known.exact
    assert pairing(known.layers) == [list(map(tuple, x)) for x in isomorphism.layers]
    assert known.largest_error == 0 and all(m.own_error == 0 for m in known.outputs)
    assert nearest_matching(a, b).largest_error == 0


def test_a_moved_weight_is_the_error() -> None:
    a = Network.dense([([[4, -1], [1, 5]], [2, 0]), ([[1, 2], [3, 1]], [0, 1]), ([[1, 1]], [0])])
    b = moved(a, 1, fmpq(1, 1000))
    found = nearest_matching(a, shuffled(b, Random(3)))
    first = found.layers[0][0]
    assert first.error == first.own_error == fmpq(1, 4000)  # the other weights tell the scale
    assert found.layers[0][1].error == 0
    assert found.unmatched == 0 and not found.exact
    assert nearest_matching(a, b).layers[0][0] == (
        type(first)(first.victim, first.victim, fmpq(1), fmpq(1, 4000), fmpq(1, 4000))
    )


def test_neurons_without_a_partner_are_said() -> None:
    a = Network.dense([([[1, 0], [0, 1]], [0, 0]), ([[1, 1]], [0])])
    b = Network.dense([([[0, 2]], [0]), ([["1/2"]], [0])])
    found = nearest_matching(a, b)
    named = [(str(m.victim), str(m.extraction), m.scale) for m in found.layers[0]]
    assert named == [("1:0", "None", None), ("1:1", "1:0", 2)]
    assert found.unmatched == 1 and not found.exact and found.outputs[0].error == 1
    opposite = nearest_matching(b, Network.dense([([[0, -2]], [0]), ([["1/2"]], [0])]))
    assert opposite.unmatched == 2


def test_a_weight_that_was_zero_has_no_relative_error() -> None:
    a = Network.dense([([[1, 0]], [0]), ([[1]], [0])])
    b = Network.dense([([[1, "1/100"]], [0]), ([[1]], [0])])
    (match,) = nearest_matching(a, b).layers[0]
    assert (match.error, match.own_error) == (fmpq(1, 100), None)


def test_depths_may_differ_and_outputs_may_be_scaled() -> None:
    a = Network.dense([([[1]], [0]), ([[2]], [0]), ([[1]], [3])])
    b = Network.dense([([[1]], [0]), ([[1]], [1])])
    assert [len(layer) for layer in nearest_matching(a, b).layers] == [1, 1]
    skip = Network(1, (a.layers[0], Layer.of({0: [[5]], 1: [[4]]}, [6])))
    half = Network(1, (a.layers[0], Layer.of({0: [[10]], 1: [[8]]}, [10])))
    assert nearest_matching(skip, half, scale=[fmpq(1, 2)], shift=[fmpq(1)]).exact
