"""Neurons that stand for boundaries which do not determine them.

A boundary along which some neurons below are always on shows only sums of their weights.  The
equations that it gave have many solutions; one of them and a basis of their differences make a
neuron all the same: it is right wherever those differences do not matter.
"""

from __future__ import annotations

from flint import fmpq_mat

from exactrev.exact.linear import matrix_rows, row_vector
from exactrev.recovery.layer import Layer
from exactrev.recovery.neuron import Direction, Neuron
from exactrev.recovery.surface import Surface


def standing_neuron(surface: Surface) -> Neuron | None:
    """The neuron as far as a boundary over a single layer tells; None if that is no weight."""
    system = surface.system
    row = row_vector(system.solution())
    lead = next((x for x in row.entries()[:-1] if x), None)
    if lead is None or surface.prefix.wide:
        return None
    return Neuron(row * (1 / abs(lead)), _directions(surface))


def _directions(surface: Surface) -> tuple[Direction, ...]:
    """A basis of what the equations leave open, each with a weight that no other one changes."""
    changes = surface.system.directions()
    if not changes:
        return ()
    reduced, _ = fmpq_mat(changes).rref()
    cells = [place.cell for place in surface.waypoints]
    found = []
    for change in matrix_rows(reduced):
        value = next(k for k, x in enumerate(change) if x)
        place = surface.prefix.values[value]
        off = not any(cell.on(*place) for cell in cells)
        found.append(Direction(value, row_vector(change), on=off))
    return tuple(found)


def let_parts_stand(layer: Layer) -> bool:
    """Put neurons in the place of the layer's parts, as far as they tell; whether there are any."""
    left = []
    for part in layer.parts:
        neuron = standing_neuron(part)
        if neuron is None:
            left.append(part)
        else:
            layer.neurons.append(neuron)
            layer.surfaces.append(part)
    some = len(left) < len(layer.parts)
    layer.parts = left
    return some
