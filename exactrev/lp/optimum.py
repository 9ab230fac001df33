"""The least value of an affine objective on a polyhedron, with exact primal and dual proofs.

>>> triangle = System.of(2, rows=[[1, 0, 0], [0, 1, 0], [-1, -2, 4]])
>>> minimise((fmpq(-1), fmpq(-1), fmpq(1)), triangle)
Optimum(value=-3, point=(4, 0), rows=(0, 1, 1), equalities=())
>>> minimise((fmpq(1), fmpq(0), fmpq(0)), System(2)).ray
(-1, 0)
"""

from __future__ import annotations

from flint import fmpq

from exactrev.errors import InputError
from exactrev.lp.basis import Basis
from exactrev.lp.certificates import Motzkin, Optimum, Unbounded
from exactrev.lp.conditions import Conditions
from exactrev.lp.dual_simplex import Infeasible, dual_simplex
from exactrev.lp.highs import Proposer
from exactrev.lp.polyhedron import Form, value
from exactrev.lp.primal_simplex import Descent, primal_simplex
from exactrev.lp.program import Program, integer_row, pins_at
from exactrev.lp.relief import decide
from exactrev.lp.system import System, check_form


def minimise(objective: Form, system: System) -> Optimum | Unbounded | Motzkin:
    """The least value with point and multipliers, or a ray, or a proof that there is no point.

    HiGHS's basis is taken where it is dual feasible; else the primal simplex starts at a point.
    Raises InputError where the system has strict rows (there may be no least value) or the
    objective another dimension.
    """
    check_form(objective, system.dimension)
    if system.strict:
        raise InputError("a least value needs a closed polyhedron, without strict rows")
    question = _Minimum(objective, system)
    return question.from_proposal() or question.from_point()


class _Minimum:
    def __init__(self, objective: Form, system: System) -> None:
        self._objective = objective
        self._dimension = system.dimension
        self._conditions = Conditions.of(system)
        self._inequalities, self._equalities = self._conditions.informative
        self._scaled = integer_row((*objective[:-1], fmpq(0)))

    def from_proposal(self) -> Optimum | Motzkin | None:
        """The dual simplex from HiGHS's basis, where that is dual feasible."""
        program = self._program((fmpq(0),) * self._dimension)
        proposal = Proposer().propose(program)
        if proposal is None or self._conditions.contradiction() is not None:
            return None
        start = Basis.of(program, program.independent(proposal.tight))
        if not start.is_dual_feasible:
            return None
        *_, last = dual_simplex(start)
        if isinstance(last, Infeasible):
            return self._conditions.certificate(self._by_condition(last.multipliers))
        return self._optimum(last)

    def from_point(self) -> Optimum | Unbounded | Motzkin:
        """The primal simplex from any point of the system."""
        feasible = decide(self._conditions, Proposer())
        if isinstance(feasible, Motzkin):
            return feasible
        if not self._dimension:
            _, rows, equalities = self._conditions.by_kind({})
            return Optimum(self._objective[-1], (), rows, equalities)
        program = self._program(feasible.coordinates)
        *_, answer = primal_simplex(Basis.of(program, program.independent()))
        if isinstance(answer, Descent):
            return Unbounded(answer.point, answer.ray)
        return self._optimum(answer)

    def _program(self, pinned: tuple[fmpq, ...]) -> Program:
        return Program(
            tuple(self._conditions.all[k].entries for k in self._inequalities),
            tuple(self._conditions.all[k].entries for k in self._equalities),
            pins_at(pinned, self._dimension),
            self._scaled.entries[:-1],
        )

    def _optimum(self, basis: Basis) -> Optimum:
        point = basis.vertex.entries
        pairs = zip(basis.members, basis.multipliers, strict=True)
        factor = self._scaled.factor
        multipliers = {
            k: y * self._conditions.all[k].factor / factor
            for k, y in self._by_condition(dict(pairs)).items()
        }
        _, rows, equalities = self._conditions.by_kind(multipliers)
        return Optimum(value(self._objective, point), point, rows, equalities)

    def _by_condition(self, multipliers: dict[int, fmpq]) -> dict[int, fmpq]:
        """Multipliers of the program's rows as those of the conditions."""
        numbers = [*self._inequalities, *self._equalities]
        return {numbers[k]: y for k, y in multipliers.items() if k < len(numbers)}
