"""The difference of two nearly equal networks in floats, without the loss of digits by cancelling.

Where neuron q of one network is nearly c times neuron p of the other, z_q is taken as c z_p plus a
small form that is computed from small numbers: the exact differences of weights, and the small
forms of the neurons that q reads.  Which neurons are paired is a hint; any choice gives true forms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from flint import fmpq

from exactrev.arrangement.forms import (
    ON,
    UNIT,
    Floats,
    Forms,
    NetworkRows,
    Signs,
    float_matrix,
)
from exactrev.arrangement.proofs import Booleans
from exactrev.exact.rational import to_float
from exactrev.network.evaluation import Batch, preactivation_batches

_NEAR = 2.0**-6  # neurons nearer than that, in proportion, are paired
_ONE = 2.0**-20  # a ratio nearer to 1 than that is taken for 1
_SAMPLES = 48


@dataclass(frozen=True)
class Pair:
    """Two neurons of one layer, numbered through all hidden layers: second about ratio x first."""

    first: int
    second: int
    ratio: fmpq


@dataclass(frozen=True)
class _Readers:
    """Rows in terms of the input, of the neurons, and of what pairs differ by, in floats.

    Each is a matrix with bounds on its entries' errors.
    """

    inputs: tuple[Floats, Floats]
    neurons: tuple[Floats, Floats]
    pairs: tuple[Floats, Floats]


class PairedForms:
    """The forms of a network's outputs on cells, by way of pairs of neurons."""

    def __init__(self, rows: NetworkRows, pairs: Sequence[Pair]) -> None:
        self._rows = rows
        self._pairs = sorted(pairs, key=lambda pair: pair.second)
        self._by_second = {pair.second: k for k, pair in enumerate(self._pairs)}
        self._readers = [
            self._read([self._pair_row(pair) for pair in self._of_layer(layer)])
            for layer in range(rows.depth)
        ]
        outputs = range(rows.neurons, rows.neurons + rows.network.outputs)
        self._outputs = self._read([self._row(output) for output in outputs])

    def outputs(self, signs: Signs, neurons: Forms) -> Forms:
        """The outputs' forms (K x outputs x (n+1)) on K cells, given those of all neurons."""
        on = signs == ON
        active = Forms(neurons.values * on[:, :, None], neurons.errors * on)
        apart = Forms(
            np.zeros((len(signs), len(self._pairs), self._rows.n + 1)),
            np.zeros((len(signs), len(self._pairs))),
        )
        for layer, readers in enumerate(self._readers):
            found = _combined(readers, active, apart)
            for place, pair in enumerate(self._of_layer(layer)):
                k, p, q = self._by_second[pair.second], pair.first, pair.second
                self._put(apart, k, Forms(found.values[:, place], found.errors[:, place]),
                          active, on[:, p], on[:, q], pair)  # fmt: skip
        return _combined(self._outputs, active, apart)

    def _of_layer(self, layer: int) -> list[Pair]:
        part = self._rows.layer_slice(layer)
        return [pair for pair in self._pairs if part.start <= pair.second < part.stop]

    def _put(
        self, apart: Forms, k: int, found: Forms, active: Forms, first: Booleans, second: Booleans,
        pair: Pair,
    ) -> None:  # fmt: skip
        """How far relu(z_second) is from ratio times relu(z_first) on each cell."""
        ratio, ratio_error = float_matrix([[pair.ratio]], 1)
        c, slack = float(ratio[0, 0]), float(ratio_error[0, 0])
        both, alone = first & second, first & ~second
        one = Forms(active.values[:, pair.first], active.errors[:, pair.first])
        other = Forms(active.values[:, pair.second], active.errors[:, pair.second])
        size = np.abs(one.values).max(axis=1)
        apart.values[:, k] = np.where(both[:, None], found.values, other.values)
        apart.errors[:, k] = np.where(both, found.errors, other.errors)
        apart.values[alone, k] = -c * one.values[alone]
        error = abs(c) * one.errors + (slack + 2 * UNIT * abs(c)) * size + slack * one.errors
        apart.errors[alone, k] = error[alone] * (1 + 1e-9)

    # -- exact rows ----------------------------------------------------------------------------

    def _row(self, neuron: int) -> dict[tuple[str, int], fmpq]:
        """What a neuron or output reads: of the input, of neurons, and of pairs' differences."""
        reads = self._rows.exact_reads(neuron)
        row = {("input", j): x for j, x in enumerate(reads.constant.entries()) if x}
        for source, weights in reads.sources:
            for i, weight in enumerate(weights.entries(), self._rows.first[source]):
                if not weight:
                    continue
                if i in self._by_second:
                    k = self._by_second[i]
                    row["pair", k] = weight
                    _add(row, ("neuron", self._pairs[k].first), self._pairs[k].ratio * weight)
                else:
                    _add(row, ("neuron", i), weight)
        return row

    def _pair_row(self, pair: Pair) -> dict[tuple[str, int], fmpq]:
        """The second neuron's row less ratio times that of the first."""
        row = self._row(pair.second)
        for key, weight in self._row(pair.first).items():
            _add(row, key, -pair.ratio * weight)
        return row

    def _read(self, rows: list[dict[tuple[str, int], fmpq]]) -> _Readers:
        sizes = {
            "input": self._rows.n + 1,
            "neuron": self._rows.neurons,
            "pair": len(self._pairs),
        }
        parts = [
            float_matrix([[row.get((kind, j), fmpq(0)) for j in range(size)] for row in rows], size)
            for kind, size in sizes.items()
        ]
        return _Readers(*parts)


