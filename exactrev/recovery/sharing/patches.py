"""The kernels of the layer above a known one whose neurons stand on a grid, from single kinks.

A neuron of the next layer reads a patch of the grid, and that shows: its boundary's form involves
no input that the patch does not.  So the form v at a kink is sum_i w_i a_i + b over the few neurons
of the patch alone.  Those that are on there are in general independent, so that one kink tells all
of their weights at once, and the equations left over tell whether the layer's channels point the
way they were taken to.  The neurons that are off there are on at a kink of the same kernel
elsewhere: kinks that agree, up to one factor, on what both tell are of one kernel.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from flint import fmpq, fmpq_mat

from exactrev.exact.linear import matrix_rows, row_vector
from exactrev.recovery.geometry import Kink, form_key, rationals
from exactrev.recovery.prefix import Cell, Prefix
from exactrev.recovery.sharing.kernel import Corner, Family, Kernel, Shape, places, without_parts
from exactrev.recovery.sharing.sweep import combination

#: With more channels than this, not all ways in which they may point are tried.
MOST_CHANNELS = 8
#: Kinks by which the ways are told apart.
_TELLING = 8
#: Ways that are followed further at most.
_CHOICES = 8
#: Weights on which two kinks have to agree.
_COMMON = 3

#: (channel, *offset), or () for the bias
Tap = tuple[int, ...]


@dataclass(frozen=True)
class Patch:
    """A kink's form, and the neurons of the last layer that may be behind it."""

    point: tuple[fmpq, ...]
    form: list[fmpq]
    cell: Cell
    neurons: tuple[int, ...]

    @staticmethod
    def of(prefix: Prefix, inputs: Shape, kink: Kink) -> Patch:
        """The neurons that involve no input outside the box of those that the form involves."""
        point = tuple(rationals(kink.point))
        cell = prefix.cell(point)
        form = kink.form.entries()
        where = [place[1:] for place in places(inputs)]
        box = [(min(x), max(x)) for x in zip(
            *(place for place, v in zip(where, form, strict=False) if v), strict=True
        )]
        outside = [
            j for j, place in enumerate(where)
            if any(not low <= x <= high for x, (low, high) in zip(place, box, strict=True))
        ]
        rows = matrix_rows(cell.forms[-1])
        inner = tuple(i for i, row in enumerate(rows) if not any(row[j] for j in outside))
        return Patch(point, form, cell, inner)

    def lies_on(self, prefix: Prefix, rows: fmpq_mat) -> bool:
        """Whether the boundary of a neuron with one of these rows is behind the kink."""
        forms = matrix_rows(prefix.local_form(prefix.cell(self.point), rows))
        key = form_key(row_vector(self.form))
        return any(any(form[:-1]) and form_key(row_vector(form)) == key for form in forms)

    def fits(self, shape: Shape, size: Sequence[int]) -> bool:
        """Whether the patch is no larger than a kernel of this size, over values of this shape."""
        where = places(shape)
        spans = zip(*(where[i][1:] for i in self.neurons), strict=True)
        return all(max(x) - min(x) < s for x, s in zip(spans, size, strict=True))

    def weights(self, flips: Sequence[bool]) -> dict[int, fmpq | None] | None:
        """Per neuron of the patch its weight, None where it is off, and at -1 the bias.

        None unless the form is such a sum in one way only, with an equation left over.
        """
        rows = matrix_rows(self.cell.forms[-1])
        on = [i for i in self.neurons if self.cell.top_signs[i] != flips[i]]
        used = [j for j in range(len(self.form)) if self.form[j] or any(rows[i][j] for i in on)]
        if not on or len(used) < len(on) + 2:
            return None
        constant = [fmpq(int(j == len(self.form) - 1)) for j in used]
        forms = [row_vector([rows[i][j] for j in used]) for i in on]
        found = combination(
            [*forms, row_vector(constant)], row_vector([self.form[j] for j in used])
        )
        if found is None:
            return None
        signs = [fmpq(-1 if flips[i] else 1) for i in on]
        *weights, bias = found.entries()
        told: dict[int, fmpq | None] = dict.fromkeys(self.neurons)
        told |= {i: w * sign for i, w, sign in zip(on, weights, signs, strict=True)}
        return told | {-1: bias}


