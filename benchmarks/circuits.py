"""Networks written as circuits of maxima and minima, and functions written in two ways.

>>> circuit = Circuit(1)
>>> x = circuit.form([1, 0])
>>> net = circuit.network([circuit.maximum(x, circuit.minus(x))])       # |x|
>>> net.architecture, net([-3])
((1, 1, 1), (3,))
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from flint import fmpq

from exactrev.exact.rational import to_rational
from exactrev.network import Layer, Network

#: A sum: under -1 the constant, then coefficients of inputs and of neurons' values.
Term = dict[int, fmpq]


class Circuit:
    """Neurons that read inputs and earlier neurons, each in the first layer after these."""

    def __init__(self, inputs: int) -> None:
        self._inputs = inputs
        self._rows: list[Term] = []
        self._layers: list[int] = []

    def form(self, numbers: Sequence[Any]) -> Term:
        """An affine form: coefficients, then the constant."""
        *linear, constant = map(to_rational, numbers)
        return {j: a for j, a in [*enumerate(linear), (-1, constant)] if a}

    def combined(self, *parts: tuple[Any, Term]) -> Term:
        """The sum of number times term."""
        total: Term = {}
        for factor, term in parts:
            for key, a in term.items():
                total[key] = total.get(key, fmpq(0)) + to_rational(factor) * a
        return {key: a for key, a in total.items() if a}

    def minus(self, term: Term) -> Term:
        """The term times -1."""
        return self.combined((-1, term))

    def relu(self, term: Term) -> Term:
        """A new neuron's value."""
        read = [self._layers[key - self._inputs] for key in term if key >= self._inputs]
        self._rows.append(term)
        self._layers.append(1 + max(read, default=0))
        return {self._inputs + len(self._rows) - 1: fmpq(1)}

    def maximum(self, a: Term, b: Term) -> Term:
        """a + relu(b - a)."""
        return self.combined((1, a), (1, self.relu(self.combined((1, b), (-1, a)))))

    def minimum(self, a: Term, b: Term) -> Term:
        """b - relu(b - a)."""
        return self.combined((1, b), (-1, self.relu(self.combined((1, b), (-1, a)))))

    def network(self, outputs: Sequence[Term]) -> Network:
        """The network with these outputs."""
        depth = max(self._layers, default=0)
        members = [[k for k, at in enumerate(self._layers) if at == i + 1] for i in range(depth)]
        places = {k: (i + 1, j) for i, layer in enumerate(members) for j, k in enumerate(layer)}
        sizes = [self._inputs, *map(len, members)]
        stages = [[self._rows[k] for k in layer] for layer in members]
        layers = [self._layer(rows, places, sizes) for rows in [*stages, list(outputs)]]
        return Network(self._inputs, tuple(layers))

    def _layer(
        self, rows: Sequence[Term], places: dict[int, tuple[int, int]], sizes: Sequence[int]
    ) -> Layer:
        blocks = {k: [[fmpq(0)] * size for _ in rows] for k, size in enumerate(sizes)}
        bias = [fmpq(0)] * len(rows)
        for i, row in enumerate(rows):
            for key, a in row.items():
                if key < 0:
                    bias[i] = a
                else:
                    at, j = places.get(key - self._inputs, (0, key))
                    blocks[at][i][j] = a
        return Layer.of({k: rows for k, rows in blocks.items() if any(map(any, rows))}, bias)


def maximum_of_minima(groups: Sequence[Sequence[Sequence[Any]]]) -> Network:
    """The largest of the groups' least forms, one after the other."""
    circuit = Circuit(len(groups[0][0]) - 1)
    least = []
    for group in groups:
        term, *others = map(circuit.form, group)
        for other in others:
            term = circuit.minimum(term, other)
        least.append(term)
    term, *others = least
    for other in others:
        term = circuit.maximum(term, other)
    return circuit.network([term])


