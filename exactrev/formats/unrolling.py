"""Symbolic execution of a layer graph: from tensors of affine forms to the general model.

Affine operators act on forms (:mod:`exactrev.formats.forms`); ReLU closes a hidden layer.  So runs
of affine operators collapse, and a skip connection is a form that reads an older layer.

>>> import numpy as np
>>> from exactrev.formats.floats import rationals
>>> from exactrev.formats.forms import matmul
>>> unrolling = Unrolling()
>>> x = unrolling.input((1, 2))
>>> h = unrolling.relu(matmul(x, rationals(np.array([[1.0], [-2.0]]))) + fmpq(1, 3))
>>> net = unrolling.network(h + h)
>>> net.architecture, [str(y) for y in net([1, 0])]
((2, 1, 1), ['8/3'])
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from flint import fmpq, fmpq_mat

from exactrev.formats.floats import Array, object_array
from exactrev.formats.forms import Form, as_signal, demand_size, is_signal, rationals_of
from exactrev.network import Layer, Network

#: larger weight matrices are refused; one of this size takes half a gigabyte
MAX_WEIGHTS = 1 << 25
_ZERO = fmpq(0)


class Unrolling:
    """The layers of the general model found so far while a graph is executed symbolically."""

    def __init__(self) -> None:
        self._shapes: list[tuple[int, ...]] = []
        self._hidden: list[Layer] = []
        self._notes: list[str] = []

    def note(self, sentence: str) -> None:
        """Record what was rewritten, for ``Network.notes``."""
        self._notes.append(sentence)

    def input(self, shape: Sequence[int]) -> Array:
        """The input tensor; its entries in C order are the network's inputs."""
        self._shapes.append(demand_size(shape))
        return self._activations(0)

    def relu(self, tensor: Array) -> Array:
        """max(0, tensor): a new hidden layer, whose neurons are the entries in C order."""
        if not is_signal(tensor):
            exact = rationals_of(tensor)
            return object_array((max(x, _ZERO) for x in exact.flat), tensor.shape)
        self._hidden.append(self._layer(tensor))
        self._shapes.append(tensor.shape)
        return self._activations(len(self._hidden))

    def network(self, output: Array, notes: Sequence[str] = ()) -> Network:
        """The network whose output is this tensor, its entries in C order."""
        layers = (*self._hidden, self._layer(as_signal(output)))
        shapes = tuple(map(_proper, (*self._shapes, output.shape)))
        return Network(math.prod(shapes[0]), layers, (*notes, *self._notes), shapes)

    def _activations(self, layer: int) -> Array:
        one, shape = fmpq(1), self._shapes[layer]
        forms = [Form({(layer, i): one}) for i in range(math.prod(shape))]
        return object_array(forms, shape)

    def _layer(self, tensor: Array) -> Layer:
        forms: list[Form] = tensor.ravel().tolist()
        blocks: dict[int, fmpq_mat] = {}
        for i, form in enumerate(forms):
            for (source, j), weight in form.terms.items():
                if source not in blocks:
                    size = math.prod(self._shapes[source])
                    demand_size((len(forms), size), MAX_WEIGHTS)
                    blocks[source] = fmpq_mat(len(forms), size)
                blocks[source][i, j] = weight
        return Layer.of(blocks, [form.constant for form in forms])


def _proper(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape without the batch of one that every graph puts first."""
    return shape[1:] if len(shape) > 1 and shape[0] == 1 else shape
