"""Weights that never matter made equal in two networks: steps ``apart`` (format, section 6.1).

>>> hidden = ([[1, 0], [0, 1]], [0, 0]), ([[1, -3], [-1, 2], [1, 1]], [0, 1, 2])
>>> a, b = (Network.dense([*hidden, ([[1, w, -9]], [-1]), ([[1]], [0])]) for w in (-9, -7))
>>> names = [[Name(number, k) for k in range(3)] for number in (1, 2, 3)]
>>> found = reweighed(a, b, names)
>>> found is not None and found.network == b
True
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from flint import fmpq, fmpq_mat

from exactrev.equivalence.neuron_rows import Row, neuron_rows
from exactrev.equivalence.never import never_together
from exactrev.equivalence.partial_matching import Counterpart, counterparts
from exactrev.network.model import Layer, Network
from exactrev.network.reduction import Name


@dataclass(frozen=True)
class Reweighed:
    """A network with other weights, and the lines of a certificate that say why it is the same
    function.
    """

    network: Network
    lines: tuple[str, ...]


def reweighed(
    a: Network, b: Network, names: Sequence[Sequence[Name]], deadline: float = inf
) -> Reweighed | None:
    """The network a with those weights as in b that are of neurons nowhere on together.

    None where a neuron differs from its counterpart in b for other reasons, as far as is known by
    the ``deadline``.  Lines name the neurons of a as in ``names``, layer by layer.
    """
    if a.architecture != b.architecture:
        return None
    matched = counterparts(a, b)
    network, lines = a, list[str]()
    for name, match in matched.items():
        if match.whole:
            continue
        for source, weight in _differences(a, b, name, matched):
            if weight is None or source.layer < 1:
                return None
            changed = _with_weight(network, name, source, weight)
            rows = [_row(each, name) for each in (network, changed)]
            larger = max(rows, key=lambda row: row.get(source, fmpq(0)))
            tree = never_together(network, source, name, larger, names, deadline)
            if tree is None:
                return None
            called = [names[n.layer - 1][n.place] for n in (name, source)]
            lines += [f"apart A {called[0]} {called[1]} {weight}", *tree]
            network = changed
    return Reweighed(network, tuple(lines)) if lines else None


def _differences(
    a: Network, b: Network, name: Name, matched: Mapping[Name, Counterpart]
) -> Iterator[tuple[Name, fmpq | None]]:
    """What of a neuron's row is not as in b, in a's scale; None where b has no such weight."""
    own = matched[name]
    mine = _row(a, name)
    theirs = _row(b, Name(own.layer, own.index))
    same_bias = mine.pop(None, fmpq(0)) * own.factor == theirs.pop(None, fmpq(0))
    if own.layer != name.layer or own.factor <= 0 or not same_bias:
        yield name, None
        return
    columns = {(0, k): ((0, k), fmpq(1)) for k in range(a.inputs)} | {
        (match.layer, match.index): (source, match.factor)
        for source, match in matched.items()
        if match.factor > 0
    }
    if not columns.keys() >= theirs.keys():
        yield name, None
        return
    other = {
        columns[key][0]: weight * columns[key][1] / own.factor
        for key, weight in theirs.items()
        if key is not None
    }
    for key in sorted(key for key in {*mine, *other} if key is not None):
        weight = other.get(key, fmpq(0))
        if weight != mine.get(key, fmpq(0)):
            yield Name(*key), weight


def _row(network: Network, name: Name) -> Row:
    return neuron_rows(network, name.layer)[name.place]


def _with_weight(network: Network, name: Name, source: Name, weight: fmpq) -> Network:
    old = network.layers[name.layer - 1]
    matrix = fmpq_mat(network.weight(name.layer, source.layer))
    matrix[name.place, source.place] = weight
    layer = Layer.of({**dict(old.weights), source.layer: matrix}, old.bias.entries())
    layers = (*network.layers[: name.layer - 1], layer, *network.layers[name.layer :])
    return Network(network.inputs, layers)
