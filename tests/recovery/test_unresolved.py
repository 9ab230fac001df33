"""The list of what a search left open covers everything that its result lacks."""

from __future__ import annotations

import re

import pytest

from benchmarks.networks import gaussian
from exactrev.equivalence.partial_matching import Counterpart, counterparts
from exactrev.network import Network
from exactrev.network.reduction import Name
from exactrev.recovery import recover
from exactrev.symmetries.parameters import Parameter, parameters

#: Neuron 2:0 is always on, 2:1 never.
CONSTANT = Network.dense([
    ([[1, 2], [2, -1], [-1, 1]], [0, 1, -2]),
    ([[1, 1, 1], [-1, -2, -1], [-1, 1, -1], [2, -1, -1]], [1, -1, 1, -1]),
    ([[1, -1, 2, -1], [-1, 2, -1, 1], [2, 1, -1, -3]], [-3, -1, 1]),
    ([[1, -2, 1]], [0]),
])
CASES = [
    *((gaussian((8, 8, 6, 1), 0), limit) for limit in (1, 40, 100, 200, 300)),
    *((gaussian((5, 6, 5, 5, 2), 1), limit) for limit in (100, 300, 600, 900)),
    *((gaussian((2, 4, 3, 3, 2), 3), limit) for limit in (50, 200, 2000)),
    (CONSTANT, 200),
    (CONSTANT, 400),
]


def _uncovered(network: Network, hidden: Network | None, named: set[str]) -> list[Parameter]:
    """The weights and biases that a result lacks and that none of the items named is about."""
    found = {} if hidden is None else counterparts(network, hidden)
    lacking = []
    for weight in parameters(network):
        ends = [Name(weight.layer, weight.neuron), Name(weight.source, weight.place)]
        hidden_ends = [name for name in ends if 0 < name.layer < len(network.layers)]
        known = weight.layer < len(network.layers) and all(name in found for name in hidden_ends)
        if known and hidden is not None and _has(hidden, network, weight, found):
            continue
        if not any(_covers(item, name, network, found) for item in named for name in ends):
            lacking.append(weight)
    return lacking


def _has(
    hidden: Network, network: Network, weight: Parameter, found: dict[Name, Counterpart]
) -> bool:
    """Whether the result has the weight, in its scale and but for the neurons' directions."""
    own = found[Name(weight.layer, weight.neuron)]
    if weight.source < 0:
        there = hidden.bias(own.layer)[own.index, 0]
        return bool(there == network.bias(weight.layer)[weight.neuron, 0] * own.factor)
    place, factor, source = weight.place, 1, weight.source
    if weight.source > 0:
        read = found[Name(weight.source, weight.place)]
        source, place, factor = read.layer, read.index, abs(read.factor)
    there = hidden.weight(own.layer, source)[own.index, place] * factor
    mine = network.weight(weight.layer, weight.source)[weight.neuron, weight.place]
    return bool(there == mine * own.factor)


def _covers(
    item: str, name: Name, network: Network, found: dict[Name, Counterpart]
) -> bool:
    """Whether an item is about a neuron or output of the network."""
    if item in (f"neuron {name}", f"layer {name.layer}"):
        return True
    if above := re.fullmatch(r"layer (\d+) and above", item):
        return name.layer >= int(above[1])
    if item == "output layer":
        return name.layer == len(network.layers)
    there = found.get(name)
    own = f"{there.layer}:{there.index}" if there else f"{name.layer}:"
    return item.startswith(f"weights of {own}") or item == f"a neuron of layer {name.layer}"


@pytest.mark.parametrize(
    ("network", "limit"), CASES, ids=lambda case: str(getattr(case, "architecture", case))
)
def test_everything_missing_is_named(network: Network, limit: int) -> None:
    recovery = recover(network, max_queries=limit)
    named = {item.what for item in recovery.unresolved}
    if recovery.network is None:
        assert _uncovered(network, recovery.hidden_layers, named) == []
    else:
        assert recovery.verdict == "recovered"


def test_without_one_of_the_items_something_is_not_covered() -> None:
    network = gaussian((5, 6, 5, 5, 2), 1)
    items, told = {"neuron ", "layer ", "output layer"}, set()
    # which items there are depends on where the search stands
    for limit in range(300, 1000, 50):
        recovery = recover(network, max_queries=limit)
        named = {item.what for item in recovery.unresolved}
        assert _uncovered(network, recovery.hidden_layers, named) == []
        for start in items:
            kept = {what for what in named if not what.startswith(start)}
            if kept < named and _uncovered(network, recovery.hidden_layers, kept):
                told.add(start)
        if told == items:
            return
    raise AssertionError(f"only {told} of {items} cover something that nothing else does")


@pytest.mark.parametrize("limit", [1, 40, 100, 200, 260])
def test_of_a_function_no_more_is_claimed_than_was_seen(limit: int) -> None:
    """The directions of the last layer, what is above, and the output are always open."""
    network = gaussian((8, 8, 6, 1), 0)
    recovery = recover(lambda point: network(point), inputs=8, max_queries=limit)
    assert recovery.network is None
    named = {item.what for item in recovery.unresolved}
    found = len(recovery.neurons)
    assert {"search", "output layer"} <= named
    assert (f"directions of layer {found}" in named) == bool(found)
    reasons = " ".join(item.reason for item in recovery.unresolved)
    assert f"layer {found + 1} and above" in named or "no line has shown yet" in reasons
