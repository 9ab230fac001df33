"""Which neuron of an extraction stands for which of its victim, and how far its weights are off.

Layer by layer, the neurons of the extraction are written in terms of the victim's: what was
matched below is renamed and rescaled.  Floats propose the pairs, those with the closest normalised
rows first; the errors that are reported are exact.

>>> from exactrev import Network
>>> victim = Network.dense([([[1, 2], [3, -1]], [0, 1]), ([[1, 1]], [0])])
>>> copy = Network.dense([([[6, -2], [1, 2]], [2, "1/100"]), ([["1/2", 1]], [0])])
>>> found = nearest_matching(victim, copy)
>>> [(str(m.victim), str(m.extraction), str(m.scale), str(m.error)) for m in found.layers[0]]
[('1:0', '1:1', '1', '1/200'), ('1:1', '1:0', '2', '0')]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from flint import fmpq

from exactrev.equivalence.neuron_rows import Row, neuron_rows
from exactrev.exact.rational import to_float, to_rational
from exactrev.network.model import Network
from exactrev.network.reduction import Name
from exactrev.network.symmetry import Isomorphism

_ONE = fmpq(1)
_HARDLY = 8  # a scale that makes the error smaller by no more than this is not worth it


@dataclass(frozen=True)
class NeuronMatch:
    """A neuron of the extraction that computes about ``scale`` times one of the victim.

    ``error`` is the largest difference of two corresponding weights or biases once the scale is
    divided out, over the largest weight of the victim's neuron; ``own_error`` is the largest such
    difference over the weight itself, None where a weight that is 0 has become another.  One of
    the neurons is None, and the rest too, where a neuron has no partner.
    """

    victim: Name | None
    extraction: Name | None
    scale: fmpq | None = None
    error: fmpq | None = None
    own_error: fmpq | None = None


@dataclass(frozen=True)
class OutputMatch:
    """How far the weights of an output are off; the errors are those of :class:`NeuronMatch`."""

    output: int
    error: fmpq
    own_error: fmpq | None


@dataclass(frozen=True)
class Matching:
    """The hidden layers' neurons, then the outputs; ``exact`` if nothing at all is off."""

    layers: tuple[tuple[NeuronMatch, ...], ...]
    outputs: tuple[OutputMatch, ...]

    @cached_property
    def errors(self) -> list[fmpq]:
        """The errors of all neurons that have a partner, and of the outputs."""
        matched = [m.error for layer in self.layers for m in layer if m.error is not None]
        return [*matched, *(m.error for m in self.outputs)]

    @property
    def largest_error(self) -> fmpq:
        """The largest error of all."""
        return max(self.errors)

    @property
    def unmatched(self) -> int:
        """How many neurons of either network have no partner."""
        return sum(m.scale is None for layer in self.layers for m in layer)

    @property
    def exact(self) -> bool:
        """Whether every neuron has a partner of which it computes an exact multiple."""
        return not self.unmatched and not self.largest_error


#: For a neuron (layer, index) of the extraction: its partner's index, and the scale.
_Partners = dict[tuple[int, int], tuple[int, fmpq]]


def nearest_matching(
    victim: Network,
    extraction: Network,
    isomorphism: Isomorphism | None = None,
    scale: Sequence[fmpq] = (),
    shift: Sequence[fmpq] = (),
) -> Matching:
    """The neurons of both networks, paired; an isomorphism from victim to extraction says how.

    The extraction's outputs are first scaled and shifted where that is asked for.
    """
    partners: _Partners = {(0, i): (i, _ONE) for i in range(victim.inputs)}
    layers = []
    for number in range(1, max(len(victim.layers), len(extraction.layers))):
        layer = isomorphism.layers[number - 1] if isomorphism is not None else None
        matches = _match_layer(victim, extraction, number, partners, layer)
        for match in matches:
            if match.victim and match.extraction and match.scale is not None:
                partners[number, match.extraction.place] = match.victim.place, match.scale
        layers.append(tuple(matches))
    ours = neuron_rows(victim, len(victim.layers))
    theirs = neuron_rows(extraction, len(extraction.layers))
    outputs = []
    for i, (row, other) in enumerate(zip(ours, theirs, strict=True)):
        factor, constant = scale[i] if scale else _ONE, shift[i] if shift else fmpq(0)
        mapped = {key: factor * w for key, w in _renamed(other, partners).items()}
        mapped[None] = mapped.get(None, fmpq(0)) + constant
        outputs.append(OutputMatch(i, *_errors(row, mapped, _ONE)))
    return Matching(tuple(layers), tuple(outputs))


