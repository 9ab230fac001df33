"""The whole recovery: whatever the network, what is called recovered is proved to be it."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest
from flint import fmpq

from benchmarks.networks import gaussian
from exactrev.checker import check
from exactrev.errors import InputError
from exactrev.network import Network
from exactrev.recovery import Recovery, recover
from tests.recovery import reference
from tests.recovery.reference import Plain

SMALL = ((4, 6, 1), (3, 5, 1), (8, 8, 6, 1), (6, 4, 3, 2))
SEEDS = range(10)


def judged(network: Network, recovery: Recovery) -> Recovery:
    """The recovery, after what every recovery owes has been asserted."""
    assert recovery.queries > 0 and recovery.parameters == network.parameters
    assert recovery.query_bits > 0 and recovery.total_query_bits >= recovery.query_bits
    assert recovery.isomorphic == (recovery.proof == "isomorphism")
    assert recovery.equal == (recovery.proof in ("isomorphism", "equality"))
    for item in recovery.unresolved:
        assert item.what and item.reason and "\n" not in item.what + item.reason
    if recovery.verdict != "recovered":
        assert recovery.verdict in ("partial", "failed")
        assert recovery.proof == "none" and recovery.certificate is None
        assert recovery.unresolved, "partial without a reason"
        return recovery
    found, certificate = recovery.network, recovery.certificate
    assert found is not None and certificate is not None and recovery.equal
    lines = "".join(line + "\n" for line in certificate).encode()
    outcome = check(io.BytesIO(lines), (network.sha256, found.sha256))
    assert outcome.accepted, outcome.reason
    kinds = ("isomorphic: ",) if recovery.isomorphic else ("equal: ", "equal-on: ")
    assert outcome.claim.startswith(kinds)
    assert not check(io.BytesIO(lines), (found.sha256, "0" * 64)).accepted
    if recovery.isomorphic:
        assert recovery.architecture == network.architecture == found.architecture
    assert_same_function(network, found)
    return recovery


def assert_same_function(a: Network, b: Network) -> None:
    """At fresh points near and far, with an evaluation of its own."""
    random = Random(a.sha256)
    for size in (1, 1, 3, 3, 10, 100):
        point = [Fraction(random.gauss(0, size)) for _ in range(a.inputs)]
        assert reference.value(a, point) == reference.value(b, point)


# -- a grid of Gaussian networks -------------------------------------------------------------------


def test_nine_in_ten_gaussian_networks_are_recovered_and_none_wrongly() -> None:
    recovered = 0
    for sizes in SMALL:
        for seed in SEEDS:
            network = gaussian(sizes, seed)
            recovery = judged(network, recover(network, seed=seed))
            recovered += recovery.verdict == "recovered"
    assert 10 * recovered >= 9 * len(SMALL) * len(SEEDS)


@pytest.mark.parametrize("seed", range(5))
def test_three_hidden_layers_are_never_recovered_wrongly(seed: int) -> None:
    network = gaussian((5, 5, 4, 3, 1), seed)
    judged(network, recover(network, seed=seed, max_queries=1000))


@pytest.mark.parametrize("seed", range(6))
def test_another_seed_finds_the_same_function(seed: int) -> None:
    network = gaussian((4, 6, 1), 0)
    assert judged(network, recover(network, seed=seed)).verdict == "recovered"


def test_the_same_seed_gives_the_same_result() -> None:
    network = gaussian((6, 4, 3, 2), 1)
    first, second = (recover(network, seed=7) for _ in range(2))
    assert first.network is not None and first.network == second.network
    assert first.certificate is not None and second.certificate is not None
    assert list(first.certificate) == list(second.certificate)
    for name in ("verdict", "proof", "queries", "query_bits", "total_query_bits", "neurons",
                 "unresolved"):
        assert getattr(first, name) == getattr(second, name)


def test_short_queries_find_the_same_function() -> None:
    network = gaussian((3, 4, 1), 2)
    packed, plain = (judged(network, recover(network, probe=p)) for p in ("packed", "plain"))
    assert packed.verdict == plain.verdict == "recovered"
    assert packed.queries < plain.queries and packed.query_bits > plain.query_bits


# -- networks that are not in general position -----------------------------------------------------


def dead(layers: Plain, random: Random) -> None:
    """A neuron of the last hidden layer that is never on: all weights and its bias negative."""
    rows, biases = layers[-2]
    rows[0] = [-abs(w) for w in rows[0]]
    biases[0] = -abs(biases[0]) - 1
    if len(layers) == 2:
        rows[0] = [Fraction(0)] * len(rows[0])


def always_on(layers: Plain, random: Random) -> None:
    """A neuron of the last hidden layer that is never off."""
    rows, biases = layers[-2]
    rows[0] = [abs(w) for w in rows[0]]
    biases[0] = abs(biases[0]) + 1
    if len(layers) == 2:
        rows[0] = [Fraction(0)] * len(rows[0])


def always_on_below(layers: Plain, random: Random) -> None:
    """A neuron of the first layer that is a constant, and one that hardly ever is off."""
    rows, biases = layers[0]
    rows[0], biases[0] = [Fraction(0)] * len(rows[0]), Fraction(2, 3)
    biases[1] = Fraction(10**6)


def duplicated(layers: Plain, random: Random) -> None:
    """Two neurons that compute the same up to a factor."""
    rows, biases = layers[-2]
    rows[0], biases[0] = [3 * w for w in rows[1]], 3 * biases[1]


def opposite(layers: Plain, random: Random) -> None:
    """Two neurons with one boundary, on either side of it."""
    rows, biases = layers[0]
    rows[0], biases[0] = [-2 * w for w in rows[1]], -2 * biases[1]


def cancelling(layers: Plain, random: Random) -> None:
    """relu(z) - relu(-z) = z: a boundary that f does not show at all."""
    rows, biases = layers[-2]
    rows[0], biases[0] = [-w for w in rows[1]], -biases[1]
    for row in layers[-1][0]:
        row[0] = -row[1]


def parallel(layers: Plain, random: Random) -> None:
    """Three neurons with parallel boundaries."""
    rows, biases = layers[0]
    for k in (0, 2):
        rows[k], biases[k] = [2 * w for w in rows[1]], 2 * biases[1] + k - 1


def zero_row(layers: Plain, random: Random) -> None:
    """A neuron that reads nothing."""
    rows, biases = layers[0]
    rows[-1], biases[-1] = [Fraction(0)] * len(rows[-1]), Fraction(0)


def unread(layers: Plain, random: Random) -> None:
    """A neuron that nothing reads, and an input that nothing reads."""
    for row in layers[1][0]:
        row[0] = Fraction(0)
    for row in layers[0][0]:
        row[0] = Fraction(0)


def one_output_constant(layers: Plain, random: Random) -> None:
    """An output that reads nothing."""
    layers[-1][0][0] = [Fraction(0)] * len(layers[-1][0][0])


def no_bias(layers: Plain, random: Random) -> None:
    """All boundaries of the first layer meet in one point."""
    for _, biases in layers:
        biases[:] = [Fraction(0)] * len(biases)


CHANGES = (
    dead, always_on, always_on_below, duplicated, opposite, cancelling, parallel, zero_row, unread,
    one_output_constant, no_bias,
)
SHAPES = ((3, 4, 1), (4, 4, 3, 2))


def scaled(random: Random, sizes: Sequence[int], kind: str) -> Plain:
    """A random network of moderate slopes."""
    layers = reference.random_plain(random, sizes, kind)
    if kind == "dyadic":
        return [
            ([[w / 2 for w in row] for row in rows], [b / 4 for b in biases])
            for rows, biases in layers
        ]
    return layers


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("sizes", SHAPES)
def test_degenerate_networks_are_never_recovered_wrongly(
    sizes: tuple[int, ...], change: Callable[[Plain, Random], None]
) -> None:
    for seed in range(3):
        random = Random(f"{sizes} {change.__name__} {seed}")
        layers = scaled(random, sizes, "dyadic")
        change(layers, random)
        network = reference.network(layers)
        judged(network, recover(network, seed=seed, max_queries=1500, timeout=20))


@pytest.mark.parametrize("kind", ["integer", "decimal"])
@pytest.mark.parametrize("sizes", [(2, 4, 1), (3, 4, 1), (3, 3, 3, 1)])
def test_short_weights_are_never_recovered_wrongly(sizes: tuple[int, ...], kind: str) -> None:
    for seed in range(4):
        layers = scaled(Random(f"{sizes} {kind} {seed}"), sizes, kind)
        network = reference.network(layers)
        judged(network, recover(network, seed=seed, max_queries=1500, timeout=20))


@pytest.mark.parametrize("change", [duplicated, opposite, zero_row, parallel, always_on])
def test_one_hidden_layer_is_recovered_whatever_its_neurons(
    change: Callable[[Plain, Random], None],
) -> None:
    """With one hidden layer nothing but the output can hide a neuron."""
    for seed in range(3):
        random = Random(f"one {change.__name__} {seed}")
        layers = scaled(random, (4, 5, 2), "dyadic")
        change(layers, random)
        network = reference.network(layers)
        assert judged(network, recover(network, seed=seed)).verdict == "recovered"


@pytest.mark.parametrize("sizes", [(1, 1), (3, 2), (1, 3, 1), (1, 4, 2), (1, 3, 3, 1)])
def test_one_input_and_no_hidden_layer(sizes: tuple[int, ...]) -> None:
    for seed in range(3):
        network = gaussian(sizes, seed)
        recovery = judged(network, recover(network, seed=seed, max_queries=1500))
        if len(sizes) == 2:
            assert recovery.verdict == "recovered" and recovery.network == network


def test_empty_hidden_layer_and_constant_function() -> None:
    constant = Network.dense([([[0, 0]], ["1/3"])])
    assert judged(constant, recover(constant)).verdict == "recovered"
    nothing = Network.dense([([[0, 0], [0, 0]], [1, -1]), ([[2, 5]], [7])])
    recovery = judged(nothing, recover(nothing))
    assert recovery.verdict == "recovered" and recovery.architecture == (2, 1)


# -- limits ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [0, 1, 2, 7, 40, 100])
def test_a_budget_ends_the_search_with_reasons(limit: int) -> None:
    network = gaussian((8, 8, 6, 1), 0)
    recovery = recover(network, max_queries=limit)
    assert recovery.queries <= limit
    assert recovery.verdict in ("partial", "failed") and recovery.proof == "none"
    assert any(f"{limit} queries" in item.reason for item in recovery.unresolved)


@pytest.mark.parametrize("timeout", [0.0, 0.05])
def test_a_time_limit_ends_the_search_with_reasons(timeout: float) -> None:
    recovery = recover(gaussian((20, 20, 20, 1), 0), timeout=timeout)
    assert recovery.verdict in ("partial", "failed") and recovery.seconds < 5
    assert any("seconds" in item.reason for item in recovery.unresolved)


def test_an_interrupt_ends_the_search_with_what_was_found() -> None:
    network = gaussian((8, 8, 6, 1), 0)
    told = []

    def stop(text: str) -> None:
        told.append(text)
        if len(told) == 20:
            raise KeyboardInterrupt

    recovery = judged(network, recover(network, progress=stop))
    assert recovery.verdict in ("partial", "failed") and len(told) == 20
    assert any("interrupted" in item.reason for item in recovery.unresolved)


# -- callables -------------------------------------------------------------------------------------


def test_a_function_is_found_but_unproved() -> None:
    layers = reference.plain(gaussian((4, 6, 2), 3))
    asked = set()

    def function(point: Sequence[Fraction]) -> list[Fraction]:
        assert all(isinstance(x, Fraction) for x in point)
        asked.add(tuple(point))
        return reference.outputs(layers, point)

    recovery = recover(function, inputs=4)
    assert recovery.proof == "unproved" and recovery.verdict == "partial"
    assert not recovery.equal and recovery.certificate is None
    assert recovery.queries == len(asked) and recovery.parameters == 0
    assert recovery.network is not None and recovery.architecture == (4, 6, 2)
    random = Random(0)
    for size in (1, 3, 50):
        point = [Fraction(random.gauss(0, size)) for _ in range(4)]
        found = [reference.fraction(y) for y in recovery.network(point)]
        assert found == reference.outputs(layers, point)


def test_a_function_that_is_no_relu_network_is_not_found() -> None:
    recovery = recover(lambda point: [point[0] * point[0]], inputs=1)
    assert recovery.verdict == "failed" and recovery.network is None
    assert recovery.unresolved


def test_the_search_is_the_same_for_a_function_as_for_its_network() -> None:
    """The network itself is not looked at before the search is over."""
    network = gaussian((4, 4, 3, 1), 1)
    as_function = recover(lambda point: network(point), inputs=4, seed=3)
    as_network = recover(network, seed=3)
    assert as_function.network == as_network.network
    assert as_function.queries == as_network.queries


def refusals() -> list[tuple[Any, dict[str, Any], str]]:
    return [
        (lambda point: [float(point[0])], {"inputs": 1}, "float"),
        (lambda point: [np.float64(0.5)], {"inputs": 1}, "float"),
        (lambda point: ["one third"], {"inputs": 1}, "exact"),
        (lambda point: [point[0]], {}, "inputs"),
        (lambda point: [point[0]], {"inputs": 0}, "inputs"),
        (5, {"inputs": 1}, "function"),
        (gaussian((2, 2, 1), 0), {"probe": "guess"}, "probe"),
    ]


@pytest.mark.parametrize(("target", "options", "word"), refusals())
def test_what_cannot_be_recovered_is_refused_in_one_line(
    target: Any, options: dict[str, Any], word: str
) -> None:
    with pytest.raises(InputError, match=word) as refusal:
        recover(target, **options)
    assert "\n" not in str(refusal.value)


def test_exact_answers_of_other_kinds_do() -> None:
    def function(point: Sequence[Fraction]) -> list[Any]:
        x = point[0]
        return [str(max(x - 1, Fraction(0)) / 3), fmpq(x.numerator, x.denominator)]

    recovery = recover(function, inputs=1)
    assert recovery.proof == "unproved" and recovery.network is not None
    assert [reference.fraction(y) for y in recovery.network([4])] == [1, 4]
