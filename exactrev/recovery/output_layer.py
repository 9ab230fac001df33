"""The output layer, and the signs of the last hidden one.

Near a kink of neuron j of the last hidden layer f = lower + jump relu(form), so that the output
weights C_j are the jump in the scale of z_j, the same at each of its kinks.  With the bits s_j of
a cell, its piece is sum_j C_j (s_j - o_j) z_j + b, linear in the unknown bits o_j and in b.  If
no bits satisfy this, f holds a further part that is linear in what the last hidden layer reads:
neurons that are always on, or pairs of opposite ones, leave one.  It becomes a direct connection.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from flint import fmpq, fmpq_mat, fmpz

from exactrev.exact.lattice import binary_solution
from exactrev.exact.linear import LinearSystem, matrix_rows
from exactrev.network.model import Layer, Network
from exactrev.recovery.explore import meeting_places
from exactrev.recovery.geometry import Bend, Form, form_key, rationals, rounded
from exactrev.recovery.hidden_layer import Layer as HiddenLayer
from exactrev.recovery.last_layer import Columns, Fit
from exactrev.recovery.local import GRID, NEAR, combined, normal, unit_scale
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.probe import Piece
from exactrev.recovery.reach import Reach, settled
from exactrev.recovery.samples import Place, Sample, asked, place_at, seen
from exactrev.recovery.survey import Survey
from exactrev.recovery.trials import sightings

#: Samples that determine the signs of a layer all of whose weights are known.
_PIECES = 4
#: Places that are considered for a further query, at random and on a boundary.
_RANDOM_PLACES = 60
_BOUNDARY_PLACES = 400
#: Of the points reached by climbing one in so many is tried by a query.
_APART = 64


def affine_network(inputs: int, piece: Piece) -> Network:
    """The network without hidden layers that computes a piece."""
    rows = matrix_rows(piece)
    return Network(inputs, (Layer.of({0: [r[:-1] for r in rows]}, [r[-1] for r in rows]),))


def output_weights(survey: Survey, layer: HiddenLayer) -> list[list[fmpq]] | None:
    """C as one list per neuron of a layer, or None if the kinks do not agree on it.

    They disagree where there is a further layer between this one and the output.
    """
    columns: list[list[fmpq]] = []
    beside = [(kink, layer.prefix.cell(rationals(kink.point))) for kink in survey.extra]
    for neuron in layer.neurons:
        seen = {
            in_scale_of(kink.bend, form)
            for kink, form in sightings(survey, layer.prefix, neuron)
        }
        for kink, cell in beside:
            if layer.prefix.certain(cell) and neuron.known_on(cell):
                form = layer.prefix.local_form(cell, neuron.row)
                if any(form.entries()[:-1]) and form_key(kink.form) == form_key(form):
                    seen.add(in_scale_of(kink.bend, form))
        if len(seen) != 1:
            return None
        columns.append(list(next(iter(seen))))
    return columns


def in_scale_of(bend: Bend, form: Form) -> tuple[fmpq, ...]:
    """The jump of a bend when its form is written as ``form``, a multiple of it."""
    pivot = next(j for j, x in enumerate(bend.form.entries()) if x)
    factor = abs(form.entries()[pivot] / bend.form.entries()[pivot])
    return tuple(jump / factor for jump in bend.jump.entries())


@dataclass(frozen=True)
class Misfit:
    """Two places whose pieces of f no output layer explains together: something lies between."""

    here: tuple[fmpq, ...]
    there: tuple[fmpq, ...]


@dataclass(frozen=True)
class Finished:
    """The whole network; open weights that no place shows, as (neuron, neuron below), are 0."""

    network: Network
    assumed: tuple[tuple[int, int], ...]


def finish(
    survey: Survey, reach: Reach, layer: HiddenLayer, columns: Columns
) -> Finished | Misfit:
    """The network made of the layers up to this one and an output layer that agrees with f.

    What the scanned lines show already is used first; then f is asked where that tells something.
    """
    known = seen(survey, layer, columns)
    certain = known.certain or asked(survey, layer, _PIECES)
    if layer.complete:
        some = survey.random.sample(certain, min(len(certain), _PIECES))
        bits = output_bits(some, columns)
        fit = Fit(layer, columns, bits or (), direct=False)
        if bits is not None and fit.take(some) is None:
            return _assembled(fit)
    while True:
        free = Fit(layer, columns, [0] * len(columns), direct=True)
        odd = free.take(certain)
        if odd is not None:
            return Misfit(odd.place.point, certain[0].place.point)
        taken = [*certain]
        for line in known.carried:
            if free.take_all(line):
                taken += line
        fit = _pointed(free, taken) or free
        better = fit.improved()
        if better.complete or len(fit.open_left()) == len(fit.opened):
            break
        layer = better
        known = seen(survey, layer, columns)
        certain = known.certain or certain
    return _enriched(survey, reach, fit, taken)


def _pointed(free: Fit, samples: Sequence[Sample]) -> Fit | None:
    """The fit without a direct connection, if neurons that point the other way account for it."""
    bits = free.true_bits()
    if bits is None:
        return None
    fit = Fit(free.layer, free.columns, bits, direct=False)
    return fit if fit.take(samples) is None else None


def _enriched(
    survey: Survey, reach: Reach, fit: Fit, samples: list[Sample]
) -> Finished | Misfit:
    """The network after f was asked wherever that determines more of the fit."""
    for place in _places(survey, reach, fit):
        if fit.tells(place):
            point = rounded(place.point, GRID)
            samples.append(Sample(place, survey.probe.piece(point)))
            if fit.take(samples[-1:]) is not None:
                return Misfit(place.point, samples[0].place.point)
    pointed = _pointed(fit, samples) if fit.direct else None
    if pointed is None:
        _tried(survey, fit)
    return _assembled(fit) if pointed is None else _enriched(survey, reach, pointed, samples)


def _places(survey: Survey, reach: Reach, fit: Fit) -> Iterator[Place]:
    """Places where every side is certain: at random, and where open weights begin to matter.

    The latter lie just past the boundary of the neuron that is read.
    """
    layer = fit.layer
    if fit.system.rank == fit.system.unknowns:
        return
    for _ in range(_RANDOM_PLACES):
        place = place_at(layer, rationals(rounded(survey.random_point(), GRID)))
        if None not in place.sides:
            yield place
    for j, i in fit.open_left():
        for point in _co_active(survey, fit, j, i):
            place = _just_on(layer, i, point)
            if None not in place.sides and (j, i) in fit.open_left():
                yield place
    for i in sorted({i for _, i in fit.open_left()}):
        for point in reach.boundary_points(layer.prefix, i, _BOUNDARY_PLACES):
            if all(i != below for _, below in fit.open_left()):
                break
            place = _just_on(layer, i, point)
            if None not in place.sides:
                yield place


def _climbed(
    survey: Survey, fit: Fit, neuron: int, below: int, *, beside: bool
) -> Iterator[list[fmpq]]:
    """Points where a neuron is likely on its less usual side: where one below begins to be on, or
    where it is on.

    The open weight between the two is taken as 0 or, in the second case, as large.
    """
    prefix = fit.layer.prefix
    towards = -1 if fit.usual_side(neuron, below) else 1
    row = (fit.layer.neurons[neuron].row * towards).entries()
    if not beside:
        row[below] = max(map(abs, row[:-1])) / 2
    return meeting_places(
        hidden_part(prefix), below, row, survey.scale, survey.random, beside
    )


def _co_active(survey: Survey, fit: Fit, neuron: int, below: int) -> Iterator[list[fmpq]]:
    """Points of the boundary of a neuron below where one that reads it may be on its rarer side."""
    prefix = fit.layer.prefix
    assert prefix.below is not None
    for point in _climbed(survey, fit, neuron, below, beside=True):
        moved = settled(prefix.below, prefix.row(below), point)
        if moved is not None:
            yield moved


def _tried(survey: Survey, fit: Fit) -> None:
    """Ask f where a neuron with an open weight may be on its rarer side, where that matters.

    If the piece is not what it would be on the usual side, it is on the other, and the piece tells.
    """
    for j, i in fit.open_left():
        for point in islice(_climbed(survey, fit, j, i, beside=False), 0, None, _APART):
            grid = rounded(point, GRID)
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


def _just_on(layer: HiddenLayer, below: int, point: Sequence[fmpq]) -> Place:
    """The place next to a point of a neuron's boundary where that neuron is on.

    Its own weights do not matter for the sides there, whether they are known or not.
    """
    wall = layer.prefix.cell(point).form(layer.prefix.depth - 1, below)
    v = normal(wall)
    step = fmpq(1, fmpz(1) << NEAR) * unit_scale(v)
    past = place_at(layer, rationals(rounded(combined(point, step, v), GRID)))
    before = place_at(layer, combined(point, -step, v))
    return replace(past, sides=before.sides)


def output_bits(samples: Sequence[Sample], columns: Columns) -> tuple[int, ...] | None:
    """The bits o_j that the samples determine, or None if there are none."""
    outputs, width = len(columns[0]), len(columns)
    system = LinearSystem(outputs + width)
    for taken in samples:
        forms = matrix_rows(taken.place.forms)
        for r, target in enumerate(matrix_rows(taken.piece)):
            for c, value in enumerate(target):
                terms = [columns[j][r] * forms[j][c] for j in range(width)]
                on = sum(
                    (x for x, side in zip(terms, taken.place.sides, strict=True) if side), fmpq(0)
                )
                constant = [fmpq(int(r == k and c == len(target) - 1)) for k in range(outputs)]
                if not system.add([*constant, *(-x for x in terms)], value - on):
                    return None
    equations = [
        (row[outputs:-1], row[-1]) for row in system.rows() if not any(row[:outputs])
    ]
    return binary_solution(equations, width)


def _assembled(fit: Fit) -> Finished:
    """The whole network; what the fit leaves open is taken as 0."""
    layer, outputs, width = fit.layer, fit.outputs, len(fit.columns)
    rows, direct, constant = fit.solution()
    known = layer.prefix.with_layer(fmpq_mat(rows)).oriented([bool(bit) for bit in fit.bits])
    sources = {known.depth: [[fit.columns[j][r] for j in range(width)] for r in range(outputs)]}
    if fit.direct:
        sources[known.depth - 1] = direct
    output = Layer.of(sources, constant)
    network = Network(known.inputs, (*_hidden_layers(known), output))
    return Finished(network, tuple(fit.open_left()))


def _hidden_layers(prefix: Prefix) -> list[Layer]:
    layers = []
    for number, known in enumerate(prefix.layers):
        assert known.rows is not None
        rows = matrix_rows(known.rows)
        layers.append(Layer.of({number: [r[:-1] for r in rows]}, [r[-1] for r in rows]))
    return layers


def hidden_part(prefix: Prefix) -> Network:
    """A network with the prefix's hidden layers and an output that reads nothing."""
    return Network(prefix.inputs, (*_hidden_layers(prefix), Layer.of({}, [0])))