def _match_layer(
    victim: Network,
    extraction: Network,
    number: int,
    partners: _Partners,
    known: Sequence[tuple[int, fmpq]] | None,
) -> list[NeuronMatch]:
    """The neurons of a hidden layer in the victim's order, then those that are left over."""
    ours = neuron_rows(victim, number) if number < len(victim.layers) else []
    theirs = neuron_rows(extraction, number) if number < len(extraction.layers) else []
    mapped = [_renamed(row, partners) for row in theirs]
    if known is not None:
        pairs = {i: j for j, (i, _) in enumerate(known)}
    else:
        pairs = _closest(ours, mapped)
    found = []
    for i, row in enumerate(ours):
        if i not in pairs:
            found.append(NeuronMatch(Name(number, i), None))
            continue
        j = pairs[i]
        scale = known[j][1] if known is not None else _nearest_scale(row, mapped[j])
        errors = _errors(row, mapped[j], scale)
        found.append(NeuronMatch(Name(number, i), Name(number, j), scale, *errors))
    left = sorted(set(range(len(theirs))) - set(pairs.values()))
    return found + [NeuronMatch(None, Name(number, j)) for j in left]


def _renamed(row: Row, partners: _Partners) -> Row:
    """A row of the extraction in terms of the victim's neurons; without what has no partner."""
    mapped: Row = {}
    for key, weight in row.items():
        if key is None:
            mapped[None] = weight
        elif key in partners:
            index, scale = partners[key]
            mapped[key[0], index] = weight * scale
    return mapped


def _closest(ours: Sequence[Row], theirs: Sequence[Row]) -> dict[int, int]:
    """Pairs of rows that point the same way, the closest first."""
    keys = sorted({key for row in (*ours, *theirs) for key in row}, key=lambda k: k or (-1, -1))
    a, b = _normalised(ours, keys), _normalised(theirs, keys)
    distance = np.sqrt(np.maximum(((a[:, None, :] - b[None, :, :]) ** 2).sum(axis=2), 0.0))
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for place in np.argsort(distance, axis=None, kind="stable").tolist():
        i, j = divmod(place, len(theirs))
        if i in pairs or j in taken or a[i] @ b[j] <= 0 < len(ours[i]) + len(theirs[j]):
            continue
        pairs[i] = j
        taken.add(j)
    return pairs


def _normalised(rows: Sequence[Row], keys: Sequence[tuple[int, int] | None]) -> np.ndarray:
    """The rows in floats, of length 1; rows of zeros stay so."""
    matrix = np.zeros((len(rows), len(keys)))
    for i, row in enumerate(rows):
        largest = _largest(row)
        for k, key in enumerate(keys):
            if key in row:
                matrix[i, k] = to_float(row[key] / largest)
    length = np.sqrt((matrix**2).sum(axis=1))[:, None]
    return matrix / np.where(length > 0, length, 1.0)


def _largest(row: Row) -> fmpq:
    return max(map(abs, row.values()), default=fmpq(0))


def _nearest_scale(row: Row, other: Row) -> fmpq:
    """The factor by which the other row is a multiple of the first one, exactly or nearly.

    A factor of 1 is preferred to one that fits hardly better.
    """
    if not row:
        return _ONE
    key = max(row, key=lambda k: abs(row[k]))
    exact = other.get(key, fmpq(0)) / row[key]
    if exact > 0 and not _errors(row, other, exact)[0]:
        return exact
    keys = sorted({*row, *other}, key=lambda k: k or (-1, -1))
    a, b = _normalised([row, other], keys)
    cosine = to_rational(float(a @ b))
    lengths = [_length(r) for r in (row, other)]
    fitted = to_rational(to_float(cosine * lengths[1] / lengths[0]))
    off, off_at_one = (_errors(row, other, c)[0] for c in (fitted, _ONE))
    return _ONE if off_at_one <= _HARDLY * off else fitted


def _length(row: Row) -> fmpq:
    """About the Euclidean length of a row that is not 0."""
    largest = _largest(row)
    squares = sum(to_float(w / largest) ** 2 for w in row.values())
    return largest * to_rational(float(np.sqrt(squares)))


def _errors(row: Row, other: Row, scale: fmpq) -> tuple[fmpq, fmpq | None]:
    """How far ``other`` over ``scale`` is off ``row``: over the largest weight, and over each."""
    zero = fmpq(0)
    gaps = {key: abs(other.get(key, zero) / scale - row.get(key, zero)) for key in row | other}
    largest = _largest(row) or _largest(other) / scale
    error = max((gap / largest for gap in gaps.values()), default=zero)
    if any(gap and key not in row for key, gap in gaps.items()):
        return error, None
    return error, max((gap / abs(row[key]) for key, gap in gaps.items() if gap), default=zero)
