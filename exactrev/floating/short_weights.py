"""Weights of at most 24 significant bits (float32 and shorter) from weights known nearly.

The scale of a neuron's row is free, so its largest entry may be any of the 2^23 mantissas; with
the right one (or a multiple) all other entries of the row come out as mantissas too, which a wrong
one does by chance only.  Scales are then powers of two times a common factor of the row, and the
next layer's weights are short again.
"""

from __future__ import annotations

import numpy as np

from exactrev.floating.model import Model
from exactrev.floating.oracle import Floats

_BITS = 24
_CHUNK = 2**20
_ERRORS = (1e-14, 1e-12, 1e-10)  # of a row's largest entry, tried in turn
_CHANCE = 1e-4  # that a row of other weights looks short


def short_weights(model: Model) -> Model | None:
    """The model with short weights that is nearest to this one; None where a weight is not near
    any, or where chance could make it look so."""
    layers: list[tuple[Floats, Floats]] = []
    scale = np.ones(model.layers[0][0].shape[1])
    for weight, bias in model.layers[:-1]:
        rows = np.column_stack([weight * scale, bias])
        found = [short_row(row) for row in rows]
        if any(row is None for row in found):
            return None
        short = np.array(found)
        largest = np.abs(rows).argmax(axis=1)
        at = np.arange(len(rows))
        scale = rows[at, largest] / short[at, largest]
        layers.append((short[:, :-1], short[:, -1]))
    weight, bias = model.layers[-1]
    rows = np.column_stack([weight * scale, bias])
    last = _rounded(rows)
    if (np.abs(last - rows) > 1e-9 * np.abs(rows).max(axis=1, keepdims=True)).any():
        return None
    return Model((*layers, (last[:, :-1], last[:, -1])))


def short_row(row: Floats) -> Floats | None:
    """A positive multiple of the row with entries of at most 24 bits, the largest in [1/2, 1); None
    if none stands out."""
    sizes = np.abs(row) / np.abs(row).max()
    order = np.argsort(-sizes)[1:]
    for error in _ERRORS:
        if _chance(sizes[order], error) > _CHANCE:
            return None
        mantissas = _mantissas(sizes[order], error)
        if len(mantissas):
            scaled = row / np.abs(row).max() * np.ldexp(mantissas[0], -_BITS)
            return np.where(sizes > error, _rounded(scaled), 0.0)
    return None


def _chance(sizes: Floats, error: float) -> float:
    """How many mantissas fit entries that have nothing to do with each other."""
    told = sizes[sizes > 4 * error * 2**_BITS]
    return float(2.0 ** (_BITS - 1) * np.prod(2 * error * 2**_BITS / told + 2.0**-20))


def _mantissas(sizes: Floats, error: float) -> Floats:
    """The integers from 2^23 to 2^24 - 1 that make all entries short, up to the error."""
    found = []
    for start in range(2 ** (_BITS - 1), 2**_BITS, _CHUNK):
        left = np.arange(start, start + _CHUNK, dtype=np.float64)
        for size in sizes[sizes > 4 * error * 2**_BITS]:
            product = left * size
            unit = np.exp2(np.floor(np.log2(product)) - (_BITS - 1))
            away = np.abs(product / unit - np.rint(product / unit))
            left = left[away <= left * (error + 2.0**-52) / unit]
            if not len(left):
                break
        found.append(left)
    return np.concatenate(found)


def _rounded(values: Floats) -> Floats:
    """To 24 significant bits (exponents beyond those of float32 are kept)."""
    mantissa, exponent = np.frexp(values)
    return np.asarray(np.ldexp(np.rint(np.ldexp(mantissa, _BITS)), exponent - _BITS))
