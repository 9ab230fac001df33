"""One node of an ONNX graph, ready to execute on exact tensors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from exactrev.errors import FormatError
from exactrev.formats.floats import Array, rationals
from exactrev.formats.unrolling import Unrolling


@dataclass(frozen=True)
class Node:
    """One node to execute: attributes, argument tensors (None where left out), outputs wanted."""

    attributes: dict[str, Any]
    arguments: list[Array | None]
    opset: int
    unrolling: Unrolling
    outputs: int = 1

    def argument(self, index: int) -> Array:
        """An argument that must be there."""
        value = self.optional(index)
        if value is None:
            raise FormatError(f"argument {index} is missing")
        return value

    def optional(self, index: int) -> Array | None:
        """An argument that may be left out."""
        return self.arguments[index] if index < len(self.arguments) else None

    def get(self, name: str, default: Any = None) -> Any:
        """An attribute, or its default."""
        return self.attributes.get(name, default)

    def integers(self, name: str, index: int) -> list[int] | None:
        """A list of integers, an attribute in older opsets and an argument in newer ones."""
        given = self.attributes.get(name)
        if given is None:
            tensor = self.optional(index)
            if tensor is None:
                return None
            if tensor.dtype.kind not in "iu":
                raise FormatError(f"{name} is not a constant list of integers")
            given = tensor.ravel().tolist()
        return [int(x) for x in given]


#: what executes a node: its first output, or all of them
Operator = Callable[[Node], Array | tuple[Array, ...]]


def numeric(tensor: Array) -> Array:
    """A tensor ready for exact arithmetic; integer constants stay integers (they are shapes)."""
    return tensor if tensor.dtype == object or tensor.dtype.kind in "iu" else rationals(tensor)