def _add(row: dict[tuple[str, int], fmpq], key: tuple[str, int], weight: fmpq) -> None:
    row[key] = row.get(key, fmpq(0)) + weight


def _combined(readers: _Readers, neurons: Forms, pairs: Forms) -> Forms:
    """The rows' forms on every cell; errors as in :class:`NetworkRows`."""
    base, base_error = readers.inputs
    values = np.tile(base, (len(neurons.values), 1, 1))
    errors = np.tile(base_error.max(axis=1, initial=0.0), (len(neurons.values), 1))
    terms = 3
    for (weight, weight_error), below in ((readers.neurons, neurons), (readers.pairs, pairs)):
        values += weight @ below.values
        sizes = np.abs(below.values).max(axis=2, initial=0.0)
        terms += weight.shape[1]
        rounding = (terms + 3) * UNIT * np.abs(weight) + weight_error
        errors += sizes @ rounding.T + below.errors @ (np.abs(weight) + weight_error).T
    sizes = np.abs(base).max(axis=1, initial=0.0)
    errors += terms * UNIT * sizes + 3 * UNIT * np.abs(values).max(axis=2, initial=0.0)
    return Forms(values, errors * (1 + 1e-9))


def near_pairs(rows: NetworkRows) -> list[Pair]:
    """Pairs of neurons of one layer that are nearly proportional at some random points."""
    if not rows.fit_floats:
        return []
    values = _sampled(rows)
    size = np.linalg.norm(values, axis=1)
    pairs: list[Pair] = []
    taken: set[int] = set()
    for layer in range(rows.depth):
        part = range(rows.first[layer], rows.first[layer + 1])
        found = []
        for p, q in combinations(part, 2):
            ratio = float(values[q] @ values[p] / max(size[p] ** 2, 1e-300))
            miss = np.linalg.norm(values[q] - ratio * values[p])
            if ratio > 0 and miss < _NEAR * size[q]:
                found.append((miss / size[q], p, q, ratio))
        for _, p, q, ratio in sorted(found):
            if not taken & {p, q}:
                taken |= {p, q}
                pairs.append(Pair(p, q, _simple(ratio)))
    return pairs


def _sampled(rows: NetworkRows) -> Floats:
    """z of every neuron (neurons x points) at random points near the origin and farther."""
    random = np.random.default_rng(0)
    scales = np.repeat(np.exp2([-2, 0, 3]), _SAMPLES // 3)[:, None]
    near = np.rint(random.normal(size=(len(scales), rows.n)) * 64) / 64
    points = rows.lifted_floats(near * scales)
    batches = preactivation_batches(rows.network, Batch.of(points.tolist(), rows.network.inputs))
    values = [
        [to_float(z) for z in column]
        for batch in batches[:-1]
        for column in zip(*batch.columns(), strict=True)
    ]
    return np.array(values).reshape(rows.neurons, len(points))


def _simple(ratio: float) -> fmpq:
    """The ratio, or 1 where that is as good."""
    return fmpq(1) if abs(ratio - 1) < _ONE else fmpq(*ratio.as_integer_ratio())
