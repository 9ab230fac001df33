"""Layers that stand above one which has gained neurons, where those are off.

What was found above a layer was seen where a neuron that is found last is off, as a rule: it would
have been missed there otherwise.  All of it stands, but for the weights with which the new neuron
is read, and those are found where it is on (:mod:`exactrev.recovery.open_weights`).
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq

from exactrev.exact.linear import matrix_rows, row_vector
from exactrev.recovery.layer import Layer, turned
from exactrev.recovery.neuron import Direction, Neuron
from exactrev.recovery.prefix import Prefix


def raised(layers: Sequence[Layer], depth: int) -> list[Layer] | None:
    """The layers with those above ``layers[depth]`` put on all of its neurons.

    The layer right above knows the first of them only; the others' weights there are open.  None
    if a new neuron is on at some of the places where the layer above was seen and off at others, or
    if what is known of the layers is not plain enough.
    """
    below, above = layers[depth], layers[depth + 1]
    known = above.prefix.size
    plain = not any(layer.prefix.wide for layer in layers) and not above.prefix.dormant
    if not plain or any(neuron.open for neuron in below.neurons[known:]):
        return None
    flips = _flips(below, above)
    if flips is None:
        return None
    prefix = below.extended().oriented(flips)
    found = Layer(
        prefix,
        [_widened(neuron, known, prefix) for neuron in above.neurons],
        [surface.widened(prefix) for surface in above.surfaces],
        refused=above.refused,
    )
    kept = [*layers[: depth + 1], found]
    for layer in layers[depth + 2 :]:
        kept.append(layer.over(kept[-1]))
    return kept


def _flips(below: Layer, above: Layer) -> list[bool] | None:
    """Which neurons of the lower layer are relu(-z): the new are off where others were seen."""
    assert above.prefix.rows is not None
    old = matrix_rows(above.prefix.rows)
    flips = [
        turned(row, neuron.row.entries())
        for row, neuron in zip(old, below.neurons, strict=False)
    ]
    prefix = below.extended()
    places = [place.point for surface in above.surfaces for place in surface.waypoints]
    bits = [prefix.cell(point).top_signs[len(old) :] for point in places]
    if not bits or any(each != bits[0] for each in bits):
        return None
    return [*flips, *bits[0]]


def _widened(neuron: Neuron, known: int, prefix: Prefix) -> Neuron:
    """A neuron that may read more values, with weights that are open."""
    more = range(known, prefix.width)

    def wider(row: Sequence[fmpq]) -> list[fmpq]:
        return [*row[:known], *(fmpq(0) for _ in more), row[-1]]

    old = (
        Direction(d.value, row_vector(wider(d.row.entries())), d.on, d.dormant)
        for d in neuron.open
    )
    new = (Direction.weight(value, prefix.width + 1) for value in more)
    return Neuron(row_vector(wider(neuron.row.entries())), (*old, *new))
