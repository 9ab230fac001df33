"""Boundaries that must go through where an open weight begins to matter.

If the neuron is on in one such place and off in another, its boundary crosses that of what it reads
with the weight: it is sought there, and the crossing tells the weight.
"""

from __future__ import annotations

from exactrev.recovery.dormant import mark_dormant
from exactrev.recovery.hidden_layer import surface_neuron
from exactrev.recovery.layer import Layer
from exactrev.recovery.neuron import Neuron
from exactrev.recovery.standing import standing_neuron
from exactrev.recovery.surface import Surface
from exactrev.recovery.walk import Tally, Walker

#: Rounds of seeking: what one crossing shows may show the way to another.
_ROUNDS = 3


def marked_or_met(walker: Walker, layer: Layer) -> bool:
    """Mark what is dormant of a layer, and seek the boundaries of what proves not to be.

    Whether anything was marked or learned.
    """
    some = mark_dormant(walker.survey, layer)
    for _ in range(_ROUNDS):
        met = [_met(walker, layer, index) for index in range(len(layer.surfaces))]
        if not any(met):
            break
        some = True
        mark_dormant(walker.survey, layer)
    return some


def _met(walker: Walker, layer: Layer, index: int) -> bool:
    """Whether a neuron learns weights of values on both sides of whose boundaries it is."""
    neuron, surface = layer.neurons[index], layer.surfaces[index]
    awake = [d.value for d in neuron.open if not d.dormant and d.is_weight]
    marked = any(direction.dormant for direction in neuron.open)
    if not awake or (not marked and len(awake) > 1):
        return False  # hardly anything of it was seen
    before = surface.system.rank
    for value in awake:
        rank = surface.system.rank
        if surface.climbed_at.get(value) != rank and surface.weight(value) is None:
            surface.climbed_at[value] = rank
            walker.survey.probe.oracle.check_time()
            reach = walker.reach
            place = reach.climbed(surface, value) or reach.towards(surface, value)
            if place is not None:
                surface.waypoints.append(place)
                walker.walk(surface, place, surface.prefix.values[value], Tally())
    if surface.system.rank == before or not surface.consistent:
        return False
    layer.neurons[index] = _learned(surface, neuron)
    return True


def _learned(surface: Surface, neuron: Neuron) -> Neuron:
    return surface_neuron(surface) or standing_neuron(surface) or neuron
