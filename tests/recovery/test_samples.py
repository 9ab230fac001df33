"""Pieces that are known without asking: every side that is told is the true one."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from flint import fmpq

from exactrev.recovery.samples import Sample, asked, place_at, seen
from tests.recovery import reference
from tests.recovery.known_layers import Known, known, points

SIZES = ((3, 4, 5, 2), (2, 5, 4, 3), (4, 3, 3, 3, 2))


def fractions(vector: tuple[fmpq, ...]) -> list[Fraction]:
    return [reference.fraction(x) for x in vector]


def assert_true(about: Known, sample: Sample) -> None:
    """The sample's sides and its piece are those of the network right at its place."""
    point = fractions(sample.place.point)
    truth = about.sample(point)
    assert sample.place.sides == truth.place.sides
    assert sample.piece == truth.piece


@pytest.mark.parametrize("sizes", SIZES)
def test_a_place_tells_a_side_unless_an_open_weight_matters_there(sizes: tuple[int, ...]) -> None:
    random = Random(f"place {sizes}")
    told = 0
    for opened in (0, 1, 2):
        about = known(random, sizes, opened)
        for point in points(random, sizes[0], 30):
            active, inner, _ = about.forms(point)
            place = place_at(about.layer, [reference.rational(x) for x in point])
            for j, (side, true) in enumerate(zip(place.sides, about.sides(point), strict=True)):
                matters = any(any(active[i]) for k, i in about.opened if k == j)
                assert side == (None if matters else true)
                told += matters
                if not matters:
                    form = [about.factors[j] * x for x in inner[j]]
                    row = [place.forms[j, c] for c in range(sizes[0] + 1)]
                    assert [reference.fraction(x) for x in row] == form
    assert told > 10


@pytest.mark.parametrize("sizes", SIZES)
def test_what_is_asked_is_certain_and_costs_one_query_each(sizes: tuple[int, ...]) -> None:
    random = Random(f"asked {sizes}")
    for opened in (0, 2):
        about = known(random, sizes, opened)
        survey = about.survey(opened)
        samples = asked(survey, about.layer, 5)
        assert 0 < len(samples) <= 5 and survey.probe.oracle.queries <= len(samples) + 3
        for sample in samples:
            assert_true(about, sample)


@pytest.mark.parametrize("sizes", SIZES)
def test_scanned_lines_give_true_samples_without_a_query(sizes: tuple[int, ...]) -> None:
    """Several outputs tell the neurons' kinks apart, so that what is carried is right as well."""
    random = Random(f"seen {sizes}")
    carried = 0
    for opened in (0, 1, 2, 3):
        about = known(random, sizes, opened)
        survey = about.survey(opened)
        for _ in range(3):
            survey.scan_random_line()
        before = survey.probe.oracle.queries
        found = seen(survey, about.layer, about.columns)
        assert survey.probe.oracle.queries == before
        assert len(found.carried) == len(survey.lines)
        assert found.certain or opened
        carried += sum(map(len, found.carried))
        for sample in [*found.certain, *(one for line in found.carried for one in line)]:
            assert_true(about, sample)
        if not opened:
            assert not any(found.carried)
    assert carried > 10


@pytest.mark.parametrize("sizes", SIZES)
def test_what_a_line_missed_makes_no_sample_false(sizes: tuple[int, ...]) -> None:
    """Kinks are taken out of the lines: the pieces beside the others no longer meet."""
    random = Random(f"missed {sizes}")
    for opened in (0, 2):
        about = known(random, sizes, opened)
        survey = about.survey(opened)
        for _ in range(3):
            kinks = survey.scan_random_line().kinks
            some = tuple(kink for kink in kinks if random.random() < 0.6)
            survey.lines[-1] = replace(survey.lines[-1], kinks=some)
        found = seen(survey, about.layer, about.columns)
        assert found.certain
        for sample in found.certain:
            assert_true(about, sample)


def test_one_output_and_like_columns_leave_sides_open() -> None:
    """With one output any kink may be that of any neuron whose side is not told."""
    random = Random("alike")
    about = known(random, (3, 4, 4, 1), 4)
    survey = about.survey(0)
    survey.scan_random_line()
    found = seen(survey, about.layer, about.columns)
    for sample in found.certain:
        assert_true(about, sample)
    everywhere = len(survey.lines[0].kinks) + 1
    assert len(found.certain) + len(found.carried[0]) < 2 * everywhere


def test_a_line_without_kinks_gives_nothing() -> None:
    about = known(Random("still"), (2, 3, 3, 2), 0)
    survey = about.survey(0)
    assert seen(survey, about.layer, about.columns).certain == []
