"""The proof that the only point of a domain does not have a property."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flint import fmpq

from exactrev.lp.polyhedron import value
from exactrev.network.evaluation import preactivations
from exactrev.network.model import Network
from exactrev.verification.instance import Part


def point_steps(joint: Network, part: Part, point: Sequence[fmpq]) -> Iterator[str]:
    """The steps of a part in no free inputs, from ``inside`` on; no conjunction holds there."""
    yield "inside"
    *hidden, outputs = preactivations(joint, point)
    number = 0
    for z in (z for layer in hidden for z in layer):
        yield f"zero {number}" if z == 0 else f"{'on' if z > 0 else 'off'} {number} 1 0"
        number += 1
    for place, bounds in enumerate(part.conjunctions):
        found = [value(bound.form, (*point, *outputs)) for bound in bounds]
        broken = next(i for i, x in enumerate(found) if x < 0 or (x == 0 and bounds[i].strict))
        yield f"violated {place} 0 {number + broken} 1"
        number += len(bounds)
