"""Bounds of a difference over boxes: true ones by enumeration, judged by the checker."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from exactrev.bounds import BoxDeviation
from exactrev.equivalence import Comparison, Deviation
from exactrev.equivalence.nearest_neurons import nearest_neurons
from exactrev.equivalence.state import recorded, resume
from exactrev.errors import InputError
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network import Network
from exactrev.network.symmetry import Isomorphism, transform
from tests.equivalence.pairs import judged, moved, random_network
from tests.strategies import isomorphisms, networks

BOX = Polyhedron.box(-1, 1, 2)


class Cuts:
    """Says to stop when asked so many times."""

    def __init__(self, left: int) -> None:
        self.left = left

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


def assert_true_ranges_are_within(
    search: BoxDeviation, pair: Comparison, domain: Polyhedron
) -> None:
    exact = Deviation(pair, domain)
    assert exact.run()
    for (low, high), (least, largest) in zip(search.ranges(), exact.ranges(), strict=True):
        assert low <= least <= largest <= high
    assert search.lower == max(map(abs, pair.differences(search.point)))
    assert domain.contains(search.point) and search.lower <= search.upper()


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_bounds_hold_and_are_accepted(data: st.DataObject) -> None:
    """Networks of the same shape or not, with degenerate neurons."""
    a = data.draw(networks(max_inputs=2, max_width=3, max_depth=2))
    b = data.draw(networks(max_inputs=2, max_width=3, max_depth=2))
    if (a.inputs, a.outputs) != (b.inputs, b.outputs):
        b = a
    scale = [fmpq(-1, 2)] * a.outputs if data.draw(st.booleans()) else None
    pair = Comparison.of(a, b, scale, [1] * a.outputs if scale else ())
    domain = Polyhedron.box(-1, "3/2", a.inputs)
    search = BoxDeviation(pair, domain, stop=Cuts(data.draw(st.integers(0, 12))))
    outcome = judged(search.lines())
    assert outcome.accepted, outcome.reason
    assert_true_ranges_are_within(search, pair, domain)


TRIANGLE = [[1, 0, 1], [0, 1, 1], [-2, -3, 2]]
SIMPLEX = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [-1, -1, -1, 1]]
CUT_BOX = [[1, 0, 1], [-1, 0, 1], [0, 1, 1], [0, -1, 1], [-3, -2, 1], [7, -1, 3]]


FLAT = [[1, -2, 0], [-1, 2, 0], [1, 0, 1], [-1, 0, 1]]
FIXED = [[1, 0, 1], [-1, 0, 1], [0, 3, -1], [0, -3, 1]]


@pytest.mark.parametrize("rows", [TRIANGLE, SIMPLEX, CUT_BOX, FLAT, FIXED])
@pytest.mark.parametrize("seed", range(4))
def test_bounds_hold_on_polyhedra(rows: list[list[int]], seed: int) -> None:
    """The true ranges, found by going through all cells, are within the bounds."""
    n = len(rows[0]) - 1
    a, b = (random_network([n, 4, 3, 2], Random(dice)) for dice in (seed, seed + 20))
    pair, domain = Comparison.of(a, b), Polyhedron.of(n, rows)
    search = BoxDeviation(pair, domain, stop=Cuts(40))
    lines = list(search.lines())
    outcome = judged(lines)
    assert outcome.accepted, outcome.reason
    assert any(line.startswith("sum ") for line in lines) == (rows is not FIXED)
    assert_true_ranges_are_within(search, pair, domain)


def test_pieces_outside_a_polyhedron_are_vacant() -> None:
    pair = Comparison.of(*(random_network([3, 6, 5, 2], Random(seed)) for seed in (1, 2)))
    search = BoxDeviation(pair, Polyhedron.of(3, SIMPLEX), stop=Cuts(60))
    lines = list(search.lines())
    (first, *others) = [k for k, line in enumerate(lines) if line.startswith("vacant ")]
    assert others and judged(lines).accepted
    assert not judged([*lines[:first], *lines[first + 1 :]]).accepted
    assert not judged([*lines[:first], lines[others[0]], *lines[first + 1 :]]).accepted


@pytest.mark.parametrize("seed", range(6))
def test_bounds_of_a_nearly_equal_copy_close(seed: int) -> None:
    """One weight of a permuted and scaled copy is moved: the bounds are as small as that."""
    random = Random(seed)
    a = random_network([2, 4, 3, 1], random)
    copy = transform(a, Isomorphism(tuple(
        tuple((i, fmpq(random.randint(1, 9), 3)) for i in random.sample(range(width), width))
        for width in (4, 3)
    )))  # fmt: skip
    by = fmpq(1, 1 << 40)
    pair = Comparison.of(a, moved(copy, 1 + seed % 3, by))
    domain = Polyhedron.box(-1, 1, 2)
    search = BoxDeviation(pair, domain, stop=Cuts(400))
    outcome = judged(search.lines())
    assert outcome.accepted and "at a stated input" in outcome.claim, outcome
    exact = Deviation(pair, domain)
    assert exact.run()
    largest = exact.largest()
    assert largest is not None and search.lower <= largest <= search.upper()
    assert search.upper() < by * 10**4
    assert 4 * search.lower >= largest


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_copies_are_matched(data: st.DataObject) -> None:
    """Every row but those without weights has its counterpart, by the exact scale."""
    a = random_network([3, 4, 3, 2], Random(data.draw(st.integers(0, 99))), 99)
    isomorphism = data.draw(isomorphisms(a))
    b = transform(a, isomorphism)
    found = nearest_neurons(a, b)
    expected = [
        (layer, ours, theirs, scale)
        for layer, matches in enumerate(isomorphism.layers, 1)
        for ours, (theirs, scale) in enumerate(matches)
    ]
    assert [(m.layer, m.ours, m.theirs, m.scale) for m in found] == expected


def test_the_size_asked_for_is_proved_or_refuted() -> None:
    a = random_network([2, 4, 3, 1], Random(4))
    pair = Comparison.of(a, moved(a, 1, fmpq(1, 64)))
    domain = Polyhedron.box(-1, 1, 2)
    exact = Deviation(pair, domain)
    assert exact.run()
    largest = exact.largest()
    assert largest is not None and largest > 0
    proved = BoxDeviation(pair, domain, within=largest * 2, stop=Cuts(3000))
    assert judged(proved.lines()).accepted and proved.upper() <= largest * 2
    refuted = BoxDeviation(pair, domain, within=largest / 2, stop=Cuts(3000))
    assert not refuted.run() and refuted.lower > largest / 2
    stopped = BoxDeviation(pair, domain, within=largest * fmpq(1001, 1000), stop=Cuts(0))
    assert not stopped.run()


def test_time_is_left_for_the_exact_bounds() -> None:
    a = random_network([2, 4, 3, 1], Random(4))
    pair = Comparison.of(a, moved(a, 1, fmpq(1, 64)))
    search = BoxDeviation(pair, Polyhedron.box(-1, 1, 2), remaining=lambda: 0.0)
    assert search.run() and len(search.pieces) == 1


@pytest.mark.parametrize("rows", [[[1, 1], [1, 2]], [[1, -2], [-1, 1]], [[1, 0], [0, -1]], []])
def test_other_domains_are_turned_down(rows: list[list[int]]) -> None:
    line = Network.dense([([[1]], [0])])
    with pytest.raises(InputError):
        BoxDeviation(Comparison.of(line, line), Polyhedron.of(1, rows))


def test_a_stopped_search_goes_on_with_its_pieces(tmp_path: Path) -> None:
    a, b = random_network([2, 6, 5, 2], Random(3)), random_network([2, 6, 5, 2], Random(13))
    path = tmp_path / "state"
    sizes, estimates = [1], []
    for turn in range(4):
        search = BoxDeviation(Comparison.of(a, b), BOX, stop=Cuts(30))
        if turn:
            resume(search, path)
            assert len(search.pieces) == sizes[-1]
        with recorded(search, path):
            assert judged(search.lines()).accepted
        assert search.upper() >= search.lower
        sizes.append(len(search.pieces))
        estimates.append(search.estimate)
    assert sizes == sorted(set(sizes))
    assert estimates[-1] < estimates[0] * (1 + 1e-9)  # of floats
    longer = BoxDeviation(Comparison.of(a, b), BOX, stop=lambda: True)
    resume(longer, path)
    assert longer.run() and (longer.upper(), longer.lower) == (search.upper(), search.lower)
    other = BoxDeviation(Comparison.of(a, b), BOX, within=fmpq(1))
    with pytest.raises(InputError, match="another question"):
        resume(other, path)


@pytest.mark.parametrize("steps", [["cut 2 1 0"], ["cut 0 1 5"], ["enclosed 3", "enclosed 3"]])
def test_pieces_that_are_none_are_refused(steps: list[str]) -> None:
    a = random_network([2, 3, 1], Random(0))
    search = BoxDeviation(Comparison.of(a, a), BOX)
    with pytest.raises(InputError):
        search.go_on(iter(steps), [])
