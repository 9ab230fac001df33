"""Moves that turn neurons round: relu(z) = z + relu(-z), with the z carried by something else.

What is turned leaves z times its weight in every reader.  A reader takes in constants by its bias,
and what it reads directly; of *carriers* in the same layer, neurons that are always on and pairs
whose rows are opposite, it takes any multiple of the z: an always-on neuron passes z on, and
z = relu(z) - relu(-z).  What is left must cancel over the neurons that are turned together.  As in
:mod:`exactrev.theorem.turned`, sets of neurons that do this are 0/1 vectors in a lattice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from flint import fmpq, fmpq_mat

from exactrev.exact.linear import matrix_rows
from exactrev.network.model import Network
from exactrev.symmetries.parameters import Parameter, changed, readers
from exactrev.symmetries.partner import Move
from exactrev.symmetries.zero_sums import Undecided, set_with_sum_zero

_ZERO = fmpq(0)
_Row = list[fmpq]


@dataclass(frozen=True)
class Carrier:
    """What can carry any multiple of the z of ``neuron``: itself if always on, or with another
    neuron of the layer, whose row is ``-scale`` times its own."""

    neuron: int
    opposite: int | None = None
    scale: fmpq = _ZERO


@dataclass(frozen=True)
class Turns:
    """The moves found, and whether each layer's sets of neurons were all looked at."""

    moves: tuple[Move, ...]
    complete: bool


def turns(
    network: Network, always_on: frozenset[str], stop: Callable[[], bool] = lambda: False
) -> Turns:
    """The sets of neurons that can be turned round together, one a layer, and single ones.

    Not complete once ``stop`` is true.
    """
    moves: list[Move] = []
    complete = True
    for number, layer in enumerate(network.hidden, 1):
        one_layer = _Layer(network, number)
        everything = range(layer.size)
        carriers = _carriers(one_layer.rows, always_on, number)
        attempts: list[tuple[Sequence[Carrier], Sequence[int]]] = [((), everything)]
        if carriers:
            used = {i for c in carriers for i in (c.neuron, c.opposite)}
            attempts.append((carriers, [i for i in everything if i not in used]))
        for i in everything:
            others = [c for c in carriers if i not in (c.neuron, c.opposite)]
            if others and len(others) < len(carriers):
                attempts.append((others, [i]))
        for available, neurons in attempts:
            if stop():
                return Turns(tuple(moves), False)
            try:
                together = one_layer.turnable(neurons, available)
            except Undecided:
                complete = False
                continue
            if together:
                moves.append(one_layer.move(together, available))
    return Turns(tuple(moves), complete)


