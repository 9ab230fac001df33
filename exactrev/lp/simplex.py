"""The simplex method over Q from any basis, such as floats propose: it may be feasible in no sense.

What wrong multipliers contribute is taken off the objective, and the basis is dual feasible.  The
dual simplex leads from there to a vertex that is feasible, whatever the objective is, and the
primal simplex from that vertex to the optimum.  Where floats were nearly right few pivots do.
"""

from __future__ import annotations

from collections.abc import Iterator

from exactrev.lp.basis import Basis
from exactrev.lp.dual_simplex import Infeasible, dual_simplex
from exactrev.lp.primal_simplex import Descent, primal_simplex


def simplex(basis: Basis) -> Iterator[Basis | Infeasible | Descent]:
    """Bases of a program, each dual feasible or with a feasible vertex; the last one is both.

    Or the last thing yielded is Infeasible, which says that the program has no point, or a descent,
    which says that it has no optimum.
    """
    if basis.is_dual_feasible:
        yield from dual_simplex(basis)
        return
    *_, last = dual_simplex(basis.without_wrong_multipliers())
    if isinstance(last, Infeasible):
        yield last  # this holds whatever the objective is
    else:
        yield from primal_simplex(Basis.of(basis.program, last.members))
