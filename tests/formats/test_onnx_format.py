"""ONNX graphs are folded exactly: against onnxruntime to float accuracy, and by hand exactly."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from flint import fmpq
from hypothesis import given
from onnx import TensorProto, helper

from exactrev.errors import FormatError, InputError, UnsupportedOperator
from exactrev.formats import read_network, write_network
from exactrev.network import Layer, Network
from tests.formats.onnx_graphs import Constants, Shape, graph, node, run, save
from tests.formats.random_networks import dense_networks, doubles, singles, skip_networks
from tests.formats.refusals import damaged, damages, only_input_errors, refused

NETS = Path(__file__).parents[2] / "examples" / "nets"
RNG = np.random.default_rng(0)


def floats(*shape: int) -> np.ndarray[Any, Any]:
    return RNG.normal(size=shape).astype(np.float32)


def assert_agrees(path: Path, rtol: float = 1e-4) -> Network:
    """The exact network and onnxruntime's floats agree as closely as float32 sums allow."""
    network = read_network(path)
    points = np.random.default_rng(1).normal(size=(8, network.inputs)).astype(np.float32)
    expected = run(path, points)
    exact = [[int(y.p) / int(y.q) for y in network(x.tolist())] for x in points]
    assert np.allclose(exact, expected, rtol=rtol, atol=rtol * max(1, np.abs(expected).max()))
    return network


@pytest.mark.parametrize("path", sorted(NETS.glob("*.onnx")), ids=lambda path: path.name)
def test_real_networks(path: Path) -> None:
    assert assert_agrees(path).is_dense


@pytest.mark.parametrize("name", ["acasxu_1_1.onnx", "mnist2x10.onnx"])
def test_loading_is_fast(name: str) -> None:
    """A second is ten times what it takes; folding with dense identities would take a minute."""
    start = time.process_time()
    read_network(NETS / name)
    assert time.process_time() - start < 2


def test_what_was_folded_is_recorded() -> None:
    notes = read_network(NETS / "acasxu_1_1.onnx").notes
    assert "folded exactly into affine layers: Sub x1, Flatten x1, MatMul x7, Add x7" in notes
    assert any("15 graph inputs" in note for note in notes)
    assert any("batch" in note for note in read_network(NETS / "fc_2-2-3.onnx").notes)


