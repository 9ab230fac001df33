"""Whether neurons of a layer can be turned together without changing the function.

relu(z) = z + relu(-z), so turning a neuron round adds its z, times the weight it is read with, to
every reader.  For a set S of neurons of layer k this cancels, up to what the readers' biases can
take in, if and only if the sum over S of the matrices (column of W_(k+1)) (row of W_k) is 0.  There
is then an equal network that is not isomorphic, and no boundary or value tells the two apart.

The integer relations between these matrices form a lattice.  S would be a vector in it of squared
length at most the width of the layer.  No vector but 0 is shorter than the shortest vector of the
Gram-Schmidt orthogonalisation of a basis, and that of an LLL-reduced one is long where the weights
are in general position.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from flint import fmpq, fmpq_mat, fmpz_mat

from exactrev.exact.linear import matrix_rows
from exactrev.network.model import Network
from exactrev.theorem.condition import Condition

#: Kernels of this dimension at most are searched for sets of neurons.
_MOST_FREE = 10


def turning_conditions(network: Network) -> Iterator[Condition]:
    """For every hidden layer that it can be decided for: that no neurons can be turned together.

    Nothing for networks whose layers read others than the one before.
    """
    if network.is_dense:
        for number, layer in enumerate(network.hidden, 1):
            if layer.size:
                found = _turning(network, number)
                if found is not None:
                    yield found


def _turning(network: Network, number: int) -> Condition | None:
    name = f"no neurons of layer {number} can be turned together"
    matrices = turning_matrices(network, number)
    relations = integer_relations(matrices)
    if relations is None:
        return None
    if not relations:
        return Condition(name, True, where="their matrices are independent")
    width = len(matrices)
    shortest = min(_orthogonal_squares(relations))
    if shortest > width:
        where = f"relations have a squared length of at least this, more than {width}"
        return Condition(name, True, shortest, where)
    if len(relations) > _MOST_FREE:
        return None
    together = _subset(relations, width)
    if together is None:
        return Condition(name, True, where="no relation is a set of neurons")
    where = f"{', '.join(f'{number}:{i}' for i in together)} can"
    return Condition(name, False, where=where)


def turning_matrices(network: Network, number: int) -> list[list[fmpq]]:
    """For every neuron of a hidden layer the entries of (column it is read by) x (its row)."""
    own, readers = network.weight(number), network.weight(number + 1)
    return [
        [
            readers[j, i] * own[i, p]
            for j in range(readers.nrows())
            for p in range(own.ncols())
        ]
        for i in range(own.nrows())
    ]


def integer_relations(vectors: Sequence[Sequence[fmpq]]) -> list[list[int]] | None:
    """A reduced basis of the integers x with sum(x_i v_i) = 0.

    None if lattice reduction did not separate them (it nearly always does).
    """
    count = len(vectors)
    entries = [x for vector in vectors for x in vector]
    numerators = fmpq_mat(count, len(entries) // count, entries).numer_denom()[0]
    rank = numerators.rank()
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


def _orthogonal_squares(basis: Sequence[Sequence[int]]) -> list[fmpq]:
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


def _subset(basis: Sequence[Sequence[int]], width: int) -> list[int] | None:
    """A set of neurons, not empty, whose indicator is in the span of the basis."""
    reduced, rank = fmpq_mat([list(map(fmpq, row)) for row in basis]).rref()
    rows = matrix_rows(reduced)[:rank]
    for bits in product((0, 1), repeat=rank):
        chosen = [row for bit, row in zip(bits, rows, strict=True) if bit]
        total = [sum(column, fmpq(0)) for column in zip(*chosen, strict=True)]
        if chosen and all(x in (0, 1) for x in total):
            return [i for i in range(width) if total[i]]
    return None
