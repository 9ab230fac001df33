"""Networks that differ in few neurons of the first layer: the leaf ``cancels``."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from flint import fmpq, fmpq_mat

from benchmarks.networks import gaussian
from exactrev.equivalence import Agreement, Comparison, Deviation
from exactrev.equivalence.cancelling import with_decided
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network import Network
from tests.equivalence.pairs import judged, random_network
from tests.smtlib.scripts import all_unsat
from tests.smtlib.test_export import sealed

BOX = Polyhedron.box(-1, 1, 2)


def never_on(network: Network, bias: int, factor: int) -> Network:
    """Neuron 1:0 with this bias, and what is read of it times a factor."""
    layers = [
        (network.weight(k).tolist(), layer.bias.entries())
        for k, layer in enumerate(network.layers, 1)
    ]
    layers[0][1][0] = fmpq(bias)
    for row in layers[1][0]:
        row[0] *= factor
    return Network.dense(layers)


def always_on(network: Network, bias: int) -> Network:
    """Neuron 1:0 with this bias; what reads it makes up for that where it is on."""
    layers = [
        (network.weight(k).tolist(), layer.bias.entries())
        for k, layer in enumerate(network.layers, 1)
    ]
    before, layers[0][1][0] = layers[0][1][0], fmpq(bias)
    for i, row in enumerate(layers[1][0]):
        layers[1][1][i] += row[0] * (before - bias)
    return Network.dense(layers)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("sizes", [(2, 8, 9, 2), (2, 6, 6, 6, 1)])
def test_neurons_that_never_switch_on_the_box(sizes: tuple[int, ...], seed: int) -> None:
    network = gaussian(sizes, seed)
    off = never_on(network, -20, 1), never_on(network, -30, 5)
    on = always_on(network, 20), always_on(network, 33)
    for a, b in (off, on):
        search = Agreement(Comparison.of(a, b), BOX)
        lines = list(search.lines())
        outcome = judged(lines)
        assert outcome.accepted, outcome.reason
        assert search.cells == 1 and sum(line.startswith("cancels") for line in lines) == 1


@pytest.mark.parametrize("seed", range(10))
def test_neurons_that_switch_tell_the_networks_apart(seed: int) -> None:
    """On the larger box the neuron is on somewhere, which may matter or not."""
    network = random_network([2, 8, 9, 1], Random(seed))
    pair = Comparison.of(never_on(network, -20, 1), never_on(network, -30, 5))
    domain = Polyhedron.box(-40, 40, 2)
    search, exact = Agreement(pair, domain), Deviation(pair, domain)
    lines: list[str] = []
    equal = search.run(lines.extend)
    assert exact.run() and equal == (exact.largest() == 0)
    if equal:
        assert judged(lines).accepted
    else:
        assert search.witness is not None and any(pair.differences(search.witness))


@pytest.mark.parametrize("seed", range(8))
def test_what_a_network_is_with_neurons_decided(seed: int) -> None:
    random = Random(seed)
    network = random_network([2, 4, 3, 2], random)
    point = [fmpq(random.randint(-30, 30), 7) for _ in range(2)]
    first = network.weight(1) * fmpq_mat(2, 1, point) + network.layers[0].bias
    on = {i: bool(first[i, 0] > 0) for i in random.sample(range(4), 2)}
    assert with_decided(network, on)(point) == network(point)


# -- refusals -----------------------------------------------------------------------------------



def many(bias: object, weight: int) -> Network:
    """The neurons x + y, x - y, y + bias, and so many others that a tree of cells is large."""
    others = [[k, 7 - k * k] for k in range(2, 8)]
    second = [[1, -2, weight, *[(i * k) % 5 - 2 for k in range(2, 8)]] for i in range(1, 10)]
    return Network.dense([
        ([[1, 1], [1, -1], [0, 1], *others], [0, 0, bias, 1, -1, 2, 1, 0, -2]),
        (second, list(range(-4, 5))),
        ([[1, -1] * 4 + [1]], [0]),
    ])  # fmt: skip


A, B = many(-5, 1), many(-7, 4)


def proof() -> list[str]:
    """A proof with one leaf: the second layers merge where two neurons are off."""
    lines = list(Agreement(Comparison.of(A, B), BOX).lines())
    assert lines[-2] == "cancels " + MERGES and judged(lines).accepted
    assert [line.split()[0] for line in lines[-4:-2]] == ["off", "off"]
    return lines


MERGES = " ".join(f"merge 2:{9 + k} 2:{k} 1" for k in range(9))


def leaf(text: str) -> Callable[[list[str]], list[str]]:
    """Another leaf."""
    return lambda lines: [*lines[:-2], text, "end"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (leaf("cancels"), "do not cancel"),
        (leaf(f"cancels {MERGES[:-1]}2"), "stated positive multiple"),
        (leaf(f"cancels {MERGES[:-2]}"), "expected a step"),
        (leaf(f"cancels {MERGES} unread"), "expected a step"),
        (leaf(f"cancels {MERGES} off 1:2"), "removed by an earlier step"),
        (leaf(f"cancels {MERGES} on 1:0"), "does not show"),
        (leaf(f"cancels {MERGES} unread 2:50"), "no such hidden neuron"),
        (leaf("cancels unread 2:1"), "has a reader"),
        (leaf("cancels same"), "expected a step"),
        (leaf("same"), "no neuron of the first layer"),
        (lambda lines: [*lines[:-3], *lines[-2:]], "stated positive multiple"),
        (lambda lines: [*lines[:-1], lines[-2], "end"], "no branch"),
        (lambda lines: [*lines[:-2], "end"], "a branch of the tree is open"),
    ],
)
def test_refusals(change: Callable[[list[str]], list[str]], reason: str) -> None:
    outcome = judged(change(proof()))
    assert not outcome.accepted and outcome.reason is not None and reason in outcome.reason


def test_exported_leaves_are_confirmed() -> None:
    """z3 finds no input of the cell at which outputs differ; it does where a weight is moved."""
    text = "".join(line + "\n" for line in proof())
    assert all_unsat(text)
    moved = text.replace("\n1 -1 1 -1 1 -1 1 -1 1\n", "\n1 -1 1 -1 1 -1 1 -1 2\n", 1)
    assert moved != text
    assert not all_unsat(sealed(moved))


def test_other_claims_have_no_such_leaf() -> None:
    lines = list(Deviation(Comparison.of(A, B), BOX).lines())
    place = lines.index("bounded")
    outcome = judged([*lines[:place], f"cancels {MERGES}", *lines[place + 1 :]])
    assert not outcome.accepted


def test_steps_that_decided_neurons_allow_are_steps_of_the_cell_alone() -> None:
    """After `off` the readers lose the neuron; a step that needs it on does not hold."""
    wrong = many(fmpq(1, 2), 4)
    search = Agreement(Comparison.of(A, wrong), BOX)
    assert not search.run() and search.witness is not None