#: name -> (nodes, constants, input shape, opset)
GRAPHS: dict[str, tuple[list[Any], Constants, Shape, int]] = {
    "gemm, all attributes": (
        [node("Gemm", "x w b", transA=1, transB=1, alpha=0.5, beta=-1.5)],
        {"w": floats(3, 4), "b": floats(3)}, [4, 1], 13,
    ),
    "gemm, constant first": (
        [node("Gemm", "w x", transB=1)], {"w": floats(3, 4)}, [1, 4], 13,
    ),
    "gemm, bias from the input": (
        [node("Gemm", "x w x", beta=2.0)], {"w": floats(3, 3)}, [1, 3], 13,
    ),
    "matmul on the right": ([node("MatMul", "x w")], {"w": floats(4, 2)}, [1, 4], 8),
    "matmul on the left": ([node("MatMul", "w x")], {"w": floats(2, 4)}, [4, 1], 8),
    "matmul of a vector": ([node("MatMul", "w x")], {"w": floats(2, 4)}, [4], 13),
    "matmul of a batch": ([node("MatMul", "x w")], {"w": floats(3, 2, 2)}, [1, 3, 4, 2], 13),
    "arithmetic": (
        [node("Sub", "m x", "a"), node("Mul", "a s", "b"), node("Neg", "b", "c"),
         node("Div", "c d", "e"), node("Add", "e x", "f"), node("Sum", "f m x")],
        {"m": floats(3), "s": floats(1, 3), "d": floats(1) + 3}, [1, 3], 13,
    ),
    "affine runs": (
        [node("MatMul", "x v", "a"), node("MatMul", "a w", "b"), node("Relu", "b", "c"),
         node("MatMul", "c v", "d"), node("Add", "d b2", "e"), node("MatMul", "e w")],
        {"v": floats(6, 8), "w": floats(8, 6), "b2": floats(8)}, [1, 6], 13,
    ),
    "skip connection": (
        [node("Gemm", "x w", "a"), node("Relu", "a", "b"), node("Add", "b x", "c"),
         node("Gemm", "c w", "d"), node("Relu", "d", "e"), node("Concat", "e b x", "f", axis=1),
         node("Gemm", "f v")],
        {"w": floats(3, 3), "v": floats(9, 2)}, [1, 3], 13,
    ),
    "relu at the end": ([node("Gemm", "x w", "a"), node("Relu", "a")], {"w": floats(3, 2)},
                        [1, 3], 13),
    "leaky relu": ([node("Gemm", "x w", "a"), node("LeakyRelu", "a", alpha=0.1)],
                   {"w": floats(3, 2)}, [1, 3], 13),
    "leaky relu, default": ([node("LeakyRelu", "x")], {}, [1, 3], 13),
    "maximum": ([node("Gemm", "x w", "a"), node("Max", "a x c")],
                {"w": floats(3, 3), "c": floats(3)}, [1, 3], 13),
    "flatten": ([node("Flatten", "x", "a"), node("MatMul", "a w")], {"w": floats(6, 2)},
                [1, 2, 3], 13),
    "flatten at a later axis": (
        [node("Flatten", "x", "a", axis=-1), node("MatMul", "a w")], {"w": floats(3, 2)},
        ["N", 2, 3], 13,
    ),
    "reshape": ([node("Reshape", "x s", "a"), node("MatMul", "a w")],
                {"s": [0, -1], "w": floats(6, 2)}, ["N", 2, 3], 13),
    "transpose": ([node("Transpose", "x", "a", perm=[0, 2, 1]), node("Flatten", "a", "b"),
                   node("MatMul", "b w")], {"w": floats(6, 2)}, [1, 2, 3], 13),
    "transpose, default": ([node("Transpose", "x", "a"), node("MatMul", "a w")],
                           {"w": floats(1, 2)}, [1, 3], 13),
    "squeeze by argument": ([node("Squeeze", "x s", "a"), node("Unsqueeze", "a s", "b"),
                             node("Mul", "b f")], {"s": [1], "f": floats(3)}, [1, 1, 3], 13),
    "squeeze by attribute": ([node("Squeeze", "x", "a", axes=[1]),
                              node("Unsqueeze", "a", "b", axes=[0, 3]), node("Mul", "b f")],
                             {"f": floats(1, 1, 3, 1)}, [1, 1, 3], 11),
    "slice": ([node("Slice", "x s e a t", "b"), node("Mul", "b f")],
              {"s": [-1, 0], "e": [-100, 2], "a": [2, 1], "t": [-2, 1], "f": floats(1)},
              [1, 3, 5], 13),
    "slice by attribute": ([node("Slice", "x", "b", starts=[1], ends=[1000], axes=[1]),
                            node("Mul", "b f")], {"f": floats(1)}, [1, 4], 9),
    "gather": ([node("Gather", "x i", "b", axis=-1), node("Mul", "b f")],
               {"i": [[2, 0], [-1, 1]], "f": floats(1)}, [1, 3], 13),
    "shape arithmetic": (
        [node("Shape", "x", "s"), node("Gather", "s i", "n", axis=0),
         node("Concat", "n m", "t", axis=0), node("Reshape", "x t", "a"), node("MatMul", "a w")],
        {"i": [0], "m": [-1], "w": floats(6, 2)}, ["N", 2, 3], 13,
    ),
    "constants": (
        [node("Constant", "", "c", value_floats=[0.25, -3.0]),
         node("Constant", "", "k", value_float=0.1),
         node("ConstantOfShape", "s", "o",
              value=helper.make_tensor("v", TensorProto.FLOAT, [1], [2.5])),
         node("Mul", "x c", "a"), node("Add", "a o", "b"), node("Mul", "b k")],
        {"s": [2]}, [1, 2], 13,
    ),
    "folded constants": (
        [node("Transpose", "w", "v"), node("Mul", "v k", "u"), node("Relu", "u", "t"),
         node("MatMul", "x t")], {"w": floats(2, 3), "k": floats(1)}, [1, 3], 13,
    ),
    "dropout": ([node("Dropout", "x", "a", ratio=0.7), node("MatMul", "a w")], {"w": floats(3, 2)},
                [1, 3], 10),
    "identity": ([node("Identity", "x", "a"), node("Gemm", "a w")], {"w": floats(3, 2)},
                 [1, 3], 13),
    "casts": ([node("Cast", "x", "a", to=TensorProto.DOUBLE),
               node("Cast", "w", "v", to=TensorProto.DOUBLE), node("MatMul", "a v", "b"),
               node("Cast", "b", to=TensorProto.FLOAT)], {"w": floats(3, 2)}, [1, 3], 13),
    "batch normalisation": (
        [node("BatchNormalization", "x g b m v", epsilon=0.25)],
        {"g": floats(3), "b": floats(3), "m": floats(3),
         "v": np.array([2, 0, 6], np.float32)}, [1, 3, 2], 13,
    ),
    "not used": ([node("Conv", "x k", "z"), node("Gemm", "x w")],
                 {"k": floats(1, 1, 1, 1), "w": floats(3, 2)}, [1, 3], 13),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_agrees_with_onnxruntime(tmp_path: Path, name: str) -> None:
    nodes, constants, shape, opset = GRAPHS[name]
    path = save(tmp_path / "n.onnx", graph(nodes, constants, shape, opset=opset))
    if name == "not used":  # onnxruntime judges the Conv, which nothing reads
        assert read_network(path).architecture == (3, 2)
    else:
        assert_agrees(path)


def test_folding_is_exact(tmp_path: Path) -> None:
    """-((x - 1/4) W + 1) / 3 in exact numbers, though 1/3 is no float."""
    model = graph(
        [node("Sub", "x m", "a"), node("MatMul", "a w", "b"), node("Add", "b o", "c"),
         node("Neg", "c", "d"), node("Div", "d t")],
        {"m": np.float32([0.25]), "w": np.float32([[1, 2], [3, 4]]), "o": np.float32([1]),
         "t": np.float32([3])},
        [1, 2],
    )
    network = read_network(save(tmp_path / "n.onnx", model))
    assert network == Network.dense(
        [([["-1/3", -1], ["-2/3", "-4/3"]], [0, fmpq(1, 6)])]
    )


def test_batch_normalisation_is_exact_where_the_root_is(tmp_path: Path) -> None:
    """(x - 1) / sqrt(2 + 1/4) = 2/3 (x - 1)."""
    ones = np.ones(1, np.float32)
    constants = {"g": ones, "b": 0 * ones, "m": ones, "v": 2 * ones}
    good = graph([node("BatchNormalization", "x g b m v", epsilon=0.25)], constants, [1, 1])
    assert read_network(save(tmp_path / "n.onnx", good))([4]) == (fmpq(2),)
    bad = {**constants, "v": -2 * ones}
    model = graph([node("BatchNormalization", "x g b m v", epsilon=0.25)], bad, [1, 1])
    refused(save(tmp_path / "n.onnx", model), "BatchNormalization", "not positive")


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_irrational_root_is_the_nearest_float_and_that_is_said(
    tmp_path: Path, dtype: Any
) -> None:
    """(x - 1) / root where root is what IEEE arithmetic rounds sqrt(2 + 1/2) to."""
    ones = np.ones(2, dtype)
    constants = {"g": ones, "b": 0 * ones, "m": ones, "v": np.array([2, 3.5], dtype)}
    element = TensorProto.DOUBLE if dtype is np.float64 else TensorProto.FLOAT
    model = graph([node("BatchNormalization", "x g b m v", epsilon=0.5)], constants, [1, 2],
                  element=element)
    network = read_network(save(tmp_path / "n.onnx", model))
    root = fmpq(*float(np.sqrt(dtype(2.5))).as_integer_ratio())
    assert network([4, 4]) == (3 / root, fmpq(3, 2))
    (note,) = [note for note in network.notes if "irrational in 1 of 2 channels" in note]
    assert f"the nearest {np.dtype(dtype).name};" in note


@pytest.mark.parametrize("element", ["FLOAT", "DOUBLE", "FLOAT16", "BFLOAT16"])
@pytest.mark.parametrize("raw", [True, False])
def test_every_float_type_is_exact(tmp_path: Path, element: str, raw: bool) -> None:
    kind = getattr(TensorProto, element)
    values = np.array([0.5, -1.25], helper.tensor_dtype_to_np_dtype(kind))
    data = values.tobytes() if raw else values.astype(np.float64).tolist()
    tensor = helper.make_tensor("w", kind, [2], data, raw=raw)
    model = graph([node("Mul", "x w")], {}, [1, 2], element=kind)
    model.graph.initializer.append(tensor)
    network = read_network(save(tmp_path / "n.onnx", model))
    assert network([1, 1]) == (fmpq(1, 2), fmpq(-5, 4))


@given(dense_networks(singles))
def test_round_trip_of_float32(
    tmp_path_factory: pytest.TempPathFactory, network: Network
) -> None:
    path = tmp_path_factory.mktemp("onnx") / "n.onnx"
    assert write_network(network, path) is True
    assert read_network(path) == network
    assert onnx.load(path).graph.initializer[0].data_type == TensorProto.FLOAT


@given(skip_networks(doubles))
def test_round_trip_with_skip_connections(
    tmp_path_factory: pytest.TempPathFactory, network: Network
) -> None:
    path = tmp_path_factory.mktemp("onnx") / "n.onnx"
    assert write_network(network, path) is True
    assert read_network(path) == network


@pytest.mark.parametrize("scale", [1.0, 0.1])
def test_onnxruntime_runs_what_is_written(tmp_path: Path, scale: float) -> None:
    """In float32 (scale 1) and float64 (scale 0.1, which no float32 is)."""
    def numbers(*shape: int) -> Any:
        return (RNG.integers(-8, 9, shape) * scale).tolist()

    layers = (Layer.of({0: numbers(4, 3)}, numbers(4)),
              Layer.of({0: numbers(5, 3), 1: numbers(5, 4)}, numbers(5)),
              Layer.of({}, numbers(2)),
              Layer.of({1: numbers(2, 4), 3: numbers(2, 2)}, numbers(2)))
    assert write_network(Network(3, layers), tmp_path / "n.onnx") is True
    onnx.checker.check_model(str(tmp_path / "n.onnx"), full_check=True)
    assert_agrees(tmp_path / "n.onnx")


@pytest.mark.parametrize(
    ("network", "word"),
    [
        (Network(1, (Layer.of({}, []), Layer.of({}, [0]))), "without neurons"),
        (Network.dense([([["1e400"]], [0])]), "too large"),
    ],
)
def test_cannot_be_written(tmp_path: Path, network: Network, word: str) -> None:
    with pytest.raises(InputError, match=word):
        write_network(network, tmp_path / "n.onnx")


W = {"w": floats(3, 3)}
UNSUPPORTED: dict[str, tuple[Any, str]] = {
    "Tanh": (graph([node("Tanh", "x")], W, [1, 3]), "operator Tanh is not supported"),
    "Sigmoid": (graph([node("Sigmoid", "x")], {}, [1, 3]), "operator Sigmoid"),
    "Softmax after": (graph([node("Gemm", "x w", "a"), node("Softmax", "a")], W, [1, 3]),
                      "operator Softmax"),
    "domain": (graph([node("Gelu", "x", domain="com.microsoft")], {}, [1, 3],
                     opsets=[("", 13), ("com.microsoft", 1)]), "operator com.microsoft.Gelu"),
    "Relu of others": (graph([node("Relu", "x", domain="evil")], {}, [1, 3]), "evil.Relu"),
    "integer cast": (graph([node("Cast", "x", to=TensorProto.INT64)], {}, [1, 3]), "Cast"),
    "rounding cast": (graph([node("Cast", "w", "v", to=TensorProto.FLOAT16),
                             node("MatMul", "x v")], W, [1, 3]), "rounds a constant"),
    "training": (graph([node("BatchNormalization", "x g g g g", training_mode=1)],
                       {"g": floats(3)}, [1, 3], opset=15), "training mode"),
    "second output": (graph([node("Dropout", "x", "a m"), node("Identity", "m")], {}, [1, 3]),
                      "second output"),
    "sparse constant": (graph([node("Constant", "", "c", value_string="a"),
                               node("Add", "x c")], {}, [1, 3]), "value_string"),
}


@pytest.mark.parametrize("case", UNSUPPORTED)
def test_unsupported_operators_are_named(tmp_path: Path, case: str) -> None:
    model, word = UNSUPPORTED[case]
    refused(save(tmp_path / "n.onnx", model), word, kind=UnsupportedOperator)


def external() -> Any:
    model = graph([node("Gemm", "x w")], W, [1, 3])
    tensor = model.graph.initializer[0]
    onnx.external_data_helper.set_external_data(tensor, "/etc/passwd")
    tensor.ClearField("raw_data")
    return model


def with_tensor(**fields: Any) -> Any:
    model = graph([node("Gemm", "x w")], W, [1, 3])
    for name, value in fields.items():
        if name == "dims":
            model.graph.initializer[0].dims[:] = value
        else:
            setattr(model.graph.initializer[0], name, value)
    return model


def no_shape() -> Any:
    model = graph([node("Identity", "x")], {}, [1, 3])
    model.graph.input[0].type.tensor_type.ClearField("shape")
    return model


DAMAGED: dict[str, tuple[Any, str]] = {
    "product": (graph([node("Mul", "x x")], {}, [1, 3]), "both depend on the input"),
    "quotient": (graph([node("Div", "w x")], W, [1, 3]), "divides by a tensor"),
    "division by zero": (graph([node("Div", "x z")], {"z": np.zeros(1, np.float32)}, [1, 3]),
                         "Div"),
    "nan": (graph([node("Mul", "x n")], {"n": np.float32([np.nan])}, [1, 3]), "nan"),
    "infinity": (graph([node("Mul", "x n")], {"n": np.float32([np.inf])}, [1, 3]), "infinity"),
    "complex": (graph([node("Mul", "x n")], {"n": np.array([1j])}, [1, 3]), "element type"),
    "text": (graph([node("Mul", "x n")], {"n": np.array(["a"])}, [1, 3]), "element type"),
    "shapes": (graph([node("MatMul", "x w")], {"w": floats(4, 2)}, [1, 3]), "shapes"),
    "broadcast": (graph([node("Add", "x w")], {"w": floats(4)}, [1, 3]), "Add"),
    "giant": (graph([node("Add", "x w", "a"), node("Transpose", "a", "b"), node("Add", "a b")],
                    {"w": floats(100_000, 1)}, [1, 1]), "too large"),
    "gemm bias": (graph([node("Gemm", "x w b")], {**W, "b": floats(2, 3)}, [1, 3]), "Gemm adds"),
    "gemm rank": (graph([node("Gemm", "x w")], W, [1, 1, 3]), "Gemm of tensors"),
    "missing argument": (graph([node("Add", "x")], {}, [1, 3]), "argument 1 is missing"),
    "reshape": (graph([node("Reshape", "x s")], {"s": [2, 2]}, [1, 3]), "Reshape"),
    "reshape by the input": (graph([node("Reshape", "x x")], {}, [1, 3]), "constant list"),
    "gather by the input": (graph([node("Gather", "x x")], {}, [1, 3]), "not constant integers"),
    "gather outside": (graph([node("Gather", "x i")], {"i": [5]}, [1, 3]), "Gather"),
    "transpose": (graph([node("Transpose", "x", perm=[0, 0])], {}, [1, 3]), "Transpose"),
    "axis": (graph([node("Flatten", "x", axis=7)], {}, [1, 3]), "axis 7"),
    "big constant": (graph([node("ConstantOfShape", "s", "c"), node("Add", "x c")],
                           {"s": [10**6, 10**6]}, [1, 3]), "too large"),
    "undefined": (graph([node("Add", "x nowhere")], {}, [1, 3]), "'nowhere' is used before"),
    "cycle": (graph([node("Add", "x y", "a"), node("Relu", "a")], {}, [1, 3]), "before"),
    "order": (graph([node("Relu", "a"), node("Neg", "x", "a")], {}, [1, 3]), "before"),
    "no output": (graph([node("Relu", "x", "a")], {}, [1, 3]), "'y' is used before"),
    "defined twice": (graph([node("Relu", "x"), node("Neg", "x")], {}, [1, 3]), "2 times"),
    "two inputs": (graph([node("Add", "x u")], {}, [1, 3], extra_inputs=("u",)), "2 inputs"),
    "two outputs": (graph([node("Relu", "x"), node("Neg", "x", "z")], {}, [1, 3],
                          outputs=("y", "z")), "2 outputs"),
    "open shape": (graph([node("Relu", "x")], {}, ["N", "M"]), "open dimension"),
    "open vector": (graph([node("Relu", "x")], {}, ["N"]), "open dimension"),
    "giant input": (graph([node("Relu", "x")], {}, [1, 10**12]), "too large"),
    "no shape": (no_shape(), "has no shape"),
    "external data": (external(), "external file, which is never opened"),
    "short tensor": (with_tensor(raw_data=b"1234"), "damaged"),
    "giant tensor": (with_tensor(dims=[10**9, 10**9]), "damaged"),
    "unknown type": (with_tensor(data_type=77), "element type"),
    "opset 6": (graph([node("Relu", "x")], {}, [1, 3], opset=6), "opset [6]"),
    "no opset": (graph([node("Relu", "x")], {}, [1, 3], opsets=[("foo", 3)]), "opset []"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_refused(tmp_path: Path, case: str) -> None:
    model, word = DAMAGED[case]
    refused(save(tmp_path / "n.onnx", model), word, kind=FormatError)


def test_without_the_onnx_package(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "onnx", None)
    refused(NETS / "fc_2-2-3.onnx", "pip install exactrev[onnx]")


@given(damage=damages)
def test_damage(tmp_path_factory: pytest.TempPathFactory, damage: Any) -> None:
    path = tmp_path_factory.mktemp("onnx") / "n.onnx"
    only_input_errors(path, damaged((NETS / "fc_2-2-3.onnx").read_bytes(), damage))
    nodes, constants, shape, opset = GRAPHS["skip connection"]
    model = graph(nodes, constants, shape, opset=opset)
    only_input_errors(path, damaged(model.SerializeToString(), damage))