def directions(patches: Sequence[Patch], shape: Shape) -> list[list[bool]]:
    """Which neurons of the last layer, listed as ``shape``, may have to be negated.

    Channels are negated as a whole.  Choices that explain at least half as many of the patches as
    any other explains are listed, those that explain most first.
    """
    channels = shape[0]
    if channels > MOST_CHANNELS:
        return []
    home = [place[0] for place in places(shape)]
    votes = []
    for bits in product((False, True), repeat=channels):
        flips = [bits[channel] for channel in home]
        told = sum(patch.weights(flips) is not None for patch in patches[:_TELLING])
        votes.append((told, flips))
    votes.sort(key=lambda vote: -vote[0])
    most = votes[0][0]
    return [flips for told, flips in votes[:_CHOICES] if 2 * told >= most > 0]


@dataclass
class _Part:
    """What is known of a kernel: weights by tap, and all the taps that it has."""

    weights: dict[Tap, fmpq]
    taps: set[Tap]
    corners: set[Corner]

    def merge(self, other: _Part) -> bool:
        """Take in what another tells if it agrees; whether it does."""
        both = self.weights.keys() & other.weights.keys()
        common = [tap for tap in both if self.weights[tap] and other.weights[tap]]
        if len(common) < _COMMON:
            return False
        factor = self.weights[common[0]] / other.weights[common[0]]
        if any(self.weights[tap] != factor * other.weights[tap] for tap in both):
            return False
        self.weights |= {tap: factor * w for tap, w in other.weights.items()}
        self.taps |= other.taps
        self.corners |= other.corners
        return True


def next_families(patches: Iterable[Patch], flips: Sequence[bool], shape: Shape) -> list[Family]:
    """The kernels that the patches tell completely, each with the corners where it was seen.

    ``shape`` is the layout of the layer that the kernels read.
    """
    found: list[Family] = []
    parts = [part for patch in patches if (part := _part(patch, flips, shape))]
    # of different numbers of taps: some hang over an edge, and some are of deeper layers
    for taps in sorted({len(part.taps) for part in parts}, reverse=True):
        pooled = _pooled([part for part in parts if len(part.taps) == taps])
        found += [
            _family(part) for part in pooled
            if part.taps <= part.weights.keys() and len(part.corners) > 1
        ]
    corners: dict[Kernel, frozenset[Corner]] = {}
    for family in found:  # beside an edge more neurons may be behind a kink than are
        corners[family.kernel] = corners.get(family.kernel, frozenset()) | family.corners
    return without_parts([Family(*item) for item in corners.items()])


def _pooled(parts: Iterable[_Part]) -> list[_Part]:
    """The parts with those merged that agree."""
    pooled: list[_Part] = []
    for part in parts:
        merged: _Part | None = part
        while merged is not None:  # what grew may agree with others now
            last, merged = merged, None
            for index, other in enumerate(pooled):
                if other.merge(last):
                    merged = pooled.pop(index)
                    break
            else:
                pooled.append(last)
    return pooled


def _part(patch: Patch, flips: Sequence[bool], shape: Shape) -> _Part | None:
    told = patch.weights(flips)
    if told is None:
        return None
    where = places(shape)
    inside = [where[i] for i in patch.neurons]
    corner = tuple(min(x) for x in list(zip(*inside, strict=True))[1:])
    taps = {
        i: (where[i][0], *(p - c for p, c in zip(where[i][1:], corner, strict=True)))
        for i in patch.neurons
    } | {-1: ()}
    weights = {taps[i]: w for i, w in told.items() if w is not None}
    return _Part(weights, set(taps.values()), {corner})


def _family(part: _Part) -> Family:
    weights = {tap: w for tap, w in part.weights.items() if tap and w}
    low = [min(x) for x in list(zip(*weights, strict=True))[1:]]
    lead = weights[min(weights)]
    taps = sorted(
        ((tap[0], *(p - c for p, c in zip(tap[1:], low, strict=True))), w / lead)
        for tap, w in weights.items()
    )
    corners = {tuple(x + y for x, y in zip(corner, low, strict=True)) for corner in part.corners}
    return Family(Kernel(tuple(taps), part.weights[()] / lead), frozenset(corners))
