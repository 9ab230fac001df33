"""Where f is to be asked so that more of what is open at the top of the network is determined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from flint import fmpq, fmpz

from exactrev.network.reduction import Name
from exactrev.recovery.ascent import Aim, Ascent, ascents
from exactrev.recovery.assembly import hidden_part
from exactrev.recovery.geometry import rationals, rounded
from exactrev.recovery.last_layer import Fit
from exactrev.recovery.layer import Layer
from exactrev.recovery.local import GRID, NEAR, combined, normal, unit_scale
from exactrev.recovery.reach import Reach, settled
from exactrev.recovery.samples import Place, Sample, place_at
from exactrev.recovery.survey import Survey
from exactrev.recovery.together import GivenUp, Together

#: Places that are considered, at random and on a boundary.
_RANDOM_PLACES = 60
_BOUNDARY_PLACES = 100
#: Of the places reached by climbing so many are tried by a query.
_TRIED = 12
#: After so many seconds a thorough search is given up.
_SECONDS = 60.0


def places_to_ask(
    survey: Survey, reach: Reach, fit: Fit, thorough: bool = False
) -> Iterator[Place]:
    """Places where every side is certain: at random, and where open weights begin to matter.

    The latter lie just past the boundary of the neuron that is read.  A ``thorough`` search misses
    none of them, as long as there are few cells to go through.
    """
    layer = fit.layer
    if fit.system.rank == fit.system.unknowns:
        return
    for _ in range(_RANDOM_PLACES):
        place = place_at(layer, rationals(rounded(survey.random_point(), GRID)))
        if None not in place.sides:
            yield place
    for j, i in _of_neurons(fit):
        for point in _co_active(survey, fit, j, i):
            place = _just_past(layer, i, point, fit.matters_on(i))
            if None not in place.sides and (j, i) in fit.open_left():
                yield place
    for i in sorted({i for _, i in _of_neurons(fit)}):
        number, index = layer.prefix.values[i]
        own = layer.prefix.layers[number - 1]
        for point in reach.boundary_points(own, index, _BOUNDARY_PLACES):
            if all(i != below for _, below in fit.open_left()):
                break
            place = _just_past(layer, i, point, fit.matters_on(i))
            if None not in place.sides:
                yield place
    if thorough:
        yield from (place for place in _rarest(fit) if None not in place.sides)


def _rarest(fit: Fit) -> Iterator[Place]:
    """Where neurons are on their rarer sides at the boundary of one below, found exactly."""
    prefix = fit.layer.prefix
    together = Together(hidden_part(prefix), _SECONDS)
    for j, i in _of_neurons(fit):
        row = prefix.named(fit.layer.neurons[j].row * (-1 if fit.usual_side(j, i) else 1))
        for others in (_open_sides(fit, i), _open_sides(fit, i, j)):
            try:
                point = together.place(Name(*prefix.values[i]), row, others, beside=True)
            except GivenUp:
                return
            if point is not None:
                yield _just_past(fit.layer, i, point, fit.matters_on(i))
                break


def try_rarest_sides(survey: Survey, fit: Fit) -> None:
    """The same where the sides of others are not certain: they are taken to be the usual ones."""
    for place in _rarest(fit):
        there = replace(place, sides=tuple(
            fit.usual_side_on(k, place.cell) if side is None else side
            for k, side in enumerate(place.sides)
        ))
        if None in place.sides and None not in there.sides and fit.tells(there):
            point = rounded(there.point, GRID)
            fit.take_all([Sample(there, survey.probe.piece(point))])


def try_rarer_sides(survey: Survey, fit: Fit) -> None:
    """Ask f where a neuron with an open weight may be on its rarer side, where that matters.

    If the piece is not what it would be on the usual side, it is on the other, and the piece tells.
    """
    for j, i in _of_neurons(fit):
        for ascent in islice(_ascents(survey, fit, j, i, beside=False), _TRIED):
            grid = rounded(ascent.after, GRID)
            place = place_at(fit.layer, rationals(grid))
            usual = fit.usual_side(j, i)
            expected, other = (
                replace(place, sides=(*place.sides[:j], side, *place.sides[j + 1 :]))
                for side in (usual, not usual)
            )
            if None in expected.sides or place.sides[j] is not None:
                continue
            if fit.tells(expected) or not fit.tells(other):
                continue
            piece = survey.probe.piece(grid)
            if not fit.take_all([Sample(expected, piece)]):
                fit.take_all([Sample(other, piece)])


def _ascents(
    survey: Survey, fit: Fit, neuron: int, value: int, *, beside: bool
) -> Iterator[Ascent]:
    """Places where a neuron is likely on its less usual side: where the weight of a value begins
    to matter, or where it matters.

    The open weight between the two is taken as 0 or, in the second case, as large.
    """
    prefix = fit.layer.prefix
    known = fit.layer.neurons[neuron]
    direction = next(direction for direction in known.open if direction.value == value)
    row = known.row * (-1 if fit.usual_side(neuron, value) else 1)
    if not beside:
        row = row + direction.row * (max(map(abs, row.entries()[:-1])) / 2)
    for off in dict.fromkeys((_open_values(fit, value), _open_values(fit, value, neuron))):
        aim = Aim(prefix.reads, row.entries(), prefix.values[value], off, beside, direction.on)
        yield from ascents(hidden_part(prefix), aim, survey.scale, survey.random)


def _open_values(fit: Fit, value: int, neuron: int | None = None) -> tuple[tuple[int, int], ...]:
    """What else is to be off for the sides of all neurons, or of one, to be certain."""
    return tuple(sorted(name for name, on in _open_sides(fit, value, neuron).items() if not on))


def _open_sides(fit: Fit, value: int, neuron: int | None = None) -> dict[Name, bool]:
    """On which sides others are to be for the sides of all neurons, or of one, to be certain."""
    return {
        Name(*fit.layer.prefix.values[direction.value]): not direction.on
        for index, known in enumerate(fit.layer.neurons)
        for direction in known.open
        if neuron in (None, index) and direction.value != value and _hidden(fit, direction.value)
    }


def _of_neurons(fit: Fit) -> list[tuple[int, int]]:
    """The open weights of hidden neurons: those of inputs, and biases, no place decides alone."""
    return [(j, value) for j, value in fit.open_left() if _hidden(fit, value)]


def _hidden(fit: Fit, value: int) -> bool:
    values = fit.layer.prefix.values
    return value < len(values) and values[value][0] > 0


def _co_active(survey: Survey, fit: Fit, neuron: int, value: int) -> Iterator[list[fmpq]]:
    """Points of the boundary of a neuron below where one that reads it may be on its rarer side."""
    layer, index = fit.layer.prefix.values[value]
    own = fit.layer.prefix.layers[layer - 1]
    assert own.below is not None
    for ascent in _ascents(survey, fit, neuron, value, beside=True):
        moved = settled(own.below, own.row(index), ascent.after)
        if moved is not None:
            yield moved


def _just_past(layer: Layer, value: int, point: Sequence[fmpq], on: bool) -> Place:
    """The place next to a point of the boundary of a neuron below where that neuron is on, or off.

    Its own weights do not matter for the sides there, whether they are known or not.
    """
    number, index = layer.prefix.values[value]
    v = normal(layer.prefix.cell(point).form(number - 1, index))
    step = fmpq(1 if on else -1, fmpz(1) << NEAR) * unit_scale(v)
    past = place_at(layer, rationals(rounded(combined(point, step, v), GRID)))
    before = place_at(layer, combined(point, -step, v))
    return replace(past, sides=before.sides)