class _Layer:
    """A hidden layer: its neurons' rows, bias first, then what it reads source by source."""

    def __init__(self, network: Network, number: int) -> None:
        self._network, self._number = network, number
        layer = network.layers[number - 1]
        self._names = [(-1, 0)]
        self.rows: list[_Row] = [[b] for b in layer.bias.entries()]
        for source, matrix in layer.weights:
            self._names += [(source, place) for place in range(matrix.ncols())]
            for row, more in zip(self.rows, matrix_rows(matrix), strict=True):
                row.extend(more)

    def turnable(self, neurons: Sequence[int], carriers: Sequence[Carrier]) -> list[int]:
        """Neurons, at least one, that can be turned round together; none if there are none.

        Raises Undecided where lattice reduction does not tell.
        """
        if not neurons:
            return []
        read = [i for i in neurons if any(self._columns(i))]
        entries: list[tuple[list[fmpq], list[fmpq]]] = []  # of weights and rows, to be multiplied
        for reader in readers(self._network, self._number):
            weights = self._network.weight(reader, self._number)
            kept = self._not_read_by(reader)
            modulo = _echelon([[self.rows[c.neuron][k] for k in kept] for c in carriers])
            rests = [_rest([self.rows[i][k] for k in kept], modulo) for i in read]
            columns = list(zip(*rests, strict=True))
            for r in range(weights.nrows()):
                own = [weights[r, i] for i in read]
                entries += [(own, list(column)) for column in columns]
        few = entries[:: max(1, len(entries) // (4 * len(neurons)))]
        if len(few) < len(entries) and fmpq_mat(_products(few)).rank() == len(read):
            return []  # independent
        vectors = [list(v) for v in zip(*_products(entries), strict=True)] or [[] for _ in read]
        return [read[k] for k in set_with_sum_zero(vectors)]

    def _columns(self, neuron: int) -> Iterator[fmpq]:
        for reader in readers(self._network, self._number):
            weights = self._network.weight(reader, self._number)
            yield from (weights[r, neuron] for r in range(weights.nrows()))

    def _not_read_by(self, reader: int) -> list[int]:
        """The places in rows that a reading layer cannot take in by what it reads itself."""
        read = {source for source, _ in self._network.layers[reader - 1].weights}
        outside = (source >= 0 and source not in read for source, _ in self._names)
        return [k for k, kept in enumerate(outside) if kept]

    def move(self, together: Sequence[int], carriers: Sequence[Carrier]) -> Move:
        """The network with these neurons turned round."""
        number, network = self._number, self._network
        differences: dict[Parameter, fmpq] = {}

        def add(parameter: Parameter, value: fmpq) -> None:
            differences[parameter] = differences.get(parameter, _ZERO) + value

        for i in together:
            for (source, place), x in zip(self._names, self.rows[i], strict=True):
                add(Parameter(number, i, source, place), -2 * x)
        for reader in readers(network, number):
            weights = network.weight(reader, number)
            kept = self._not_read_by(reader)
            for r in range(weights.nrows()):
                total = [
                    sum((weights[r, i] * self.rows[i][k] for i in together), _ZERO)
                    for k in range(len(self._names))
                ]
                for carrier, u in self._shares(total, kept, carriers):
                    own = self.rows[carrier.neuron]
                    total = [t - u * x for t, x in zip(total, own, strict=True)]
                    add(Parameter(reader, r, number, carrier.neuron), u)
                    if carrier.opposite is not None:
                        add(Parameter(reader, r, number, carrier.opposite), -u / carrier.scale)
                for (source, place), t in zip(self._names, total, strict=True):
                    if t:
                        add(Parameter(reader, r, source, place), t)
        names = tuple(f"{number}:{i}" for i in together)
        return Move("turned", names, _sentence(names, carriers, number), (
            changed(network, {p: d for p, d in differences.items() if d}),
        ))  # fmt: skip

    def _shares(
        self, total: _Row, kept: Sequence[int], carriers: Sequence[Carrier]
    ) -> Iterator[tuple[Carrier, fmpq]]:
        """Factors by which the carriers' rows add up to a row, where a reader needs it."""
        if not carriers or not kept:
            return
        columns = [[self.rows[c.neuron][k] for c in carriers] + [total[k]] for k in kept]
        reduced, rank = fmpq_mat(columns).rref()
        for row in matrix_rows(reduced)[:rank]:
            pivot = next(k for k, x in enumerate(row) if x)
            if row[-1]:
                yield carriers[pivot], row[-1]


def _products(entries: Sequence[tuple[list[fmpq], list[fmpq]]]) -> list[list[fmpq]]:
    return [[w * x for w, x in zip(own, column, strict=True)] for own, column in entries]


def _sentence(names: Sequence[str], carriers: Sequence[Carrier], number: int) -> str:
    listed = ", ".join(names)
    how = f"{listed} can be turned round, relu(z) = z + relu(-z)"
    if not carriers:
        return f"{how}: what they add to their readers is constant, or read by them anyway"
    others = ", ".join(
        f"{number}:{c.neuron}" + ("" if c.opposite is None else f" with {number}:{c.opposite}")
        for c in carriers
    )
    return f"{how}: the z that this leaves can be carried by {others}"


def _carriers(rows: Sequence[_Row], always_on: frozenset[str], number: int) -> list[Carrier]:
    found = [Carrier(i) for i in range(len(rows)) if f"{number}:{i}" in always_on]
    taken = {carrier.neuron for carrier in found}
    for i, row in enumerate(rows):
        for j in range(i + 1, len(rows)):
            scale = _opposite(row, rows[j])
            if scale is not None and not {i, j} & taken:
                found.append(Carrier(i, j, scale))
                taken |= {i, j}
    return found


def _opposite(row: _Row, other: _Row) -> fmpq | None:
    """The s > 0 with other = -s row, if there is one and the rows are not 0."""
    lead = next((k for k, x in enumerate(row) if x), None)
    if lead is None:
        return None
    scale = -other[lead] / row[lead]
    fits = all(y == -scale * x for x, y in zip(row, other, strict=True))
    return scale if scale > 0 and fits else None


def _echelon(rows: Sequence[_Row]) -> list[tuple[int, _Row]]:
    if not rows or not rows[0]:
        return []
    reduced, rank = fmpq_mat([list(row) for row in rows]).rref()
    listed = matrix_rows(reduced)[:rank]
    return [(next(k for k, x in enumerate(row) if x), row) for row in listed]


def _rest(row: _Row, modulo: Sequence[tuple[int, _Row]]) -> _Row:
    for pivot, other in modulo:
        factor = row[pivot]
        if factor:
            row = [x - factor * y for x, y in zip(row, other, strict=True)]
    return row
