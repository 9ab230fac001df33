"""One step along a boundary: a direction inside it, a known boundary crossed, a place beyond.

Directions are floats and only hints: where a step leads is exact.
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq, fmpz

from exactrev.recovery.geometry import Form, form_at, rationals, rounded, slope
from exactrev.recovery.local import GRID, along, combined, normal, unit_scale
from exactrev.recovery.prefix import Cell, Prefix
from exactrev.recovery.rays import Crossing, first_crossing
from exactrev.recovery.surface import Passage, Surface, Waypoint
from exactrev.recovery.survey import Survey

#: A look just before a wall, as a share of the way to it.
NEARLY = 1 - fmpq(1, fmpz(1) << 40)
#: How far past a wall its other side begins.
_JUST_PAST = fmpq(1, fmpz(1) << 200)
_HINT_GRID = 1 << 24


def downhill(survey: Survey, here: Waypoint, form: Form) -> list[fmpq]:
    """A direction inside the boundary towards the zero set of ``form``, with some noise."""
    way = normal(form)
    if form_at(form, here.point) > 0:
        way = [-x for x in way]
    amount = survey.random.choice((0.0, 0.1, 0.3, 1.0))
    return along(here.form, _blend(way, survey.random_vector(), amount))


def passage_of(here: Waypoint, direction: Sequence[fmpq], crossing: Crossing) -> Passage:
    """Where the way from a waypoint crosses a wall, and to which side."""
    wall = here.cell.form(crossing.layer, crossing.neuron)
    place = combined(here.point, crossing.distance, direction)
    side = -1 if here.cell.signs[crossing.layer][crossing.neuron] else 1
    return Passage(tuple(place), wall, side)


def cell_past(prefix: Prefix, here: Cell, passage: Passage) -> Cell | None:
    """The cell just past a passage from another one.

    None if a neuron that is on would be off all at once, because what is open of it matters there:
    it has a boundary near by that was not seen.
    """
    v = normal(passage.wall)
    past = prefix.cell(combined(passage.place, passage.side * unit_scale(v) * _JUST_PAST, v))
    return None if torn(prefix, here, past) else past


def torn(prefix: Prefix, before: Cell, after: Cell) -> bool:
    """Whether a neuron is on in one of two neighbouring cells and off as dormant in the other."""
    return any(
        before.signs[layer.depth - 1][neuron]
        for layer in prefix.layers
        for neuron in layer.asleep(after)
    )


def step_in(
    survey: Survey, origin: Waypoint, passage: Passage, cell: Cell, form: Form
) -> Waypoint | None:
    """A waypoint inside the new cell: half-way to the next boundary, or some scale on."""
    inward = [passage.side * x for x in normal(passage.wall)]
    noise = survey.random_vector()
    for amount in (0.5, 0.0):
        direction = along(form, _blend(inward, noise, amount))
        if passage.side * slope(passage.wall, direction) <= 0:
            continue
        start = combined(passage.place, _JUST_PAST, direction)
        ahead = first_crossing(cell, start, direction)
        stride = 4 * survey.scale
        if ahead is not None:
            stride = min(ahead.distance / 2, stride)
        point = tuple(rationals(rounded(combined(start, stride, direction), GRID)))
        return Waypoint(point, cell, form, origin, passage)
    return None


def known_step(
    survey: Survey,
    surface: Surface,
    here: Waypoint,
    direction: Sequence[fmpq],
    crossing: Crossing,
) -> Waypoint | None:
    """The waypoint past a crossing as the known weights say, or None where they do not."""
    passage = passage_of(here, direction, crossing)
    after = cell_past(surface.prefix, here.cell, passage)
    form = None if after is None else surface.form_on(after)
    if after is None or form is None or not any(form.entries()[:-1]):
        return None
    return step_in(survey, here, passage, after, form)


def _blend(main: Sequence[fmpq], noise: Sequence[fmpq], amount: float) -> list[fmpq]:
    """main/|main| + amount noise/|noise|, rounded: a hint."""
    a, b = _floats(main), _floats(noise)
    return [fmpq(int((x + amount * y) * _HINT_GRID), _HINT_GRID) for x, y in zip(a, b, strict=True)]


def _floats(vector: Sequence[fmpq]) -> list[float]:
    scale = unit_scale(vector) if any(vector) else fmpq(1)
    values = [float(x * scale) for x in vector]
    length = sum(x * x for x in values) ** 0.5 or 1.0
    return [x / length for x in values]
