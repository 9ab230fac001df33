"""A row that keeps a neuron on or off wherever no place showed which row it is.

Where open directions matter the neuron has no boundary as far as it is known: on a stretch of a
line it is on the side where it was when they began to matter.  So any row that is right elsewhere
must be positive, or negative, at the ends of every such stretch in every cell, which is linear in
the multiples of the directions.  Such multiples are found by linear programming for some lines; on
other lines they are tried, and what fails is added.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from flint import fmpq, fmpq_mat

from exactrev.exact.linear import stack
from exactrev.lp import Point, interior_point
from exactrev.recovery.geometry import Form, homogeneous
from exactrev.recovery.lines import Line
from exactrev.recovery.neuron import Direction
from exactrev.recovery.prefix import Prefix, Segment
from exactrev.recovery.survey import Survey

#: Lines on which a row is tried at once, and how often.
_LINES = 40
_ROUNDS = 8

#: (z, then what each direction adds to it) at a point, all negated where the neuron is off there.
Condition = tuple[fmpq, ...]


def keeping_sides(
    survey: Survey, prefix: Prefix, row: Form, open: Sequence[Direction]
) -> Form | None:
    """The row with multiples of the open directions that keep the sides on random lines.

    None if there are none, if none were found that did so on lines not used to find them, or if the
    neuron is on in one place and off in another: then it matters which multiples they are.
    """
    rows = [direction.row for direction in open]
    conditions: list[Condition] = []
    seen: set[bool] = set()
    multiples = [fmpq(0)] * len(open)
    for _ in range(_ROUNDS):
        fresh: list[Condition] = []
        for _ in range(_LINES):
            for sides, found in _stretches(prefix, survey.random_line(), row, rows):
                seen |= sides
                fresh += found
        if len(seen) > 1:
            return None
        failed = [condition for condition in fresh if _value(condition, multiples) <= 0]
        if not failed and conditions:
            return _changed(row, rows, multiples)
        conditions += fresh if not conditions else failed
        answer = interior_point(len(open), [(*rest, z) for z, *rest in conditions])
        if not isinstance(answer, Point):
            return None
        multiples = list(answer.coordinates)
    return None


def _value(condition: Condition, multiples: Sequence[fmpq]) -> fmpq:
    z, *added = condition
    return z + sum((m * x for m, x in zip(multiples, added, strict=True)), fmpq(0))


def _changed(row: Form, rows: Sequence[Form], multiples: Sequence[fmpq]) -> Form:
    for multiple, direction in zip(multiples, rows, strict=True):
        row = row + direction * multiple
    return row


def _stretches(
    prefix: Prefix, line: Line, row: Form, rows: Sequence[Form]
) -> Iterator[tuple[set[bool], list[Condition]]]:
    """The open stretches of a line: the sides where they begin and end, and what they ask for.

    The latter holds at the ends of every cell's part of a stretch; nothing if the sides differ.
    """
    stretches = [
        (known, list(parts))
        for known, parts in groupby(
            prefix.path(line, keep=False),
            lambda part: prefix.certain(part.cell) and prefix.vanish(part.cell, rows),
        )
    ]
    every = stack([row, *rows])
    for number, (known, parts) in enumerate(stretches):
        if known:
            continue
        ends = [(parts[0], parts[0].start)] if number else []
        ends += [(parts[-1], parts[-1].stop)] if number + 1 < len(stretches) else []
        sides = {bool(_at(prefix, line, part, t, row)[0] > 0) for part, t in ends}
        sign = 1 if True in sides else -1
        yield sides, [
            tuple(sign * x for x in _at(prefix, line, part, t, every))
            for part in (parts if len(sides) == 1 else ())
            for t in (part.start, part.stop)
        ]


def _at(prefix: Prefix, line: Line, part: Segment, t: fmpq, rows: fmpq_mat) -> list[fmpq]:
    """What the rows are at a parameter of a line, in the form that they have on a part of it."""
    values = prefix.value_forms(part.cell) * homogeneous(line.at(t))
    return list((rows * values).entries())
