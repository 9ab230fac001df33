"""The suite breaks what it says; every neuron and weight is accounted for, with reasons that are
true."""

from __future__ import annotations

import json
import re
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from flint import fmpq

from benchmarks.degradation import main
from benchmarks.degraded import KINDS, Degraded, Kind
from exactrev.accounting import Account, accounted
from exactrev.network import Network
from exactrev.network.evaluation import evaluate
from exactrev.network.reduction import Name
from exactrev.network.symmetry import Isomorphism, transform
from exactrev.recovery import recover
from exactrev.symmetries.parameters import Parameter, changed, parameters
from tests.recovery.plain_truth import Truth

_STATES = {"recovered", "not needed", "assumption fails", "depends", "unexplained"}


def _named(kind: Kind) -> str:
    return f"{kind.assumption}, {kind.how}"


@pytest.mark.parametrize("kind", KINDS, ids=_named)
def test_the_networks_break_the_assumption(kind: Kind) -> None:
    subject = kind.network(min(kind.shapes, key=sum), 0)
    assert subject == kind.network(min(kind.shapes, key=sum), 0)
    network, truth = subject.network, Truth(subject.network)
    assert set(subject.neurons) <= set(truth.names)
    sizes = network.architecture
    if kind.assumption == "disconnected boundary":
        assert truth.components(*subject.neurons) > 1
    elif kind.assumption == "boundaries that never meet":
        one, other = subject.neurons
        assert truth.pieces(one) and truth.pieces(other) and not truth.meet(one, other)
    elif kind.assumption == "masked neurons":
        (masked,) = subject.neurons
        assert truth.on(masked) == {True, False} and not any(truth.switching(masked))
    elif kind.assumption == "dead neurons":
        assert truth.on(*subject.neurons) == {False}
    elif kind.assumption == "always-on neurons":
        assert truth.on(*subject.neurons) == {True}
    elif kind.assumption in ("equal neurons", "opposite neurons"):
        one, other = _values(network, *subject.neurons)
        factor = 2 if kind.assumption == "equal neurons" else fmpq(-3, 2)
        assert other == [factor * z for z in one]
    elif kind.assumption == "zero weights":
        entries = [w for number in range(1, len(sizes)) for w in network.weight(number).entries()]
        assert 4 * sum(not w for w in entries) >= len(entries)
    elif kind.assumption == "bottleneck":
        assert any(a > b < c for a, b, c in zip(sizes[1:], sizes[2:], sizes[3:], strict=False))
    elif kind.assumption == "layer wider than all before":
        assert any(sizes[k] > max(sizes[:k]) for k in range(2, len(sizes) - 1))
    else:
        assert sizes[0] == {"one input": 1, "two inputs": 2}[kind.assumption]


def _values(network: Network, *names: str) -> list[list[fmpq]]:
    """z of neurons at random points."""
    from exactrev.network.evaluation import preactivations

    random = Random(5)
    points = [[fmpq(random.randint(-99, 99), 8) for _ in range(network.inputs)] for _ in range(20)]
    found = [preactivations(network, point) for point in points]
    places = [tuple(map(int, name.split(":"))) for name in names]
    return [[layers[number - 1][i] for layers in found] for number, i in places]


# -- accounts --------------------------------------------------------------------------------------


def _subject(assumption: str, how: str, shape: int = 0, seed: int = 0) -> Degraded:
    kind = next(k for k in KINDS if (k.assumption, k.how) == (assumption, how))
    return kind.network(kind.shapes[shape], seed)


@pytest.mark.parametrize(
    "subject",
    [
        _subject("disconnected boundary", "two parts"),
        _subject("boundaries that never meet", "one off beyond"),
        _subject("masked neurons", "by all its readers"),
        _subject("dead neurons", "by geometry", 1),
        _subject("always-on neurons", "by weights in layer 2"),
        _subject("equal neurons", "in layer 2"),
        _subject("opposite neurons", "in layer 1", 1),
        _subject("zero weights", "two blocks", 1),
        _subject("one input", "as drawn", 1),
        _subject("two inputs", "as drawn", 1),
    ],
    ids=lambda subject: subject.name,
)
def test_every_neuron_and_weight_is_accounted_for(subject: Degraded) -> None:
    network = subject.network
    recovery = recover(network, seed=0)
    account = accounted(network, recovery)
    truth = Truth(network)
    assert list(map(str, account.neurons)) == truth.names
    assert list(account.weights) == list(parameters(network))
    assert account.unexplained == 0
    for name, standing in account.neurons.items():
        assert standing.state in _STATES
        if standing.state == "assumption fails":
            assert standing.reason
            for clause in standing.reason.split("; "):
                assert _is_true(clause, str(name), truth), clause
        if standing.state == "not needed":
            assert recovery.equal
        if standing.state == "depends":
            assert set(_names(standing.reason)) - {str(name)}
    for standing in account.weights.values():
        if standing.state == "not needed":
            assert recovery.equal
        if standing.state == "assumption fails":
            assert all(_is_true(clause, "", truth) for clause in standing.reason.split("; "))
    if recovery.equal:
        assert recovery.network is not None
        points = [[Random(k).gauss(0, 4) for _ in range(network.inputs)] for k in range(40)]
        assert evaluate(network, points) == evaluate(recovery.network, points)


def _names(text: str) -> list[str]:
    return re.findall(r"\d+:\d+", text)


