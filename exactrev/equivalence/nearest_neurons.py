"""Which neurons of two networks resemble each other, layer by layer, and by which scale.

The rows of b's neurons are read in a's terms: what was matched in the layers before is renamed and
scaled.  Floats propose the pairs, those whose normalised rows are closest first.

>>> from exactrev.network import Network
>>> a = Network.dense([([[1, 2], [0, 1]], [0, 1]), ([[1, 1]], [0])])
>>> b = Network.dense([([[0, "1/3"], [3, 6]], ["1/3", "1/50"]), ([[3, "1/3"]], [0])])
>>> [(match.ours, match.theirs, str(match.scale)) for match in nearest_neurons(a, b)]
[(0, 1, '1/3'), (1, 0, '3')]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from flint import fmpq

from exactrev.equivalence.neuron_rows import Row, neuron_rows
from exactrev.exact.rational import to_float, to_rational
from exactrev.network.model import Network

_ONE = fmpq(1)
_HARDLY = 8  # a scale that makes the error smaller by no more than this is not worth it


@dataclass(frozen=True)
class Match:
    """Neuron ``ours`` of b's hidden layer is about ``scale`` > 0 times ``theirs`` of a's."""

    layer: int
    ours: int
    theirs: int
    scale: fmpq

    def line(self) -> str:
        """The certificate's words for it (section 11)."""
        return f"pair {self.layer}:{self.ours} {self.layer}:{self.theirs} {self.scale}"


def nearest_neurons(a: Network, b: Network, cosine: float = 0.0) -> list[Match]:
    """Pairs of neurons of a and b in the same layers, in ascending order of b's.

    The angle between two rows that are paired has a larger cosine than that; but neurons whose rows
    are 0 are paired too.
    """
    found: list[Match] = []
    for layer in range(1, min(len(a.layers), len(b.layers))):
        ours = [in_terms_of(row, found) for row in neuron_rows(b, layer)]
        theirs = neuron_rows(a, layer)
        pairs = _closest(ours, theirs, cosine)
        found += [Match(layer, j, i, _scale(theirs[i], ours[j])) for j, i in sorted(pairs.items())]
    return found


def in_terms_of(row: Row, matches: Iterable[Match]) -> Row:
    """A row of b in terms of a's values; without what has no partner there."""
    partners = {(match.layer, match.ours): match for match in matches}
    found: Row = {}
    for key, weight in row.items():
        if key is None or key[0] == 0:
            found[key] = weight
        elif key in partners:
            match = partners[key]
            found[match.layer, match.theirs] = weight * match.scale
    return found


def row_error(row: Row, other: Row, scale: fmpq) -> fmpq:
    """How far ``other`` over ``scale`` is off ``row``, over the largest weight there."""
    zero = fmpq(0)
    size = largest_weight(row) or largest_weight(other) / scale
    gaps = (abs(other.get(key, zero) / scale - row.get(key, zero)) for key in row | other)
    return max((gap / size for gap in gaps), default=zero)


def largest_weight(row: Row) -> fmpq:
    """The largest absolute value in a row, bias included."""
    return max(map(abs, row.values()), default=fmpq(0))


def _closest(ours: Sequence[Row], theirs: Sequence[Row], cosine: float) -> dict[int, int]:
    """For rows that point the same way, the closest first, the other's number; each once."""
    keys = _keys(*ours, *theirs)
    b, a = _normalised(ours, keys), _normalised(theirs, keys)
    distance = np.array([((row - a) ** 2).sum(axis=1) for row in b]).reshape(len(b), len(a))
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for place in np.argsort(distance, axis=None, kind="stable").tolist():
        j, i = divmod(place, len(theirs))
        if len(pairs) == min(len(ours), len(theirs)):
            break
        if j in pairs or i in taken or (b[j] @ a[i] <= cosine and (ours[j] or theirs[i])):
            continue
        pairs[j] = i
        taken.add(i)
    return pairs


def _scale(row: Row, other: Row) -> fmpq:
    """How many times the first row the other one is, exactly or nearly.

    That is the ratio that most of the weights have, if there is one; else one that is fitted in
    floats, but 1 if that is hardly worse.
    """
    if not row:
        return _ONE
    ratios = Counter(other.get(key, fmpq(0)) / w for key, w in row.items())
    ratio, count = ratios.most_common(1)[0]
    if 2 * count > len(row) and ratio > 0:
        return ratio
    a, b = _normalised([row, other], _keys(row, other))
    cosine = to_rational(float(a @ b))
    fitted = to_rational(to_float(cosine * _length(other) / _length(row)))
    off, off_at_one = (row_error(row, other, c) for c in (fitted, _ONE))
    return _ONE if off_at_one <= _HARDLY * off else fitted


def _keys(*rows: Row) -> list[tuple[int, int] | None]:
    return sorted({key for row in rows for key in row}, key=lambda key: key or (-1, -1))


def _normalised(rows: Sequence[Row], keys: Sequence[tuple[int, int] | None]) -> np.ndarray:
    """The rows in floats, of length 1; rows of zeros stay so."""
    matrix = np.zeros((len(rows), len(keys)))
    places = {key: k for k, key in enumerate(keys)}
    for i, row in enumerate(rows):
        largest = largest_weight(row)
        for key, weight in row.items():
            matrix[i, places[key]] = to_float(weight / largest)
    length = np.sqrt((matrix**2).sum(axis=1))[:, None]
    return matrix / np.where(length > 0, length, 1.0)


def _length(row: Row) -> fmpq:
    """About the Euclidean length of a row that is not 0."""
    largest = largest_weight(row)
    squares = sum(to_float(w / largest) ** 2 for w in row.values())
    return largest * to_rational(float(np.sqrt(squares)))
