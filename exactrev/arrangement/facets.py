"""Facets: which regions touch across which neuron's boundary, and where f really bends.

Across one facet several neurons may change sign at once (equal, opposite or concurrent ones), so
the patterns on both sides are worked out just past the facet, never by flipping one bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from exactrev.arrangement.exactly import ExactCells
from exactrev.arrangement.forms import OFF, ON, WALL, ZERO, NetworkRows, Signs
from exactrev.arrangement.leaves import Point
from exactrev.arrangement.regions import Regions, pattern_of
from exactrev.errors import InputError
from exactrev.network.evaluation import affine_map

_CHUNK = 4096


@dataclass(frozen=True)
class Facet:
    """A common face of dimension n-1 of two regions, with a point in its relative interior.

    ``neuron`` (numbered through all hidden layers) vanishes on it and is on in ``regions[0]``, off
    in ``regions[1]``; ``changing`` are all neurons whose activation differs between the two.
    ``visible``: f has different affine maps on the two sides, so the facet is in the boundary.
    """

    regions: tuple[int, int]
    neuron: int
    changing: tuple[int, ...]
    point: Point
    visible: bool


def facets(found: Regions) -> Iterator[Facet]:
    """Every facet between two of the regions; they must have been searched to codimension 1.

    Raises InputError otherwise, or if the search was not complete.
    """
    if len(found.counts) < 2 or not found.complete:
        raise InputError("facets need the complete regions with their faces of codimension 1")
    rows = NetworkRows(found.network, found.domain)
    above, below, walls = _sides(rows, found.face_signs(1))
    number = {row.tobytes(): k for k, row in enumerate(found.signs == ON)}
    first = [number[row.tobytes()] for row in above]
    second = [number[row.tobytes()] for row in below]
    visible = _visible(rows, found, first, second)
    changing = above != below
    for k, point in enumerate(found.face_points(1)):
        yield Facet(
            (first[k], second[k]),
            int(walls[k]),
            tuple(np.flatnonzero(changing[k]).tolist()),
            point,
            bool(visible[k]),
        )


def _sides(rows: NetworkRows, signs: Signs) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which neurons are on just past each facet, on either side, and the neuron it belongs to."""
    walls = (signs == WALL).argmax(axis=1) if len(signs) else np.zeros(0, dtype=np.int64)
    above = (signs == ON) | (signs == WALL)
    below = signs == ON
    exact = ExactCells(rows)
    for k in np.flatnonzero((signs == ZERO).any(axis=1)).tolist():
        above[k] = just_past(exact, signs[k].tolist(), int(walls[k]), ON)
        below[k] = just_past(exact, signs[k].tolist(), int(walls[k]), OFF)
    return above, below, walls


def just_past(exact: ExactCells, signs: Sequence[int], wall: int, side: int) -> list[bool]:
    """Which neurons are on beside a facet, where the neuron that vanishes on it has this sign.

    A neuron that vanishes on the facet is a multiple of ``wall`` on either side of it.
    """
    past = list(signs)
    past[wall] = side
    vanishing = exact.form(past, wall)
    pivot = next(j for j, x in enumerate(vanishing) if x)
    for i, sign in enumerate(signs):
        if sign == ZERO:
            slope = exact.form(past, i)[pivot] / vanishing[pivot] * side
            past[i] = ON if slope > 0 else OFF
    return [sign == ON for sign in past]


def _visible(
    rows: NetworkRows, found: Regions, first: Sequence[int], second: Sequence[int]
) -> np.ndarray:
    """Whether the affine maps of f differ: floats say so where that is beyond doubt."""
    maps = _output_forms(rows, found.signs)
    visible = np.zeros(len(first), dtype=bool)
    one, other = np.array(first, dtype=np.int64), np.array(second, dtype=np.int64)
    for start in range(0, len(first), _CHUNK):
        a, b = one[start : start + _CHUNK], other[start : start + _CHUNK]
        apart = np.abs(maps[0][a] - maps[0][b]).max(axis=2)
        visible[start : start + _CHUNK] = (apart > 2 * (maps[1][a] + maps[1][b])).any(axis=1)
    exact: dict[int, object] = {}

    def exact_map(k: int) -> object:
        if k not in exact:
            exact[k] = affine_map(found.network, pattern_of(found.network, found.signs[k].tolist()))
        return exact[k]

    for k in np.flatnonzero(~visible).tolist():
        visible[k] = exact_map(first[k]) != exact_map(second[k])
    return visible


def _output_forms(rows: NetworkRows, signs: Signs) -> tuple[np.ndarray, np.ndarray]:
    """The affine maps of f on the regions, in floats, with bounds on their errors."""
    values, errors = [], []
    for start in range(0, max(len(signs), 1), _CHUNK):
        forms = rows.float_forms(signs[start : start + _CHUNK], rows.depth + 1)[-1]
        values.append(forms.values)
        errors.append(forms.errors)
    return np.concatenate(values), np.concatenate(errors)