def sorted_forms(
    forms: Sequence[Sequence[Any]], comparators: Sequence[tuple[int, int]], ranks: Sequence[int]
) -> Network:
    """The forms' values of these ranks (0 is the least), by a network of comparators (i, j): the
    less of two values comes to the place i, the other to j.
    """
    circuit = Circuit(len(forms[0]) - 1)
    terms = [circuit.form(form) for form in forms]
    for i, j in comparators:
        gap = circuit.relu(circuit.combined((1, terms[i]), (-1, terms[j])))
        terms[i], terms[j] = (
            circuit.combined((1, terms[i]), (-1, gap)),
            circuit.combined((1, terms[j]), (1, gap)),
        )
    return circuit.network([terms[rank] for rank in ranks])


def odd_even_merge(size: int) -> list[tuple[int, int]]:
    """Batcher's odd-even merge sort of a power of two of values."""
    found = []
    p = 1
    while p < size:
        k = p
        while k:
            for j in range(k % p, size - k, 2 * k):
                found += [
                    (i, i + k)
                    for i in range(j, j + min(k, size - j - k))
                    if i // (2 * p) == (i + k) // (2 * p)
                ]
            k //= 2
        p *= 2
    return found


def insertion(size: int) -> list[tuple[int, int]]:
    """Sorting by insertion."""
    return [(j, j + 1) for i in range(1, size) for j in reversed(range(i))]


def with_inner_maximum(shape: Sequence[int], order: Sequence[int], random: Random) -> Network:
    """A random network of inputs, two layers and one output, one value of whose first layer is
    max(0, u, v, w) of random forms, found two by two in this order of u, v and w.
    """
    circuit = Circuit(shape[0])
    forms = [_drawn(circuit, shape[0], random) for _ in range(3)]
    u, v, w = (forms[i] for i in order)
    largest = circuit.relu(circuit.maximum(circuit.maximum(u, v), w))
    return _read_by_all(circuit, shape, largest, shape[1] - 3, random)


def with_inner_sum(shape: Sequence[int], rewritten: bool, random: Random) -> Network:
    """The same where the value is relu(u) + relu(v), or the largest of 0, u, v and u + v."""
    circuit = Circuit(shape[0])
    u, v = (_drawn(circuit, shape[0], random) for _ in range(2))
    if rewritten:
        both = circuit.relu(circuit.combined((1, u), (1, v)))
        value = circuit.maximum(both, circuit.maximum(u, v))
    else:
        value = circuit.combined((1, circuit.relu(u)), (1, circuit.relu(v)))
    return _read_by_all(circuit, shape, value, shape[1] - 3, random)


def with_a_dead_neuron(shape: Sequence[int], dead: bool, random: Random) -> Network:
    """The same where the value, which is 0, is relu(relu(u + v) - relu(u) - relu(v) - 1), u, v and
    u + v being read by all besides; or that is left out.
    """
    circuit = Circuit(shape[0])
    u, v = (_drawn(circuit, shape[0], random) for _ in range(2))
    parts = [circuit.relu(term) for term in (u, v, circuit.combined((1, u), (1, v)))]
    low = circuit.form([0] * shape[0] + [-1])
    never = circuit.combined((1, parts[2]), (-1, parts[0]), (-1, parts[1]), (1, low))
    value = circuit.combined((int(dead), circuit.relu(never)))
    return _read_by_all(circuit, shape, value, shape[1] - 4, random, parts)


def _drawn(circuit: Circuit, inputs: int, random: Random) -> Term:
    return circuit.form([random.randint(-20, 20) for _ in range(inputs + 1)])


def _read_by_all(
    circuit: Circuit,
    shape: Sequence[int],
    value: Term,
    others: int,
    random: Random,
    besides: Sequence[Term] = (),
) -> Network:
    """A last layer of random neurons that read a value, so many others and some more."""
    n, _, last = shape[:3]
    values = [value, *besides, *(circuit.relu(_drawn(circuit, n, random)) for _ in range(others))]
    ends = []
    for _ in range(last):
        sizes = [random.randint(-9, 9) for _ in values]
        bias = circuit.form([0] * n + [random.randint(-9, 9)])
        ends.append(circuit.relu(circuit.combined((1, bias), *zip(sizes, values, strict=True))))
    sizes = [random.randint(1, 9) * random.choice((1, -1)) for _ in ends]
    return circuit.network([circuit.combined(*zip(sizes, ends, strict=True))])
