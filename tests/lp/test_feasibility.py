"""A point or a certificate, and the sign of a form, against Fourier-Motzkin elimination."""

from __future__ import annotations

import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from exactrev.errors import InputError
from exactrev.lp.certificates import Motzkin, Nonnegative, Point
from exactrev.lp.feasibility import OpenPolyhedron, interior_point, sign_on, solve
from exactrev.lp.system import System
from tests.lp.brute_force import has_point
from tests.lp.systems import MODES, bounded, dyadics, proposals, small, systems

mode = st.sampled_from(MODES)


def judged(system: System) -> Point | Motzkin:
    """The answer, once it is seen to prove what it says."""
    answer = solve(system)
    assert answer.verify(system)
    return answer


@settings(deadline=None, max_examples=300)
@given(systems(), mode, st.booleans())
def test_the_answer_is_a_point_exactly_where_there_is_one(
    system: System, proposing: str, in_box: bool
) -> None:
    if in_box:
        system = bounded(system)
    with proposals(proposing):
        assert isinstance(judged(system), Point) == has_point(system)


@settings(deadline=None, max_examples=150)
@given(systems(max_dimension=2, max_forms=5), mode, st.data())
def test_the_sign_of_a_form_on_an_open_polyhedron(
    system: System, proposing: str, data: st.DataObject
) -> None:
    system = System(system.dimension, (*system.strict, *system.rows), (), system.equalities)
    entries = data.draw(st.sampled_from([small, dyadics]))
    form = tuple(data.draw(entries) for _ in range(system.dimension + 1))
    if system.strict and data.draw(st.booleans()):  # one that a row bounds, or nearly
        form = tuple(3 * a for a in data.draw(st.sampled_from(system.strict)))
        form = (*form[:-1], form[-1] + data.draw(st.sampled_from([0, 1, fmpq(-1, 1 << 60)])))
    below = System(
        system.dimension, (*system.strict, tuple(-a for a in form)), (), system.equalities
    )
    with proposals(proposing):
        answer = sign_on(form, system.dimension, system.strict, system.equalities)
    if isinstance(answer, Point):
        assert answer.verify(below)
    elif isinstance(answer, Nonnegative):
        assert answer.verify(form, system)
        assert not has_point(below)
    else:
        assert answer.verify(system)
        assert not has_point(system)


@settings(deadline=None, max_examples=60)
@given(systems(max_forms=7, strict=False), mode, st.data())
def test_many_questions_to_one_polyhedron(
    system: System, proposing: str, data: st.DataObject
) -> None:
    with proposals(proposing):
        cell = OpenPolyhedron(system.dimension, system.rows, system.equalities)
        for _ in range(4):
            form = tuple(data.draw(small) for _ in range(system.dimension + 1))
            answer = cell.sign(form)
            below = (*system.rows, tuple(-a for a in form))
            if isinstance(answer, Nonnegative):
                assert answer.verify(form, cell.system)
            elif isinstance(answer, Point):
                assert answer.verify(System(system.dimension, below, (), system.equalities))
            else:
                assert answer.verify(cell.system)
        first = cell.interior_point()
        assert first.verify(cell.system)
        assert isinstance(first, Point) == has_point(cell.system)


@pytest.mark.parametrize("proposing", MODES)
def test_whole_spaces(proposing: str) -> None:
    with proposals(proposing):
        for dimension in (0, 1, 5):
            assert isinstance(interior_point(dimension, []), Point)
        constant = sign_on((fmpq(0), fmpq(2)), 1, [])
        assert constant == Nonnegative(constant=fmpq(2))
        assert isinstance(sign_on((fmpq(1), fmpq(2)), 1, []), Point)
        assert isinstance(interior_point(0, [(fmpq(0),)]), Motzkin)


def test_points_are_short() -> None:
    third = fmpq(1, 3)
    rows = [(fmpq(1), -third), (fmpq(-1), third + fmpq(1, 1 << 20))]
    answer = interior_point(1, rows)
    assert isinstance(answer, Point)
    (x,) = answer
    assert x.q.bit_length() <= 24 and not x.q & (x.q - 1)


def test_certificates_are_coprime_integers() -> None:
    rows = [(fmpq(2, 3), fmpq(0)), (fmpq(-10, 7), fmpq(0))]
    assert interior_point(1, rows) == Motzkin((fmpq(15), fmpq(7)))


def test_the_same_questions_get_the_same_answers() -> None:
    rows = [
        tuple(fmpq((7 * i * i + 3 * j * j * i + j) % 19 - 9) for j in range(8)) for i in range(14)
    ]
    assert len({interior_point(7, rows) for _ in range(3)}) == 1


def test_forms_of_another_dimension_are_refused() -> None:
    with pytest.raises(InputError, match="2 coefficients"):
        interior_point(2, [(fmpq(1), fmpq(0))])
    with pytest.raises(InputError, match="1 coefficients"):
        sign_on((fmpq(1),), 1, [])
    with pytest.raises(InputError, match="negative"):
        System(-1)
