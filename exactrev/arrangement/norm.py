"""A bound on |x| that grows with known rows, which lets proofs use short multipliers.

If G is nearly the inverse of the linear parts R of n rows, every row sum of |I - G R| being at most
1/2, then ``|x|_inf <= h(x) = H + sum_k eta_k |r_k(x)|`` with ``eta_k = 2 max_j |G_jk|`` and ``H = 2
max_j |(G r0)_j|``.  A combination of rows that misses its target by a small linear form is then
made whole by a small multiple of h (the certificate format, claim ``regions``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from flint import fmpq, fmpq_mat

from exactrev.arrangement.coordinates import greedily_independent
from exactrev.arrangement.forms import (
    OFF,
    ON,
    UNDECIDED,
    UNIT,
    Forms,
    NetworkRows,
    Signs,
)
from exactrev.exact.rational import to_float

_INVERSE_BITS = 24  # precision of G: enough for the row sums, and short in the file


@dataclass(frozen=True)
class Norm:
    """n row numbers, all of the domain or of the first hidden layer, and G (n x n)."""

    arrangement: NetworkRows
    rows: tuple[int, ...]
    inverse: fmpq_mat

    def lines(self) -> Iterator[str]:
        """What the certificate says of it."""
        yield " ".join(["norm", *map(str, self.rows)])
        n = self.arrangement.n
        if n < self.arrangement.network.inputs:
            yield " ".join(["coordinates", *map(str, self.arrangement.coordinates)])
        entries = self.inverse.entries()
        for j in range(n):
            yield " ".join(["inverse", *map(str, entries[j * n : (j + 1) * n])])

    @cached_property
    def weights(self) -> tuple[list[fmpq], fmpq]:
        """(eta, H)."""
        n = self.arrangement.n
        entries = [abs(g) for g in self.inverse.entries()]
        eta = [2 * max(entries[k::n]) for k in range(n)]
        _, constants = _linear_and_constant(self.arrangement, self.rows)
        return eta, 2 * max(abs(x) for x in (self.inverse * constants).entries())

    @cached_property
    def neurons(self) -> list[int]:
        """The neurons among the rows."""
        shift = self.arrangement.domain_rows
        return [row - shift for row in self.rows if row >= shift]

    def forms(self, signs: Signs) -> tuple[Forms, np.ndarray]:
        """h on K cells, and on which of them it is available (every neuron in it decided)."""
        arrangement = self.arrangement
        domain = arrangement.domain_forms
        first = arrangement.neuron_forms(
            np.zeros((1, arrangement.neurons), dtype=np.int8), min(1, arrangement.depth)
        )
        eta, constant = self.weights
        count = len(signs)
        values = np.zeros((count, arrangement.n + 1))
        errors = np.zeros(count)
        values[:, -1] = to_float(constant)
        errors += values[:, -1] * UNIT
        available = np.ones(count, dtype=bool)
        for factor, row in zip(map(to_float, eta), self.rows, strict=True):
            if row < arrangement.domain_rows:
                form, error = domain.values[row], domain.errors[row]
                sign = np.ones(count)
            else:
                neuron = row - arrangement.domain_rows
                form, error = first.values[0, neuron], first.errors[0, neuron]
                state = signs[:, neuron]
                available &= state != UNDECIDED
                sign = (state == ON) * 1.0 - (state == OFF)
            values += (factor * sign)[:, None] * form
            errors += factor * (error + 4 * UNIT * np.abs(form).max(initial=0.0))
        errors += (2 * len(self.rows) + 2) * UNIT * np.abs(values).max(axis=1, initial=0.0)
        return Forms(values, errors * (1 + 1e-9)), available


def _linear_and_constant(
    arrangement: NetworkRows, rows: Sequence[int]
) -> tuple[fmpq_mat, fmpq_mat]:
    n = arrangement.n
    forms = _candidates(arrangement)
    chosen = [forms[r] for r in rows]
    return (
        fmpq_mat(len(rows), n, [x for form in chosen for x in form[:n]]),
        fmpq_mat(len(rows), 1, [form[n] for form in chosen]),
    )


def _candidates(arrangement: NetworkRows) -> list[tuple[fmpq, ...]]:
    """Every row that is one form on all of R^n: the domain's and the first layer's."""
    first = range(arrangement.widths[0]) if arrangement.depth else range(0)
    reads = [arrangement.exact_reads(neuron).constant.entries() for neuron in first]
    return [*arrangement.domain_rows_exactly, *map(tuple, reads)]


def choose_norm(arrangement: NetworkRows) -> Norm | None:
    """n well-conditioned rows of the domain and the first layer; None if none span R^n."""
    n = arrangement.n
    candidates = _candidates(arrangement)
    matrix = np.array([[to_float(x) for x in form[:n]] for form in candidates]).reshape(-1, n)
    if not np.isfinite(matrix).all():
        return None
    chosen = sorted(greedily_independent(matrix, n))
    if len(chosen) < n:
        return None
    with np.errstate(all="ignore"):
        inverse = np.linalg.inv(matrix[chosen])
    if not np.isfinite(inverse).all():
        return None
    linear, _ = _linear_and_constant(arrangement, chosen)
    for bits in (_INVERSE_BITS, 40, 53):
        g = fmpq_mat(n, n, [_short(x, bits) for x in inverse.ravel().tolist()])
        rest = [abs(x) for x in (g * linear).entries()]
        for j in range(n):
            rest[j * n + j] = abs((g * linear)[j, j] - 1)
        if all(2 * sum(rest[j * n : j * n + n], fmpq(0)) <= 1 for j in range(n)):
            return Norm(arrangement, tuple(chosen), g)
    return None


def _short(x: float, bits: int) -> fmpq:
    """x rounded to that many significant bits."""
    if x == 0:
        return fmpq(0)
    mantissa, exponent = np.frexp(x)
    whole = round(float(mantissa) * 2**bits)
    shift = int(exponent) - bits
    return fmpq(whole) * fmpq(2) ** shift
