"""Networks whose neurons hide, never meet or never switch, and the real ones in examples/nets."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from benchmarks.networks import gaussian
from exactrev.formats import read_network
from exactrev.network.evaluation import activation_pattern
from exactrev.recovery import proof, recover
from tests.recovery.test_recover import judged

NETS = Path(__file__).parents[2] / "examples" / "nets"


@pytest.mark.parametrize(
    ("sizes", "seed"),
    [
        ((10, 10, 10, 1), 4),  # a neuron that is off at 1 point in 200; weights seen in f alone
        ((10, 5, 5, 1), 9),  # a first-layer boundary that f hides at most far ends
        ((10, 20, 20, 1), 2),  # a neuron that is on at 1 point in 100
        ((5, 30, 1), 0),  # 30 signs from 6 equations
    ],
)
def test_neurons_that_are_hard_to_see(sizes: tuple[int, ...], seed: int) -> None:
    network = gaussian(sizes, seed)
    recovery = judged(network, recover(network))
    assert (recovery.verdict, recovery.proof) == ("recovered", "isomorphism")


def test_a_neuron_that_is_always_on_is_folded() -> None:
    """Neuron 2:5 has no negative weight and a positive bias: it never switches."""
    network = gaussian((20, 10, 10, 1), 9)
    assert all(w > 0 for w in network.weight(2).entries()[50:60])
    assert network.bias(2)[5, 0] > 0
    recovery = judged(network, recover(network))
    assert (recovery.proof, recovery.architecture) == ("equality", (20, 10, 9, 1))
    assert not recovery.isomorphic


def test_what_is_missing_is_named_with_what_is_seen_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    network = gaussian((6, 8, 8, 8, 2), 3)
    monkeypatch.setattr(proof, "SECONDS", 0)
    monkeypatch.setattr(proof, "SECONDS_APART", 0)
    recovery = judged(network, recover(network))
    assert recovery.verdict == "partial"
    monkeypatch.undo()
    monkeypatch.setattr(proof, "LEAST_SECONDS", 0)
    assert recovery.network is not None
    assert proof.proved_against(network, recovery.network, 0, remaining=-1).verdict == "unknown"
    # two neurons cannot matter, for reasons that no sign tells: trees show it
    monkeypatch.undo()
    found = proof.proved_against(network, recovery.network, 0)
    assert found.verdict == "equal"
    reasons = {item.what: item.reason for item in recovery.unresolved}
    random = Random(11)
    points = [[random.gauss(0, 5) for _ in range(network.inputs)] for _ in range(200)]
    third = [activation_pattern(network, point)[2] for point in points]
    assert not any(bits[3] for bits in third) and all(bits[5] for bits in third)
    assert reasons["neuron 3:3"].startswith("always off")
    assert reasons["neuron 3:5"].startswith("always on")


@pytest.mark.parametrize(
    ("name", "how", "architecture"),
    [
        ("acas_tiny_5-5-5.nnet", "isomorphism", (5, 5, 5)),
        ("acas_tiny_5-50-5.nnet", "isomorphism", (5, 50, 5)),
        ("victim_32-2-2-1.npz", "isomorphism", (32, 2, 2, 1)),
        ("twin_ladder.nnet", "equality", (5, 1)),  # two equal halves that cancel
        ("fc_2-2-3.onnx", "equality", (2, 1, 3)),  # relu(z) and relu(-z)
    ],
)
def test_networks_made_by_others(name: str, how: str, architecture: tuple[int, ...]) -> None:
    network = read_network(NETS / name)
    recovery = judged(network, recover(network))
    assert (recovery.proof, recovery.architecture) == (how, architecture)


def test_hidden_layers_are_kept_where_the_network_is_not_complete() -> None:
    """The first layer, stopped by the budget, is that of the network up to sign and scale."""
    network = gaussian((10, 10, 10, 1), 0)
    recovery = judged(network, recover(network, max_queries=300))
    assert recovery.network is None
    hidden = recovery.hidden_layers
    assert hidden is not None and hidden.architecture[:2] == (10, 10)
    found = zip(*[iter(hidden.weight(1).entries())] * 10, strict=True)
    truth = list(zip(*[iter(network.weight(1).entries())] * 10, strict=True))
    for row in found:
        assert any(all(a * w[0] == b * row[0] for a, b in zip(row, w, strict=True)) for w in truth)


def test_an_interrupt_gives_up_the_proof_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(proof, "equal_by_trees", interrupted)
    network = gaussian((6, 8, 8, 8, 2), 3)
    recovery = judged(network, recover(network))
    assert (recovery.verdict, recovery.proof) == ("partial", "none")
    assert recovery.network is not None
