"""The output layer and the signs of the last hidden layer, from all answers at once.

With rows z_j that may be backwards (o_j = 1), output i is ``sum_j w_ij relu(z_j) - sum_j w_ij o_j
z_j + b_i``: linear in w_ij, w_ij o_j and b_i.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from exactrev.errors import RecoveryError
from exactrev.floating.model import Model
from exactrev.floating.oracle import Floats
from exactrev.floating.prefix import Prefix

_LOOSE = 1e-3
_MOST_TRIED = 18  # neurons whose signs are tried one after another
_STANDS_OUT = 1e-6


def with_output_layer(prefix: Prefix, points: Floats, answers: Floats, doubt: Floats) -> Model:
    """The whole network.

    Raises RecoveryError where the answers do not tell the signs, or do not fit.
    """
    width = prefix.widths[-1] if prefix.layers else 0
    if not width:
        return _affine(points, answers, doubt)
    z = prefix.values(points)[:, prefix.last]
    weights = (1 / doubt)[:, None]
    design = np.concatenate([np.maximum(z, 0), -z, np.ones((len(points), 1))], axis=1)
    size = np.abs(design * weights).max(axis=0)
    solution, _, rank, _ = np.linalg.lstsq(
        design * weights / size, answers * weights, rcond=1e-13
    )
    solution = solution / size[:, None]
    out, turned, bias = solution[:width].T, solution[width:-1].T, solution[-1]
    if rank < 2 * width + 1:
        backwards, bias = _by_the_affine_part(prefix, out, turned, bias)
        return Model((*prefix.turned(backwards).layers, (out, bias)))
    backwards = np.abs(turned - out).sum(axis=0) < np.abs(turned).sum(axis=0)
    wrong = np.abs(turned - out * backwards).max(axis=0, initial=0.0)
    if (wrong > _LOOSE * np.abs(out).max(axis=0, initial=0.0)).any():
        raise RecoveryError("the answers are no sum of the neurons found: some are missing")
    return Model((*prefix.turned(backwards).layers, (out, bias)))


def _affine(points: Floats, answers: Floats, doubt: Floats) -> Model:
    """The network without hidden neurons that fits best."""
    weights = (1 / doubt)[:, None]
    design = np.concatenate([points, np.ones((len(points), 1))], axis=1)
    solution = np.linalg.lstsq(design * weights, answers * weights, rcond=None)[0]
    return Model(((np.asarray(solution[:-1].T), np.asarray(solution[-1])),))


def _by_the_affine_part(
    prefix: Prefix, out: Floats, turned: Floats, bias: Floats
) -> tuple[NDArray[np.bool_], Floats]:
    """The signs and the bias of one hidden layer with more neurons than inputs.

    What is not kinks is one affine form an output, ``b_i - sum_j w_ij o_j z_j``.  Raises
    RecoveryError where the forms of all outputs do not tell o.
    """
    if len(prefix.layers) != 1:
        raise RecoveryError(f"the signs of layer {len(prefix.layers)} are not determined")
    weight = prefix.layers[0][0]
    rows = (-out[:, None, :] * weight.T[None, :, :]).reshape(-1, len(weight))
    right = (-turned @ weight).ravel()
    flips, _, rank, _ = np.linalg.lstsq(rows, right, rcond=1e-9)
    if rank < len(weight):
        flips = _best_bits(rows, right)
    if np.abs(flips - np.rint(flips)).max() > _LOOSE:
        raise RecoveryError("the signs of layer 1 are not determined")
    offset = (turned - out * np.rint(flips)) @ prefix.layers[0][1]
    return np.asarray(np.rint(flips) == 1), bias - offset


def _best_bits(rows: Floats, right: Floats) -> Floats:
    """The 0/1 vector that solves the equations far better than all others, all being tried."""
    count = rows.shape[1]
    if count > _MOST_TRIED:
        raise RecoveryError("the signs of layer 1 are not determined")
    bits = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
    rest = np.abs(bits @ rows.T - right).max(axis=1)
    best, second = np.argsort(rest)[:2]
    if rest[best] > _STANDS_OUT * rest[second]:
        raise RecoveryError("the signs of layer 1 are not determined")
    return np.asarray(bits[best], dtype=np.float64)
