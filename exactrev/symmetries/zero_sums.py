"""Sets of vectors whose sum is 0, found by lattice reduction.

The integer x with sum(x_i v_i) = 0 form a lattice; a set is a vector in it with entries 0 and 1.

>>> set_with_sum_zero([[fmpq(1), fmpq(0)], [fmpq(3), fmpq(1)], [fmpq(-1), fmpq(0)]])
[0, 2]
>>> set_with_sum_zero([[fmpq(1)], [fmpq(2)]])
[]
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from flint import fmpq, fmpq_mat, fmpz_mat

from exactrev.errors import ExactRevError
from exactrev.exact.linear import matrix_rows

#: Lattices of this dimension at most are searched for sets.
MOST_FREE = 10


class Undecided(ExactRevError):
    """Lattice reduction did not tell whether there is such a set."""


def set_with_sum_zero(vectors: Sequence[Sequence[fmpq]]) -> list[int]:
    """Places of vectors, at least one, whose sum is 0; none if there are none.

    Raises Undecided where that is not known.
    """
    for place, vector in enumerate(vectors):
        if not any(vector):
            return [place]
    if not vectors:
        return []
    relations = integer_relations(vectors)
    if relations is None:
        raise Undecided("the relations were not separated")
    if not relations or min(orthogonal_squares(relations)) > len(vectors):
        return []
    if len(relations) > MOST_FREE:
        raise Undecided(f"there are {len(relations)} independent relations")
    return set_of_relations(relations, len(vectors)) or []


def integer_relations(vectors: Sequence[Sequence[fmpq]]) -> list[list[int]] | None:
    """A reduced basis of the integers x with sum(x_i v_i) = 0.

    None if lattice reduction did not separate them (it nearly always does).
    """
    count = len(vectors)
    few = range(0, len(vectors[0]), max(1, len(vectors[0]) // (4 * count)))
    if fmpq_mat([[vector[k] for k in few] for vector in vectors]).rank() == count:
        return []
    entries = [x for vector in vectors for x in vector]
    numerators = fmpq_mat(count, len(entries) // count, entries).numer_denom()[0]
    rank = numerators.rank()
    if rank == count:
        return []
    longest = max((int(x).bit_length() for x in numerators.entries()), default=1)
    weight = 1 << (2 * count + longest)
    rows = [
        [int(i == j) for j in range(count)] + [weight * int(x) for x in row]
        for i, row in enumerate(numerators.tolist())
    ]
    reduced = fmpz_mat(rows).lll().tolist()
    kernel = [[int(x) for x in row[:count]] for row in reduced if not any(row[count:])]
    # the transformation is unimodular: as many as this, and they are a basis
    return kernel if len(kernel) == count - rank else None


def orthogonal_squares(basis: Sequence[Sequence[int]]) -> list[fmpq]:
    """The squared lengths of the Gram-Schmidt vectors."""
    orthogonal: list[fmpq_mat] = []
    squares: list[fmpq] = []
    for vector in basis:
        rest = fmpq_mat(1, len(vector), list(vector))
        for other, square in zip(orthogonal, squares, strict=True):
            rest = rest - other * ((rest * other.transpose())[0, 0] / square)
        orthogonal.append(rest)
        squares.append((rest * rest.transpose())[0, 0])
    return squares


def set_of_relations(basis: Sequence[Sequence[int]], width: int) -> list[int] | None:
    """A set of ``width`` things, not empty, whose indicator is in the span of the basis."""
    reduced, rank = fmpq_mat([list(map(fmpq, row)) for row in basis]).rref()
    rows = matrix_rows(reduced)[:rank]
    for bits in product((0, 1), repeat=rank):
        chosen = [row for bit, row in zip(bits, rows, strict=True) if bit]
        total = [sum(column, fmpq(0)) for column in zip(*chosen, strict=True)]
        if chosen and all(x in (0, 1) for x in total):
            return [i for i in range(width) if total[i]]
    return None
