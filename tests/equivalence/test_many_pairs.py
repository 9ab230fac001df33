"""Hundreds of small random pairs, degenerate ones on purpose, against z3 and brute force."""

from __future__ import annotations

from random import Random

import pytest
import z3
from flint import fmpq

from benchmarks.pairs import blurred
from exactrev.equivalence import Comparison, Deviation, equiv
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network import Network
from tests.equivalence.pairs import judged, outputs_in_z3, random_network, ranges_by_regions


def mangled(network: Network, random: Random) -> Network:
    """The network rewritten so that it may stay the same function, or may not.

    A neuron is split in two parts, or gets a constant companion; sometimes a weight is moved.
    """
    (weight, bias), (out, last) = (
        (network.weight(k).tolist(), layer.bias.entries())
        for k, layer in enumerate(network.layers, 1)
    )
    k = random.randrange(len(weight))
    if random.random() < 0.5:
        weight, bias = [*weight, [2 * w for w in weight[k]]], [*bias, 2 * bias[k]]
        out = [[*row[:k], row[k] / 3, *row[k + 1 :], row[k] / 3] for row in out]
    else:
        weight, bias = [*weight, [-w for w in weight[k]]], [*bias, -bias[k]]
        out = [[*row[:k], row[k] + 1, *row[k + 1 :], fmpq(-1)] for row in out]
        shift = random.random() < 0.5  # relu(z) - relu(-z) is z, which is 0 on a null row alone
        last = [b - (bias[k] if shift else 0) for b in last]
    if random.random() < 0.4:
        i = random.randrange(len(weight))
        weight[i] = [w + random.choice((0, 0, 1)) for w in weight[i]]
    return Network.dense([(weight, bias), (out, last)])


def pair(seed: int) -> tuple[Network, Network, Polyhedron]:
    """Two networks of one or two inputs, and a box that may miss most of their boundaries."""
    random = Random(seed)
    inputs = random.randint(1, 2)
    a = random_network([inputs, random.randint(1, 3), 1], random, size=2)
    b = mangled(a, random)
    low = fmpq(random.randint(-3, 1), random.randint(1, 2))
    return a, b, Polyhedron.box(low, low + random.randint(1, 2), inputs)


@pytest.mark.parametrize("first", range(0, 100, 25))
def test_ranges_are_those_of_brute_force(first: int) -> None:
    verdicts = []
    for seed in range(first, first + 25):
        a, b, domain = pair(seed)
        comparison = Comparison.of(a, b)
        search = Deviation(comparison, domain)
        lines = list(search.lines())
        outcome = judged(lines)
        assert outcome.accepted and "(which are attained)" in outcome.claim
        expected = ranges_by_regions(comparison, domain)
        assert search.ranges() == expected, seed
        found = equiv(a, b, domain=domain)
        same = expected == [(0, 0)]
        assert (found.verdict in ("equal", "isomorphic")) == same, seed
        verdicts.append(same)
        assert judged(found.certificate() or ()).accepted
    assert 2 < sum(verdicts) < 23


@pytest.mark.parametrize("first", range(1000, 1120, 40))
def test_equality_is_that_of_z3(first: int) -> None:
    for seed in range(first, first + 40):
        a, b, domain = pair(seed)
        x = [z3.Real(f"x{i}") for i in range(a.inputs)]
        solver = z3.Solver()
        for row in domain.rows:
            terms = [z3.Q(int(c.p), int(c.q)) * v for c, v in zip(row, x, strict=False)]
            solver.add(z3.Sum(terms) + z3.Q(int(row[-1].p), int(row[-1].q)) >= 0)
        solver.add(outputs_in_z3(a, x)[0] != outputs_in_z3(b, x)[0])
        answer = solver.check()
        assert answer in (z3.sat, z3.unsat)
        expected = ("different",) if answer == z3.sat else ("equal", "isomorphic")
        assert equiv(a, b, domain=domain).verdict in expected, seed


@pytest.mark.parametrize("first", range(0, 24, 8))
def test_networks_that_nearly_coincide(first: int) -> None:
    """Slivers of the width 2^-60 between their boundaries are cells like others."""
    for seed in range(first, first + 8):
        random = Random(seed)
        sizes = [2, random.randint(2, 4), 2] if seed % 2 else [2, 2, 2, 1]
        a = random_network(sizes, random)
        comparison, domain = Comparison.of(a, blurred(a, 60, random)), Polyhedron.box(-2, 1, 2)
        search = Deviation(comparison, domain)
        lines: list[str] = []
        assert search.run(lines.extend) and judged(lines).accepted
        assert search.ranges() == ranges_by_regions(comparison, domain)
        asked = Deviation(comparison, domain, search.largest())
        assert asked.run() and judged(asked.lines()).accepted
        if search.largest():
            below = search.largest() * fmpq(999_999, 1_000_000)
            assert not Deviation(comparison, domain, below).run()
