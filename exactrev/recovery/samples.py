"""Pieces of f that are known without asking: those between the kinks of the scanned lines.

Of each it must be known on which side of every boundary of the last hidden layer it lies.  A
neuron's row tells where its open weights do not matter.  Elsewhere its side is carried along the
line: it changes at the neuron's own kinks only, and those show by their jump, or by being the only
ones that nothing else explains.  What was carried is a good guess, not a certainty.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from flint import fmpq, fmpq_mat, fmpz

from exactrev.exact.linear import matrix_rows, row_vector, stack
from exactrev.recovery.geometry import Kink, form_key, homogeneous, rationals, rounded
from exactrev.recovery.layer import Layer
from exactrev.recovery.prefix import Cell
from exactrev.recovery.probe import Piece
from exactrev.recovery.survey import ScannedLine, Survey

#: How far from a kink its sides are looked at, and the grid for it (powers of 2).
_BESIDE = 200
_GRID = 208
#: Random places tried for each piece that is asked.
_DRAWS = 25

#: On which side of a layer's boundaries: a bit z > 0 for each neuron, None where it is not known.
Sides = tuple[bool | None, ...]


@dataclass(frozen=True)
class Place:
    """A point with its cell of the prefix below a layer, and z of the layer's neurons there.

    ``forms`` are their rows on that cell with open weights taken as 0.
    """

    point: tuple[fmpq, ...]
    cell: Cell
    forms: fmpq_mat
    sides: Sides


@dataclass(frozen=True)
class Sample:
    """The piece of f at a place where every side is known."""

    place: Place
    piece: Piece


@dataclass(frozen=True)
class Seen:
    """Samples on the scanned lines: ``certain`` ones, and per line those with carried sides."""

    certain: list[Sample]
    carried: list[list[Sample]]


def place_at(layer: Layer, point: Sequence[fmpq]) -> Place:
    """The place at a point, with the sides that the layer's rows tell."""
    cell = layer.prefix.cell(point)
    forms = layer.prefix.local_form(cell, stack([neuron.row for neuron in layer.neurons]))
    values = (forms * homogeneous(point)).entries()
    certain = layer.prefix.certain(cell)
    sides = tuple(
        bool(z > 0) if certain and neuron.known_on(layer.prefix, cell) else None
        for neuron, z in zip(layer.neurons, values, strict=True)
    )
    return Place(tuple(point), cell, forms, sides)


def asked(survey: Survey, layer: Layer, count: int) -> list[Sample]:
    """Up to ``count`` samples at random places, near and far, where every side is certain.

    One query each.
    """
    samples: list[Sample] = []
    for k in range(_DRAWS * count):
        size = fmpq(4) ** (k % 3)
        point = rounded([size * x for x in survey.random_point()], 64)
        place = place_at(layer, rationals(point))
        if None not in place.sides:
            samples.append(Sample(place, survey.probe.piece(point)))
        if len(samples) == count:
            break
    return samples


def seen(survey: Survey, layer: Layer, columns: Sequence[Sequence[fmpq]]) -> Seen:
    """All samples that the scanned lines give; ``columns`` are the layer's output weights."""
    certain: list[Sample] = []
    carried: list[list[Sample]] = []
    for scanned in survey.lines:
        stretches = list(_stretches(scanned, layer))
        here: list[Sample] = []
        for stretch, sides in zip(stretches, _carried(stretches, layer, columns), strict=True):
            direct = None not in stretch.sides
            known = stretch.sides if direct else sides
            if None in known or not layer.prefix.certain(stretch.places[0].cell):
                continue
            for place in stretch.places:
                sample = Sample(Place(place.point, place.cell, place.forms, known), stretch.piece)
                (certain if direct else here).append(sample)
        carried.append(here)
    return Seen(certain, carried)


@dataclass(frozen=True)
class _Stretch:
    """A part of a line where f is affine, its ends, and the kink that ends it (if it is known)."""

    piece: Piece
    places: tuple[Place, ...]
    end: Kink | None

    @property
    def sides(self) -> Sides:
        """What the places tell together."""
        merged = zip(*(place.sides for place in self.places), strict=True)
        return tuple(next((s for s in sides if s is not None), None) for sides in merged)


def _stretches(scanned: ScannedLine, layer: Layer) -> Iterator[_Stretch]:
    kinks = scanned.kinks
    if not kinks:
        return

    def beside(t: fmpq, side: int) -> Place:
        coarse = fmpq((t.p << _GRID) // t.q, fmpz(1) << _GRID)
        return place_at(layer, scanned.line.at(coarse + side * fmpq(1, fmpz(1) << _BESIDE)))

    yield _Stretch(kinks[0].sides[0], (beside(kinks[0].position, -1),), kinks[0])
    for left, right in pairwise(kinks):
        first, last = beside(left.position, 1), beside(right.position, -1)
        if left.sides[1] == right.sides[0]:
            places = (first,) if first.cell.signs == last.cell.signs else (first, last)
            yield _Stretch(left.sides[1], places, right)
        else:
            yield _Stretch(left.sides[1], (first,), None)
            yield _Stretch(right.sides[0], (last,), right)
    yield _Stretch(kinks[-1].sides[1], (beside(kinks[-1].position, 1),), None)


def _carried(
    stretches: Sequence[_Stretch], layer: Layer, columns: Sequence[Sequence[fmpq]]
) -> list[Sides]:
    """The sides on each stretch, with those carried over from its neighbours."""
    sides = [list(stretch.sides) for stretch in stretches]
    width = len(layer.neurons)
    flips = [_flips(stretch, layer, columns) for stretch in stretches[:-1]]
    for there, here, flip in [
        *((k + 1, k, flips[k]) for k in range(len(flips))),
        *((k, k + 1, flips[k]) for k in reversed(range(len(flips)))),
    ]:
        for j in range(width):
            known = sides[here][j]
            if sides[there][j] is None and known is not None and flip[j] is not None:
                sides[there][j] = known != flip[j]
    return [tuple(known) for known in sides]


def _flips(
    stretch: _Stretch, layer: Layer, columns: Sequence[Sequence[fmpq]]
) -> tuple[bool | None, ...]:
    """For each neuron whether its side changes at the stretch's end, None if that is not clear."""
    width, kink, place = len(layer.neurons), stretch.end, stretch.places[-1]
    if kink is None or not layer.prefix.certain(place.cell):
        return (None,) * width
    key = kink.key
    if any(_same(form, key) for matrix in place.cell.forms for form in matrix_rows(matrix)):
        return (False,) * width
    for j, form in enumerate(matrix_rows(place.forms)):
        if place.sides[j] is not None and _same(form, key):
            return tuple(k == j for k in range(width))
    jump = kink.bend.jump.entries()
    able = [
        j
        for j, side in enumerate(place.sides)
        if side is None and _parallel(jump, columns[j])
    ]
    if len(able) == 1:
        return tuple(k == able[0] for k in range(width))
    return tuple(None if k in able else False for k in range(width))


def _same(form: list[fmpq], key: tuple[fmpq, ...]) -> bool:
    return any(form[:-1]) and form_key(row_vector(form)) == key


def _parallel(a: Sequence[fmpq], b: Sequence[fmpq]) -> bool:
    return bool(fmpq_mat([list(a), list(b)]).rank() == 1)


