"""Proofs of the same thing, worked on in turns: a tree of cells, and leaves ``vanishes``.

Each may be short where the others are hopeless, and no one knows beforehand.  So the turns grow
twice as long each time, and what comes out takes a few times as long as the fastest one alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import comb
from random import Random
from tempfile import TemporaryFile
from typing import TextIO

from exactrev.equivalence.sampling import chords
from exactrev.equivalence.vanishing import Vanishing
from exactrev.lp.highs import is_installed
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network.evaluation import preactivation_batches
from exactrev.network.model import Network

#: Steps of a tree of cells that take as long as a node of the other one, in small networks.
_STEPS = 100
#: The number of neurons and inputs up to which a node costs no more than that; then it grows as the
#: cube, as linear programs do.
_SMALL = 64
#: Without floats a node takes so many times as long.
_SLOW = 50
#: The nodes of the first turn: at most so many, and at most one for so many cells.
_FIRST, _CELLS = 2048, 64
_BEGIN = 64  # nodes of the first turn of several attempts
_MANY = 400  # neurons: more are not tried
_FEW = 16  # nodes: where the first turns have fewer, it is worth while to see some cells first


@dataclass(frozen=True)
class Cost:
    """The nodes of the first turn, and the steps of a tree of cells that one of them is worth; and
    how many steps are seen before."""

    nodes: int
    steps: int
    before: int = 0

    def in_part(self, of: int) -> Cost:
        """The cost in one of so many parts of the domain."""
        return Cost(max(2, self.nodes // of), self.steps)


def cost_of(network: Network, domain: Polyhedron, tree_first: bool) -> Cost | None:
    """What a race about a network on a domain may cost; None if there is no use in one.

    ``tree_first`` if the tree of cells may well be short.
    """
    neurons = sum(layer.size for layer in network.hidden)
    if not 0 < neurons <= _MANY:
        return None
    size = neurons + network.inputs
    factor = max(1.0, (size / _SMALL) ** 3) * (1 if is_installed() else _SLOW)
    cells = _expected_cells(network, domain, neurons)
    nodes = min(_FIRST, cells // _CELLS) / factor
    before = _FEW * _STEPS if tree_first or nodes < _FEW else 0
    return Cost(max(2, round(nodes)), round(_STEPS * factor), before)


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
    steps: Iterator[str],
    others: Callable[[], Sequence[Vanishing]],
    cost: Cost,
    stop: Callable[[], bool],
) -> Iterator[str]:
    """The steps, or the lines of that one of the other proofs which is done before.

    Once ``stop`` says so, or another attempt is refuted, the steps are all that is asked for.
    Attempts that were made before go on where their turns would have been.
    """
    nodes = until = cost.nodes
    with TemporaryFile("w+", encoding="ascii") as kept:
        whole = _is_taken(steps, kept, cost.before)
        attempts = () if whole or stop() else others()
        while not (whole or stop() or any(attempt.refuted for attempt in attempts)):
            done = _first_proved(attempts, until, stop)
            if done is not None:
                yield from done.lines
                return
            whole = _is_taken(steps, kept, nodes * cost.steps)
            nodes *= 2
            until += nodes
        kept.seek(0)
        yield from (line.removesuffix("\n") for line in kept)
        yield from steps


def _first_proved(
    attempts: Sequence[Vanishing], until: int, stop: Callable[[], bool]
) -> Vanishing | None:
    """The attempt that is done first, if one is with so many nodes; they take turns as well."""
    nodes = min(_BEGIN, until)
    while True:
        for attempt in attempts:
            attempt.run(nodes, stop)
            if attempt.proved:
                return attempt
        if nodes == until:
            return None
        nodes = min(2 * nodes, until)


def _is_taken(steps: Iterator[str], kept: TextIO, count: int) -> bool:
    """Keep so many steps; whether there are no more."""
    left = count
    for step in islice(steps, count):
        kept.write(step + "\n")
        left -= 1
    return left > 0
