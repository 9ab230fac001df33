"""``.onnx``: a graph of affine operators and ReLU, folded exactly into the general model.

The graph is executed symbolically (:mod:`exactrev.formats.forms`) with one sample in the batch;
only nodes that the output depends on are looked at.  Operators are in
:mod:`exactrev.formats.onnx_operators`; every other one is refused by name.  What was folded is
recorded in ``Network.notes``.  Nothing outside the file is opened: external data is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np

from exactrev.errors import FormatError, InputError, UnsupportedOperator
from exactrev.formats.files import PathLike, names_file, read_bytes, refuse_pickle
from exactrev.formats.floats import Array
from exactrev.formats.onnx_node import Node
from exactrev.formats.onnx_operators import OPERATORS
from exactrev.formats.unrolling import Unrolling
from exactrev.network import Network

_OLDEST_OPSET = 7  # Add, Gemm and the like broadcast in another way before
_DOMAINS = {"", "ai.onnx"}
_SEVERAL_OUTPUTS = {"Split"}  # of the others only the first one is understood
#: operators that add hidden layers, and as what
_REWRITTEN = {
    "LeakyRelu": "s x + (1 - s) relu(x)", "PRelu": "s x + (1 - s) relu(x)",
    "Abs": "2 relu(x) - x", "Clip": "l + relu(x - l) - relu(x - h)",
    "HardSigmoid": "relu(y) - relu(y - 1)",
    **dict.fromkeys(("Max", "MaxPool", "GlobalMaxPool", "ReduceMax"), "trees of b + relu(a - b)"),
    **dict.fromkeys(("Min", "ReduceMin"), "trees of b - relu(b - a)"),
}


def onnx_package() -> ModuleType:
    """The onnx package, or InputError with what to install."""
    try:
        import onnx
        import onnx.numpy_helper
    except ImportError:
        raise InputError(
            "needs the onnx package: pip install exactrev[onnx]"
        ) from None
    return onnx


@names_file
def read_onnx(path: PathLike) -> Network:
    """The exact network an ``.onnx`` graph computes in real arithmetic, batch of one.

    Raises UnsupportedOperator, naming the operator, for anything that is not affine, ReLU or a
    rearrangement; FormatError for damaged files, external data and more than one input or output.
    """
    data = read_bytes(path)
    refuse_pickle(data)
    graph = _Graph(_model(data))
    unrolling = Unrolling()
    values: dict[str, Array] = {graph.input.name: unrolling.input(graph.input_shape())}
    for node in graph.needed_nodes():
        values |= zip(node.output, _execute(node, graph, values, unrolling), strict=False)
    return unrolling.network(graph.value(graph.output, values), graph.notes())


def _model(data: bytes) -> Any:
    onnx = onnx_package()
    decode_error: type[Exception] = import_module("google.protobuf.message").DecodeError
    try:
        model = onnx.load_model_from_string(data)
    except (decode_error, ValueError, RecursionError) as error:
        raise FormatError(f"not an ONNX model: {error}") from None
    opsets = [entry.version for entry in model.opset_import if entry.domain in _DOMAINS]
    if not model.graph.output:
        raise FormatError("not an ONNX model: it holds no graph with an output")
    if len(opsets) != 1 or opsets[0] < _OLDEST_OPSET:
        raise FormatError(f"ONNX opset {opsets} is not supported ({_OLDEST_OPSET} or later is)")
    return model


class _Graph:
    """The parts of an ONNX graph that matter here, checked."""

    def __init__(self, model: Any) -> None:
        graph = model.graph
        self.opset: int = next(e.version for e in model.opset_import if e.domain in _DOMAINS)
        if graph.sparse_initializer:
            raise FormatError("sparse initialisers are not supported")
        self._tensors = {tensor.name: tensor for tensor in graph.initializer}
        self._nodes = list(graph.node)
        inputs = [value for value in graph.input if value.name not in self._tensors]
        self._constants_among_inputs = len(graph.input) - len(inputs)
        computed = Counter(name for node in graph.node for name in node.output if name)
        computed.update([value.name for value in inputs] + [t.name for t in graph.initializer])
        for name, count in computed.items():
            if count > 1:
                raise FormatError(f"tensor {name!r} is defined {count} times")
        if len(inputs) != 1 or len(graph.output) != 1:
            raise FormatError(
                f"the graph has {len(inputs)} inputs and {len(graph.output)} outputs "
                "where one of each is needed"
            )
        self.input = inputs[0]
        self.output: str = graph.output[0].name
        self._batch_assumed = False

    def input_shape(self) -> tuple[int, ...]:
        """The input's shape; an open first dimension is the batch, taken as 1."""
        tensor = self.input.type.tensor_type
        if not tensor.HasField("shape"):
            raise FormatError(f"input {self.input.name!r} has no shape")
        extents = [dim.dim_value if dim.HasField("dim_value") else 0 for dim in tensor.shape.dim]
        if len(extents) > 1 and extents[0] < 1:
            extents[0] = 1
            self._batch_assumed = True
        if any(extent < 1 for extent in extents):
            raise FormatError(f"input {self.input.name!r} has an open dimension: {extents}")
        return tuple(extents)

    def needed_nodes(self) -> list[Any]:
        """The nodes that the output depends on, in the order of the file."""
        needed = {self.output}
        kept = []
        for node in reversed(self._nodes):
            if needed & set(node.output):
                if set(node.output[1:]) & needed and node.op_type not in _SEVERAL_OUTPUTS:
                    raise UnsupportedOperator(f"operator {node.op_type}: its second output is used")
                needed |= set(node.input) - {""}
                kept.append(node)
        self._kept = list(reversed(kept))
        return self._kept

    def value(self, name: str, values: dict[str, Array]) -> Array:
        """The tensor of this name, computed already or an initialiser."""
        if name not in values and name in self._tensors:
            values[name] = array(self._tensors[name])
        if name not in values:
            raise FormatError(f"tensor {name!r} is used before it is computed")
        return values[name]

    def notes(self) -> list[str]:
        """What was folded and assumed, a sentence each."""
        counts = Counter(node.op_type for node in self._kept)
        folded = [f"{name} x{count}" for name, count in counts.items()
                  if name != "Relu" and name not in _REWRITTEN]
        rewritten = [f"{name} x{count} as {_REWRITTEN[name]}" for name, count in counts.items()
                     if name in _REWRITTEN]
        notes = ["folded exactly into affine layers: " + ", ".join(folded)] if folded else []
        if rewritten:
            notes.append("rewritten exactly with ReLU: " + ", ".join(rewritten))
        if self._batch_assumed:
            notes.append("the open batch dimension of the input was taken as 1")
        if self._constants_among_inputs:
            notes.append(
                f"{self._constants_among_inputs} graph inputs with an initialiser were taken "
                "as constants"
            )
        if "Cast" in counts:
            notes.append("Cast between float types was taken as the identity (real arithmetic)")
        if "Dropout" in counts:
            notes.append("Dropout was taken as the identity (inference)")
        return notes