def _is_true(clause: str, name: str, truth: Truth) -> bool:
    """Whether a reason is true of the network."""
    others = _names(clause)
    if clause == "it is never on":
        return truth.on(name) == {False}
    if clause == "it is always on":
        return truth.on(name) == {True}
    if clause == "f does not bend where it switches":
        return not any(truth.switching(name))
    if clause.startswith("f bends across"):
        seen, total = map(int, re.findall(r"\d+", clause))
        switching = truth.switching(name)
        return seen == sum(switching) < len(switching) == total
    if clause.endswith("vanish wherever it does"):
        places = [truth.names.index(other) for other in others]
        return not any(piece[place] for piece in truth.pieces(name) for place in places)
    if clause.startswith("its boundary has"):
        return truth.components(name) == int(re.findall(r"\d+", clause)[0]) > 1
    if clause.startswith("its boundary does not meet that of"):
        return bool(others) and not any(truth.meet(name, other) for other in others)
    if clause.endswith("are never on together"):
        return not truth.together(*others)
    if clause.endswith("do not meet"):
        return not truth.meet(*others)
    return False


def test_false_reasons_are_refused() -> None:
    """The judge of reasons above, on a network all of whose boundaries meet."""
    network = Network.dense([([[1, 0], [0, 1]], [0, 0]), ([[1, 1], [1, -2]], [-1, 1]),
                             ([[1, 1]], [0])])
    truth = Truth(network)
    for clause in (
        "it is never on", "it is always on", "f does not bend where it switches",
        "f bends across 1 of the 2 facets where it switches", "1:1 vanish wherever it does",
        "its boundary has 2 components", "its boundary does not meet that of 1:0",
    ):
        assert not _is_true(clause, "2:0", truth)
    assert not _is_true("1:0 and 2:0 are never on together", "", truth)


def _claimed(result: Network | None, hidden: Network | None = None, equal: bool = False) -> Any:
    """A recovery that ended with this result, not isomorphic."""
    return SimpleNamespace(
        network=result, hidden_layers=hidden, isomorphic=False, equal=equal, unresolved=()
    )


def _twin(network: Network, seed: int) -> Network:
    random = Random(seed)
    layers = []
    for layer in network.hidden:
        order = random.sample(range(layer.size), layer.size)
        layers.append(tuple((i, fmpq(random.randint(1, 9), 7)) for i in order))
    return transform(network, Isomorphism(tuple(layers)))


@pytest.mark.parametrize("seed", range(4))
def test_only_what_is_the_same_number_counts_as_recovered(seed: int) -> None:
    """A permuted and scaled copy has everything; with one number changed, all but that."""
    network = _subject("bottleneck", "as drawn", 1, seed).network
    twin = _twin(network, seed)
    account = accounted(network, _claimed(twin))
    assert {s.state for s in account.neurons.values()} == {"recovered"}
    assert {s.state for s in account.weights.values()} == {"recovered"}
    last = len(network.layers)
    other = changed(network, {Parameter(last, 0): fmpq(1, 1 << 40)})
    account = accounted(network, _claimed(_twin(other, seed)))
    assert _lacking(account) == {Parameter(last, 0)}
    reader = Parameter(last - 1, 0, last - 2, 1)
    account = accounted(network, _claimed(_twin(changed(network, {reader: fmpq(1, 3)}), seed)))
    assert reader in _lacking(account)
    assert account.neurons[Name(last - 1, 0)].state != "recovered"


def _lacking(account: Account) -> set[Parameter]:
    return {p for p, standing in account.weights.items() if standing.state != "recovered"}


def test_hidden_layers_count_where_there_is_no_network() -> None:
    """Two of four first-layer neurons, one of them turned round."""
    network = _subject("zero weights", "two blocks", 0).network
    rows, bias = network.weight(1).tolist(), network.bias(1).entries()
    part = Network.dense([([rows[2], [-w for w in rows[0]]], [bias[2], -bias[0]]), ([[0, 0]], [0])])
    account = accounted(network, _claimed(None, part))
    states = {str(name): standing.state for name, standing in account.neurons.items()}
    assert [name for name, state in states.items() if state == "recovered"] == ["1:2"]
    assert _recovered(account) == {p for p in parameters(network) if (p.layer, p.neuron) == (1, 2)}


def _recovered(account: Account) -> set[Parameter]:
    return {p for p, standing in account.weights.items() if standing.state == "recovered"}


def test_nothing_found_leaves_what_meets_all_assumptions_unexplained() -> None:
    """One hidden layer in general position: there is no reason not to find it."""
    network = Network.dense([([[1, 0], [0, 1], [1, 1]], [0, 0, -1]), ([[1, 2, 3]], [0])])
    account = accounted(network, _claimed(None))
    assert {standing.state for standing in account.neurons.values()} == {"unexplained"}
    assert account.unexplained == 3 + network.parameters


# -- the command -----------------------------------------------------------------------------------


def test_the_table(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "runs.json"
    assert main(["--quick", "--only", "(in layer 1) 3-4-1", "--json", str(path)]) == 0
    out = capsys.readouterr().out.splitlines()
    runs = json.loads(path.read_text())
    assert [run["assumption"] for run in runs] == ["equal neurons", "opposite neurons"]
    for run in runs:
        assert sum(run["neurons"].values()) == 4
        assert sum(run["weights"].values()) == 4 * 4 + 4 + 1
        assert run["wrong"] == [] and run["proof"] == "equality"
    assert len(out) == 5 and out[-1].startswith("| all ")


def test_a_wrong_result_fails_the_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(network: Network, **options: Any) -> Any:
        found = recover(network, **options)
        moved = changed(network, {Parameter(len(network.layers), 0): fmpq(1)})
        return SimpleNamespace(**{**vars(found), "network": moved, "certificate": found.certificate,
                                  "architecture": found.architecture})

    monkeypatch.setattr("exactrev.recovery.recover", wrong, raising=False)
    assert main(["--quick", "--only", "equal neurons (in layer 1) 3-4-1"]) == 1
    assert capsys.readouterr().out.splitlines()[-1].rstrip("| ").endswith("1")
