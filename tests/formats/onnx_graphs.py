"""Small ONNX graphs by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

Constants = dict[str, Any]
Shape = list[int | str]


def graph(
    nodes: list[Any],
    constants: Constants,
    shape: Shape,
    *,
    opset: int = 13,
    element: int = onnx.TensorProto.FLOAT,
    extra_inputs: tuple[str, ...] = (),
    outputs: tuple[str, ...] = ("y",),
    opsets: list[tuple[str, int]] | None = None,
) -> Any:
    """A model from x (of this shape) to y; ``constants`` are initialisers, lists being shapes."""
    arrays = {
        name: np.array(value, np.int64) if isinstance(value, list) else value
        for name, value in constants.items()
    }
    inputs = [helper.make_tensor_value_info("x", element, shape)]
    inputs += [
        helper.make_tensor_value_info(name, element, arrays[name].shape if name in arrays else [1])
        for name in extra_inputs
    ]
    return helper.make_model(
        helper.make_graph(
            nodes,
            "g",
            inputs,
            [helper.make_tensor_value_info(name, element, None) for name in outputs],
            [numpy_helper.from_array(array, name) for name, array in arrays.items()],
        ),
        ir_version=8,
        opset_imports=[helper.make_opsetid(d, v) for d, v in (opsets or [("", opset)])],
    )


def save(path: Path, model: Any) -> Path:
    path.write_bytes(model.SerializeToString())
    return path


def node(operator: str, inputs: str, output: str = "y", **attributes: Any) -> Any:
    """A node; "-" is an argument left out."""
    names = ["" if name == "-" else name for name in inputs.split()]
    return helper.make_node(operator, names, output.split(), **attributes)


def run(path: Path, points: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """What onnxruntime computes, one point at a time, open dimensions being 1."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"]
    )
    (first,) = session.get_inputs()[:1]
    shape = [extent if isinstance(extent, int) else 1 for extent in first.shape]
    dtype = np.float64 if "double" in first.type else np.float32
    return np.array(
        [
            session.run(None, {first.name: x.astype(dtype).reshape(shape)})[0].ravel()
            for x in points
        ]
    )
