"""Why something of a recovery is left open, in words a person can act on."""

from __future__ import annotations

from dataclasses import dataclass

from exactrev.equivalence import Equivalence
from exactrev.recovery.reconstruction import Reconstruction


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
                f"weight {depth}:{j} of {depth - 1}:{i}",
                "the boundaries of the two neurons were not seen to meet, and no place was found "
                "where both are on and f shows the weight; 0 was taken",
            )
            for j, i in reconstruction.assumed
        )
    items = [Unresolved("search", stopped)] if stopped else []
    if reconstruction.layers:
        for j, neuron in enumerate(reconstruction.layers[-1].neurons):
            items += [
                Unresolved(
                    f"weight {depth}:{j} of {depth - 1}:{i}",
                    "the boundaries of the two neurons were not seen to meet",
                )
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


def unproved_reasons(found: Equivalence) -> tuple[Unresolved, ...]:
    """Why a network that agrees with f wherever it was asked is not proved equal to the given
    one.
    """
    if found.witness is not None:
        return (
            Unresolved(
                "function",
                "the result differs from the network at an exact input that no query came near",
            ),
        )
    return (
        Unresolved(
            "proof",
            "the result is not isomorphic to the network, also not after removing what plainly "
            "cannot matter; no input is known where they differ",
        ),
    )
