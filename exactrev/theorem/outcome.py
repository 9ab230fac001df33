"""What a recovery found of each neuron of the network, and what stood in the way of the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from exactrev.arrangement.boundary_sets import Boundaries
from exactrev.arrangement.forms import ON
from exactrev.equivalence.turning import counterparts
from exactrev.network.model import Network
from exactrev.recovery import Recovery
from exactrev.theorem.connection import Connection
from exactrev.theorem.meetings import Meeting
from exactrev.theorem.report import NeuronOutcome


def neuron_outcomes(
    boundaries: Boundaries,
    recovery: Recovery,
    connections: Sequence[Connection],
    meetings: Sequence[Meeting],
) -> tuple[NeuronOutcome, ...]:
    """Of every hidden neuron in turn."""
    network = boundaries.network
    found = _found(network, recovery)
    parts = {item.neuron: len(item.components) for item in connections}
    return tuple(
        NeuronOutcome(name, True)
        if name in found
        else NeuronOutcome(name, False, (
            *hindrances(boundaries, i, parts.get(name, 0), meetings),
            *_missing_sources(name, found, meetings),
        ))
        for i, name in enumerate(boundaries.names)
    )


def _found(network: Network, recovery: Recovery) -> frozenset[str]:
    """The neurons of the network with a counterpart in what was recovered."""
    if recovery.isomorphic:
        return frozenset(
            f"{number}:{i}"
            for number, layer in enumerate(network.hidden, 1)
            for i in range(layer.size)
        )
    ours = recovery.network or recovery.hidden_layers
    if ours is None:
        return frozenset()
    return frozenset(
        f"{layer}:{index}" for (layer, _), (index, _) in counterparts(network, ours).items()
    )


def hindrances(
    boundaries: Boundaries, neuron: int, parts: int, meetings: Sequence[Meeting]
) -> Iterator[str]:
    """What stands in the way of one neuron, whose boundary has so many components.

    Each sentence is true of the network: regions and boundaries are all known.
    """
    name = boundaries.names[neuron]
    on = boundaries.cells.found.signs[:, neuron] == ON
    if not on.any():
        yield "it is never on"
    elif on.all():
        yield "it is always on"
    elif not parts:
        yield "f does not bend where it switches"
    else:
        yield from _part_seen(boundaries, neuron)
    yield from _coincidence(boundaries, neuron)
    if parts > 1:
        yield f"its boundary has {parts} components"
    unmet = [item.neurons[0] for item in meetings if item.neurons[1] == name and not item.meet]
    if unmet and parts:
        yield f"its boundary does not meet that of {', '.join(unmet)}"


def _missing_sources(
    name: str, found: frozenset[str], meetings: Sequence[Meeting]
) -> Iterator[str]:
    missing = sorted({item.neurons[0] for item in meetings if item.neurons[1] == name} - found)
    if missing:
        yield f"it reads {', '.join(missing)}, not recovered either"


def _part_seen(boundaries: Boundaries, neuron: int) -> Iterator[str]:
    """Whether f bends at a part only of the facets where the neuron switches."""
    regions = boundaries.cells.signs[0][:, neuron]
    switching = [
        facet.visible
        for facet, sign in zip(
            boundaries.facets, boundaries.cells.signs[1][:, neuron].tolist(), strict=True
        )
        if sign == 0 and regions[list(facet.regions)].any()
    ]
    if not all(switching):
        yield f"f bends across {sum(switching)} of the {len(switching)} facets where it switches"


def _coincidence(boundaries: Boundaries, neuron: int) -> Iterator[str]:
    """Other neurons that vanish on every piece of the boundary."""
    pieces = boundaries.pieces(neuron)
    if pieces:
        on_pieces, in_regions = boundaries.cells.signs[1][pieces], boundaries.cells.signs[0]
        others = [
            name
            for i, name in enumerate(boundaries.names)
            if i != neuron and in_regions[:, i].any() and not on_pieces[:, i].any()
        ]
        if others:
            yield f"{', '.join(others)} vanish wherever it does"
