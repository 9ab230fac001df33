"""Which neurons of two networks resemble each other, layer by layer, and by which scale.

>>> from exactrev.network import Network
>>> a = Network.dense([([[1, 2], [0, 1]], [0, 1]), ([[1, 1]], [0])])
>>> b = Network.dense([([[0, "1/3"], [3, 6]], ["1/3", "1/50"]), ([[3, "1/3"]], [0])])
>>> [(match.ours, match.theirs, str(match.scale)) for match in nearest_neurons(a, b)]
[(0, 1, '1/3'), (1, 0, '3')]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from flint import fmpq

from exactrev.bounds.zonotope import Floats
from exactrev.exact.rational import to_float
from exactrev.network.model import Network

_ALIKE = 0.9  # the least cosine of the angle between rows of neurons that are paired
_ONE = 2.0**-20  # a scale nearer to 1 than that is taken for 1


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


def nearest_neurons(a: Network, b: Network) -> list[Match]:
    """Pairs of neurons of a and b in the same layers, in ascending order of b's.

    Rows are compared after b's earlier neurons are renamed and scaled as they were matched.  The
    scale of a pair is the ratio that most of the entries have exactly, if there is one; else one
    that is fitted in floats.
    """
    found: list[Match] = []
    before: dict[int, list[Match]] = {}
    for layer in range(1, min(len(a.layers), len(b.layers))):
        rows = _rows_of(a, layer), _rows_seen(b, layer, a, before)
        before[layer] = _matches(layer, *rows)
        found += before[layer]
    return found


def _rows_of(a: Network, layer: int) -> list[list[fmpq]]:
    """Bias, then weights of all earlier values."""
    parts = [a.weight(layer, source).tolist() for source in range(layer)]
    biases = a.bias(layer).entries()
    return [
        [bias, *(x for part in parts for x in part[i])] for i, bias in enumerate(biases)
    ]


def _rows_seen(
    b: Network, layer: int, a: Network, before: dict[int, list[Match]]
) -> list[list[fmpq]]:
    """b's rows with a's values in the place of those that are matched; the others are left out."""
    found = [[bias] for bias in b.bias(layer).entries()]
    for source in range(layer):
        weights = b.weight(layer, source).tolist()
        for row, given in zip(found, weights, strict=True):
            if source == 0:
                row += given
                continue
            seen = [fmpq(0)] * a.architecture[source]
            for match in before[source]:
                seen[match.theirs] = match.scale * given[match.ours]
            row += seen
    return found


def _matches(
    layer: int, theirs: Sequence[Sequence[fmpq]], ours: Sequence[Sequence[fmpq]]
) -> list[Match]:
    """Pairs by descending likeness, each neuron at most once."""
    if not theirs or not ours:
        return []
    likeness = _directions(ours) @ _directions(theirs).T
    order = np.argsort(-likeness, axis=None, kind="stable")
    found: dict[int, Match] = {}
    taken: set[int] = set()
    for place in order.tolist():
        j, i = divmod(place, len(theirs))
        if likeness[j, i] < _ALIKE:
            break
        if j not in found and i not in taken:
            taken.add(i)
            found[j] = Match(layer, j, i, _scale(theirs[i], ours[j]))
    return [found[j] for j in sorted(found)]


def _directions(rows: Sequence[Sequence[fmpq]]) -> Floats:
    floats = np.array([[to_float(x) for x in row] for row in rows])
    sizes = np.linalg.norm(floats, axis=1, keepdims=True)
    return np.asarray(floats / np.where(sizes > 0, sizes, 1.0))


def _scale(theirs: Sequence[fmpq], ours: Sequence[fmpq]) -> fmpq:
    """How many times their row ours is."""
    ratios = Counter(y / x for x, y in zip(theirs, ours, strict=True) if x)
    ratio, count = ratios.most_common(1)[0]
    if 2 * count > ratios.total() and ratio > 0:
        return ratio
    x, y = (np.array([to_float(entry) for entry in row]) for row in (theirs, ours))
    fitted = float(x @ y / (x @ x))
    return fmpq(1) if abs(fitted - 1) < _ONE else fmpq(*fitted.as_integer_ratio())
