"""Tensors of affine forms over a network's own layers, and what affine operators do to them.

A tensor is an object array of :class:`Form`, each an affine form over the activations of the layers
found so far (layer 0 is the input).  Coefficients are exact; a form is sparse, so reshapes and
selections cost nothing.  :mod:`exactrev.formats.unrolling` makes layers of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from flint import fmpq, fmpq_mat

from exactrev.errors import FormatError
from exactrev.formats.floats import Array, object_array, rationals

#: (layer, index); layer 0 is the input
Neuron = tuple[int, int]

#: larger tensors are refused: broadcasting makes them from a few bytes
MAX_ENTRIES = 1 << 22
_ZERO = fmpq(0)


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """sum of terms[n] * activation(n) + constant, exactly.  Never changed once built."""

    terms: Mapping[Neuron, fmpq]
    constant: fmpq = _ZERO

    def __add__(self, other: Form | fmpq) -> Form:
        if not isinstance(other, Form):
            return Form(self.terms, self.constant + other)
        terms = dict(self.terms)
        for neuron, weight in other.terms.items():
            terms[neuron] = terms.get(neuron, _ZERO) + weight
        return Form(terms, self.constant + other.constant)

    __radd__ = __add__

    def __neg__(self) -> Form:
        return self * fmpq(-1)

    def __sub__(self, other: Form | fmpq) -> Form:
        return self + -other

    def __rsub__(self, other: fmpq) -> Form:
        return -self + other

    def __mul__(self, factor: Form | fmpq) -> Form:
        if isinstance(factor, Form):
            raise FormatError("multiplies two tensors that both depend on the input")
        return Form({n: w * factor for n, w in self.terms.items()}, self.constant * factor)

    __rmul__ = __mul__

    def __truediv__(self, divisor: Form | fmpq) -> Form:
        if isinstance(divisor, Form):
            raise FormatError("divides by a tensor that depends on the input")
        return self * (1 / divisor)

    def __rtruediv__(self, _: fmpq) -> Form:
        raise FormatError("divides by a tensor that depends on the input")


def is_signal(tensor: Array) -> bool:
    """Whether the tensor depends on the input; a constant one holds plain numbers."""
    return tensor.dtype == object and tensor.size > 0 and isinstance(tensor.flat[0], Form)


def as_signal(tensor: Array) -> Array:
    """The tensor with every entry a Form, constants having no terms."""
    if is_signal(tensor):
        return tensor
    return object_array((Form({}, x) for x in rationals_of(tensor).flat), tensor.shape)


def rationals_of(constant: Array) -> Array:
    """A constant tensor as exact rationals; FormatError for a signal."""
    if is_signal(constant):
        raise FormatError("needs a constant where a tensor depends on the input")
    return constant if constant.dtype == object else rationals(constant)


def demand_size(shape: Iterable[int], limit: int = MAX_ENTRIES) -> tuple[int, ...]:
    """The shape, if a tensor of it is small enough to hold; else FormatError."""
    checked = tuple(int(extent) for extent in shape)
    if min(checked, default=0) < 0 or math.prod(checked) > limit:
        raise FormatError(f"a tensor of shape {checked} is too large")
    return checked


def matmul(a: Array, b: Array) -> Array:
    """a @ b by numpy's rules for any ranks, where at most one of the two depends on the input."""
    if a.ndim == 0 or b.ndim == 0:
        raise FormatError("multiplies a matrix by a scalar")
    left = a[None, :] if a.ndim == 1 else a
    right = b[:, None] if b.ndim == 1 else b
    if left.shape[-1] != right.shape[-2]:
        raise FormatError(f"multiplies matrices of shapes {a.shape} and {b.shape}")
    batch = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    demand_size((*batch, left.shape[-2], right.shape[-1]))
    left = np.broadcast_to(left, batch + left.shape[-2:])
    right = np.broadcast_to(right, batch + right.shape[-2:])
    product = np.empty((*batch, left.shape[-2], right.shape[-1]), dtype=object)
    for index in np.ndindex(*batch):
        product[index] = _product(left[index], right[index])
    if a.ndim == 1:
        product = product[..., 0, :]
    return product[..., 0] if b.ndim == 1 else product


def _product(a: Array, b: Array) -> Array:
    if is_signal(b):
        return _signal_times(b.T, rationals_of(a).T).T
    return _signal_times(as_signal(a), rationals_of(b))


def _signal_times(signal: Array, weights: Array) -> Array:
    """signal (p x k) times weights (k x m)."""
    columns = weights.T.tolist()
    product = np.empty((signal.shape[0], weights.shape[1]), dtype=object)
    for i, row in enumerate(signal):
        for j, form in enumerate(combinations(row.tolist(), columns)):
            product[i, j] = form
    return product


def combinations(forms: Sequence[Form], rows: Sequence[Sequence[fmpq]]) -> list[Form]:
    """sum_i row[i] * forms[i] for every row of weights."""
    terms = sum(len(form.terms) for form in forms)
    if terms > 4 * len(forms):  # dense forms: one exact matrix product is far faster
        return _dense_combinations(forms, rows)
    combined = []
    for row in rows:
        total: dict[Neuron, fmpq] = {}
        constant = _ZERO
        for weight, form in zip(row, forms, strict=True):
            if weight:
                constant += weight * form.constant
                for neuron, w in form.terms.items():
                    total[neuron] = total[neuron] + weight * w if neuron in total else weight * w
        combined.append(Form(total, constant))
    return combined


def _dense_combinations(forms: Sequence[Form], rows: Sequence[Sequence[fmpq]]) -> list[Form]:
    neurons = sorted({neuron for form in forms for neuron in form.terms})
    matrix = fmpq_mat(
        len(forms),
        len(neurons) + 1,
        [x for f in forms for x in (*(f.terms.get(n, _ZERO) for n in neurons), f.constant)],
    )
    weights = fmpq_mat(len(rows), len(forms), [weight for row in rows for weight in row])
    entries, width = (weights * matrix).entries(), len(neurons) + 1
    products = [entries[i * width : (i + 1) * width] for i in range(len(rows))]
    return [
        Form({n: w for n, w in zip(neurons, product, strict=False) if w}, product[-1])
        for product in products
    ]
