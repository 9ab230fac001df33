"""The parts that answers are made of: box repair, short points, integer rows, proposals."""

from __future__ import annotations

import subprocess
import sys
from random import Random

import pytest
from flint import fmpq, fmpz
from hypothesis import given, settings
from hypothesis import strategies as st

from exactrev.lp import highs
from exactrev.lp.box_repair import repaired
from exactrev.lp.certificates import Motzkin
from exactrev.lp.conditions import Conditions
from exactrev.lp.feasibility import OpenPolyhedron
from exactrev.lp.highs import Proposer
from exactrev.lp.program import Program, integer_row
from exactrev.lp.system import System
from tests.lp.systems import bounded, dyadics, fractions, systems


def integers(*rows: list[int]) -> dict[int, tuple[fmpz, ...]]:
    return {k: tuple(map(fmpz, row)) for k, row in enumerate(rows)}


@settings(deadline=None)
@given(st.lists(st.one_of(fractions, dyadics), min_size=1, max_size=6))
def test_integer_rows_are_positive_multiples(form: list[fmpq]) -> None:
    row = integer_row(tuple(form))
    assert row.factor > 0
    assert [fmpq(a) for a in row.entries] == [row.factor * a for a in form]
    common = fmpz(0)
    for a in row.entries:
        common = common.gcd(a)
    assert common in (0, 1)
    assert all(abs(a) < fmpz(1) << row.size for a in row.entries[:-1])
    assert row.size == 0 or any(abs(a) >= fmpz(1) << row.size - 1 for a in row.entries[:-1])


def test_box_repair_puts_the_residual_on_bounds() -> None:
    # 3 x + y - 30 >= 0 in the box [0, 5]^2, with multipliers that are a little wrong
    rows = integers([3, 1, -30], [1, 0, 0], [-1, 0, 5], [0, 1, 0], [0, -1, 5], [0, -1, 9])
    found = repaired(rows, {}, {0: fmpq(1), 2: fmpq(2)})
    assert found == {0: 1, 2: 3, 4: 1}  # the tighter of the two bounds of y
    assert repaired(rows, {}, {0: fmpq(1), 2: fmpq(4)}) == {0: 1, 1: 1, 2: 4, 4: 1}
    assert repaired(rows, {}, {0: fmpq(-1)}) is None
    del rows[4], rows[5]
    assert repaired(rows, {}, {0: fmpq(1)}) is None


def test_box_repair_makes_short_certificates() -> None:
    random = Random(1)
    form = [fmpq(random.getrandbits(200), 1 << 199) for _ in range(6)]
    system = bounded(System(6, rows=((*form, fmpq(-100)),)), 5)
    cell = OpenPolyhedron(6, system.rows)
    answer = cell.interior_point()
    assert answer.verify(cell.system)
    assert isinstance(answer, Motzkin)
    assert all(y.p.bit_length() < 240 for y in answer.strict)


@settings(deadline=None, max_examples=150)
@given(systems(max_dimension=2), st.data())
def test_short_points_satisfy_what_the_long_one_does(system: System, data: st.DataObject) -> None:
    point = [data.draw(st.one_of(fractions, dyadics)) for _ in range(system.dimension)]
    judge = Conditions.of(system).judge
    assert judge.accepts(point) == system.contains(point)
    short = judge.shortened(point)
    if short is not None:
        assert system.contains(short)
    elif system.contains(point):
        pytest.fail("a point that satisfies the system was refused")


def test_a_long_point_in_the_open_becomes_short() -> None:
    system = System.of(2, strict=[[1, 2, 0], [-1, 1, 3]], equalities=[])
    point = [1 / fmpq(3), fmpq(10) ** 30 / (3 * fmpq(10) ** 30 + 1)]
    short = Conditions.of(system).judge.shortened(point)
    assert short is not None and all(x.q <= 16 for x in short)
    on_line = System.of(2, strict=[[1, 0, 0]], equalities=[[1, -3, 0]])
    short = Conditions.of(on_line).judge.shortened([point[0], point[0] / 3])
    assert short is not None and on_line.contains(short)
    assert all(x.q <= 3 << 10 for x in short)


def program(rows: list[list[int]]) -> Program:
    exact = tuple(tuple(map(fmpz, row)) for row in rows)
    return Program(exact, (), (), tuple(fmpz(1) for _ in exact[0][:-1]))


@pytest.fixture
def few_unknowns(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("highspy")
    monkeypatch.setattr(highs, "_FEW_UNKNOWNS", 0)


@pytest.mark.usefixtures("few_unknowns")
def test_proposals_in_the_programs_own_units() -> None:
    big = 10**300
    found = Proposer().propose(program([[big, 0, -3 * big], [0, 7, -14], [big, 7 * big, 0]]))
    assert found is not None
    assert [float(x) for x in found.point] == pytest.approx([3, 2])
    assert set(found.tight) == {0, 1}
    assert float(found.multipliers[0] * big / found.multipliers[1]) == pytest.approx(7)


@pytest.mark.usefixtures("few_unknowns")
def test_a_warm_proposal_is_that_of_the_changed_program() -> None:
    rows = [[1, 0, -3], [0, 1, -2], [1, 1, 0]]
    proposer = Proposer()
    for bound in (-9, 0, -6, -5):
        rows[2][2] = bound
        found = proposer.propose(program(rows))
        assert found is not None
        assert float(sum(found.point, fmpq(0))) == pytest.approx(max(5, -bound))


@pytest.mark.usefixtures("few_unknowns")
def test_a_rejected_model_proposes_nothing() -> None:
    proposer = Proposer()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(proposer, "_pass", lambda model: False)
        assert proposer.propose(program([[1, -3]])) is None
    assert proposer.propose(program([[1, -3]])) is not None
    beyond = Program(program([[1, -3]]).inequalities, (), (), (fmpz(1),))
    tiny = tuple(map(fmpz, (1 << 800, 1, 0)))  # its column, scaled up, has an infinite cost
    infinite = Program((tiny,), (), (), (fmpz(0), fmpz(1)))
    assert proposer.propose(infinite) is None
    assert proposer.propose(beyond) is not None


def test_nothing_is_printed() -> None:
    code = (
        "from flint import fmpq; from exactrev.lp.feasibility import interior_point; "
        "interior_point(6, [tuple(fmpq(i * j % 7 - 3) for j in range(7)) for i in range(9)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")
