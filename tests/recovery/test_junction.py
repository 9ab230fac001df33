"""Where two boundaries meet: what leaves the place, and which of the two is said to be earlier."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from random import Random

import pytest
from flint import fmpq

from exactrev.network import Network
from exactrev.recovery.departure import departure
from exactrev.recovery.geometry import Form, form_key
from exactrev.recovery.junction import junction
from exactrev.recovery.local import along, combined, normal
from exactrev.recovery.oracle import Oracle
from exactrev.recovery.probe import PackedProbe
from exactrev.recovery.survey import Survey
from tests.recovery import reference

SEEDS = range(12)
#: What the boundary of z does where the later neuron is off and on: c and c + C w.
KINDS = ("whole", "hidden where it is off", "hidden where it is on")


@dataclass(frozen=True)
class Meeting:
    """f = D x + c relu(z) + C relu(p + w relu(z)) near a place where z and p are 0."""

    survey: Survey
    place: list[fmpq]
    z: Form
    off: Form  # the later boundary where z < 0
    on: Form  # and where z > 0
    same_way: bool  # whether f bends alike across all three that are seen


def meeting(kind: str, bend: int, seed: int, inputs: int = 3, outputs: int = 1) -> Meeting:
    """A meeting with C > 0 in every output and C w of the sign ``bend``; w is not 0."""
    random = Random(seed)

    def numbers(count: int) -> list[Fraction]:
        return [Fraction(random.randint(-90, 90) or 1, 16) for _ in range(count)]

    place, v, u = numbers(inputs), numbers(inputs), numbers(inputs)
    # C and c are parallel: one output neuron's weights, times the outputs' own factors
    big_c, w = abs(numbers(1)[0]), bend * abs(numbers(1)[0])
    c = {
        KINDS[0]: abs(numbers(1)[0]) + abs(big_c * w) + 1,
        KINDS[1]: Fraction(0),
        KINDS[2]: -big_c * w,
    }[kind]

    def constant(row: list[Fraction]) -> Fraction:
        return -sum((a * x for a, x in zip(row, place, strict=True)), Fraction(0))

    unit = [[Fraction(int(i == j)) for j in range(inputs)] for i in range(inputs)]
    far = Fraction(10**6)
    first = ([v, *unit], [constant(v), *[far] * inputs])
    through = [[Fraction(0), *row] for row in unit]
    second = (
        [[w, *u], [Fraction(1), *[Fraction(0)] * inputs], *through],
        [constant(u) - far * sum(u), Fraction(0), *[Fraction(0)] * inputs],
    )
    factors = numbers(outputs)
    last = ([[k * big_c, k * c, *numbers(inputs)] for k in factors], numbers(outputs))
    network = Network.dense([first, second, last])
    form = [
        Form(1, inputs + 1, [*map(reference.rational, row), reference.rational(constant(row))])
        for row in (v, u)
    ]
    survey = Survey(PackedProbe(Oracle.of_network(network)), Random(seed))
    z, off = form
    on = off + z * reference.rational(w)
    bends = [big_c, c, c + big_c * w]
    seen = [x > 0 for x in bends if x]
    return Meeting(survey, [*map(reference.rational, place)], z, off, on, len(set(seen)) == 1)


def keys(*forms: Form) -> set[tuple[fmpq, ...]]:
    return {form_key(form) for form in forms}


@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("bend", [-1, 1])
@pytest.mark.parametrize("kind", KINDS)
def test_the_earlier_one_is_told_exactly_where_the_bends_differ(
    kind: str, bend: int, outputs: int
) -> None:
    for seed in SEEDS:
        at = meeting(kind, bend, seed, outputs=outputs)
        found = junction(at.survey, at.z, at.off, at.place)
        assert {form_key(ray.form) for ray in found.rays} == keys(at.z, at.off, at.on)
        assert len(found.rays) == (4 if kind == "whole" else 3)
        assert found.times(at.z) == (2 if kind == "whole" else 1)
        if kind == "whole" or not at.same_way:
            assert found.straight is not None
            assert form_key(found.straight.form) == form_key(at.z)
            assert set(found.bent) == keys(at.off, at.on)
        else:
            assert found.straight is None and found.bent == ()


def ends(at: Meeting, form: Form, other: Form) -> tuple[list[fmpq], list[fmpq]]:
    """Points of a form's zero set where the other form is negative and where it is positive."""
    way = along(form, normal(other))
    return combined(at.place, fmpq(-1, 7), way), combined(at.place, fmpq(1, 9), way)


@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("bend", [-1, 1])
@pytest.mark.parametrize("kind", KINDS)
def test_the_later_boundary_leaves_its_hyperplane(kind: str, bend: int, outputs: int) -> None:
    for seed in SEEDS:
        at = meeting(kind, bend, seed, outputs=outputs)
        for form, (start, stop) in (
            (at.off, ends(at, at.off, at.z)),
            (at.on, ends(at, at.on, at.z)[::-1]),
        ):
            left = departure(at.survey, form, start, stop)
            assert left is not None
            assert {form_key(ray.form) for ray in left.around.rays} == keys(at.z, at.off, at.on)
            assert left.turns == (kind == "whole" or not at.same_way)
            assert left.met is not None and form_key(left.met.form) != form_key(form)
            assert left.turns_at(keys(at.z)) and left.turns == left.turns_at(keys(form))
            if left.turns:
                assert form_key(left.met.form) == form_key(at.z)


@pytest.mark.parametrize("bend", [-1, 1])
@pytest.mark.parametrize("kind", KINDS)
def test_the_earlier_boundary_never_turns(kind: str, bend: int) -> None:
    for seed in SEEDS:
        at = meeting(kind, bend, seed)
        where_off, where_on = ends(at, at.z, at.off)
        if kind == KINDS[1]:
            where_off, where_on = where_on, where_off
        left = departure(at.survey, at.z, where_off, where_on)
        if kind == "whole":
            assert left is None
        else:
            assert left is not None and not left.turns
            assert {form_key(ray.form) for ray in left.around.rays} == keys(at.z, at.off, at.on)


def test_parallel_hyperplanes_have_no_junction() -> None:
    at = meeting("whole", 1, 0)
    apart = at.z + Form(1, 4, [0, 0, 0, 1])
    assert junction(at.survey, at.z, apart, at.place).rays == ()


def test_nothing_is_claimed_of_a_hyperplane_where_f_does_not_bend() -> None:
    at = meeting("whole", 1, 0)
    nowhere = Form(1, 4, [1, 2, 3, 4])
    start, stop = ends(at, nowhere, at.z)
    left = departure(at.survey, nowhere, start, stop)
    assert left is not None and not left.turns and left.met is None
