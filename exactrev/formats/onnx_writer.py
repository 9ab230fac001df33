"""Networks as ``.onnx``: one Gemm a layer, Relu between, Concat where a layer reads several."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from exactrev.errors import InputError
from exactrev.formats.files import PathLike, names_file, write_bytes
from exactrev.formats.floats import float_matrix
from exactrev.formats.onnx_reader import onnx_package
from exactrev.network import Network

_OPSET, _IR_VERSION = 13, 8  # old enough for every runtime of recent years


@names_file
def write_onnx(path: PathLike, network: Network) -> bool:
    """Write any network without empty layers; True when no weight was rounded.

    Weights are float32 where that holds all of them exactly, else float64.  Input "input" has shape
    (batch, inputs), output "output" has shape (batch, outputs).
    """
    onnx = onnx_package()
    if min(network.architecture) < 1:
        raise InputError("an .onnx cannot hold a hidden layer without neurons")
    arrays, exact = _arrays(network)
    with np.errstate(over="ignore"):  # too large for float32 is infinite there, hence not equal
        single = all((array.astype(np.float32) == array).all() for array in arrays.values())
    dtype = np.float32 if single else np.float64
    nodes: list[Any] = []
    for number in range(1, len(network.layers) + 1):
        nodes += _layer_nodes(network, number)
    graph = onnx.helper.make_graph(
        nodes,
        "exactrev",
        [_value("input", network.inputs, dtype)],
        [_value("output", network.outputs, dtype)],
        [onnx.numpy_helper.from_array(a.astype(dtype), name) for name, a in arrays.items()],
    )
    model = onnx.helper.make_model(
        graph,
        producer_name="exactrev",
        ir_version=_IR_VERSION,
        opset_imports=[onnx.helper.make_opsetid("", _OPSET)],
    )
    write_bytes(path, model.SerializeToString(deterministic=True))
    return exact


def _sources(network: Network, number: int) -> list[int]:
    """The layers that a layer reads in the file, ascending.

    The output also reads, with zero weights, the layers that nothing reads: a graph that does not
    use them would not hold them.
    """
    read = {source for source, _ in network.layers[number - 1].weights}
    if number == len(network.layers):
        others = (_sources(network, k) for k in range(1, number))
        read |= set(range(1, number)).difference(*others)
    return sorted(read) or [number - 1]


def _arrays(network: Network) -> tuple[dict[str, NDArray[np.float64]], bool]:
    """The initialisers: W<k> with the sources side by side, and B<k>."""
    arrays, exact = {}, True
    for number in range(1, len(network.layers) + 1):
        sources = _sources(network, number)
        blocks = [float_matrix(network.weight(number, source)) for source in sources]
        bias, bias_exact = float_matrix(network.bias(number))
        arrays[f"W{number}"] = np.concatenate([block for block, _ in blocks], axis=1)
        arrays[f"B{number}"] = bias[:, 0]
        exact = exact and bias_exact and all(block_exact for _, block_exact in blocks)
    return arrays, exact


def _layer_nodes(network: Network, number: int) -> list[Any]:
    make_node = onnx_package().helper.make_node
    names = ["input" if source == 0 else f"a{source}" for source in _sources(network, number)]
    nodes = []
    if len(names) > 1:
        nodes.append(make_node("Concat", names, [f"x{number}"], axis=1))
        names = [f"x{number}"]
    last = number == len(network.layers)
    result = "output" if last else f"z{number}"
    nodes.append(make_node("Gemm", [names[0], f"W{number}", f"B{number}"], [result], transB=1))
    if not last:
        nodes.append(make_node("Relu", [result], [f"a{number}"]))
    return nodes


def _value(name: str, size: int, dtype: type[np.floating[Any]]) -> Any:
    onnx = onnx_package()
    kind = onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    return onnx.helper.make_tensor_value_info(name, kind, ["batch", size])
