"""Which neurons of a result are which of a network's, also where a result is not complete.

>>> truth = Network.dense([([[2, 4], [1, 1]], [6, 0]), ([[1, 1]], [0])])
>>> part = Network.dense([([[-1, -2]], [-3]), ([[0]], [0])])
>>> {str(name): (c.index, str(c.factor)) for name, c in counterparts(truth, part).items()}
{'1:0': (0, '-1/2')}
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from flint import fmpq

from exactrev.network.model import Network
from exactrev.network.reduction import Name

#: A neuron's weights by what they read, and its bias as None; no zeros.
_Row = dict[Name | None, fmpq]


@dataclass(frozen=True)
class Counterpart:
    """The neuron (``layer``, ``index``) of a result whose row is ``factor`` times a network's.

    ``whole``: in all numbers; else in most of those that the result has.
    """

    layer: int
    index: int
    factor: fmpq
    whole: bool


def counterparts(truth: Network, found: Network) -> dict[Name, Counterpart]:
    """For neurons of the network, by name, what they are in the result: at most one each.

    Layer by layer, with the columns of what was matched below identified.  Neurons of the first
    layer and neurons with a single number must agree in all of it.
    """
    matched: dict[Name, Counterpart] = {}
    columns = {Name(0, i): (Name(0, i), fmpq(1)) for i in range(truth.inputs)}
    rows = {name: _row(truth, name) for name in _names(truth)}
    for number in range(1, len(found.hidden) + 1):
        for whole in (True, False):
            for index in range(found.hidden[number - 1].size):
                name = Name(number, index)
                row = None if name in columns else _in_terms_of(_row(found, name), columns)
                if row is None:
                    continue
                same = _best(row, rows, matched, number, whole)
                if same is not None:
                    owner, factor = same
                    matched[owner] = Counterpart(number, index, factor, whole)
                    columns[name] = owner, factor
    return matched


def _best(
    row: tuple[_Row, bool],
    rows: dict[Name, _Row],
    matched: dict[Name, Counterpart],
    number: int,
    whole: bool,
) -> tuple[Name, fmpq] | None:
    """The neuron not matched yet that agrees best with a row, and the row over its own."""
    mine, complete = row
    best, most = None, 1
    for name, theirs in rows.items():
        if name in matched:
            continue
        if whole:
            factor = _multiple(mine, theirs) if complete else None
            if factor is not None:
                return name, factor
        elif name.layer == number > 1:
            ratios = Counter(mine[key] / theirs[key] for key in mine if key in theirs)
            for factor, count in ratios.most_common(1):
                if count > most and 2 * count > len(mine):
                    best, most = (name, factor), count
    return best


def _multiple(row: _Row, other: _Row) -> fmpq | None:
    if row.keys() != other.keys() or not row:
        return None
    some = next(iter(row))
    factor = row[some] / other[some]
    return factor if all(value == factor * other[key] for key, value in row.items()) else None


def _in_terms_of(row: _Row, columns: dict[Name, tuple[Name, fmpq]]) -> tuple[_Row, bool]:
    """A row with its columns named as in the network, and whether all have such a name."""
    mapped: _Row = {}
    complete = True
    for key, value in row.items():
        if key is None:
            mapped[None] = value
        elif key in columns:
            name, factor = columns[key]
            mapped[name] = value * abs(factor)
        else:
            complete = False
    return mapped, complete


def _names(network: Network) -> Iterator[Name]:
    for number, layer in enumerate(network.hidden, 1):
        for index in range(layer.size):
            yield Name(number, index)


def _row(network: Network, name: Name) -> _Row:
    layer = network.layers[name.layer - 1]
    bias = layer.bias[name.place, 0]
    row: _Row = {None: bias} if bias else {}
    for source, matrix in layer.weights:
        for place in range(matrix.ncols()):
            if matrix[name.place, place]:
                row[Name(source, place)] = matrix[name.place, place]
    return row