def _execute(
    node: Any, graph: _Graph, values: dict[str, Array], unrolling: Unrolling
) -> tuple[Array, ...]:
    name = f"{node.domain}.{node.op_type}" if node.domain not in _DOMAINS else node.op_type
    operator = OPERATORS.get(name)
    if operator is None:
        raise UnsupportedOperator(f"operator {name or '(unnamed)'} is not supported")
    try:
        attributes = {a.name: _attribute(a) for a in node.attribute}
        arguments = [graph.value(i, values) if i else None for i in node.input]
        result = operator(Node(attributes, arguments, graph.opset, unrolling, len(node.output)))
        return (result,) if isinstance(result, np.ndarray) else result
    except InputError as error:
        raise type(error)(f"operator {name}, output {node.output[0]!r}: {error}") from None
    except (
        ValueError, TypeError, IndexError, KeyError, AttributeError, OverflowError,
        ZeroDivisionError, MemoryError,
    ) as error:  # numpy and flint judge shapes and types that no valid graph has
        raise FormatError(f"operator {name}, output {node.output[0]!r}: {error}") from None


def _attribute(attribute: Any) -> Any:
    onnx = onnx_package()
    if attribute.type == onnx.AttributeProto.TENSOR:
        return array(attribute.t)
    return onnx.helper.get_attribute_value(attribute)


def array(tensor: Any) -> Array:
    """The numbers of an ONNX tensor: float and integer types only, from this file only."""
    onnx = onnx_package()
    types = onnx.TensorProto
    if tensor.external_data or tensor.data_location == types.EXTERNAL:
        raise FormatError(f"tensor {tensor.name!r} is in an external file, which is never opened")
    widened: Sequence[int] = (types.BFLOAT16,)
    plain = (types.FLOAT, types.DOUBLE, types.FLOAT16, types.BOOL, types.INT8, types.INT16,
             types.INT32, types.INT64, types.UINT8, types.UINT16, types.UINT32, types.UINT64)
    if tensor.data_type not in (*plain, *widened):
        raise FormatError(f"tensor {tensor.name!r} has an element type that is not supported")
    try:
        numbers: Array = onnx.numpy_helper.to_array(tensor)
        return numbers.astype(np.float32) if tensor.data_type in widened else numbers
    except (ValueError, TypeError, OverflowError, MemoryError) as error:
        raise FormatError(f"tensor {tensor.name!r} is damaged: {error}") from None
