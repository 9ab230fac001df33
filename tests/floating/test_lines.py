"""Kinks and gradients read off rounded answers, against the network's own weights."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.networks import gaussian
from exactrev.exact.rational import to_float
from exactrev.floating.execution import float_function
from exactrev.floating.gradients import gradient
from exactrev.floating.lines import Line, Scanner
from exactrev.floating.oracle import FloatOracle
from exactrev.network.model import Network


def rows_of(network: Network, layer: int) -> tuple[np.ndarray, np.ndarray]:
    """Weights and biases as floats."""
    found = network.layers[layer]
    weight = np.array([[to_float(x) for x in row] for row in found.weights[0][1].tolist()])
    return weight, np.array([to_float(x) for x in found.bias.entries()])


@pytest.mark.parametrize("seed", range(6))
def test_the_kinks_of_one_hidden_layer_are_where_its_neurons_vanish(seed: int) -> None:
    network = gaussian((5, 7, 2), seed)
    oracle = FloatOracle(float_function(network, np.float64), 5)
    random = np.random.default_rng(seed)
    line = Line(random.normal(size=5), random.normal(size=5))
    weight, bias = rows_of(network, 0)
    with np.errstate(all="ignore"):
        places = -(weight @ line.origin + bias) / (weight @ line.direction)
    kinks = Scanner(oracle, line).kinks(-100.0, 100.0)
    found = sorted(kink.t for kink in kinks)
    expected = sorted(places[np.abs(places) < 95])
    assert len(found) >= len(expected)
    for place in expected:
        kink = min(kinks, key=lambda kink: abs(kink.t - place))
        assert abs(kink.t - place) <= kink.doubt < 1e-8


def test_a_line_without_kinks_has_none() -> None:
    oracle = FloatOracle(lambda x: x @ np.array([[2.0], [-1.0]]) + 3, 2)
    assert Scanner(oracle, Line(np.zeros(2), np.array([1.0, 1.0]))).kinks(-50.0, 50.0) == []


def test_two_kinks_that_cancel_are_both_found() -> None:
    # a bump: 0, then up, then down to 0 again
    oracle = FloatOracle(lambda x: np.maximum(1 - np.abs(x), 0), 1)
    kinks = Scanner(oracle, Line(np.zeros(1), np.ones(1))).kinks(-3.0, 4.0)
    assert np.allclose(sorted(kink.t for kink in kinks), [-1, 0, 1], atol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_a_gradient_is_that_of_the_region_within_its_doubt(seed: int) -> None:
    network = gaussian((4, 6, 5, 1), seed)
    oracle = FloatOracle(float_function(network, np.float64), 4)
    point = np.random.default_rng(seed).normal(size=4)
    (w1, b1), (w2, b2), (w3, _) = (rows_of(network, k) for k in range(3))
    first = w1 @ point + b1 > 0
    second = w2 @ np.maximum(w1 @ point + b1, 0) + b2 > 0
    expected = oracle.mixture @ ((w3 * second) @ (w2 * first) @ w1)
    found = gradient(oracle, point, 1.0)
    assert found is not None
    assert (np.abs(found.entries - expected) <= found.doubt).all()
    assert found.doubt.max() < 1e-9


def test_no_gradient_on_a_boundary() -> None:
    oracle = FloatOracle(lambda x: np.abs(x), 1)
    assert gradient(oracle, np.zeros(1), 1.0) is None
