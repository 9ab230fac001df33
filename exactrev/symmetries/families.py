"""Moves along directions in which f does not change to first order (the kernel of the Jacobian).

Directions that touch one layer's parameters alone are tried first: f is affine in them wherever no
neuron switches.  A step along them need not leave f as it is; that is what the proof decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flint import fmpq, fmpq_mat

from exactrev.arrangement import Regions
from exactrev.exact.linear import matrix_rows
from exactrev.network.model import Network
from exactrev.symmetries.dimension import changeless_directions
from exactrev.symmetries.parameters import Parameter, changed, parameters
from exactrev.symmetries.partner import Move

_STEPS = (fmpq(1), fmpq(-1), fmpq(1, 16), fmpq(-1, 16), fmpq(1, 4096))
_MOST = 12  # directions of each kind
_SHOWN = 6  # parameters in a sentence


def family_moves(found: Regions, seed: int, stop: Callable[[], bool]) -> Iterator[Move]:
    """Along the directions of one layer, then of one layer and the biases of the others."""
    directions = changeless_directions(found, seed, stop)
    if directions is None or not directions.ncols():
        return
    basis = fmpq_mat(directions)
    names = list(parameters(found.network))
    for with_biases in (False, True):
        for number in range(1, len(found.network.layers) + 1):
            outside = [
                k
                for k, name in enumerate(names)
                if name.layer != number and not (with_biases and name.source < 0)
            ]
            for direction in _vanishing(basis, outside)[:_MOST]:
                if stop():
                    return
                yield _move(found.network, names, direction)


def _vanishing(basis: fmpq_mat, places: list[int]) -> list[list[fmpq]]:
    """A basis of the combinations of the columns that are 0 at these places, in echelon form."""
    rows = [[basis[k, j] for j in range(basis.ncols())] for k in places]
    if rows:
        kernel, nullity = fmpq_mat(rows).numer_denom()[0].nullspace()
        if not nullity:
            return []
        columns = [[kernel[i, j] for i in range(kernel.nrows())] for j in range(nullity)]
        chosen = fmpq_mat([[fmpq(x) for x in column] for column in columns])
        found = chosen * basis.transpose()
    else:
        found = basis.transpose()
    reduced, rank = found.rref()
    return matrix_rows(reduced)[:rank]


def _move(network: Network, names: list[Parameter], direction: list[fmpq]) -> Move:
    moved = {name: x for name, x in zip(names, direction, strict=True) if x}
    candidates = tuple(
        changed(network, {name: step * x for name, x in moved.items()}) for step in _STEPS
    )
    hidden = {p for p in moved if p.layer < len(network.layers)}
    neurons = tuple(sorted({f"{p.layer}:{p.neuron}" for p in hidden}))
    shown = ", ".join(f"{name} by {x}" for name, x in list(moved.items())[:_SHOWN])
    more = f" and {len(moved) - _SHOWN} more" if len(moved) > _SHOWN else ""
    sentence = f"f stays as it is while these move in proportion: {shown}{more}"
    return Move("family", neurons, sentence, candidates)
