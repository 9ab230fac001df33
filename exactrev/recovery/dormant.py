"""On which side of its boundary a neuron lies where what is open of it matters.

From the boundary, rays go straight on until they come to a cell where an open direction of the
neuron is not 0.  Up to there its row tells on which side they are.  If every ray that comes to such
a cell comes from the same side, the boundary was seen nowhere near what is open, and the neuron
lies on that side of its boundary wherever that matters, unless the boundary has a part that lies
apart.  No query is asked.
"""

from __future__ import annotations

from dataclasses import replace

from flint import fmpq, fmpz

from exactrev.recovery.geometry import form_at
from exactrev.recovery.layer import Layer
from exactrev.recovery.local import combined, unit_scale
from exactrev.recovery.neuron import Direction, Neuron
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.rays import first_crossing
from exactrev.recovery.surface import Surface
from exactrev.recovery.survey import Survey

#: Rays sent out for a neuron, and cells that each passes at most.
_RAYS = 80
_CELLS = 60
#: How far past a wall a ray goes on.
_PAST = fmpq(1, fmpz(1) << 200)


def mark_dormant(survey: Survey, layer: Layer) -> bool:
    """Turn the layer's neurons so that what is open of them matters where z < 0, if rays say so.

    Such directions are marked dormant; whether any direction is marked that was not.
    """
    before = [neuron.open for neuron in layer.neurons]
    for j, (neuron, surface) in enumerate(zip(layer.neurons, layer.surfaces, strict=False)):
        if neuron.open and not any(direction.dormant for direction in neuron.open):
            layer.neurons[j] = _marked(survey, neuron, surface)
    return before != [neuron.open for neuron in layer.neurons]


def _marked(survey: Survey, neuron: Neuron, surface: Surface) -> Neuron:
    """The neuron, turned if need be, with its one-sided directions marked."""
    seen = _sides(survey, neuron, surface)
    ways = [side for sides in seen if len(sides) == 1 for side in sides]
    above = 2 * sum(ways) > len(ways)
    # what no ray came to first lies behind what others came to
    marked = tuple(
        replace(direction, dormant=bool(ways) and sides <= {above})
        for direction, sides in zip(neuron.open, seen, strict=True)
    )
    return Neuron(neuron.row * (-1 if above else 1), marked)


def _sides(survey: Survey, neuron: Neuron, surface: Surface) -> list[set[bool]]:
    """For each open direction the sides (z > 0) from which rays came to where it matters."""
    seen: list[set[bool]] = [set() for _ in neuron.open]
    for _ in range(_RAYS):
        survey.probe.oracle.check_time()
        place = survey.random.choice(surface.waypoints)
        met = _ray(surface.prefix, neuron, place.point, survey.random_vector())
        if met is not None:
            side, matters = met
            for sides, direction in zip(seen, neuron.open, strict=True):
                if direction in matters:
                    sides.add(side)
    return seen


def _ray(
    prefix: Prefix, neuron: Neuron, start: tuple[fmpq, ...], way: list[fmpq]
) -> tuple[bool, list[Direction]] | None:
    """The side on which a ray is when it comes to what is open, and the directions that matter."""
    here, cell = list(start), prefix.cell(start)
    for _ in range(_CELLS):
        crossing = first_crossing(cell, here, way)
        if crossing is None or not prefix.certain(cell):
            return None
        form = prefix.local_form(cell, neuron.row)
        here = combined(here, crossing.distance, way)
        value = form_at(form, here)
        here = combined(here, _PAST * unit_scale(way), way)
        cell = prefix.cell(here)
        matters = [d for d in neuron.open if not prefix.vanish(cell, [d.row])]
        if matters:
            return (bool(value > 0), matters) if value else None
    return None
