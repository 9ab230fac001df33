"""The claim ``boundaries``: the lines that follow from a complete list of faces."""

from __future__ import annotations

from collections.abc import Iterator

from exactrev.arrangement.boundary_sets import Boundaries
from exactrev.arrangement.forms import ZERO
from exactrev.arrangement.graphs import boundary_components, intersection_graph
from exactrev.arrangement.regions import Exploration
from exactrev.errors import InputError


def boundaries_certificate(search: Exploration) -> Iterator[str]:
    """The certificate of how each neuron's boundary hangs together, as the search goes on.

    Raises InputError, after the search, if it was broken off or if the arrangement is not in
    general position (a neuron vanishes on a lower face where it need not); ``search.result()``
    is then still there.
    """
    for line in search.lines():
        if line == "claim regions A":
            yield "claim boundaries A"
        elif line != "end":
            yield line
    found = search.result()
    if not found.complete:
        raise InputError("the search was broken off")
    if any((found.face_signs(k) == ZERO).any() for k in range(1, len(found.counts))):
        raise InputError("the boundaries are not in general position")
    yield from _statements(Boundaries.of(found))
    yield "end"


def _statements(boundaries: Boundaries) -> Iterator[str]:
    shift = len(boundaries.cells.found.domain.rows)
    number = {name: neuron for neuron, name in enumerate(boundaries.names)}
    for neuron in range(len(number)):
        pieces = len(boundaries.pieces(neuron))
        parts = len(boundary_components(boundaries, neuron))
        yield f"boundary {neuron + shift} {pieces} {parts}"
    pairs = [
        sorted((number[one], number[other])) for one, other in intersection_graph(boundaries).edges
    ]
    for i, j in sorted(pairs):
        yield f"meet {i + shift} {j + shift}"
