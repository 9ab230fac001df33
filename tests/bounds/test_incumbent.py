"""Mixed-integer programs as hints: the points they find, against exact maxima."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from flint import fmpq

from benchmarks.pairs import lowered, tent
from exactrev.bounds import BoxDeviation
from exactrev.bounds.bench import Bench
from exactrev.bounds.climbing import rounded
from exactrev.bounds.ground import Ground
from exactrev.bounds.incumbent import Incumbent, Side, incumbent
from exactrev.bounds.pieces import Pieces
from exactrev.bounds.proposals import Proposals
from exactrev.equivalence import Comparison, Deviation
from exactrev.equivalence.nearest_neurons import nearest_neurons
from exactrev.exact.rational import to_float
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network import Network
from tests.bounds.test_deviation import CUT_BOX, SIMPLEX, TRIANGLE
from tests.equivalence.pairs import judged, moved, random_network

pytest.importorskip("highspy")

BOX = Polyhedron.box(-1, 1, 3)
SEEN = 2.0**-18  # what HiGHS does not see, as a part of a bound


class Asked:
    """One program for a pair on a domain, or on a piece of it."""

    def __init__(self, pair: Comparison, domain: Polyhedron) -> None:
        ground = Ground.of(domain)
        assert ground is not None
        self.pair, self.ground, self.box = pair, ground, ground.hull.box
        self.bench = Bench(pair, nearest_neurons(pair.a, pair.b, 0.9), self.box)

    def __call__(self, side: Side, least: float = -np.inf, nodes: int = 10**5) -> Incumbent | None:
        start = np.array([to_float(x) for x in self.ground.centre])
        stages, inside = self.bench.floats, self.ground.inside
        return incumbent(stages, self.box, inside, side, least, start, nodes)

    def exact(self, found: Incumbent) -> tuple[fmpq, ...]:
        """A point of the domain."""
        assert found.point is not None
        return self.ground.inside.moved(rounded(found.point, list(self.box)))


def pairs(seed: int) -> list[Comparison]:
    """Two that have nothing to do with each other, a copy with a weight moved, one scaled."""
    random = Random(seed)
    a, b = (random_network([3, 5, 4, 2], random) for _ in range(2))
    near = moved(a, 1 + seed % 2, fmpq(1, 64))
    return [
        Comparison.of(a, b),
        Comparison.of(a, near),
        Comparison.of(a, lowered(a, 2, 1, fmpq(5))),
        Comparison.of(a, near, [fmpq(-1, 2)] * 2, [1, 0]),
    ]


@pytest.mark.parametrize("rows", [None, SIMPLEX])
@pytest.mark.parametrize("seed", range(3))
def test_final_points_are_as_good_as_the_exact_maximum(
    seed: int, rows: list[list[int]] | None
) -> None:
    """The maximum of every side is found by going through all cells."""
    domain = BOX if rows is None else Polyhedron.of(3, rows)
    chosen = 0
    for pair in pairs(seed):
        exact, asked = Deviation(pair, domain), Asked(pair, domain)
        assert exact.run()
        for output, ends in enumerate(exact.ranges()):
            for side, end in zip((Side(output, -1), Side(output, 1)), ends, strict=True):
                assert end is not None
                found = asked(side)
                if found is None:
                    continue
                chosen += 1
                assert found.is_final
                point = asked.exact(found)
                value = side.sign * pair.differences(point)[output]
                assert domain.contains(point) and value <= side.sign * end
                room = SEEN * max(1.0, to_float(abs(end)))
                assert to_float(value) >= to_float(side.sign * end) - room
    assert chosen > 8


@pytest.mark.parametrize("rows", [TRIANGLE, CUT_BOX, SIMPLEX])
def test_points_are_in_the_piece_and_the_domain(rows: list[list[int]]) -> None:
    n = len(rows[0]) - 1
    pair = Comparison.of(*(random_network([n, 6, 5, 2], Random(seed)) for seed in (1, 2)))
    domain = Polyhedron.of(n, rows)
    asked = Asked(pair, domain)
    middle = asked.ground.centre[0]
    (low, _), *others = asked.box
    asked.box = ((low, middle), *others)
    for side in (Side(0, 1), Side(1, -1)):
        found = asked(side, nodes=20)
        assert found is not None and found.point is not None
        assert found.point[0] <= to_float(middle)
        assert asked.ground.domain.contains(asked.exact(found))


def test_points_that_are_not_wanted_are_not_found() -> None:
    pair = pairs(0)[0]
    exact, asked = Deviation(pair, BOX), Asked(pair, BOX)
    assert exact.run()
    _, end = exact.ranges()[0]
    assert end is not None
    below, above = (to_float(end) + by for by in (-0.25, 0.25))
    found, none = asked(Side(0, 1), below), asked(Side(0, 1), above)
    assert found is not None and found.is_final and found.point is not None
    assert to_float(pair.differences(asked.exact(found))[0]) >= below
    assert none is not None and none.is_final and none.point is None


def test_there_is_nothing_to_choose() -> None:
    """No neuron that bends, none that differs, or none that differs by what the solver sees."""
    a = random_network([3, 5, 4, 2], Random(3))
    line = Network.dense([([[1, 1, 1]], [9]), ([[1], [2]], [0, 0])])
    for pair in (
        Comparison.of(line, line),
        Comparison.of(a, a),
        Comparison.of(a, moved(a, 1, fmpq(1, 1 << 40))),
    ):
        assert Asked(pair, BOX)(Side(0, 1)) is None


def tents(inputs: int) -> tuple[Comparison, list[fmpq]]:
    """A network that is 0, and one that is 1/2 at one point and 0 nearly everywhere."""
    low, _ = tent(inputs, fmpq(-1, 2), Random(0))
    high, peak = tent(inputs, fmpq(1, 2), Random(0))
    return Comparison.of(low, high), peak


def test_a_tent_is_seen_where_random_steps_see_nothing() -> None:
    pair, peak = tents(6)
    asked = Asked(pair, Polyhedron.box(-1, 1, 6))
    bench, inside = asked.bench, asked.ground.inside
    pieces = Pieces(bench.cuts, asked.box)
    climbed = Proposals(bench.floats, inside, 0).climbed(pieces.root)
    assert pair.differences(climbed) == (0,) and pair.differences(peak) == (fmpq(-1, 2),)
    found = asked(Side(0, -1), 0.0)
    assert found is not None and found.is_final
    assert -pair.differences(asked.exact(found))[0] > fmpq(499, 1000)


def test_a_search_sees_a_tent_by_a_program_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """In 1000 pieces, each program being asked in its turn; a bound of 1/3 is refuted at once."""
    pair, _ = tents(6)
    domain = Polyhedron.box(-1, 1, 6)

    def searched(within: fmpq | None = None, jobs: int = 1) -> BoxDeviation:
        search = BoxDeviation(pair, domain, within, jobs=jobs)
        search._stop = lambda: len(search.pieces) > 1000
        proved = search.run()
        assert proved == (within is None)
        return search

    search = searched()
    assert fmpq(499, 1000) < search.lower <= fmpq(1, 2)
    assert judged(search.lines()).accepted
    refuted = searched(fmpq(1, 3))
    assert refuted.lower > fmpq(1, 3) and len(refuted.pieces) < 950
    assert (searched(jobs=2).point, searched().point) == (search.point, search.point)
    monkeypatch.setattr("exactrev.lp.mixed.highspy_module", lambda: None)
    assert searched().lower == 0


def test_programs_have_a_share_of_the_effort(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where they find nothing: fewer and fewer, and none for what is known already."""
    asked: list[tuple[int, int]] = []
    pair = Comparison.of(*(random_network([4, 9, 8, 1], Random(seed)) for seed in (1, 2)))
    search = BoxDeviation(pair, Polyhedron.box(-1, 1, 4))

    def fruitless(
        stages: object, box: object, inside: object, side: object, least: float, start: object,
        nodes: int, stop: object,
    ) -> Incumbent:  # fmt: skip
        asked.append((len(search.pieces), nodes))
        return Incumbent(None, False, 1000)

    monkeypatch.setattr("exactrev.bounds.proposals.incumbent", fruitless)
    while len(search.pieces) < 4000:
        worst = search.pieces.worst_ones(8, 0.0)
        search.pieces.divide(worst, [search._bench.cuts.best(p.box, p.size) for p in worst])
        assert search.proposals.in_turn(search.pieces, 0.0, lambda: False) is None
    counts = [count for count, _ in asked]
    assert len(counts) >= 2
    assert all(1000 * (k + 1) <= 0.1 * 25 * count for k, count in enumerate(counts[1:], 1))
    assert [nodes for _, nodes in asked] == [250 << k for k in range(len(asked))]


def test_a_bound_may_be_refuted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """By random steps; of a tent, by a program alone; never where the bound holds."""
    for seed in range(4):
        pair = pairs(seed)[0]
        exact = Deviation(pair, BOX)
        assert exact.run()
        largest = exact.largest()
        assert largest is not None
        search = BoxDeviation(pair, BOX, largest / 2)
        assert search.is_refuted_at_once()
        assert max(map(abs, pair.differences(search.point))) == search.lower > largest / 2
        assert not BoxDeviation(pair, BOX, largest).is_refuted_at_once()
    pair, _ = tents(6)
    box = Polyhedron.box(-1, 1, 6)
    assert not BoxDeviation(pair, box, fmpq(1, 3)).is_refuted_at_once()  # cells are few
    monkeypatch.setattr("exactrev.bounds.deviation._QUITE_MANY", 100)
    search = BoxDeviation(pair, box, fmpq(1, 3))
    assert search.is_refuted_at_once() and search.lower > fmpq(1, 3)
    assert not BoxDeviation(pair, box, fmpq(1, 2)).is_refuted_at_once()
