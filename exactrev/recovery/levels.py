"""Which layer a neuron belongs to where layers may read several: the one after the last it reads.

Its boundary bends at those of all layers that it reads (R&K, T1).  One that was followed over the
last known layer and bends at none of its boundaries is that layer's peer.  It was missed before, or
that layer was taken to read less than it does.
"""

from __future__ import annotations

from flint import fmpq, fmpq_mat

from exactrev.recovery.layer import Layer
from exactrev.recovery.neuron import Neuron
from exactrev.recovery.surface import Surface


def level_with_the_last(layers: list[Layer], skipping: set[int]) -> bool:
    """Whether a new layer, on top of the others, reads the last one.

    Neurons that do not are put into that one; if they read more than it does, what it reads has to
    be found anew: it is taken away, and how many are left goes into ``skipping``.
    """
    peers = peers_of_the_last(layers[-1]) if len(layers) > 2 else []
    if not peers:
        return True
    layer = layers.pop()
    if take_in(layers[-1], layer, peers):
        return True
    if layers[-1].prefix.wide:
        return False
    layers.pop()
    skipping.add(len(layers))
    return True


def peers_of_the_last(layer: Layer) -> list[int]:
    """The neurons of a layer that certainly read none of the last layer below it."""
    last = [v for v, (number, _) in enumerate(layer.prefix.values) if number == layer.prefix.depth]
    return [
        index
        for index, neuron in enumerate(layer.neurons)
        if not any(neuron.row[0, v] for v in last) and neuron.unknown.isdisjoint(last)
    ]


def take_in(below: Layer, layer: Layer, peers: list[int]) -> bool:
    """Add peers to the layer below if they read no more than it does; whether all were added."""
    places = [
        None if value not in below.prefix.values else below.prefix.values.index(value)
        for value in layer.prefix.values
    ]
    rows = [_moved(layer.neurons[index], places, below.prefix.width) for index in peers]
    if any(row is None for row in rows):
        return False
    for index, row in zip(peers, rows, strict=True):
        assert row is not None
        below.neurons.append(Neuron(row))
        below.surfaces.append(Surface(below.prefix, layer.surfaces[index].kink, oriented=True))
    return True


def _moved(neuron: Neuron, places: list[int | None], width: int) -> fmpq_mat | None:
    """A row over other values; None if something that it reads is not among them."""
    if neuron.open:
        return None
    entries = [fmpq(0)] * (width + 1)
    *weights, entries[width] = neuron.row.entries()
    for place, weight in zip(places, weights, strict=True):
        if weight and place is None:
            return None
        if weight and place is not None:
            entries[place] = weight
    return fmpq_mat(1, width + 1, entries)
