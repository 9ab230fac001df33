"""The genericity conditions that recovery uses, each with an exact quantity or a witness.

The theorem holds outside a set of weights of measure zero.  What a recovery needs of it can be said
for the network at hand: certain exact numbers are not 0, and certain faces do not occur.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from flint import fmpq, fmpq_mat

from exactrev.arrangement.boundary_sets import Boundaries
from exactrev.arrangement.forms import ON
from exactrev.exact.linear import matrix_rows
from exactrev.network.model import Layer, Network
from exactrev.theorem.bends import Bends
from exactrev.theorem.condition import Condition
from exactrev.theorem.turned import turning_conditions


def weight_conditions(network: Network) -> Iterator[Condition]:
    """What can be read off the weights alone."""
    yield _dense(network)
    empty = [str(number) for number, layer in enumerate(network.hidden, 1) if not layer.size]
    where = f"layer {', '.join(empty)}" if empty else ""
    yield Condition("no hidden layer is without neurons", not empty, where=where)
    for number, layer in enumerate(network.hidden, 1):
        if layer.size > 1:
            yield _no_proportional_rows(number, layer)
    for number in range(2, len(network.layers)):
        yield _no_zero_weight(network, number)
    if network.hidden:
        yield _no_unread_neuron(network)
    yield from turning_conditions(network)


def arrangement_conditions(boundaries: Boundaries) -> Iterator[Condition]:
    """What the complete arrangement says."""
    yield _every_neuron_switches(boundaries)
    yield _no_empty_boundary(boundaries)
    yield _neurons_at_most(boundaries, 1, "one neuron vanishes on each facet")
    if boundaries.cells.dimension > 1:
        yield _neurons_at_most(boundaries, 2, "two neurons vanish on each ridge")


def bending_condition(bends: Bends) -> Condition:
    """That no boundary goes straight through the boundary of an earlier neuron."""
    name = "boundaries bend at all boundaries of earlier neurons"
    if bends.exceptions:
        first = bends.exceptions[0]
        where = f"that of {first.neuron} goes straight through that of {first.others[0]}"
        return Condition(name, False, where=f"{where} at {_point(first.point)}")
    least = bends.least
    if least is None:
        return Condition(name, True, where="none meets that of an earlier neuron")
    where = f"least |d z / d a|, of {least.neuron} by {least.others[0]}"
    return Condition(name, True, least.coefficient, f"{where} at {_point(least.point)}")


# -- weights -------------------------------------------------------------------------------------


def _dense(network: Network) -> Condition:
    where = "" if network.is_dense else "a layer reads another one than that before it"
    return Condition("every layer reads the layer before it alone", network.is_dense, where=where)


def _no_proportional_rows(number: int, layer: Layer) -> Condition:
    """No two rows (weights and bias) of a layer are multiples of each other.

    The quantity is the least sin^2 of an angle between two of them; 0 for a row of zeros.
    """
    least, where = fmpq(2), ""
    rows = fmpq_mat(_rows(layer)).numer_denom()[0]
    products = rows * rows.transpose()
    sizes = [products[i, i] for i in range(layer.size)]
    for i, j in combinations(range(layer.size), 2):
        both = sizes[i] * sizes[j]
        sine = 1 - fmpq(products[i, j] ** 2, both) if both else fmpq(0)
        if sine < least:
            least, where = sine, f"sin^2 between the rows of {number}:{i} and {number}:{j}"
    return Condition(f"rows of layer {number} not proportional", least != 0, least, where)


def _rows(layer: Layer) -> list[list[fmpq]]:
    rows = [[bias] for bias in layer.bias.entries()]
    for _, matrix in layer.weights:
        for row, more in zip(rows, matrix_rows(matrix), strict=True):
            row.extend(more)
    return rows


def _no_zero_weight(network: Network, number: int) -> Condition:
    """No weight with which a hidden layer reads the hidden layer before it is 0."""
    name = f"weights of layer {number} not zero"
    matrix = network.weight(number)
    weights = [
        (abs(matrix[j, i]), f"{number}:{j} of {number - 1}:{i}")
        for j in range(matrix.nrows())
        for i in range(matrix.ncols())
    ]
    if not weights:
        return Condition(name, True)
    least, where = min(weights, key=lambda item: item[0])
    return Condition(name, least != 0, least, f"least |weight|, {where}")


def _no_unread_neuron(network: Network) -> Condition:
    """Every neuron of the last hidden layer reaches an output.

    The quantity is the least, over these neurons, of the largest |output weight|.
    """
    name = "no neuron of the last hidden layer unread"
    number = len(network.layers)
    matrix = network.weight(number)
    largest = [
        (max(abs(matrix[o, i]) for o in range(matrix.nrows())), f"{number - 1}:{i}")
        for i in range(matrix.ncols())
    ]
    if not largest:
        return Condition(name, True)
    least, where = min(largest, key=lambda item: item[0])
    return Condition(name, least != 0, least, f"least of the largest |output weight|, {where}")


# -- arrangement ---------------------------------------------------------------------------------


def _every_neuron_switches(boundaries: Boundaries) -> Condition:
    """Every neuron is on in one region and off in another."""
    signs = boundaries.cells.found.signs
    names = boundaries.names
    faults = [
        f"{name} is {word}"
        for word, on in (("never on", signs == ON), ("never off", signs != ON))
        for i, name in enumerate(names)
        if not on[:, i].any()
    ]
    where = ", ".join(faults)
    return Condition("every neuron is on somewhere and off somewhere", not faults, where=where)


def _no_empty_boundary(boundaries: Boundaries) -> Condition:
    """f bends somewhere because of every neuron."""
    empty = [name for i, name in enumerate(boundaries.names) if not boundaries.pieces(i)]
    where = f"that of {', '.join(empty)} is" if empty else ""
    return Condition("no boundary is empty", not empty, where=where)


def _neurons_at_most(boundaries: Boundaries, codimension: int, name: str) -> Condition:
    """On no face of a codimension more neurons vanish than is usual.

    Neurons that are 0 on a whole region beside it do not count: they are zero there anyway.
    """
    signs = boundaries.cells.signs
    zero = signs[codimension] == 0
    for face in np.flatnonzero(zero.sum(axis=1) > codimension).tolist():
        vanishing = np.flatnonzero(zero[face]).tolist()
        real = [i for i in vanishing if _somewhere_beside(boundaries, codimension, face, i)]
        if len(real) > codimension:
            names = ", ".join(boundaries.names[i] for i in real)
            point = _point(boundaries.cells.points[codimension][face])
            return Condition(name, False, where=f"{names} vanish at {point}")
    return Condition(name, True)


def _somewhere_beside(boundaries: Boundaries, codimension: int, face: int, neuron: int) -> bool:
    """Whether a neuron that vanishes on a face does not on one of the regions around it."""
    facets = {face} if codimension == 1 else set(boundaries.cells.cofaces(2)[face])
    around = {region for facet in facets for region in boundaries.facets[facet].regions}
    return bool(boundaries.cells.signs[0][sorted(around), neuron].any())


def _point(point: Sequence[fmpq]) -> str:
    return f"({', '.join(map(str, point))})"
