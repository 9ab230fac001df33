"""What a VNN-LIB file says: the networks it speaks of, and the property that is asserted.

A query asks whether there are inputs, one for each network declared, for which the property
holds of them and of the networks' outputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from math import prod
from typing import Literal

from exactrev.vnnlib.formula import Formula, Variable


@dataclass(frozen=True)
class Tensor:
    """A declared input, hidden value or output.

    ``element`` is the element type, ``"real"`` or the name of an ONNX float type; ``shape`` is
    empty for a scalar; ``node`` is the quoted name of the ONNX node, where one is given.
    """

    name: str
    element: str
    shape: tuple[int, ...]
    node: str | None = None

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return prod(self.shape)

    def indices(self, element: int) -> tuple[int, ...]:
        """The indices of the element with this place in row-major order."""
        reverse = []
        for extent in reversed(self.shape):
            element, index = divmod(element, extent)
            reverse.append(index)
        return tuple(reversed(reverse))


@dataclass(frozen=True)
class Relation:
    """``equal-to`` or ``isomorphic-to`` a network declared before: the same weights, or the same
    graph with other weights."""

    kind: Literal["equal-to", "isomorphic-to"]
    network: str


@dataclass(frozen=True)
class NetworkDeclaration:
    """The interface of a network; which file implements it is not said in a query.

    VNN-LIB 1.0 declares no network: its one network has the empty name, the input ``X`` and the
    output ``Y`` (none where no ``Y_0`` is declared).
    """

    name: str
    inputs: tuple[Tensor, ...]
    hidden: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    relation: Relation | None = None

    @property
    def input_size(self) -> int:
        """How many numbers go in: all its inputs, one after the other."""
        return sum(tensor.size for tensor in self.inputs)

    @property
    def output_size(self) -> int:
        """How many numbers come out: all its outputs, one after the other."""
        return sum(tensor.size for tensor in self.outputs)


@dataclass(frozen=True)
class Query:
    """The networks in the order of their declaration, and the conjunction of all assertions."""

    version: tuple[int, int]
    networks: tuple[NetworkDeclaration, ...]
    assertion: Formula

    @cached_property
    def inputs(self) -> tuple[Variable, ...]:
        """The numbers that go into the networks: network by network, tensor by tensor, row-major.
        A point of the query's input space lists their values in this order."""
        return _variables(chain.from_iterable(network.inputs for network in self.networks))

    @cached_property
    def outputs(self) -> tuple[Variable, ...]:
        """The numbers that come out of the networks, in the same order."""
        return _variables(chain.from_iterable(network.outputs for network in self.networks))

    @cached_property
    def tensors(self) -> dict[str, Tensor]:
        """Every declared tensor by its name, in the order of declaration."""
        every = (
            chain(network.inputs, network.hidden, network.outputs) for network in self.networks
        )
        return {tensor.name: tensor for tensor in chain.from_iterable(every)}

    def label(self, variable: Variable) -> str:
        """How the file writes a variable: ``X_3``, or ``X[0,3]``, or ``X`` for a scalar."""
        if self.version[0] == 1:
            return f"{variable.tensor}_{variable.element}"
        indices = self.tensors[variable.tensor].indices(variable.element)
        return variable.tensor + (f"[{','.join(map(str, indices))}]" if indices else "")


def _variables(tensors: chain[Tensor]) -> tuple[Variable, ...]:
    return tuple(Variable(tensor.name, i) for tensor in tensors for i in range(tensor.size))
