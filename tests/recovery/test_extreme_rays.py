"""Rays on which one activation prevails, and neurons that are on in thin cones about them."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain, product

import numpy as np
import pytest
from flint import fmpq

from benchmarks.networks import gaussian
from exactrev.exact.linear import matrix_rows
from exactrev.lp import mixed
from exactrev.network import Network
from exactrev.network.evaluation import activation_pattern
from exactrev.recovery import agreement, recover
from exactrev.recovery import extreme_rays as module
from exactrev.recovery.explore import Matrices, layer_in_floats
from exactrev.recovery.extreme_rays import extreme_rays, largest_ray


def matrices(network: Network, depth: int) -> list[Matrices]:
    return [layer_in_floats(network, number)[0] for number in range(1, depth + 1)]


def activations(layers: list[Matrices], point: np.ndarray) -> np.ndarray:
    values = point
    for layer in layers:
        ((_, matrix),) = layer
        values = np.maximum(matrix @ values, 0.0)
    return values


@pytest.mark.parametrize("seed", range(4))
def test_no_point_of_a_fine_grid_on_the_square_is_better(seed: int) -> None:
    """Without biases the best is on the square's border or at 0; so are these points."""
    layers = matrices(gaussian((2, 4, 4, 1), seed), 2)
    for chosen in range(4):
        goal = np.full(4, -1.0)
        goal[chosen] = 1.0
        ray = largest_ray(layers, 2, goal)
        assert ray is not None and np.abs(ray).max() <= 1 + 1e-9
        steps = np.linspace(-1, 1, 201)
        border = chain(product((-1.0, 1.0), steps), product(steps, (-1.0, 1.0)))
        best = max(goal @ activations(layers, np.array(p)) for p in border)
        # the solver itself ends within 1 in 10,000 of the best
        assert goal @ activations(layers, ray) >= 0.999 * max(best, 0.0) - 1e-6


def thin() -> Network:
    """The third layer's first neuron is relu(a - 4 (b + c + d + e) - 1/2) of the second's values.

    It is on at 4 in 100,000 random directions, far enough out.
    """
    sizes, layers = (6, 6, 5, 4, 2), []
    drawn = gaussian(sizes, 20)
    for number in range(1, len(sizes)):
        rows = [[exactly(x) for x in row] for row in matrix_rows(drawn.weight(number))]
        layers.append((rows, [exactly(x) for x in drawn.bias(number).entries()]))
    layers[2][0][0][:] = [Fraction(1), *[Fraction(-4)] * 4]
    layers[2][1][0] = Fraction(-1, 2)
    return Network.dense(layers)


def exactly(x: fmpq) -> Fraction:
    return Fraction(int(x.p), int(x.q))


def test_a_neuron_that_is_on_in_a_thin_cone_alone_is_on_on_such_a_ray() -> None:
    network = thin()
    places = list(extreme_rays(network, 2, fmpq(1)))
    assert any(activation_pattern(network, place)[2][0] for place in places)
    generator = np.random.default_rng(0)
    drawn = [[fmpq(int(x)) for x in generator.integers(-(2**20), 2**20, 6)] for _ in range(2000)]
    assert not any(activation_pattern(network, place)[2][0] for place in drawn)


def test_it_is_recovered_but_not_without_rays(monkeypatch: pytest.MonkeyPatch) -> None:
    network = thin()
    found = recover(network, seed=0)
    assert found.verdict == "recovered" and found.neurons == (6, 5, 4)
    monkeypatch.setattr(agreement, "extreme_rays", lambda *_: iter(()))
    found = recover(network, seed=0)
    assert found.verdict == "partial" and found.neurons == (6, 5, 3)


def test_where_there_is_no_solver_or_too_many_neurons_there_are_no_rays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = thin()
    monkeypatch.setattr(module, "_MOST", 10)
    assert not list(extreme_rays(network, 2, fmpq(1)))
    monkeypatch.undo()
    monkeypatch.setattr(mixed, "highspy_module", lambda: None)
    assert not list(extreme_rays(network, 2, fmpq(1)))
