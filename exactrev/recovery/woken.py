"""Weights of a neuron that its own boundary does not show, told by the boundaries above it.

Where what is open of a neuron matters, its boundary was not seen, and the neuron is on or off as a
whole (it is *dormant* as its row points).  If the neuron proves to point the other way, it is on
there, and each reader's boundary holds u t_m d_m for every open direction d_m, u being the weight
with which the neuron is read.  u is known from where the two boundaries meet, so that one equation
for each reader and direction tells t_m.
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq

from exactrev.exact.linear import LinearSystem
from exactrev.recovery.layer import Layer
from exactrev.recovery.neuron import Neuron
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.surface import Surface
from exactrev.recovery.walk import Tally, Walker

#: Boundaries that are followed at most to where one open direction of a neuron begins to matter.
_READERS = 3


def open_parts(
    prefix: Prefix, surfaces: Sequence[Surface], flips: Sequence[bool]
) -> tuple[fmpq | None, ...]:
    """How much of each dormant direction its neuron's row has, or None where nothing tells.

    The ``surfaces`` are over the prefix, which is not oriented yet; ``flips`` say which of its
    neurons are relu(-z).  Nothing tells of the others: what is open of them does not matter.
    """
    dormant = prefix.dormant
    joint = LinearSystem(len(dormant))
    for surface in surfaces:
        trial = joint.copy()
        if all(trial.add(row[:-1], row[-1]) for row in _equations(surface, flips)):
            joint = trial
    return tuple(joint.unit(m) for m in range(len(dormant)))


def lacking(prefix: Prefix, flips: Sequence[bool], parts: Sequence[fmpq | None]) -> bool:
    """Whether something is left open that matters."""
    pairs = zip(prefix.dormant, parts, strict=False)
    return any(part is None and flips[j] for (j, _), part in pairs)


def sought_parts(
    walker: Walker, prefix: Prefix, surfaces: Sequence[Surface], flips: Sequence[bool]
) -> tuple[fmpq | None, ...]:
    """The same after walking, where something is left that matters, to where it begins to."""
    parts = open_parts(prefix, surfaces, flips)
    for m, (j, row) in enumerate(prefix.dormant):
        readers = [surface for surface in surfaces if surface.weight(j)] if flips[j] else []
        for surface in readers[-_READERS:]:
            if parts[m] is not None:
                break
            below = surface.prefix.below
            assert below is not None
            for value, x in enumerate(row.entries()[:-1]):
                if x and below.values[value][0]:
                    target = below.values[value]
                    walker.walk(surface, walker.nearest(surface, target), target, Tally())
            parts = open_parts(prefix, surfaces, flips)
    return parts


def _equations(surface: Surface, flips: Sequence[bool]) -> list[list[fmpq]]:
    """The surface's equations on the t_m alone, each as coefficients followed by the value."""
    dormant, width = surface.prefix.dormant, surface.prefix.width
    weights = [surface.weight(i) for i in range(width)]
    unknown = [i for i in range(width) if weights[i] is None]
    # of a neuron whose weight is not known the products u t_m are unknown as a whole
    loose = [m for m, (i, _) in enumerate(dormant) if flips[i] and weights[i] is None]
    system = LinearSystem(len(unknown) + 1 + len(loose) + len(dormant))
    for row in surface.system.rows():
        products = row[2 * width + 1 : -1]
        on = [row[i] + (row[width + 1 + i] if flips[i] else 0) for i in range(width)]
        known = sum((on[i] * w for i, w in enumerate(weights) if w is not None), fmpq(0))
        tail = [
            products[m] * weight if flips[i] and (weight := weights[i]) is not None else fmpq(0)
            for m, (i, _) in enumerate(dormant)
        ]
        head = [*(on[i] for i in unknown), row[width], *(products[m] for m in loose)]
        if not system.add([*head, *tail], row[-1] - known):
            return []
    skip = len(unknown) + 1 + len(loose)
    return [row[skip:] for row in system.rows() if not any(row[:skip])]


def with_open_parts(layer: Layer, parts: Sequence[fmpq | None]) -> bool:
    """Give a layer's neurons what was found of their dormant directions; whether it was any.

    ``parts`` are in the order in which the layer's prefix lists those directions.
    """
    waiting = iter(parts)
    for j, neuron in enumerate(layer.neurons):
        row, left = neuron.row, []
        for direction in neuron.open:
            part = next(waiting) if direction.dormant else None
            if part is None:
                left.append(direction)
            else:
                row = row + direction.row * part
        if len(left) < len(neuron.open):
            layer.neurons[j] = Neuron(row, tuple(left))
    return any(part is not None for part in parts)
