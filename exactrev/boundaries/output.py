"""The output layer over known hidden layers, from exact function values beside boundary cells.

Across a cell of a last-layer neuron j f bends by C_j z_j, with C_j its output weights.  The signs
of the last hidden layer and the biases follow from the pieces of f
(:mod:`exactrev.recovery.output_layer`).
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from flint import fmpq, fmpz

from exactrev.boundaries.cells import BoundaryCell
from exactrev.network.evaluation import activation_pattern, affine_map
from exactrev.network.model import Network
from exactrev.recovery.assembly import affine_network
from exactrev.recovery.geometry import (
    Form,
    bend_between,
    form_key,
    in_scale_of,
    rationals,
    rounded,
)
from exactrev.recovery.layer import Layer
from exactrev.recovery.local import combined, normal, unit_scale
from exactrev.recovery.output_layer import Misfit, finish
from exactrev.recovery.points import DyadicPoint
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.probe import Piece, Probe
from exactrev.recovery.reach import Reach
from exactrev.recovery.survey import Survey

#: Fresh random places where the result must agree with f.
_FRESH = 4
#: A look beside a cell is this many halvings from it at most.
_CLOSEST = 4096


def output_network(
    probe: Probe,
    inputs: int,
    last: Layer | None,
    cells: Sequence[tuple[int, BoundaryCell]],
    seed: int,
) -> Network | None:
    """The network of the hidden layers up to ``last``, and an output layer that agrees with f.

    ``last`` (None: there is no hidden layer) knows all its weights.  ``cells`` holds, for each of
    its neurons, at least one (neuron, cell of its boundary).  None if no output layer agrees with
    f, here or at fresh random places.
    """
    survey = Survey(probe, Random(seed), scale=_extent([cell for _, cell in cells]))
    if last is None:
        network = affine_network(inputs, probe.piece(rounded(survey.random_point(), 64)))
        return network if _agrees(survey, network) else None
    weights = _weights(probe, last.extended(), cells)
    if weights is None:
        return None
    found = finish(survey, Reach(survey), last, weights)
    if isinstance(found, Misfit) or found.assumed or not _agrees(survey, found.network):
        return None
    return found.network


def _extent(cells: Sequence[BoundaryCell]) -> fmpq:
    """A power of two near the median size of the cells' points."""
    sizes = sorted(max(abs(x) for x in cell.point) for cell in cells)
    return unit_scale([1 / sizes[len(sizes) // 2]]) if sizes and sizes[len(sizes) // 2] else fmpq(1)


def _weights(
    probe: Probe, prefix: Prefix, cells: Sequence[tuple[int, BoundaryCell]]
) -> list[list[fmpq]] | None:
    """The output weights of every neuron of the last layer, or None if f does not bend so."""
    columns: list[list[fmpq]] = []
    for neuron in range(prefix.width):
        cell = next((cell for owner, cell in cells if owner == neuron), None)
        jump = None if cell is None else _jump(probe, prefix, neuron, cell)
        if jump is None:
            return None
        columns.append(list(jump))
    return columns


def _jump(
    probe: Probe, prefix: Prefix, neuron: int, cell: BoundaryCell
) -> tuple[fmpq, ...] | None:
    """How f bends across the cell, in the scale of the neuron's preactivation."""
    form = prefix.cell(cell.point).form(prefix.depth - 1, neuron)
    sides = _beside(prefix, neuron, form, cell.point)
    if sides is None:
        return None
    bend = bend_between(*map(probe.piece, sides))
    if bend is None or form_key(bend.form) != form_key(form):
        return None
    jump = in_scale_of(bend, form)
    pivot = cell.pivot
    # lower + jump relu(form): the bend's own form may point the other way
    same = (bend.form.entries()[pivot] > 0) == (form.entries()[pivot] > 0)
    return jump if same else tuple(-x for x in jump)


def _beside(
    prefix: Prefix, neuron: int, form: Form, point: Sequence[fmpq]
) -> tuple[DyadicPoint, DyadicPoint] | None:
    """Points below and above the form's zero set with nothing of the prefix but it between them."""
    v = normal(form)
    v = [x * unit_scale(v) for x in v]
    exponent = 8
    while exponent <= _CLOSEST:
        step = fmpq(1, fmpz(1) << exponent)
        ends = [rounded(combined(point, s * step, v), 2 * exponent + 64) for s in (-1, 1)]
        below, above = (prefix.cell(rationals(end)) for end in ends)
        if above.with_top_bit(neuron, False).signs == below.signs != above.signs:
            return ends[0], ends[1]
        exponent *= 2
    return None


def _agrees(survey: Survey, network: Network) -> bool:
    for _ in range(_FRESH):
        place = rounded(survey.random_point(), 64)
        pattern = activation_pattern(network, rationals(place))
        mine = affine_map(network, pattern)
        rows: Piece = survey.probe.piece(place)
        columns = network.inputs
        for r in range(network.outputs):
            if any(rows[r, j] != mine.linear[r, j] for j in range(columns)):
                return False
            if rows[r, columns] != mine.constant[r, 0]:
                return False
    return True
