"""Neurons that point the other way in one of two networks.

Where a layer is read beside what it reads itself, relu(z) = z + relu(-z) makes either direction
of a neuron as good as the other, so that equal networks may differ in it.
"""

from __future__ import annotations

from flint import fmpq

from exactrev.equivalence.neuron_rows import Row, neuron_rows
from exactrev.network.model import Network
from exactrev.network.reduction import Name, Reduction

#: For a neuron (layer, index) of one network: its counterpart's index in the same layer of
#: another, and the factor, of either sign, by which its row is the counterpart's.
Counterparts = dict[tuple[int, int], tuple[int, fmpq]]


def counterparts(a: Network, b: Network) -> Counterparts:
    """The neurons of b whose rows are multiples, of either sign, of rows of a.

    Layer by layer, with the columns of what was matched below identified; neurons that read one
    without a counterpart are passed over.
    """
    columns: Counterparts = {(0, i): (i, fmpq(1)) for i in range(a.inputs)}
    for number in range(1, min(len(a.hidden), len(b.hidden)) + 1):
        targets = {}
        for index, row in enumerate(neuron_rows(a, number)):
            key, factor = _normal(row)
            targets[key] = (index, factor)
        for index, row in enumerate(neuron_rows(b, number)):
            mapped = _in_terms_of_a(row, columns)
            if mapped is None:
                continue
            key, factor = _normal(mapped)
            if key in targets:
                match, theirs = targets[key]
                columns[number, index] = (match, factor / theirs)
    return {place: found for place, found in columns.items() if place[0] > 0}


def turned_neurons(a: Network, b: Reduction) -> frozenset[Name]:
    """The neurons of b, by their names before its reduction, that are opposite to neurons of a."""
    return frozenset(
        b.names[number - 1][index]
        for (number, index), (_, factor) in counterparts(a, b.network).items()
        if factor < 0
    )


def _in_terms_of_a(row: Row, columns: Counterparts) -> Row | None:
    mapped: Row = {}
    for key, weight in row.items():
        if key is None:
            mapped[None] = weight
        elif key in columns:
            match, scale = columns[key]
            mapped[key[0], match] = weight * abs(scale)
        else:
            return None
    return mapped


def _normal(row: Row) -> tuple[tuple[object, ...], fmpq]:
    """The row over its factor, in a form that can be compared, and the factor."""
    ordered = sorted(row.items(), key=lambda item: (item[0] is not None, item[0] or (0, 0)))
    factor = ordered[0][1] if ordered else fmpq(1)
    return tuple((key, value / factor) for key, value in ordered), factor
