"""Exact ranges of the difference of two networks, against brute force and z3."""

from __future__ import annotations

from random import Random

import pytest
import z3
from flint import fmpq

from exactrev.equivalence import Comparison, Deviation
from exactrev.lp.polyhedron import Polyhedron
from tests.equivalence.pairs import (
    LINE,
    RELU,
    judged,
    moved,
    outputs_in_z3,
    random_network,
    ranges_by_regions,
)


@pytest.mark.parametrize("seed", range(20))
def test_ranges_are_those_of_all_regions(seed: int) -> None:
    random = Random(seed)
    inputs, outputs = random.randint(1, 3), random.randint(1, 2)
    a, b = (
        random_network(
            [inputs, *(random.randint(1, 4) for _ in range(random.randint(0, 2))), outputs], random
        )
        for _ in range(2)
    )
    pair = Comparison.of(a, b, [fmpq(1, 2)] * outputs, [fmpq(1)] * outputs)
    domain = Polyhedron.box(-1, "3/2", inputs)
    search = Deviation(pair, domain)
    outcome = judged(search.lines())
    assert outcome.accepted and "(which are attained)" in outcome.claim, outcome
    assert search.ranges() == ranges_by_regions(pair, domain)
    level = search.attained()
    assert level is not None and level.point is not None
    assert search.largest() == abs(pair.differences(level.point)[level.output])
    assert domain.contains(level.point)


@pytest.mark.parametrize("seed", range(10))
def test_z3_finds_nothing_beyond_and_something_at_the_bounds(seed: int) -> None:
    random = Random(100 + seed)
    a, b = (random_network([2, 3, 2, 1], random) for _ in range(2))
    search = Deviation(Comparison.of(a, b), Polyhedron.box(-1, 1, 2))
    assert search.run()
    ((low, high),) = search.ranges()
    assert low is not None and high is not None
    x = [z3.Real("x"), z3.Real("y")]
    d = outputs_in_z3(a, x)[0] - outputs_in_z3(b, x)[0]
    inside = z3.And([z3.And(v >= -1, v <= 1) for v in x])
    ends = [z3.Q(int(end.p), int(end.q)) for end in (low, high)]
    for condition, answer in (
        (z3.Or(d < ends[0], d > ends[1]), z3.unsat),
        (d == ends[0], z3.sat),
        (d == ends[1], z3.sat),
    ):
        solver = z3.Solver()
        solver.add(inside, condition)
        assert solver.check() == answer


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_a_last_bit_moved_is_measured(layer: int) -> None:
    a = random_network([3, 5, 4, 2], Random(3))
    b = moved(a, layer, fmpq(1, 1 << 40))
    search = Deviation(Comparison.of(a, b), Polyhedron.box(-1, 1, 3))
    outcome = judged(search.lines())
    assert outcome.accepted and "attained" in outcome.claim
    largest = search.largest()
    assert largest is not None and 0 <= largest < fmpq(1, 1 << 30)
    if layer < 3:
        assert search.ranges() == ranges_by_regions(search.comparison, Polyhedron.box(-1, 1, 3))


def test_asked_bounds_are_proved_or_refuted() -> None:
    """relu(x) - x is between 0 and 1 on [-1, 1]."""
    box = Polyhedron.box(-1, 1, 1)
    for within in (fmpq(1), fmpq(3, 2)):
        search = Deviation(Comparison.of(RELU, LINE), box, within)
        outcome = judged(search.lines())
        assert outcome.accepted and "attained" not in outcome.claim
        assert search.ranges() == [(-within, within)]
    search = Deviation(Comparison.of(RELU, LINE), box, fmpq(99, 100))
    assert not search.run()
    level = search.attained()
    assert level is not None and level.point == (-1,) and search.largest() == 1


def test_an_infinite_deviation_has_a_ray() -> None:
    half = Polyhedron.of(1, [[-1, 5]])
    for domain in (None, half):
        search = Deviation(Comparison.of(RELU, LINE), domain)
        assert not search.run() and search.escape is not None
        assert search.escape.direction[0] < 0
        outcome = judged(search.escape_certificate())
        assert outcome.accepted and outcome.claim.startswith("unbounded: ")
        far = search.beyond(10**6)
        assert abs(RELU(far)[0] - LINE(far)[0]) > 10**6
    right = Polyhedron.of(1, [[1, 3]])
    search = Deviation(Comparison.of(RELU, LINE), right)
    assert judged(search.lines()).accepted
    assert search.ranges() == [(0, 3)]


@pytest.mark.parametrize("seed", range(12))
def test_rays_go_on_where_neurons_that_both_have_bend(seed: int) -> None:
    """Neurons that are the same in both networks leave the difference, but not the claim."""
    random = Random(seed)
    a = random_network([2, 5, 4, 2], random)
    b = moved(a, 3, fmpq(1, 2), neuron=seed % 2) if seed % 3 else moved(a, 2, fmpq(1, 3))
    search = Deviation(Comparison.of(a, b))
    if search.run():
        assert search.largest() is not None
        return
    assert search.escape is not None
    outcome = judged(search.escape_certificate())
    assert outcome.accepted, outcome.reason
    assert max(map(abs, search.comparison.differences(search.beyond(10**9)))) > 10**9


def test_a_stopped_search_keeps_what_it_saw() -> None:
    a, b = (random_network([2, 6, 3, 1], Random(seed)) for seed in (1, 2))
    budget = iter(range(10))
    search = Deviation(
        Comparison.of(a, b), Polyhedron.box(-2, 2, 2), stop=lambda: next(budget, None) is None
    )
    assert not search.run()
    largest = search.largest()
    whole = Deviation(Comparison.of(a, b), Polyhedron.box(-2, 2, 2))
    assert whole.run()
    assert largest is None or largest <= whole.largest()
