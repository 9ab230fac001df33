"""The theorem's assumptions on networks where each is known to hold or not."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from random import Random

import networkx as nx
import pytest
from flint import fmpq

from exactrev.arrangement import regions
from exactrev.errors import InputError
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network.evaluation import activation_pattern, affine_map, preactivations
from exactrev.network.model import Network
from exactrev.symmetries.limit import Limit
from exactrev.theorem import TheoremReport, check_theorem, examine
from exactrev.theorem.conditions import weight_conditions
from exactrev.theorem.linear_regions import linear_regions
from tests.boundaries.networks import gaussian
from tests.theorem.networks import (
    ALWAYS_ON,
    APART,
    CONCURRENT,
    CROSSING,
    DISCONNECTED,
    PARALLEL,
    TENT,
    TWINS,
    UNREAD,
    ZERO_WEIGHT,
)


def broken(report: TheoremReport) -> set[str]:
    """The conditions that fail."""
    return {name for name, holds in report.generic.items() if not holds}


@pytest.mark.parametrize("network", [CROSSING, PARALLEL, gaussian((2, 4, 1), 0)])
def test_it_holds_and_the_network_comes_back(network: Network) -> None:
    report = check_theorem(network)
    assert (report.verdict, report.reasons, report.recovered) == ("holds", (), True)
    assert report.linear_regions.holds and report.invisible == 0
    assert all(report.connected.values()) and not broken(report)
    assert report.recovery is not None and report.recovery.isomorphic
    assert all(neuron.recovered for neuron in report.neurons)


def test_it_holds_with_two_hidden_layers() -> None:
    for seed in range(40):
        report = check_theorem(gaussian((3, 3, 3, 2), seed))
        if report.verdict == "holds":
            assert all(report.intersect.values()) and len(report.intersect) == 9
            break
    else:
        pytest.fail("none of forty networks meets all assumptions")


def test_a_network_without_hidden_layers() -> None:
    report = check_theorem(Network.dense([([[1, 2]], [3])]))
    assert (report.verdict, report.connected, report.intersect) == ("holds", {}, {})


def test_a_boundary_of_two_curves() -> None:
    report = check_theorem(DISCONNECTED)
    assert report.verdict == "fails" and not report.connected["2:0"]
    item = next(item for item in report.connections if item.neuron == "2:0")
    points = list(report.found.face_points(1))
    sides = [{points[piece][0] > 0 for piece in part} for part in item.components]
    assert sorted(map(sorted, sides)) == [[False], [True]]
    assert any("boundary of 2:0 has 2 components" in reason for reason in report.reasons)


@pytest.mark.parametrize("seed", range(6))
def test_joints_are_a_spanning_tree(seed: int) -> None:
    network = gaussian((2, 4, 3, 1), seed)
    report = check_theorem(network)
    for item in report.connections:
        tree = nx.Graph([joint.pieces for joint in item.joints])
        tree.add_nodes_from(piece for part in item.components for piece in part)
        assert sorted(map(sorted, nx.connected_components(tree))) == sorted(
            map(list, item.components)
        )
        assert len(item.joints) == item.pieces - len(item.components)
        layer, place = map(int, item.neuron.split(":"))
        for joint in item.joints:
            assert preactivations(network, joint.point)[layer - 1][place] == 0


def test_boundaries_that_never_meet() -> None:
    report = check_theorem(APART)
    assert report.verdict == "fails"
    assert report.intersect == {
        "1:0-2:0": False, "1:1-2:0": True, "1:0-2:1": True, "1:1-2:1": True,
    }  # fmt: skip
    for item in report.meetings:
        assert (item.point is None) == (item.ridges == 0) == (not item.meet)
        if item.point is not None:
            z = preactivations(APART, item.point)
            for layer, place in (map(int, name.split(":")) for name in item.neurons):
                assert z[layer - 1][place] == 0


def test_two_regions_with_the_same_map() -> None:
    report = check_theorem(TENT)
    shared = report.linear_regions.shared
    assert report.verdict == "fails" and shared is not None and report.invisible == 1
    one, other = shared.regions
    assert one.pattern != other.pattern
    for region in shared.regions:
        assert activation_pattern(TENT, region.point) == region.pattern
        assert affine_map(TENT, region.pattern) == shared.map


@pytest.mark.parametrize("seed", range(12))
def test_shared_maps_against_all_pairs(seed: int) -> None:
    random = Random(seed)
    sizes = (2, 3, random.choice((2, 3)), 1)
    layers = []
    for n, m in pairwise(sizes):
        weight = [[random.randint(-1, 1) for _ in range(n)] for _ in range(m)]
        layers.append((weight, [random.randint(-1, 1) for _ in range(m)]))
    found = regions(Network.dense(layers))
    maps = [str((r.affine_map.linear, r.affine_map.constant)) for r in found]
    expected = sum(count for count in Counter(maps).values() if count > 1)
    assert linear_regions(found).sharing == expected
    assert linear_regions(found).holds == (expected == 0)


@pytest.mark.parametrize(
    ("network", "condition"),
    [
        (TWINS, "rows of layer 1 not proportional"),
        (TWINS, "one neuron vanishes on each facet"),
        (CONCURRENT, "two neurons vanish on each ridge"),
        (ALWAYS_ON, "every neuron is on somewhere and off somewhere"),
        (UNREAD, "no neuron of the last hidden layer unread"),
        (UNREAD, "no boundary is empty"),
        (ZERO_WEIGHT, "weights of layer 2 not zero"),
        (ZERO_WEIGHT, "boundaries bend at all boundaries of earlier neurons"),
    ],
)
def test_a_condition_that_fails(network: Network, condition: str) -> None:
    report = check_theorem(network)
    assert report.verdict == "fails" and condition in broken(report)
    said = f"generic: not true that {condition}"
    assert any(reason.startswith(said) for reason in report.reasons)


def test_no_condition_is_looked_at_when_time_is_up() -> None:
    report = check_theorem(gaussian((2, 3, 2, 1), 0), stop=lambda: True)
    assert report.verdict == "unknown" and not report.conditions


def test_the_angles_of_rows() -> None:
    """sin^2 between (3, 4, 0) and (4, 3, 0) is 1 - (24/25)^2, whatever the rows are scaled by."""
    network = Network.dense([([["3/7", "4/7"], [4, 3]], [0, 0]), ([[1, 1]], [0])])
    found = {condition.name: condition.quantity for condition in weight_conditions(network)}
    assert found["rows of layer 1 not proportional"] == fmpq(49, 625)


def test_quantities_of_conditions_that_hold_are_not_zero() -> None:
    for network in (gaussian((2, 4, 3, 1), 1), gaussian((3, 3, 2, 2), 0)):
        for condition in check_theorem(network).conditions:
            if condition.quantity is not None:
                assert condition.holds == (condition.quantity != 0)


def test_neurons_not_recovered_are_explained() -> None:
    report = check_theorem(TWINS)
    outcome = {item.neuron: item for item in report.neurons}
    assert report.recovered and report.recovery is not None and not report.recovery.isomorphic
    lost = [name for name in ("1:0", "1:1") if not outcome[name].recovered]
    assert outcome["1:2"].recovered and len(lost) == 1
    assert "vanish wherever it does" in " ".join(outcome[lost[0]].why)
    dead = {item.neuron: item.why for item in check_theorem(UNREAD).neurons if not item.recovered}
    assert dead == {"1:1": ("f does not bend where it switches",)}


def test_on_a_box_only_what_is_inside_counts() -> None:
    right = Polyhedron.of(2, [[1, 0, "-1/2"], [-1, 0, 9], [0, 1, 9], [0, -1, 9]])
    assert check_theorem(DISCONNECTED, right).connected["2:0"]
    assert not check_theorem(CROSSING, right).generic["no boundary is empty"]


def test_a_domain_without_interior_is_refused() -> None:
    with pytest.raises(InputError, match="interior"):
        check_theorem(CROSSING, Polyhedron.box(1, 1, 2))


def test_running_out_of_time() -> None:
    report = check_theorem(CROSSING, stop=lambda: True)
    assert report.verdict == "unknown" and report.recovery is None and report.reasons
    later = iter([False] * 3)
    found = regions(CROSSING, depth=2)
    late = examine(found, limit=Limit(None, lambda: next(later, True)))
    assert late.verdict == "unknown" and not late.recovered
    assert any("time ran out" in reason for reason in late.reasons)
