"""Why something of a recovery is left open, in words a person can act on."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from flint import fmpq

from exactrev.equivalence import Equivalence
from exactrev.equivalence.turning import counterparts
from exactrev.network.evaluation import Batch, preactivation_batches
from exactrev.network.model import Network
from exactrev.network.reduction import reduce_structurally
from exactrev.recovery.reconstruction import Reconstruction

#: Points at which a neuron that was not found is looked at (a multiple of 4).
_SAMPLES = 2000


@dataclass(frozen=True)
class Unresolved:
    """Something left open: ``what`` (a neuron ``L:i``, a weight, a layer) and the ``reason``."""

    what: str
    reason: str


def unresolved_of(reconstruction: Reconstruction, stopped: str) -> tuple[Unresolved, ...]:
    """What the search itself left open; nothing if it found a whole network."""
    depth = len(reconstruction.layers)
    if reconstruction.network is not None:
        return tuple(
            Unresolved(
                f"weight {weight.number}:{weight.neuron} of {weight.number - 1}:{weight.below}",
                "the boundaries of the two neurons were not seen to meet, and no place was found "
                "where both are on and f shows the weight; 0 was taken",
            )
            for weight in reconstruction.assumed
        )
    items = [Unresolved("search", stopped)] if stopped else []
    items += [
        Unresolved(
            f"weight {number}:{j} of {number - 1}:{i}",
            "the boundaries of the two neurons were not seen to meet",
        )
        for number, layer in enumerate(reconstruction.layers, 1)
        for j, neuron in enumerate(layer.neurons)
        for i in sorted(neuron.unknown)
    ]
    left = len(reconstruction.unexplained())
    if left:
        items.append(
            Unresolved(
                f"layer {depth + 1} and above",
                f"{left} of the kinks seen lie on boundaries that could not be attributed to "
                "neurons",
            )
        )
    elif not items:
        items.append(
            Unresolved("output layer", "no output layer over the neurons found agrees with f")
        )
    return tuple(items)


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
    on = _times_on(found.a, Random(seed))
    items = []
    for number, names in enumerate(reduced.names, 1):
        for index, name in enumerate(names):
            if (number, index) not in present:
                items.append(Unresolved(f"neuron {name}", _seen(on[name.layer - 1][name.place])))
    return items


def _seen(count: int) -> str:
    if count == 0:
        return f"always off: not once on at {_SAMPLES} random points"
    if count == _SAMPLES:
        return f"always on: not once off at {_SAMPLES} random points; its part is folded"
    return (
        f"on at {count} of {_SAMPLES} random points; not found with all its weights, or it reads "
        "a neuron that was not"
    )


def _times_on(network: Network, random: Random) -> list[list[int]]:
    """At how many of the sample's points each hidden neuron is on."""
    points = [
        [fmpq(int(random.gauss(0, size) * 1024), 1024) for _ in range(network.inputs)]
        for size in (0.5, 2.0, 8.0, 64.0)
        for _ in range(_SAMPLES // 4)
    ]
    batches = preactivation_batches(network, Batch.of(points, network.inputs))[:-1]
    counts = []
    for batch in batches:
        entries = batch.numerators.entries()
        rows = range(0, len(entries), _SAMPLES)
        counts.append([sum(z > 0 for z in entries[i : i + _SAMPLES]) for i in rows])
    return counts
