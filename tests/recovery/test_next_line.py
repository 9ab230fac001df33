"""Lines that are aimed show true kinks, however their places lie."""

from __future__ import annotations

from random import Random

import pytest
from flint import fmpq, fmpq_mat

from benchmarks.networks import gaussian
from exactrev.recovery.assembly import hidden_part
from exactrev.recovery.explore import unlike_place
from exactrev.recovery.local import along, combined, onto
from exactrev.recovery.missing import owners
from exactrev.recovery.next_line import NextLine
from exactrev.recovery.oracle import Oracle
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.probe import PackedProbe
from exactrev.recovery.survey import Survey


@pytest.mark.parametrize("seed", range(4))
def test_a_line_past_two_places_beside_one_wall_does_not_lie_along_it(seed: int) -> None:
    network = gaussian((4, 6, 5, 2), seed)
    survey = Survey(PackedProbe(Oracle.of_network(network)), Random(seed))
    first = survey.scan_random_line()
    wall = next(
        kink.form
        for kink, owner in zip(first.kinks, owners(network, first.kinks), strict=True)
        if owner is not None and owner[0] == 1
    )
    here = onto(wall, survey.random_point())
    there = combined(here, fmpq(3), along(wall, survey.random_vector()))
    beside = [x * fmpq(1, 1 << 200) for x in wall.entries()[:-1]]
    places = [combined(place, fmpq(1), beside) for place in (here, there)]
    NextLine(survey).between(*places)
    line = survey.lines[-1]
    assert line.kinks and None not in owners(network, line.kinks)
    for place in places:
        base = combined(place, fmpq(-1), line.line.base)
        way = line.line.direction
        t = sum((a * b for a, b in zip(base, way, strict=True)), fmpq(0)) / sum(x * x for x in way)
        off = combined(base, -t, way)
        assert sum(x * x for x in off) * 50 < sum(x * x for x in way)  # close by


def test_lines_are_random_until_a_layer_is_known() -> None:
    survey = Survey(PackedProbe(Oracle.of_network(gaussian((3, 5, 4, 1), 0))), Random(0))
    aimed = NextLine(survey)
    aimed.begin()
    begun = len(survey.lines)
    aimed.scan(Prefix(3))
    assert begun > 0 and len(survey.lines) == begun + 1
    assert len({scanned.line for scanned in survey.lines}) == begun + 1


def test_an_unlike_place_is_where_other_neurons_are_on() -> None:
    """Of four neurons each is on in a quadrant's half; all places seen lie in one quadrant."""
    rows = fmpq_mat([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]])
    known = hidden_part(Prefix(2).with_layer(rows))
    seen = [[fmpq(a), fmpq(b)] for a in (1, 5, 90) for b in (2, 7, 300)]
    for seed in range(5):
        x, y = unlike_place(known, 1, seen, fmpq(1), Random(seed))
        assert x < 0 and y < 0


def test_later_lines_pass_through_places_unlike_those_seen() -> None:
    rows = fmpq_mat([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]])
    survey = Survey(PackedProbe(Oracle.of_network(gaussian((2, 4, 3, 1), 0))), Random(0))
    aimed = NextLine(survey)
    aimed.begin()
    for _ in range(6):
        aimed.scan(Prefix(2).with_layer(rows))
    assert len({scanned.line for scanned in survey.lines}) == len(survey.lines) >= 8
