"""Is there a point?  A point or a Motzkin certificate, always; and the sign of a form on a cell.

>>> from flint import fmpq
>>> rows = [(fmpq(2), fmpq(-1)), (fmpq(-3), fmpq(2))]                   # 1/2 < x < 2/3
>>> interior_point(1, rows).verify(System(1, strict=tuple(rows)))
True
>>> interior_point(1, [(fmpq(1), fmpq(0)), (fmpq(-1), fmpq(0))])        # x > 0 and x < 0
Motzkin(strict=(1, 1), rows=(), equalities=())
>>> sign_on((fmpq(2), fmpq(3)), 1, [(fmpq(1), fmpq(0))])                # 2 x + 3 where x > 0
Nonnegative(strict=(2,), rows=(), equalities=(), constant=3)
"""

from __future__ import annotations

from collections.abc import Iterable

from exactrev.lp.certificates import Combination, Motzkin, Nonnegative, Point
from exactrev.lp.conditions import Conditions
from exactrev.lp.highs import Proposer
from exactrev.lp.polyhedron import Form
from exactrev.lp.program import integer_row
from exactrev.lp.relief import decide
from exactrev.lp.system import System, check_form


def solve(system: System) -> Point | Motzkin:
    """A point of the system, or a proof that it has none."""
    return decide(Conditions.of(system), Proposer())


def interior_point(
    dimension: int, rows: Iterable[Form], equalities: Iterable[Form] = ()
) -> Point | Motzkin:
    """A point where every row is > 0 and every equality 0, or a proof that there is none.

    The proof is one about ``System(dimension, strict=rows, equalities=equalities)``.
    """
    return OpenPolyhedron(dimension, rows, equalities).interior_point()


def sign_on(
    form: Form, dimension: int, strict_rows: Iterable[Form], equalities: Iterable[Form] = ()
) -> Nonnegative | Point | Motzkin:
    """The sign of a form on the open polyhedron that the strict rows and equalities make.

    A proof that the form is >= 0 there; or a point of it where the form is < 0; or, where neither
    can be, a proof that the polyhedron is empty.  On an empty one any of the two proofs may come.
    """
    return OpenPolyhedron(dimension, strict_rows, equalities).sign(form)


class OpenPolyhedron:
    """The points where all rows are > 0 and all equalities 0, ready for many questions.

    Every answer is right and deterministic; which of several right ones it is may depend on the
    questions that the same object was asked before.
    """

    def __init__(
        self, dimension: int, rows: Iterable[Form], equalities: Iterable[Form] = ()
    ) -> None:
        self.system = System(dimension, strict=tuple(rows), equalities=tuple(equalities))
        self._conditions = Conditions.of(self.system)
        self._proposer = Proposer()

    def interior_point(self) -> Point | Motzkin:
        """A point of the polyhedron, or a proof that it is empty."""
        return decide(self._conditions, self._proposer)

    def sign(self, form: Form) -> Nonnegative | Point | Motzkin:
        """As :func:`sign_on`, on this polyhedron."""
        check_form(form, self.system.dimension)
        known = self._conditions
        negative = integer_row(tuple(-a for a in form))
        answer = decide(
            Conditions(known.dimension, (*known.strict, negative), (), known.equalities),
            self._proposer,
        )
        if isinstance(answer, Motzkin):
            return self._nonnegative(form, answer)
        return answer

    def _nonnegative(self, form: Form, proof: Motzkin) -> Nonnegative | Motzkin:
        """The proof, in which -form is the last strict row, solved for the form.

        Without that row it proves that the polyhedron is empty.
        """
        *others, last = proof.strict
        if not last:
            return Motzkin(tuple(others), (), proof.equalities)
        strict = tuple(y / last for y in others)
        equalities = tuple(y / last for y in proof.equalities)
        combined = Combination(strict, (), equalities).of(self.system)
        assert combined is not None
        return Nonnegative(strict, (), equalities, form[-1] - combined[-1])
