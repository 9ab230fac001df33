"""Places where a neuron of the last known layer is on a given side, found without any query."""

from __future__ import annotations

from flint import fmpq

from exactrev.recovery.geometry import rationals, rounded
from exactrev.recovery.local import combined, normal, unit_scale
from exactrev.recovery.points import DyadicPoint
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.survey import Survey

_STARTS = 12
_STEPS = 24
_GRID = 64
#: Steps as shares of the survey's scale, the largest first.
_SIZES = (fmpq(4), fmpq(1), fmpq(1, 4))


def place_on_side(survey: Survey, prefix: Prefix, neuron: int, side: bool) -> DyadicPoint | None:
    """A place where z of the neuron is positive (``side``) or not, by climbing from random ones."""
    for _ in range(_STARTS):
        point = survey.random_point()
        for step in range(_STEPS):
            cell = prefix.cell(point)
            if cell.top_signs[neuron] == side:
                return rounded(point, _GRID)
            form = cell.form(prefix.depth - 1, neuron)
            v = normal(form)
            if not any(v):
                break
            size = survey.scale * _SIZES[step * len(_SIZES) // _STEPS] * unit_scale(v)
            moved = combined(point, size if side else -size, v)
            point = rationals(rounded(moved, _GRID))
    return None
