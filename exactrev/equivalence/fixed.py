"""Neurons that are nowhere on, or nowhere off, for reasons that no sign tells: proved and removed.

>>> hidden = ([[1, 0], [0, 1]], [0, 0]), ([[2, -1], [2, -1]], [-1, 0])
>>> net = Network.dense([*hidden, ([[1, -1], [3, 1]], [-1, -2]), ([[1, 1]], [0])])
>>> smaller = Network.dense([*hidden, ([[3, 1]], [-2]), ([[1]], [0])])
>>> found = without_fixed(reduce_structurally(net), smaller)
>>> found.lines[0], found.reduction.network == smaller
('dead A 3:0', True)
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from math import inf
from random import Random

from flint import fmpq

from exactrev.equivalence.neuron_rows import neuron_rows
from exactrev.equivalence.never import never_on
from exactrev.equivalence.partial_matching import counterparts
from exactrev.network.evaluation import Batch, preactivation_batches
from exactrev.network.folding import folded
from exactrev.network.model import Network
from exactrev.network.reduction import Name, Reduction, Step, reduce_structurally

#: Points at which a neuron is looked at first, and their sizes.
_SAMPLES, _SIZES = 400, (0.5, 2.0, 8.0, 64.0)
#: With more neurons than this to look at nothing is tried.
_MOST = 8


@dataclass(frozen=True)
class WithoutFixed:
    """A network without neurons that never switch, and the lines that say why, about A."""

    reduction: Reduction
    lines: tuple[str, ...] = ()


def without_fixed(reduction: Reduction, other: Network, deadline: float = inf) -> WithoutFixed:
    """A reduced network without those neurons that have no counterpart in another network and are
    proved to be nowhere on, or nowhere off.

    The reduction's own steps are not among the lines.
    """
    network, names = reduction.network, reduction.names

    def called(name: Name) -> Name:
        return names[name.layer - 1][name.place]

    known = counterparts(network, other)
    hidden = [Name(k, i) for k, layer in enumerate(network.hidden, 1) for i in range(layer.size)]
    lacking = [name for name in hidden if name not in known and name.layer > 1]
    if not lacking or len(lacking) > _MOST:
        return WithoutFixed(reduction)
    on = _times_on(network)
    lines: list[str] = []
    never, always = set[Name](), set[Name]()
    # from the top, so that a tree finds the layers below as they were
    for name in reversed(lacking):
        count = on[name.layer - 1][name.place]
        if 0 < count < _SAMPLES:
            continue
        sign = fmpq(-1 if count else 1)
        own = neuron_rows(network, name.layer)[name.place]
        tree = never_on(network, {key: sign * w for key, w in own.items()}, names, deadline)
        if tree is not None:
            (always if count else never).add(name)
            lines += [f"{'alive' if count else 'dead'} A {called(name)}", *tree]
    if not lines:
        return WithoutFixed(reduction)
    after = reduce_structurally(folded(network, never, always))
    return _then(WithoutFixed(reduction, tuple(lines)), after, never | always)


def turned_round(found: WithoutFixed, other: Network) -> tuple[WithoutFixed, set[Name]] | None:
    """The network with neurons of the last hidden layer turned round that are mostly on and that
    another one has with other weights; and what is to be turned round in that one, so that all
    neurons of the layer point the same way in both.

    A neuron that is always on with one that it reads, beside a direct connection from that one, may
    read it with any weight; turned round, it is never on with it.  None if nothing is to be turned.
    """
    network = found.reduction.network
    on = _times_on(network)
    here, there = set[Name](), set[Name]()
    for name, match in counterparts(network, other).items():
        if name.layer == len(network.hidden):
            mostly = 2 * on[name.layer - 1][name.place] > _SAMPLES
            turns = mostly and not match.whole
            if turns:
                here.add(name)
            if turns == (match.factor > 0):
                there.add(Name(match.layer, match.index))
    if not here and not there:
        return None
    after = reduce_structurally(network, turned=here)
    return _then(found, after, set()), there


def _then(found: WithoutFixed, after: Reduction, gone: Container[Name]) -> WithoutFixed:
    """What was found, and a further reduction of it, of which steps on neurons ``gone`` already
    are left out.
    """
    names = found.reduction.names

    def called(name: Name) -> Name:
        return names[name.layer - 1][name.place]

    lines = list(found.lines)
    for step in after.steps:
        if step.neuron not in gone:
            into = None if step.into is None else called(step.into)
            lines.append(Step(step.rule, called(step.neuron), into, step.scale).line("A"))
    left = tuple(tuple(called(name) for name in layer) for layer in after.names)
    return WithoutFixed(Reduction(after.network, found.reduction.steps, left), tuple(lines))


def _times_on(network: Network) -> list[list[int]]:
    """At how many points of a sample each hidden neuron is on."""
    random = Random(0)
    points = [
        [fmpq(int(random.gauss(0, size) * 1024), 1024) for _ in range(network.inputs)]
        for size in _SIZES
        for _ in range(_SAMPLES // len(_SIZES))
    ]
    batches = preactivation_batches(network, Batch.of(points, network.inputs))[:-1]
    counts = []
    for batch in batches:
        entries = batch.numerators.entries()
        counts.append(
            [
                sum(z > 0 for z in entries[start : start + _SAMPLES])
                for start in range(0, len(entries), _SAMPLES)
            ]
        )
    return counts
