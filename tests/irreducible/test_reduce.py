"""Reductions: the same function, proved; nothing left that others can replace; nothing lost."""

from __future__ import annotations

import io

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings

from exactrev.checker import check
from exactrev.irreducible import Reduced, reduce
from exactrev.irreducible.dependence import dependences, without
from exactrev.network import Network
from tests.strategies import networks


def accepted(found: Reduced) -> bool:
    lines = found.proof.certificate()
    assert lines is not None
    text = "".join(f"{line}\n" for line in lines)
    outcome = check(io.BytesIO(text.encode()), (found.original.sha256, found.network.sha256))
    return outcome.accepted and ("equal" in outcome.claim or "isomorphic" in outcome.claim)


def rank_of_values(network: Network, seed: int) -> tuple[int, int]:
    """The rank, in floats, of the values of 1, inputs and neurons at many points; their number."""
    points = np.random.default_rng(seed).normal(size=(400, network.inputs)) * 8
    active = [points]
    for layer in network.hidden:
        z = np.array([float(int(b.p) / int(b.q)) for b in layer.bias.entries()])
        z = np.tile(z, (len(points), 1))
        for source, matrix in layer.weights:
            w = np.array([[int(x.p) / int(x.q) for x in row] for row in matrix.tolist()])
            z += active[source] @ w.T
        active.append(np.maximum(z, 0))
    values = np.hstack([np.ones((len(points), 1)), *active])
    scale = np.abs(values).max(axis=0)
    return int(np.linalg.matrix_rank(values / np.where(scale > 0, scale, 1))), values.shape[1]


@settings(max_examples=50, deadline=None)
@given(networks(max_inputs=2, max_width=4, max_depth=3))
def test_a_reduction_is_proved_and_complete(network: Network) -> None:
    found = reduce(network)
    assert found.irreducible and accepted(found)
    assert sum(found.network.architecture[1:-1]) <= sum(network.architecture[1:-1])
    again = reduce(found.network)
    assert again.network.architecture == found.network.architecture


def test_independent_neurons_are_kept() -> None:
    bends = Network.dense([([[1], [1], [1]], [0, -1, -2]), ([[1, 1, 1]], [0])])
    found = reduce(bends)
    assert found.network == bends and found.irreducible
    assert rank_of_values(bends, 0) == (5, 5)


@pytest.mark.parametrize(
    ("layers", "left"),
    [
        # relu(x) - relu(-x) = x
        ([([[1], [-1]], [0, 0]), ([[2, 5]], [0])], (1, 1, 1)),
        # always on: relu(x) + relu(-x) + 1
        ([([[1], [-1]], [0, 0]), ([[1, 1]], [1]), ([[3]], [0])], (1, 1, 1)),
        # always off, though no sign shows it: relu(x) - 2 relu(x + 1)
        ([([[1], [1]], [0, 1]), ([[1, -2]], [0]), ([[3]], [4])], (1, 1)),
        # the second layer's neuron is the first layer's
        ([([[1], [1]], [0, -1]), ([[2, 0], [1, -1]], [0, 0]), ([[1, 1]], [0])], (1, 2, 1)),
        # two copies that cancel
        ([([[1], [2]], [1, 2]), ([[2, -1]], [3])], (1, 1)),
    ],
)
def test_known_redundancies(layers: list[tuple[list[list[int]], list[int]]], left: object) -> None:
    found = reduce(Network.dense(layers))
    assert found.network.architecture == left
    assert found.irreducible and accepted(found)


def test_a_dependence_that_few_points_pretend_is_refuted() -> None:
    """The bend at 10^6 is far from where samples are."""
    far = Network.dense([([[1], [1]], [0, -(10**6)]), ([[1, 1]], [0])])
    points = [(fmpq(x),) for x in range(-9, 9)]
    assert without(far, dependences(far, points)).architecture == (1, 1, 1)
    found = reduce(far)
    assert found.network == far and found.irreducible


def test_time_may_run_out() -> None:
    found = reduce(Network.dense([([[1], [2]], [0, 0]), ([[1, 1]], [0])]), timeout=1e-9)
    assert accepted(found) and not found.irreducible
