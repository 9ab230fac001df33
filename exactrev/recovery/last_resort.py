"""How a layer is oriented with all that there is of it."""

from __future__ import annotations

from exactrev.recovery.both_sides import marked_or_met
from exactrev.recovery.geometry import Kink
from exactrev.recovery.layer import Layer
from exactrev.recovery.orienting import Oriented, Orienter
from exactrev.recovery.standing import let_parts_stand


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
        found = orienter.orient(layer.extended(), kinks)
        if found is not None or layer.finished:
            return found
    stand = let_parts_stand(layer)
    if not (marked_or_met(orienter.walker, layer) or stand) and tried:
        return None
    return orienter.orient(layer.extended(), kinks)
