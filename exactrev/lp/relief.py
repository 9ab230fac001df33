"""Decides whether conditions have a point, by a linear program with a relief.

Minimise s subject to r_k(x) + w_k s >= 0 for the relieved rows, the other rows and equalities as
they are, and s >= -1; w_k is the power of two next to the row's largest coefficient.  Where the
optimum is negative its point makes all relieved rows positive.  Where it is not, its multipliers
combine the rows to a constant <= 0 with a relieved row among them: a Motzkin certificate if that
row is strict.  The program always has a dual feasible basis, the one of s = -1, to start from where
nothing is proposed.
"""

from __future__ import annotations

from functools import cached_property

from flint import fmpq, fmpz

from exactrev.lp.basis import Basis
from exactrev.lp.box_repair import repaired
from exactrev.lp.certificates import Motzkin, Point
from exactrev.lp.conditions import Conditions
from exactrev.lp.dual_simplex import Infeasible
from exactrev.lp.highs import Proposal, Proposer
from exactrev.lp.primal_simplex import Descent
from exactrev.lp.program import IntegerRow, Program, Row, pins_at
from exactrev.lp.simplex import simplex


def decide(conditions: Conditions, proposer: Proposer) -> Point | Motzkin:
    """A point that satisfies the conditions, or a proof that there is none."""
    contradiction = conditions.contradiction()
    if contradiction is not None:
        return contradiction
    strict, everything = len(conditions.strict), conditions.inequalities
    # with every row relieved the point is short and inside; but where the optimum is 0 and only
    # rows that are not strict have multipliers, these must hold as they are
    for relieved in (everything, strict) if 0 < strict < everything else (everything,):
        answer = _Relief(conditions, relieved).decide(proposer)
        if answer is not None:
            return answer
    raise AssertionError("conditions have a point or a certificate")


class _Relief:
    """The program for conditions of which the first ``relieved`` rows get the relief."""

    def __init__(self, conditions: Conditions, relieved: int) -> None:
        self._conditions = conditions
        self._relieved = relieved
        # a row without coefficients holds, or there would have been a contradiction
        self._inequalities, self._equalities = conditions.informative

    @property
    def _bound(self) -> int:
        """The number of the row s + 1 in the program."""
        return len(self._inequalities)

    @cached_property
    def _program(self) -> Program:
        zero, one = fmpz(0), fmpz(1)
        nothing = (zero,) * self._conditions.dimension
        return Program(
            (*map(self._row, self._inequalities), (*nothing, one, one)),
            tuple(map(self._row, self._equalities)),
            pins_at([fmpq(0)] * len(nothing), len(nothing) + 1),
            (*nothing, one),
        )

    def _row(self, number: int) -> Row:
        row: IntegerRow = self._conditions.all[number]
        relief = fmpz(1) << row.size if number < self._relieved else fmpz(0)
        return (*row.entries[:-1], relief, row.entries[-1])

    def decide(self, proposer: Proposer) -> Point | Motzkin | None:
        """A point or a proof; None only if the optimum is 0 because of rows that may be 0."""
        proposal = proposer.propose(self._program)
        if proposal is not None:
            quick = self._inside(proposal) or self._repaired(proposal)
            if quick is not None:
                return quick
        for basis in simplex(self._start(proposal)):
            assert not isinstance(basis, Descent)  # s >= -1
            if isinstance(basis, Infeasible):
                return self._certificate(basis.multipliers)
            found = self._proved_by(basis) or self._point(basis.vertex.entries[:-1])
            if found is not None:
                return found
        return None

    def _proved_by(self, basis: Basis) -> Motzkin | None:
        """The proof that the multipliers of a dual feasible basis may be."""
        if not basis.is_dual_feasible:
            return None
        return self._certificate(dict(zip(basis.members, basis.multipliers, strict=True)))

    def _inside(self, proposal: Proposal) -> Point | None:
        """The proposed point, rounded, if its relief is negative and it is right."""
        *point, relief = proposal.point
        return self._point(tuple(point)) if relief < 0 else None

    def _point(self, point: tuple[fmpq, ...]) -> Point | None:
        short = self._conditions.judge.shortened(point)
        return None if short is None else Point(short)

    def _repaired(self, proposal: Proposal) -> Motzkin | None:
        """The proposed multipliers made exact by rows that bound single coordinates."""
        rows = self._conditions.all
        found = repaired(
            {k: rows[k].entries for k in self._inequalities},
            {k: rows[k].entries for k in self._equalities},
            self._by_condition(proposal.multipliers),
        )
        return None if found is None else self._conditions.certificate(found)

    def _start(self, proposal: Proposal | None) -> Basis:
        """The proposed basis; without one that of s = -1, which is dual feasible."""
        tight = () if proposal is None else proposal.tight
        return Basis.of(self._program, self._program.independent((*tight, self._bound)))

    def _certificate(self, multipliers: dict[int, fmpq]) -> Motzkin | None:
        return self._conditions.certificate(self._by_condition(multipliers))

    def _by_condition(self, multipliers: dict[int, fmpq]) -> dict[int, fmpq]:
        """Multipliers of the program's rows as those of the conditions; the bound's is dropped."""
        numbers = [*self._inequalities, None, *self._equalities]
        found: dict[int, fmpq] = {}
        for k, y in multipliers.items():
            number = numbers[k] if k < len(numbers) else None
            if number is not None:
                found[number] = y
        return found
