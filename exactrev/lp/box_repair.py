"""Farkas multipliers from floats without solving anything, where rows bound every coordinate.

Multipliers y from floats leave a residual y^T A near 0; a row c x_j + b >= 0 with nothing else in
it takes coordinate j of the residual away exactly.  The constant grows a little by it: the result
proves emptiness whenever the system is empty by more than that.
"""

from __future__ import annotations

from collections.abc import Mapping

from flint import fmpq

from exactrev.lp.program import Row


def repaired(
    inequalities: Mapping[int, Row], equalities: Mapping[int, Row], proposal: Mapping[int, fmpq]
) -> dict[int, fmpq] | None:
    """Multipliers of rows (>= 0 for inequalities) whose combination is a constant.

    ``proposal`` has multipliers by the numbers of the rows.  None where a coordinate of the
    residual has no bound.
    """
    rows = {**inequalities, **equalities}
    proposed = {
        k: y for k, y in proposal.items() if k in rows and (y > 0 or (y and k in equalities))
    }
    if not proposed:
        return None
    multipliers = dict(proposed)
    for j in range(len(next(iter(rows.values()))) - 1):
        rest = sum((y * rows[k][j] for k, y in proposed.items()), fmpq(0))
        if rest:
            bound = _tightest_bound(inequalities, j, upper=rest > 0)
            if bound is None:
                return None
            y = abs(rest / inequalities[bound][j])
            multipliers[bound] = multipliers.get(bound, fmpq(0)) + y
    return multipliers


def _tightest_bound(inequalities: Mapping[int, Row], j: int, upper: bool) -> int | None:
    """The row that bounds coordinate j alone from above (or below) and adds least."""
    candidates = [
        (fmpq(row[-1], abs(row[j])), k)
        for k, row in inequalities.items()
        if (row[j] < 0 if upper else row[j] > 0)
        and not any(a for i, a in enumerate(row[:-1]) if i != j)
    ]
    return min(candidates)[1] if candidates else None
