"""Neurons that can be turned together, against all subsets."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest

from exactrev.equivalence import equiv
from exactrev.network.model import Network
from exactrev.theorem import check_theorem
from exactrev.theorem.turned import turning_conditions, turning_matrices
from tests.boundaries.networks import gaussian


def some_set(network: Network, number: int) -> bool:
    matrices = turning_matrices(network, number)
    return any(
        not any(sum(entries) for entries in zip(*chosen, strict=True))
        for size in range(1, len(matrices) + 1)
        for chosen in combinations(matrices, size)
    )


@pytest.mark.parametrize("seed", range(40))
def test_against_all_sets(seed: int) -> None:
    random = Random(seed)
    n, m = random.randint(1, 2), random.randint(2, 6)
    network = Network.dense(
        [
            ([[random.randint(-2, 2) for _ in range(n)] for _ in range(m)], [1] * m),
            ([[random.randint(-1, 2) for _ in range(m)]], [0]),
        ]
    )
    (condition,) = turning_conditions(network)
    assert condition.holds == (not some_set(network, 1))


def test_a_set_that_can_be_turned_gives_an_equal_network() -> None:
    rows, biases, out = [[1, 0], [0, 1], [1, 1]], [0, 0, 1], [[1, 1, -1]]
    network = Network.dense([(rows, biases), (out, [0])])
    turned = Network.dense([([[-x for x in row] for row in rows], [0, 0, -1]), (out, [-1])])
    proved = equiv(network, turned)
    assert proved.verdict == "equal"
    report = check_theorem(network)
    assert report.verdict == "fails"
    assert not report.generic["no neurons of layer 1 can be turned together"]
    assert report.partner is not None and report.partner.kind == "turned"


@pytest.mark.parametrize("sizes", [(2, 4, 1), (3, 30, 1), (2, 5, 4, 1)])
def test_general_position(sizes: tuple[int, ...]) -> None:
    conditions = list(turning_conditions(gaussian(sizes, 0)))
    assert len(conditions) == len(sizes) - 2 and all(item.holds for item in conditions)
    assert all(item.quantity is None or item.quantity > 30 for item in conditions)
