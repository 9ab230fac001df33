"""A partial result names every neuron it lacks, and none that it has."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from flint import fmpq

from benchmarks.networks import gaussian
from exactrev.arrangement.forms import Floats
from exactrev.arrangement.proofs import Booleans
from exactrev.network import Network
from exactrev.network.evaluation import preactivations
from exactrev.recovery import missing, recover
from exactrev.recovery.missing import SAMPLES, owners, times_on
from exactrev.recovery.oracle import Oracle
from exactrev.recovery.probe import PackedProbe
from exactrev.recovery.survey import Survey
from tests.recovery import reference


@pytest.mark.parametrize("sizes", [(4, 6, 1), (5, 5, 4, 2), (3, 4, 3, 3, 1)])
def test_the_owner_of_a_kink_is_what_changes_sign_there(sizes: tuple[int, ...]) -> None:
    network = gaussian(sizes, 1)
    survey = Survey(PackedProbe(Oracle.of_network(network)), Random(1))
    line = survey.scan_random_line().line
    assert survey.kinks
    near = fmpq(1, 1 << 60)
    for kink, owner in zip(survey.kinks, owners(network, survey.kinks), strict=True):
        before, after = (
            preactivations(network, line.at(kink.position + s * near)) for s in (-1, 1)
        )
        changed = [
            (number, i)
            for number, (a, b) in enumerate(zip(before[:-1], after[:-1], strict=True), 1)
            for i, (x, y) in enumerate(zip(a, b, strict=True))
            if (x > 0) != (y > 0)
        ]
        assert [owner] == changed


def test_a_kink_of_another_network_has_no_owner() -> None:
    survey = Survey(PackedProbe(Oracle.of_network(gaussian((4, 6, 1), 1))), Random(1))
    survey.scan_random_line()
    assert set(owners(gaussian((4, 6, 1), 2), survey.kinks)) == {None}
    assert set(owners(Network.dense([([[1, 0, 0, 0]], [0])]), survey.kinks)) == {None}


@pytest.mark.parametrize("limit", [60, 200, 300, 420])
def test_every_neuron_is_found_or_named(limit: int) -> None:
    """The first layer's neurons by their rows; the second's by number."""
    network = gaussian((10, 10, 10, 1), 0)
    recovery = recover(network, max_queries=limit)
    assert recovery.network is None
    named = {item.what for item in recovery.unresolved}
    found: set[tuple[object, ...]] = set()
    if recovery.hidden_layers is not None:
        rows, biases = reference.plain(recovery.hidden_layers)[0]
        found = {reference.hyperplane([*row, b]) for row, b in zip(rows, biases, strict=True)}
    rows, biases = reference.plain(network)[0]
    for i, (row, b) in enumerate(zip(rows, biases, strict=True)):
        known = reference.hyperplane([*row, b]) in found
        if recovery.neurons:
            assert known != (f"neuron 1:{i}" in named)
    for number in range(len(recovery.neurons) + 1, 3):
        assert f"layer {number}" in named
    if len(recovery.neurons) == 2:
        missing = sum(what.startswith("neuron 2:") for what in named)
        assert missing == 10 - recovery.neurons[1]


def test_a_layer_read_past_an_always_on_neuron_says_so() -> None:
    """Neuron 2:0 is on everywhere: what it passes on the third layer reads directly."""
    network = Network.dense([
        ([[1, 2], [2, -1], [-1, 1]], [0, 1, -2]),
        ([[1, 1, 1], [1, -2, 1], [-1, 1, -1], [2, -1, -1]], [1, 0, 1, -1]),
        ([[1, -1, 2, -1], [-1, 2, -1, 1], [2, 1, -1, -3]], [-3, -1, 1]),
        ([[1, -2, 1]], [0]),
    ])
    recovery = recover(network, max_queries=400)
    assert recovery.verdict == "partial"
    reasons = {item.what: item.reason for item in recovery.unresolved}
    assert "past neurons whose weights keep them on" in reasons["layer 3"]


def test_times_on_counts_points() -> None:
    network = Network.dense([([[1], [0], [0], [-1]], [0, 1, -1, 0]), ([[1, 1, 1, 1]], [0])])
    (plus, always, never, minus), = times_on(network, Random(0))
    assert (always, never) == (SAMPLES, 0)
    assert 0 < plus < SAMPLES and 0 < minus < SAMPLES and plus + minus <= SAMPLES


@pytest.mark.parametrize("sizes", [(4, 6, 1), (3, 4, 4, 4, 1)])
def test_signs_told_by_floats_are_those_of_exact_arithmetic(
    sizes: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    network, signs = gaussian(sizes, 2), missing._signs
    found = times_on(network, Random(5))
    assert signs(network, np.ones((sizes[0], 1)))[1].all()

    def doubtful(network: Network, points: Floats) -> tuple[list[Booleans], Booleans]:
        wrong = [np.zeros_like(on) for on in signs(network, points)[0]]
        return wrong, np.zeros(points.shape[1], dtype=bool)

    monkeypatch.setattr(missing, "_signs", doubtful)
    assert times_on(network, Random(5)) == found


def test_signs_that_floats_cannot_tell_are_in_doubt() -> None:
    """x - 1 at 1 is 0; x + y at x = 2^-60 and y = -2^-60 is 0 too."""
    near = Network.dense([([[1, 1], [3, 0]], [0, -1]), ([[1, 1]], [0])])
    points = np.array([[2.0**-60, 1.0, 1 / 3], [-(2.0**-60), 0.0, 0.0]])
    assert missing._signs(near, points)[1].tolist() == [False, True, False]
    far = Network.dense([([[10**400, 0]], [0]), ([[1]], [0])])
    assert not missing._signs(far, points)[1].any()
