"""Why something of a recovery is left open, in words a person can act on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from exactrev.equivalence import Equivalence
from exactrev.equivalence.turning import counterparts
from exactrev.network.model import Network
from exactrev.network.reduction import reduce_structurally
from exactrev.recovery.layer import Layer
from exactrev.recovery.missing import SAMPLES, gaps, shown_by, times_on
from exactrev.recovery.reconstruction import Reconstruction


@dataclass(frozen=True)
class Unresolved:
    """Something left open: ``what`` (a neuron ``L:i``, weights, a layer) and the ``reason``."""

    what: str
    reason: str


def unresolved_of(reconstruction: Reconstruction, stopped: str) -> tuple[Unresolved, ...]:
    """What the search itself left open; nothing if it found a whole network.

    Neurons are named as in the layers found.  Without a whole network the items cover all that it
    has: weights of the neurons found, boundaries that show too little for a neuron, the directions
    of the last layer, whatever may lie above it, and the output.
    """
    if reconstruction.network is not None:
        return tuple(
            Unresolved(
                f"weight {weight.number}:{weight.neuron} of "
                + _read(reconstruction.layers[weight.number - 1].prefix.values, weight.below),
                "the boundaries of the two neurons were not seen to meet, and no place was found "
                "where both are on and f shows the weight; it was set so that the neuron stays "
                "as it was seen",
            )
            for weight in reconstruction.assumed
        )
    items = [Unresolved("search", stopped)] if stopped else []
    for number, layer in enumerate(reconstruction.layers, 1):
        items += _open_weights(number, layer)
        items += [Unresolved(f"a neuron of layer {number}", shown_by(p)) for p in layer.parts]
    return (*items, *_above(reconstruction, bool(stopped)))


def _above(reconstruction: Reconstruction, stopped: bool) -> Iterator[Unresolved]:
    """What is not known of the last layer found, of what reads it, and of the output."""
    layers = reconstruction.layers
    if layers:
        yield Unresolved(
            f"directions of layer {len(layers)}",
            "which way its neurons point is told by what reads them, of which nothing was "
            "settled: each may be relu(-z) where the result has relu(z)",
        )
    left = len(reconstruction.unexplained())
    if left:
        open = [sum(len(neuron.unknown) for neuron in layer.neurons) for layer in layers]
        lacking = [f"{n} weights of layer {k}" for k, n in enumerate(open, 1) if n]
        following = f"; they are followed over what is found, where {', '.join(lacking)} are open"
        yield Unresolved(
            f"layer {len(layers) + 1} and above",
            f"{left} of the kinks seen lie on boundaries that could not be attributed to neurons, "
            f"of these layers or such as are missing below{following if lacking else ''}",
        )
        said = "it is found over all hidden layers, which are not known"
    elif stopped:
        said = (
            "it was not found before the search ended; every kink seen is of a neuron found, but "
            "there may be neurons and layers that no line has shown yet"
        )
    else:
        said = "no output layer over the neurons found agrees with f"
    yield Unresolved("output layer", said)


def missing_of(
    network: Network, reconstruction: Reconstruction, seed: int
) -> tuple[Unresolved, ...]:
    """What the layers found lack of the network that was given; neurons are named as in that."""
    return tuple(
        Unresolved(gap.what, gap.reason) for gap in gaps(network, reconstruction, Random(seed))
    )


def _open_weights(number: int, layer: Layer) -> Iterator[Unresolved]:
    """The open weights of a layer, those of a neuron that have the same reason together."""
    for j, neuron in enumerate(layer.neurons):
        if not neuron.unknown:
            continue
        cells = [place.cell for place in layer.surfaces[j].waypoints]
        values = layer.prefix.values
        hidden = [v for v in sorted(neuron.unknown) if not any(c.on(*values[v]) for c in cells)]
        apart = sorted(neuron.unknown.difference(hidden))
        taken = (
            "; where they matter it was taken to be on, or off, as a whole"
            if any(direction.dormant for direction in neuron.open)
            else ""
        )
        if hidden:
            yield Unresolved(
                _weights(number, j, [values[v] for v in hidden]),
                f"at all {len(cells)} places where the boundary of {number}:{j} was followed "
                f"these neurons are off, so that it does not show the weights{taken}",
            )
        if apart:
            yield Unresolved(
                _weights(number, j, [values[v] for v in apart]),
                f"the boundary of {number}:{j} was not seen to meet those of these neurons, and "
                f"where they are on only sums of what they add are seen{taken}",
            )


def _read(values: Sequence[tuple[int, int]], place: int) -> str:
    """What a place of a row is of, the last one being the bias."""
    return _named(values[place]) if place < len(values) else "the constant 1"


def _named(value: tuple[int, int]) -> str:
    layer, index = value
    return f"{layer}:{index}"


def _weights(number: int, neuron: int, below: list[tuple[int, int]]) -> str:
    listed = ", ".join(map(_named, below))
    return f"weights of {number}:{neuron} (numbered as found) for {listed}"


def unproved_reasons(found: Equivalence, seed: int) -> tuple[Unresolved, ...]:
    """Why a network that agrees with f wherever it was asked is not proved equal to the given one.

    Every neuron of the given network (less those that plainly cannot matter) that the result has
    no counterpart of is named, with what a sample of exact points shows of it.
    """
    if found.witness is not None:
        general = Unresolved(
            "function",
            "the result differs from the network at an exact input that no query came near",
        )
    else:
        general = Unresolved(
            "proof",
            "the result is not isomorphic to the network, also not after removing what plainly "
            "cannot matter; no input is known where they differ",
        )
    return (general, *_without_counterpart(found, seed))


def _without_counterpart(found: Equivalence, seed: int) -> list[Unresolved]:
    reduced = reduce_structurally(found.a)
    matched = counterparts(reduced.network, reduce_structurally(found.b).network)
    present = {(number, index) for (number, _), (index, _) in matched.items()}
    on = times_on(found.a, Random(seed))
    items = []
    for number, names in enumerate(reduced.names, 1):
        for index, name in enumerate(names):
            if (number, index) not in present:
                items.append(Unresolved(f"neuron {name}", _seen(on[name.layer - 1][name.place])))
    return items


def _seen(count: int) -> str:
    if count == 0:
        return f"always off: not once on at {SAMPLES} random points"
    if count == SAMPLES:
        return f"always on: not once off at {SAMPLES} random points; its part is folded"
    return (
        f"on at {count} of {SAMPLES} random points; not found with all its weights, or it reads "
        "a neuron that was not"
    )
