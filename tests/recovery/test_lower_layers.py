"""Facts from the layers below a neuron are true of the whole network, by brute force."""

from __future__ import annotations

import pytest

from benchmarks.networks import gaussian
from exactrev.accounting import Account, accounted
from exactrev.accounting.lower_layers import LowerLayers, cut_to
from exactrev.network import Network
from exactrev.network.reduction import Name
from exactrev.recovery import Recovery, recover
from tests.arrangement.brute_force import faces
from tests.arrangement.closed_sets import flat
from tests.recovery.plain_truth import Truth

#: relu(x + 1) - relu(x) + 3 is always on, -relu(x) - 1 never.
CONSTANT = Network.dense([
    ([[1, 0], [1, 0], [0, 1]], [0, 1, 0]),
    ([[-1, 1, 0], [-1, 0, 0], [0, -1, 1]], [3, -1, 1]),
    ([[1, 1, 1], [1, -2, -1]], [-5, 1]),
    ([[1, 1]], [0]),
])
#: Opposite neurons, and one that vanishes where they do.
COINCIDING = Network.dense([
    ([[1, 1], [-1, -1], [1, -1]], [0, 0, 1]),
    ([[1, 1, 0], [1, -2, 1]], [0, -1]),
    ([[1, 1]], [0]),
])
NETWORKS = [
    CONSTANT,
    COINCIDING,
    gaussian((2, 4, 3, 3, 2), 0),
    gaussian((2, 4, 3, 3, 2), 3),
    gaussian((3, 3, 3, 2), 1),
    gaussian((1, 3, 2, 1), 0),
]


def _names(network: Network) -> list[Name]:
    hidden = enumerate(network.hidden, 1)
    return [Name(number, i) for number, layer in hidden for i in range(layer.size)]


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: str(network.architecture))
def test_never_switching_is_what_all_regions_show(network: Network) -> None:
    lower, truth = LowerLayers(network, seconds=60), Truth(network)
    says = {(False,): ("it is never on",), (True,): ("it is always on",)}
    for name in _names(network):
        on = truth.on(str(name))
        assert lower.never_switches(name) == says.get(tuple(on), ()), name


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: str(network.architecture))
def test_uncrossed_is_where_a_neuron_keeps_its_sign(network: Network) -> None:
    """Along where the other one vanishes, by brute force over the layers below."""
    lower = LowerLayers(network, seconds=60)
    for name in _names(network):
        assert list(lower.uncrossed(name)) == _of_one_sign(network, name)


def _of_one_sign(network: Network, name: Name) -> list[Name]:
    """What a neuron reads of the layer below and is strictly on one side of wherever that switches.
    """
    if name.layer == 1:
        return []
    cut = cut_to(network, name.layer, [name.place])
    facets = [flat(face) for face in faces(cut, (), 1) if face.dimension == cut.inputs - 1]
    sizes = network.architecture
    start = sum(sizes[1 : name.layer - 1])
    found = []
    for k in range(sizes[name.layer - 1]):
        sides = {row[-1] for row in facets if row[start + k] == 0}
        if network.weight(name.layer)[name.place, k] and len(sides) == 1 and 0 not in sides:
            found.append(Name(name.layer - 1, k))
    return found


@pytest.mark.parametrize("seed", range(4))
def test_in_general_position_what_is_not_crossed_is_not_met(seed: int) -> None:
    network = gaussian((2, 4, 3, 3, 2), seed)
    lower, truth = LowerLayers(network, seconds=60), Truth(network)
    uncrossed = {name: lower.uncrossed(name) for name in _names(network)}
    assert any(uncrossed.values())
    for name, others in uncrossed.items():
        assert not any(truth.meet(str(name), str(other)) for other in others)


def test_some_boundaries_do_not_cross() -> None:
    """x and -x vanish together, x and |x| - 1 do not."""
    tent = Network.dense([
        ([[1, 0], [-1, 0], [0, 1]], [0, 0, 0]), ([[1, 1, 0], [1, 1, 1]], [-1, -1]), ([[1, 1]], [0])
    ])
    lower = LowerLayers(tent, seconds=60)
    assert lower.uncrossed(Name(2, 0)) == (Name(1, 0), Name(1, 1))
    assert lower.uncrossed(Name(2, 1)) == ()
    assert not lower.uncrossed(Name(1, 0))


def test_nothing_is_said_where_there_is_no_time() -> None:
    assert LowerLayers(CONSTANT, seconds=60).never_switches(Name(2, 0))
    for name in _names(CONSTANT):
        lower = LowerLayers(CONSTANT, seconds=-1)
        assert not lower.never_switches(name) and not lower.uncrossed(name)


def _account(network: Network, recovery: Recovery, monkeypatch: pytest.MonkeyPatch) -> Account:
    """The account where no list of all regions is at hand."""
    monkeypatch.setattr("exactrev.accounting.account.causes", lambda network: None)
    return accounted(network, recovery)


def test_what_reads_a_neuron_that_is_always_on_depends_on_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recovery = recover(CONSTANT, max_queries=40)
    assert recovery.network is None
    states = _account(CONSTANT, recovery, monkeypatch).neurons
    assert states[Name(2, 0)].reason == "it is always on"
    assert states[Name(2, 1)].reason == "it is never on"
    assert {states[Name(3, k)].state for k in range(2)} == {"depends"}


def test_without_facts_what_is_missing_stays_unexplained(monkeypatch: pytest.MonkeyPatch) -> None:
    """All neurons switch, and each boundary of the second layer meets all of the first."""
    network = Network.dense([
        ([[1, 0], [0, 1]], [0, 0]), ([[1, 1], [2, 1]], [-1, -2]), ([[1, 1]], [0])
    ])
    recovery = recover(network, max_queries=20)
    assert recovery.network is None
    states = _account(network, recovery, monkeypatch).neurons
    assert {states[Name(2, k)].state for k in range(2)} == {"unexplained"}
