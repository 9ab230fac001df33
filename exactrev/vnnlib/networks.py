"""Declarations of VNN-LIB 2.0: networks with typed tensors, and how one network relates to another.

The rules are those of the standard, "Network Declarations" and "Typing": names are unique, shapes
positive, types alike where numbers meet, and ``equal-to`` and ``isomorphic-to`` name a network
declared before that has no such relation itself and the same inputs and outputs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import prod

from exactrev.errors import FormatError
from exactrev.formats.files import MAX_EXTENT, PathLike
from exactrev.vnnlib.formula import Variable
from exactrev.vnnlib.query import NetworkDeclaration, Relation, Tensor
from exactrev.vnnlib.source import Position, fault
from exactrev.vnnlib.tokens import Token

_TENSOR = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
# wider than the grammar: the standard's own example is called f-copy, drafts have f@1
_NETWORK = re.compile(r"[A-Za-z][A-Za-z0-9_@.-]*")
#: ONNX element types whose numbers are ordered and not only whole; "real" is VNN-LIB's own
ELEMENTS = frozenset({
    "real", "float16", "float32", "float64", "bfloat16", "float8e4m3fn", "float8e5m2",
    "float8e4m3fnuz", "float8e5m2fnuz", "float4e2m1",
})  # fmt: skip


def declared_tensor(
    source: PathLike, name: Token, kind: Token, shape: tuple[int, ...], node: str | None
) -> Tensor:
    """The tensor of a declaration ``name kind shape``; FormatError for what cannot be one."""
    if not _TENSOR.fullmatch(name.text):
        text = f"{name.text} is not a name (a letter, then letters, digits and _)"
        raise fault(source, name.position, text)
    element = "real" if kind.text == "Real" else kind.text  # as drafts of 2.0 spell it
    if element not in ELEMENTS:
        raise fault(source, kind.position, f"the element type {kind.text} is not one of reals")
    if not all(shape) or prod(shape) > MAX_EXTENT:
        text = f"{name.text} has no elements" if not all(shape) else f"{name.text} is too large"
        raise fault(source, name.position, text)
    return Tensor(name.text, element, shape, node)


class Networks:
    """The networks declared so far and the tensors in scope."""

    def __init__(self, source: PathLike) -> None:
        self._source = source
        self._networks: dict[str, NetworkDeclaration] = {}
        self._tensors: dict[str, Tensor] = {}

    def declare(self, name: Token, network: NetworkDeclaration, places: list[Token]) -> None:
        """Bring a network into scope; ``places`` has where each of its tensors is declared and
        then, where it has a relation, where that is."""
        if not _NETWORK.fullmatch(name.text):
            raise self._fault(name, f"{name.text} is not the name of a network")
        if network.name in self._networks:
            raise self._fault(name, f"the network {name.text} is declared twice")
        if not network.inputs or not network.outputs:
            raise self._fault(name, f"the network {name.text} needs an input and an output")
        tensors = [*network.inputs, *network.hidden, *network.outputs]
        for tensor, place in zip(tensors, places, strict=False):
            self._enter(tensor, place)
        if network.relation is not None:
            self._check_relation(network, network.relation, places[-1])
        self._networks[network.name] = network

    def _enter(self, tensor: Tensor, place: Token) -> None:
        if tensor.name in self._tensors:
            raise self._fault(place, f"{tensor.name} is declared twice")
        first = next(iter(self._tensors.values()), tensor)
        if (first.element == "real") != (tensor.element == "real"):
            text = f"{first.name} is {first.element} and {tensor.name} {tensor.element}"
            raise self._fault(place, f"{text}: real goes with real only")
        self._tensors[tensor.name] = tensor

    def _check_relation(
        self, network: NetworkDeclaration, relation: Relation, place: Token
    ) -> None:
        said = f"{relation.kind} {relation.network}"
        other = self._networks.get(relation.network)
        if other is None:
            raise self._fault(place, f"{said}: no network of that name is declared before")
        if other.relation is not None:
            raise self._fault(place, f"{said}: that network has an {other.relation.kind} itself")
        typed = relation.kind == "equal-to"
        mine = (_interface(network.inputs, typed), _interface(network.outputs, typed))
        if mine != (_interface(other.inputs, typed), _interface(other.outputs, typed)):
            raise self._fault(place, f"{said}: its inputs or outputs are not like these")
        nodes = {tensor.node: tensor for tensor in other.hidden}
        for tensor in network.hidden:
            twin = nodes.get(tensor.node, tensor)
            if _interface([tensor], typed) != _interface([twin], typed):
                raise self._fault(place, f"{said}: {tensor.name} is not like {twin.name}")

    def variable(self, name: Token, indices: tuple[int, ...] | None) -> Variable:
        """The element of a declared tensor; a scalar has no indices."""
        tensor = self._tensors.get(name.text)
        if tensor is None:
            raise self._fault(name, f"{name.text} is neither a number nor declared")
        given = indices or ()
        if len(given) != len(tensor.shape) or (indices is not None and not tensor.shape):
            count = len(tensor.shape)
            raise self._fault(name, f"{name.text} needs {count} indices and has {len(given)}")
        element = 0
        for index, extent in zip(given, tensor.shape, strict=True):
            if index >= extent:
                raise self._fault(name, f"{name.text}: index {index} is not below {extent}")
            element = element * extent + index
        return Variable(tensor.name, element)

    def check_types(self, variables: Iterable[Variable], position: Position) -> None:
        """FormatError when the variables of a comparison have different element types."""
        kinds = sorted({self._tensors[variable.tensor].element for variable in variables})
        if len(kinds) > 1:
            raise fault(self._source, position, f"{kinds[0]} meets {kinds[1]} in a comparison")

    def networks(self) -> tuple[NetworkDeclaration, ...]:
        """The networks in the order of their declaration."""
        return tuple(self._networks.values())

    def _fault(self, token: Token, text: str) -> FormatError:
        return fault(self._source, token.position, text)


def _interface(tensors: Iterable[Tensor], typed: bool) -> list[tuple[tuple[int, ...], str]]:
    return [(tensor.shape, tensor.element if typed else "") for tensor in tensors]
