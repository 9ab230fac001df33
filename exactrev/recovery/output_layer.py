"""The output layer, and the signs of the last hidden one.

Near a kink of neuron j of the last hidden layer f = lower + jump relu(form), so that the output
weights C_j are the jump in the scale of z_j, the same at each of its kinks.  With the bits s_j of
a cell, its piece is sum_j C_j (s_j - o_j) z_j + b, linear in the unknown bits o_j and in b.  If
no bits satisfy this, f holds a further part that is linear in what the last hidden layer reads:
neurons that are always on, or pairs of opposite ones, leave one.  It becomes a direct connection.
If that does not do either, the output reads all layers and the input.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import fmpq, fmpq_mat

from exactrev.exact.lattice import binary_solution
from exactrev.exact.linear import LinearSystem, matrix_rows
from exactrev.network.model import Layer, Network
from exactrev.recovery.assembly import blocks, hidden_layers
from exactrev.recovery.geometry import in_scale_of, rationals, rounded
from exactrev.recovery.last_layer import Columns, Fit
from exactrev.recovery.layer import Layer as HiddenLayer
from exactrev.recovery.local import GRID
from exactrev.recovery.places_to_ask import (
    places_to_ask,
    try_rarer_sides,
    try_rarest_sides,
)
from exactrev.recovery.reach import Reach
from exactrev.recovery.samples import Sample, asked, seen
from exactrev.recovery.survey import Survey
from exactrev.recovery.trials import sightings

#: Samples that determine the signs of a layer all of whose weights are known.
_PIECES = 4


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
            if layer.prefix.certain(cell) and neuron.known_on(layer.prefix, cell):
                form = layer.prefix.local_form(cell, neuron.row)
                if kink.lies_on(form.entries()):
                    seen.add(in_scale_of(kink.bend, form))
        if len(seen) != 1:
            return None
        columns.append(list(next(iter(seen))))
    return columns


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
    survey: Survey, reach: Reach, layer: HiddenLayer, columns: Columns, thorough: bool = False
) -> Finished | Misfit:
    """The network made of the layers up to this one and an output layer that agrees with f.

    What the scanned lines show already is used first; then f is asked where that tells something,
    which is sought by a ``thorough`` search in the end.
    """
    known = seen(survey, layer, columns)
    certain = known.certain or asked(survey, layer, _PIECES)
    if layer.complete:
        some = survey.random.sample(certain, min(len(certain), _PIECES))
        bits = output_bits(some, columns)
        fit = Fit(layer, columns, bits or (), direct=None)
        if bits is not None and fit.take(some) is None:
            return _assembled(fit)
    direct = layer.prefix
    while True:
        free = Fit(layer, columns, [0] * len(columns), direct)
        odd = free.take(certain)
        everything = range(direct.depth + 1)
        if odd is not None and direct.reads != tuple(everything):
            direct = direct.reading(everything)
            continue
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
    return _enriched(survey, reach, fit, taken, thorough)


def _pointed(free: Fit, samples: Sequence[Sample]) -> Fit | None:
    """The fit without a direct connection, if neurons that point the other way account for it."""
    if free.direct is not free.layer.prefix or free.direct.wide:
        return None
    bits = free.true_bits()
    if bits is None:
        return None
    fit = Fit(free.layer, free.columns, bits, direct=None)
    return fit if fit.take(samples) is None else None


def _enriched(
    survey: Survey, reach: Reach, fit: Fit, samples: list[Sample], thorough: bool
) -> Finished | Misfit:
    """The network after f was asked wherever that determines more of the fit."""
    for place in places_to_ask(survey, reach, fit, thorough):
        if fit.tells(place):
            point = rounded(place.point, GRID)
            samples.append(Sample(place, survey.probe.piece(point)))
            if fit.take(samples[-1:]) is not None:
                return Misfit(place.point, samples[0].place.point)
    pointed = _pointed(fit, samples) if fit.direct else None
    if pointed is None:
        try_rarer_sides(survey, fit)
        if thorough:
            try_rarest_sides(survey, fit)
    if pointed is None:
        return _assembled(fit)
    return _enriched(survey, reach, pointed, samples, thorough)


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
        sources |= blocks(fit.direct, direct)
    output = Layer.of(sources, constant)
    network = Network(known.inputs, (*hidden_layers(known), output))
    return Finished(network, tuple(fit.open_left()))
