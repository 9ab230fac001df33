"""Weights of the last hidden layer that its boundaries do not show.

Where the boundaries of neuron j and of neuron i below it never meet, i is off (or on) all along
j's boundary and w_ji may stay open.  But f itself shows it where both are on: across i's boundary
f bends by the sum of C_j w_ji over the last-layer neurons j that are on there, with C_j known
from j's own kinks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import fmpq, fmpq_mat

from exactrev.exact.linear import LinearSystem
from exactrev.recovery.geometry import Form, form_at
from exactrev.recovery.hidden_layer import Layer
from exactrev.recovery.local import bend_at
from exactrev.recovery.output_layer import in_scale_of, output_bits, samples_of
from exactrev.recovery.prefix import Cell, Prefix
from exactrev.recovery.reach import Reach
from exactrev.recovery.survey import Survey

#: Points of a boundary that are considered, and places among them where f is asked.
MANY_POINTS = 400
ENOUGH_PLACES = 24


@dataclass(frozen=True)
class Settled:
    """The prefix with the layer on top; ``assumed`` weights (neuron, neuron below) were set to
    0.
    """

    prefix: Prefix
    assumed: tuple[tuple[int, int], ...]


def settle(
    survey: Survey, reach: Reach, layer: Layer, columns: list[list[fmpq]]
) -> Settled | None:
    """The layer with every weight set that f shows somewhere, or None if nothing fits.

    ``columns`` are the layer's output weights.
    """
    top = layer.extended()
    unknown = {i for neuron in layer.neurons for i in neuron.unknown}
    samples = samples_of(survey, top)
    bits = output_bits(samples, columns) if samples else None
    # without bits f reads layer d-1 directly too; that leaves the signs of layer d free
    direct = bits is None
    signs = bits or (0,) * len(columns)
    rows = [neuron.row.entries() for neuron in layer.neurons]
    assumed: list[tuple[int, int]] = []
    for i in sorted(unknown):
        readers = [j for j, neuron in enumerate(layer.neurons) if i in neuron.unknown]
        solved = _column(survey, reach, layer, columns, signs, i, readers, direct)
        if solved is None:
            return None
        for j, value in zip(readers, solved, strict=True):
            rows[j][i] = fmpq(0) if value is None else value
            if value is None:
                assumed.append((j, i))
    width = layer.prefix.width + 1
    matrix = fmpq_mat(len(rows), width, [x for row in rows for x in row])
    return Settled(layer.prefix.with_layer(matrix), tuple(assumed))


def _column(
    survey: Survey,
    reach: Reach,
    layer: Layer,
    columns: list[list[fmpq]],
    bits: Sequence[int],
    below: int,
    readers: list[int],
    direct: bool,
) -> list[fmpq | None] | None:
    """The open weights with which ``readers`` read neuron ``below``; None if nothing fits.

    Weights that no place shows are None in the list.
    """
    outputs = len(columns[0])
    system = LinearSystem(len(readers) + (outputs if direct else 0))
    places = 0
    for point in reach.boundary_points(layer.prefix, below, MANY_POINTS):
        cell = layer.prefix.cell(point).with_top_bit(below, False)
        on = _on_neurons(layer, cell, point, bits)
        if on is None or not (direct or any(j in on for j in readers)):
            continue
        places += 1
        wall = layer.prefix.cell(point).form(layer.prefix.depth - 1, below)
        for r, jump in enumerate(jump_across(survey, wall, point, outputs)):
            known = sum(
                (columns[j][r] * layer.neurons[j].row[0, below] * (1 - 2 * bits[j]) for j in on),
                fmpq(0),
            )
            terms = [
                columns[j][r] * (1 - 2 * bits[j]) if j in on else fmpq(0) for j in readers
            ]
            if direct:
                terms += [fmpq(int(r == k)) for k in range(outputs)]
            if not system.add(terms, jump - known):
                return None
        if system.rank == system.unknowns or places == ENOUGH_PLACES:
            break
    return [system.unit(k) for k in range(len(readers))]


def _on_neurons(
    layer: Layer, cell: Cell, point: Sequence[fmpq], bits: Sequence[int]
) -> set[int] | None:
    """The layer's neurons that are on at a point, or None where that is not determined."""
    on = set()
    if not layer.prefix.certain(cell):
        return None
    for j, neuron in enumerate(layer.neurons):
        if not neuron.known_on(cell):
            return None
        value = form_at(layer.prefix.local_form(cell, neuron.row), point)
        if (value > 0) != bool(bits[j]):
            on.add(j)
    return on


def jump_across(
    survey: Survey, wall: Form, point: Sequence[fmpq], outputs: int
) -> tuple[fmpq, ...]:
    """How much f bends across a wall, in the wall's own scale; zeros where it does not bend."""
    bend = bend_at(survey.probe, wall, point)
    return (fmpq(0),) * outputs if bend is None else in_scale_of(bend, wall)
