"""The claim ``boundaries``: the lines that follow from a complete list of faces."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

from exactrev.arrangement.boundary_sets import Boundaries
from exactrev.arrangement.exploration import Exploration
from exactrev.arrangement.forms import ZERO
from exactrev.arrangement.graphs import boundary_components, intersection_graph
from exactrev.arrangement.regions import Regions


def boundaries_certificate(search: Exploration) -> Iterator[str]:
    """The certificate of how each neuron's boundary hangs together and which of them meet.

    The search is run first, its lines being kept on disk.  Where the claim ``boundaries`` cannot
    be made (the search was broken off, or a neuron vanishes on a lower face where it need not: no
    general position), the lines are those of the claim ``regions``.
    """
    with tempfile.TemporaryFile("w+", encoding="ascii") as spool:
        spool.writelines(line + "\n" for line in search.lines())
        spool.seek(0)
        more = statements(search.result())
        for line in spool:
            text = line.rstrip("\n")
            if more is not None and text == "claim regions A":
                yield "claim boundaries A"
            elif more is not None and text == "end":
                yield from more
                yield "end"
            else:
                yield text


def statements(found: Regions) -> list[str] | None:
    """What the claim states after the faces; None if it cannot be made."""
    needed = min(2, found.network.inputs)
    if not found.complete or len(found.counts) != needed + 1:
        return None
    if any((found.face_signs(k) == ZERO).any() for k in range(1, needed + 1)):
        return None
    return list(_statements(Boundaries.of(found)))


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
