"""How a layer is oriented with all that there is of it."""

from __future__ import annotations

from exactrev.recovery.both_sides import marked_or_met
from exactrev.recovery.geometry import Kink
from exactrev.recovery.layer import Layer
from exactrev.recovery.orienting import Oriented, Orienter
from exactrev.recovery.standing import let_parts_stand

#: Lines scanned before parts of boundaries stand for neurons.
_LINES_TO_STAND = 7
#: Lines scanned before a neuron that is missing is sought by what reads it.
_LINES_BEFORE = 3


def oriented_at_last(orienter: Orienter, layer: Layer, kinks: list[Kink]) -> Oriented | None:
    """How a layer is oriented by the boundaries through these kinks, with all that there is of it.

    If what is known for certain does not do, its parts stand for neurons, and neurons are taken to
    be off, or on, as a whole where what is open of them matters, but where they prove to be both.
    """
    partly = sum(bool(neuron.open) for neuron in layer.neurons)
    resorted = any(direction.dormant for neuron in layer.neurons for direction in neuron.open)
    # where something of most neurons is open hardly a cell is certain
    tried = 2 * partly <= len(layer.neurons) and not resorted
    if tried:
        found = _oriented(orienter, layer, kinks)
        if found is not None or layer.finished:
            return found
    # in two inputs boundaries are curves, most of which do not meet: other lines show no more
    plane = layer.prefix.inputs == 2
    if layer.parts and not plane and len(orienter.survey.lines) < _LINES_TO_STAND:
        return None
    stand = let_parts_stand(layer)
    if not (marked_or_met(orienter.walker, layer) or stand) and tried:
        return None
    return _oriented(orienter, layer, kinks)


def _oriented(orienter: Orienter, layer: Layer, kinks: list[Kink]) -> Oriented | None:
    """How a layer is oriented by the boundaries through these kinks.

    Where those followed do not tell, neurons that none of them reads leave the layer.  Where they
    contradict each other a neuron may be missing that they tell of.
    """
    found = orienter.orient(layer.extended(), kinks)
    while found is None and len(layer.surfaces) == len(layer.neurons):
        if not _without_unread(orienter, layer) and not _with_unseen(orienter, layer, kinks):
            break
        orienter.survey.report(f"layer {layer.prefix.depth + 1}: {len(layer.neurons)} neurons")
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
