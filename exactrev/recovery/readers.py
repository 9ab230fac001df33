"""The row of a neuron that its layer lacks, told by two boundaries that read it.

Where a neuron i is on throughout, a boundary that reads its layer reads, beside the relu(z_k) of
the layer's known neurons, what the layer reads itself: with z_k = r_k a + b_k it is where

    sum_k w_k relu(z_k) + d a + c = 0,    d = w_i r_i - sum_k o_k w_k r_k,

the bits o_k being those of neurons that really are relu(-z_k).  Followed as one that may read both
it tells its w_k and d.  With the right bits the d + sum_k o_k w_k r_k of two boundaries are
multiples of one row, r_i; generic weights are so for no other bits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeVar

from flint import fmpq, fmpq_mat

from exactrev.exact.linear import row_vector
from exactrev.exact.residues import PRIME, residue
from exactrev.recovery.geometry import Form
from exactrev.recovery.surface import Surface

#: Numbers of two boundaries' rows that have to be in proportion.
_FEWEST = 3

_Part = TypeVar("_Part")


@dataclass(frozen=True)
class Reader:
    """What a boundary tells of its neuron: ``weights`` w_k, and ``direct``, d, None where it does
    not tell.

    ``off`` are the sides of the neurons whose weight it does not tell: on them all along, and taken
    to be off there.
    """

    weights: tuple[fmpq, ...]
    direct: tuple[fmpq | None, ...]
    off: dict[int, bool]


@dataclass(frozen=True)
class Hint:
    """The ``row`` of a neuron that is missing, with 0 for its bias, and the others' ``bits``: which
    are relu(-z).
    """

    row: Form
    bits: tuple[int, ...]


def reader(surface: Surface, size: int) -> Reader | None:
    """What a boundary tells that was followed as one of a neuron that may read the last layer, of
    this size, and what that layer reads.

    None if it does not tell the weight of a neuron of the layer that is on at some places and off
    at others.
    """
    width = surface.prefix.width - size
    weights: list[fmpq] = []
    off: dict[int, bool] = {}
    for k in range(size):
        weight = surface.weight(width + k)
        sides = {place.cell.top_signs[k] for place in surface.waypoints}
        if weight is None and len(sides) == 1:
            off[k] = next(iter(sides))
        elif weight is None:
            return None
        weights.append(weight or fmpq(0))
    return Reader(tuple(weights), tuple(surface.weight(v) for v in range(width)), off)


def hint(one: Reader, other: Reader, rows: list[list[fmpq]]) -> Hint | None:
    """The row of which both d, freed of what the known neurons add, are multiples.

    ``rows`` are those of the known neurons.  None if there is none, if there is more than one, or
    if neither tells all of it.
    """
    if any(one.off.get(k, side) != side for k, side in other.off.items()):
        return None
    if None in one.direct:
        one, other = other, one
    told = [m for m, x in enumerate(other.direct) if x is not None]
    if None in one.direct or len(told) < _FEWEST:
        return None
    sure = one.off | other.off
    choices = [(int(sure[k]),) if k in sure else (0, 1) for k in range(len(rows))]
    found = list(_in_proportion(_parts(one, rows), _parts(other, rows), told, choices))
    if len(found) != 1:
        return None
    bits, total = found[0]
    # the row of a known one says that this one was on where its weight is not known
    if any(fmpq_mat([total, row[:-1]]).rank() == 1 for row in rows):
        return None
    lead = next(x for x in total if x)
    return Hint(row_vector([*(x / abs(lead) for x in total), fmpq(0)]), bits)


def _parts(reader: Reader, rows: list[list[fmpq]]) -> list[list[fmpq]]:
    """d, and what is added to it for each neuron that is relu(-z)."""
    direct = [x if x is not None else fmpq(0) for x in reader.direct]
    pairs = zip(reader.weights, rows, strict=True)
    return [direct, *([weight * x for x in row[:-1]] for weight, row in pairs)]


def _in_proportion(
    one: list[list[fmpq]],
    other: list[list[fmpq]],
    told: Sequence[int],
    choices: Sequence[Sequence[int]],
) -> Iterator[tuple[tuple[int, ...], list[fmpq]]]:
    """Every choice of bits with which two sums are multiples of each other in the places ``told``,
    and not 0, with the first sum.
    """
    parts = [[[part[m] for m in told] for part in each] for each in (one, other)]
    small = [[[residue(x) for x in part] for part in each] for each in parts]
    for bits in product(*choices):
        a, b = ([sum(column) for column in zip(*_chosen(each, bits), strict=True)]
                for each in small)
        if any((a[0] * y - x * b[0]) % PRIME for x, y in zip(a, b, strict=True)):
            continue
        first, second = (_sum(each, bits) for each in parts)
        if any(first) and any(second) and fmpq_mat([first, second]).rank() == 1:
            yield bits, _sum(one, bits)


def _chosen(parts: list[_Part], bits: Sequence[int]) -> list[_Part]:
    return [parts[0], *(part for part, bit in zip(parts[1:], bits, strict=True) if bit)]


def _sum(parts: list[list[fmpq]], bits: Sequence[int]) -> list[fmpq]:
    return [sum(column, fmpq(0)) for column in zip(*_chosen(parts, bits), strict=True)]
