"""Proofs that a form is positive on cells where linear programming has many optimal bases.

Where the form is parallel to a face, or nearly constant, the rows that float multipliers combine
are too few to make up for a residual.  Less a small multiple of h (the bound of |x| that residuals
are measured by) the form has one best basis in general, whose combination proves the form itself
too.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from exactrev.arrangement.forms import UNIT, Floats, Forms
from exactrev.arrangement.proofs import Answers, Bounded, combination_holds, decide


def prove(cells: Bounded, targets: Forms) -> Answers:
    """Judge one form on each cell as :func:`exactrev.arrangement.proofs.decide`, proving more."""
    answers = decide(cells, targets)
    if cells.norm is None:
        return answers
    h = cells.norm.at(cells.points)[0]
    again = np.flatnonzero(~answers.positive & (answers.least > 0) & np.isfinite(h))
    if not len(again):
        return answers
    tilt = np.exp2(np.floor(np.log2(answers.least[again] / (16 * h[again]))))
    some = cells.take(again)
    there = Forms(targets.values[again], targets.errors[again])
    tilted = decide(some, _less(there, tilt, some.norm))
    factor = np.maximum(1.0, 1.0 / (tilt * tilted.c))
    c, e = tilted.c * factor, (tilted.e + tilt * tilted.c) * factor
    y = tilted.y * factor[:, None]
    proved = combination_holds(some, there, c, e, y)
    return replace(
        answers,
        positive=_with(answers.positive, again, proved, proved),
        c=_with(answers.c, again, proved, c),
        e=_with(answers.e, again, proved, e),
        y=_with(answers.y, again, proved, y),
    )


def _less(forms: Forms, tilt: Floats, norm: Forms | None) -> Forms:
    """The forms less tilt times h."""
    assert norm is not None
    values = forms.values - tilt[:, None] * norm.values
    rounding = 2 * UNIT * np.abs(values).max(axis=1)
    return Forms(values, forms.errors + tilt * norm.errors + rounding)


def _with(whole: np.ndarray, which: np.ndarray, changed: np.ndarray, new: np.ndarray) -> np.ndarray:
    """The array with some of its entries ``which`` changed."""
    result = whole.copy()
    result[which[changed]] = new[changed]
    return result
