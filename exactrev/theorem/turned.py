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

from collections.abc import Iterator

from flint import fmpq

from exactrev.network.model import Network
from exactrev.symmetries.zero_sums import (
    MOST_FREE,
    integer_relations,
    orthogonal_squares,
    set_of_relations,
)
from exactrev.theorem.condition import Condition


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
    shortest = min(orthogonal_squares(relations))
    if shortest > width:
        where = f"relations have a squared length of at least this, more than {width}"
        return Condition(name, True, shortest, where)
    if len(relations) > MOST_FREE:
        return None
    together = set_of_relations(relations, width)
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
