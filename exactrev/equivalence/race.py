"""Two proofs of the same thing, worked on in turns: a tree of cells, and the leaf ``vanishes``.

Either may be short where the other one is hopeless, and no one knows beforehand.  So the turns grow
twice as long each time, and what comes out takes a few times as long as the faster one alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from math import comb
from random import Random
from tempfile import TemporaryFile

from exactrev.equivalence.sampling import chords
from exactrev.equivalence.vanishing import Vanishing
from exactrev.lp.highs import is_installed
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network.evaluation import preactivation_batches
from exactrev.network.model import Network

#: Steps of a tree of cells that take as long as a node of the other one, in small networks.
_STEPS = 30
#: The number of neurons up to which a node costs no more than that; then it grows as the square.
_SMALL = 60
#: Without floats a node takes so many times as long.
_SLOW = 50
#: The nodes of the first turn: at most so many, and at most one for so many cells.
_FIRST, _CELLS = 2048, 16
_MANY = 400  # neurons: more are not tried


@dataclass(frozen=True)
class Cost:
    """The nodes of the first turn, and the steps of a tree of cells that one of them is worth."""

    nodes: int
    steps: int


def cost_of(network: Network, domain: Polyhedron) -> Cost | None:
    """What a race about a network on a domain may cost; None if there is no use in one."""
    neurons = sum(layer.size for layer in network.hidden)
    if not 0 < neurons <= _MANY:
        return None
    factor = max(1.0, (neurons / _SMALL) ** 2) * (1 if is_installed() else _SLOW)
    cells = _expected_cells(network, domain, neurons)
    nodes = min(_FIRST, cells // _CELLS) / factor
    return Cost(max(2, round(nodes)), round(_STEPS * factor))


def _expected_cells(network: Network, domain: Polyhedron, neurons: int) -> int:
    """As many as are seen at points of some lines; if they are as many as the lines, then as many
    as hyperplanes in general position have."""
    seen, lines = set(), 0
    for batch in chords(domain, Random(0)):
        layers = preactivation_batches(network, batch)[:-1]
        signs = [tuple(entry > 0 for entry in layer.numerators.entries()) for layer in layers]
        lines += 1
        seen |= {
            tuple(s for layer in signs for s in layer[k :: batch.points])
            for k in range(batch.points)
        }
    if len(seen) < lines:
        return len(seen)
    return sum(comb(neurons, k) for k in range(min(network.inputs, neurons) + 1))


def first_done(
    steps: Iterator[str], attempt: Vanishing, cost: Cost, stop: Callable[[], bool]
) -> Iterator[str]:
    """The steps, or the lines of the other proof if that is done first.

    Once ``stop`` says so, or the attempt is refuted, the steps are all that is asked for.  An
    attempt that was made before goes on where its turn would have been.
    """
    nodes = until = cost.nodes
    with TemporaryFile("w+", encoding="ascii") as kept:
        while not attempt.refuted and not stop():
            attempt.run(until, stop)
            if attempt.proved:
                yield from attempt.lines
                return
            taken = 0
            for step in islice(steps, nodes * cost.steps):
                kept.write(step + "\n")
                taken += 1
            if taken < nodes * cost.steps:
                break
            nodes *= 2
            until += nodes
        kept.seek(0)
        yield from (line.removesuffix("\n") for line in kept)
        yield from steps
