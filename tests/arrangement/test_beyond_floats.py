"""Networks with numbers that no double holds: the regions are those of the network scaled down."""

from __future__ import annotations

import io

import pytest
from flint import fmpq

from exactrev.arrangement import Exploration
from exactrev.arrangement.float_range import floats_hold
from exactrev.arrangement.forms import float_matrix
from exactrev.checker import check
from exactrev.equivalence import Comparison, Deviation
from exactrev.exact.rational import magnitude, rounded, to_float
from exactrev.lp import Polyhedron
from exactrev.network import Network
from exactrev.network.model import Layer
from tests.arrangement.networks import plain

HUGE = fmpq(10) ** 400
SHAPES = [(1, 4, 3, 1), (2, 3, 3, 1), (3, 3, 2, 1)]


def stretched(network: Network, factors: tuple[fmpq, ...]) -> Network:
    """The same regions: every neuron of a hidden layer times a positive number of its own."""
    layers, scales = [], [[fmpq(1)] * network.inputs]
    for k, layer in enumerate(network.layers):
        last = k == len(network.layers) - 1
        own = [fmpq(1) if last else factors[i % len(factors)] for i in range(layer.size)]
        rows = network.weight(k + 1).tolist()
        weight = [
            [c * w / d for w, d in zip(row, scales[-1], strict=True)]
            for c, row in zip(own, rows, strict=True)
        ]
        bias = [c * b for c, b in zip(own, layer.bias.entries(), strict=True)]
        layers.append(Layer.of({k: weight}, bias))
        scales.append(own)
    return Network(network.inputs, tuple(layers))


def counted(network: Network, domain: Polyhedron | None, depth: int) -> tuple[int, ...]:
    """The counts, their certificate accepted."""
    search = Exploration(network, domain, depth)
    text = "".join(f"{line}\n" for line in search.lines())
    judged = check(io.BytesIO(text.encode()), (network.sha256, None))
    assert judged.accepted, judged.reason
    return search.result().counts


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("factors", [(HUGE,), (HUGE, 1 / HUGE), (fmpq(1), HUGE**3, 1 / HUGE)])
def test_regions_do_not_depend_on_the_size_of_numbers(
    shape: tuple[int, ...], factors: tuple[fmpq, ...]
) -> None:
    for seed in range(2):
        network = plain("eighths", shape, seed)
        large = stretched(network, factors)
        for domain in (None, Polyhedron.box(-1, 2, shape[0])):
            assert counted(large, domain, 1) == counted(network, domain, 1)


def test_a_domain_beyond_floats() -> None:
    network = Network.dense([([[1], [-1]], [0, 1]), ([[1, 1]], [0])])
    assert counted(network, Polyhedron.box(-HUGE, HUGE, 1), 1) == (3, 2)
    assert counted(network, Polyhedron.box(HUGE, 2 * HUGE, 1), 1) == (1, 0)
    assert counted(network, Polyhedron(1, ((1 / HUGE, fmpq(-1)),)), 0) == (1,)


def test_a_kink_beyond_floats() -> None:
    tiny = fmpq(1, 1 << 700)
    network = Network.dense([([[tiny]], [0]), ([[-tiny]], [1]), ([[1]], [0])])
    assert counted(network, None, 1) == (3, 2)


def test_the_deviation_of_networks_beyond_floats() -> None:
    one = Network.dense([([[HUGE, 2], [3, -1]], [1, 1]), ([[1, HUGE]], [1])])
    other = Network.dense([([[HUGE, 2], [3, -1]], [1, 1]), ([[1, HUGE]], ["1/7"])])
    search = Deviation(Comparison.of(one, other), Polyhedron.box(-1, 1, 2))
    assert search.run()
    assert search.largest() == fmpq(6, 7)


def test_which_networks_floats_hold() -> None:
    layer = ([[1, 1], [1, 1]], [0, 0])
    assert floats_hold(Network.dense([layer, layer]))
    assert floats_hold(Network.dense([([[fmpq(10) ** 150]], [0]), ([[1]], [0])]))
    deep = [([[fmpq(10) ** 150]], [0])] * 3
    assert floats_hold(Network.dense(deep[:1]))
    assert not floats_hold(Network.dense(deep))
    assert not floats_hold(Network.dense([layer, layer]), [HUGE])
    assert not floats_hold(Network.dense([layer, layer]), inputs=[HUGE])
    assert floats_hold(Network.dense([([[1 / HUGE]], [1 / HUGE]), ([[1]], [0])]))


def test_numbers_beyond_floats_are_told_from_others() -> None:
    values, errors = float_matrix([[HUGE, fmpq(1), fmpq(1, 3)], [-HUGE, 1 / HUGE, fmpq(0)]], 3)
    assert values.tolist() == [[0.0, 1.0, 1 / 3], [0.0, 0.0, 0.0]]
    assert errors[:, 0].tolist() == [float("inf")] * 2
    assert errors[0, 1] == errors[1, 2] == 0 and 0 < errors[0, 2] < 1e-15 and errors[1, 1] > 0
    assert (to_float(HUGE), to_float(-HUGE), to_float(1 / HUGE)) == (float("inf"), -float("inf"), 0)


def test_magnitudes_and_roundings() -> None:
    numbers = [fmpq(p, q) for p in (1, 2, 3, 7, 8, -8, -9, 10**30) for q in (1, 3, 4, 5, 10**40)]
    for x in [*numbers, HUGE, 1 / HUGE, -HUGE / 3]:
        assert fmpq(2) ** (magnitude(x) - 1) <= abs(x) < fmpq(2) ** magnitude(x)
        for bits in (1, 4, 53):
            near = rounded(x, bits)
            assert abs(near - x) <= fmpq(2) ** (magnitude(x) - bits - 1)
            assert (near * fmpq(2) ** (bits - magnitude(x))).q == 1
