"""Neurons that stand for boundaries which do not determine them.

A boundary along which some neurons below are always on shows only sums of their weights.  The
equations that it gave have many solutions; one of them and a basis of their differences make a
neuron all the same: it is right wherever those differences do not matter.
"""

from __future__ import annotations

from flint import fmpq_mat

from exactrev.exact.linear import matrix_rows, row_vector
from exactrev.recovery.dormant import mark_dormant
from exactrev.recovery.geometry import Kink
from exactrev.recovery.layer import Layer
from exactrev.recovery.neuron import Direction, Neuron
from exactrev.recovery.orienting import Oriented, Orienter
from exactrev.recovery.surface import Surface
from exactrev.recovery.survey import Survey

#: Lines scanned before a neuron that is missing is sought by what reads it.
_LINES_BEFORE = 3


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


def oriented_at_last(
    survey: Survey, orienter: Orienter, layer: Layer, kinks: list[Kink]
) -> Oriented | None:
    """How a layer is oriented by the boundaries through these kinks, with all that there is of it.

    If what is known for certain does not do, its parts stand for neurons, and neurons are taken to
    be off, or on, as a whole where what is open of them matters.
    """
    partly = sum(bool(neuron.open) for neuron in layer.neurons)
    resorted = any(direction.dormant for neuron in layer.neurons for direction in neuron.open)
    # where something of most neurons is open hardly a cell is certain
    tried = 2 * partly <= len(layer.neurons) and not resorted
    if tried:
        found = _oriented(survey, orienter, layer, kinks)
        if found is not None or layer.finished:
            return found
    stand = let_parts_stand(layer)
    if not (mark_dormant(survey, layer) or stand) and tried:
        return None
    return _oriented(survey, orienter, layer, kinks)


def _oriented(
    survey: Survey, orienter: Orienter, layer: Layer, kinks: list[Kink]
) -> Oriented | None:
    """How a layer is oriented by the boundaries through these kinks.

    Where those followed do not tell, neurons that none of them reads leave the layer.  Where they
    contradict each other a neuron may be missing that they tell of.
    """
    found = orienter.orient(layer.extended(), kinks)
    while found is None and len(layer.surfaces) == len(layer.neurons):
        if not _without_unread(orienter, layer) and not _with_unseen(orienter, layer, kinks):
            break
        survey.report(f"layer {layer.prefix.depth + 1}: {len(layer.neurons)} neurons")
        orienter.go_on_over(layer.extended())
        found = orienter.orient(layer.extended(), kinks)
    return found


def _without_unread(orienter: Orienter, layer: Layer) -> bool:
    """Take out neurons that no boundary followed over the layer reads; whether there were any."""
    unread = orienter.unread(layer.extended())
    if len(unread) == len(layer.neurons):
        return False
    for index in reversed(unread):
        layer.refused.add(layer.surfaces[index].kink.key)
        del layer.neurons[index], layer.surfaces[index]
    return bool(unread)


def _with_unseen(orienter: Orienter, layer: Layer, kinks: list[Kink]) -> bool:
    """Add a neuron that the boundaries above tell of; whether there was one."""
    if len(orienter.survey.lines) < _LINES_BEFORE or not orienter.contradicted:
        return False
    found = orienter.unseen.neuron(layer, kinks, orienter.followed(layer.extended()))
    if found is None:
        return False
    neuron, surface = found
    layer.neurons.append(neuron)
    layer.surfaces.append(surface)
    return True
