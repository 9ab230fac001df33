"""Convolutions, pools, pieces of ReLU and branching graphs: against onnxruntime, and by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from onnx import TensorProto

from exactrev.errors import FormatError, InputError, UnsupportedOperator
from exactrev.formats import read_network
from exactrev.network import Network
from tests.formats.onnx_graphs import Constants, Shape, graph, node, run, save
from tests.formats.refusals import refused

RNG = np.random.default_rng(2)


def floats(*shape: int) -> np.ndarray[Any, Any]:
    return RNG.normal(size=shape).astype(np.float32)


def assert_agrees(path: Path) -> Network:
    """In float64, where onnxruntime has the operator, a sum of few terms is good to 1e-12."""
    network = read_network(path)
    points = np.random.default_rng(1).normal(size=(6, network.inputs)).astype(np.float32)
    expected = run(path, points)
    exact = [[int(y.p) / int(y.q) for y in network(x.tolist())] for x in points]
    assert np.allclose(exact, expected, rtol=1e-5, atol=1e-5 * max(1, np.abs(expected).max()))
    return network


K2 = {"k": floats(4, 2, 3, 2), "b": floats(4)}
IMAGE: Shape = [1, 2, 5, 6]

#: name -> (nodes, constants, input shape, opset, architecture)
GRAPHS: dict[str, tuple[list[Any], Constants, Shape, int, tuple[int, ...]]] = {
    "conv": ([node("Conv", "x k b")], K2, IMAGE, 13, (60, 60)),
    "conv, open batch": ([node("Conv", "x k")], K2, ["N", 2, 5, 6], 13, (60, 60)),
    "conv, everything": (
        [node("Conv", "x k b", strides=[2, 1], dilations=[1, 3], pads=[1, 0, 2, 3],
              kernel_shape=[3, 2])], K2, IMAGE, 13, (60, 4 * 3 * 6),
    ),
    "conv, same upper": ([node("Conv", "x k", auto_pad="SAME_UPPER", strides=[2, 2])], K2, IMAGE,
                         13, (60, 4 * 3 * 3)),
    "conv, same lower": ([node("Conv", "x k", auto_pad="SAME_LOWER", strides=[2, 1])], K2, IMAGE,
                         13, (60, 4 * 3 * 6)),
    "conv, valid": ([node("Conv", "x k", auto_pad="VALID")], K2, IMAGE, 13, (60, 60)),
    "conv, groups": ([node("Conv", "x k b", group=2)], {"k": floats(6, 2, 2, 2), "b": floats(6)},
                     [1, 4, 3, 3], 13, (36, 24)),
    "conv, depthwise": ([node("Conv", "x k", group=3)], {"k": floats(3, 1, 2, 2)}, [1, 3, 3, 3],
                        13, (27, 12)),
    "conv in one dimension": ([node("Conv", "x k b", strides=[2], pads=[1, 0])],
                              {"k": floats(2, 3, 3), "b": floats(2)}, [1, 3, 8], 13, (24, 8)),
    "conv in three dimensions": ([node("Conv", "x k")], {"k": floats(1, 1, 2, 2, 2)},
                                 [1, 1, 3, 3, 3], 13, (27, 8)),
    "conv of padding": ([node("Conv", "x k b", pads=[3, 3, 3, 3])], K2, [1, 2, 1, 1], 13,
                        (2, 4 * 5 * 6)),
    "two convs without ReLU": (
        [node("Conv", "x k", "a"), node("Conv", "a l")],
        {"k": floats(2, 1, 2, 2), "l": floats(1, 2, 2, 2)}, [1, 1, 4, 4], 13, (16, 4),
    ),
    "conv, normalise, relu, pool, dense": (
        [node("Conv", "x k b", "a"), node("BatchNormalization", "a b b b v", "c"),
         node("Relu", "c", "d"), node("AveragePool", "d", "e", kernel_shape=[2, 2]),
         node("Flatten", "e", "f"), node("Gemm", "f w")],
        {**K2, "v": floats(4) ** 2, "w": floats(32, 3)}, IMAGE, 13, (60, 60, 3),
    ),
    "average pool": ([node("AveragePool", "x", kernel_shape=[2, 3], strides=[1, 2])], {}, IMAGE,
                     13, (60, 16)),
    "average pool, padded": (
        [node("AveragePool", "x", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])],
        {}, IMAGE, 13, (60, 18),
    ),
    "average pool, padding counted": (
        [node("AveragePool", "x", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1],
              count_include_pad=1)], {}, IMAGE, 13, (60, 18),
    ),
    "average pool, ceiling": (
        [node("AveragePool", "x", kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)],
        {}, IMAGE, 13, (60, 18),
    ),
    "global average pool": ([node("GlobalAveragePool", "x")], {}, IMAGE, 13, (60, 2)),
    "max pool": ([node("MaxPool", "x", kernel_shape=[2, 2], strides=[2, 2])], {}, IMAGE, 13,
                 (60, 24, 12, 12)),
    "max pool, odd": ([node("MaxPool", "x", kernel_shape=[3])], {}, [1, 1, 5], 13, (5, 3, 3, 3)),
    "max pool, padded, dilated": (
        [node("MaxPool", "x", kernel_shape=[2, 2], strides=[2, 1], pads=[1, 1, 0, 1],
              dilations=[1, 2])], {}, [1, 1, 4, 4], 13, (16, 8, 2, 8),
    ),
    "max pool, ceiling": ([node("MaxPool", "x", kernel_shape=[2], strides=[2], ceil_mode=1)], {},
                          [1, 1, 5], 13, (5, 2, 3)),
    "global max pool": ([node("GlobalMaxPool", "x")], {}, [1, 2, 1, 3], 13, (6, 2, 2, 2)),
    "abs": ([node("Abs", "x")], {}, [1, 3], 13, (3, 3, 3)),
    "clip": ([node("Clip", "x l h")], {"l": np.float32(-0.5), "h": np.float32(0.75)}, [1, 3], 13,
             (3, 6, 3)),
    "relu six, by attribute": ([node("Mul", "x t", "a"), node("Clip", "a", min=0.0, max=6.0)],
                               {"t": np.float32(10)}, [1, 3], 9, (3, 6, 3)),
    "clip from below": ([node("Clip", "x l")], {"l": np.float32(0.25)}, [1, 3], 13, (3, 3, 3)),
    "clip from above": ([node("Clip", "x - h")], {"h": np.float32(0.25)}, [1, 3], 13, (3, 3, 3)),
    "clip to nothing less than infinity": (
        [node("Clip", "x l h")], {"l": np.float32(-np.inf), "h": np.float32(np.inf)}, [1, 3], 13,
        (3, 3),
    ),
    "hard sigmoid": ([node("HardSigmoid", "x", alpha=0.5, beta=0.25)], {}, [1, 3], 13, (3, 6, 3)),
    "parametric relu": ([node("PRelu", "x s")], {"s": floats(2, 1)}, [1, 2, 3], 13, (6, 6, 6)),
    "maxout": ([node("Gemm", "x v", "a"), node("Gemm", "x w", "b"), node("Gemm", "x u", "c"),
                node("Max", "a b c")], {n: floats(3, 2) for n in "uvw"}, [1, 3], 13,
               (3, 2, 2, 2)),
    "min": ([node("Min", "x c")], {"c": floats(2, 1)}, [1, 1, 3], 13, (3, 6, 6)),
    "mean": ([node("Mean", "x c x")], {"c": floats(3)}, [1, 3], 13, (3, 3)),
    "reductions": (
        [node("ReduceMean", "x", "a", axes=[-1], keepdims=0), node("ReduceSum", "x s", "b"),
         node("Add", "a b")], {"s": [2]}, [1, 3, 4], 13, (12, 9),
    ),
    "reduce max and min": (
        [node("ReduceMax", "x", "a", axes=[1]), node("ReduceMin", "x", "b"),
         node("Sub", "a b")], {}, [1, 3, 2], 13, (6, 2, 2, 3, 1, 1, 2),
    ),
    "pad": ([node("Pad", "x p v")], {"p": [0, 1, 0, 0, 0, 2], "v": np.float32(1.5)}, [1, 2, 3],
            13, (6, 15)),
    "pad and cut": ([node("Pad", "x p")], {"p": [0, 0, -1, 0, 0, 2]}, [1, 2, 3], 13, (6, 8)),
    "pad by reflection": ([node("Pad", "x p", mode="reflect")], {"p": [0, 0, 2, 0, 0, 1]},
                          [1, 2, 3], 13, (6, 12)),
    "pad by attribute": ([node("Pad", "x", pads=[0, 1, 0, 0], mode="edge")], {}, [1, 3], 9,
                         (3, 4)),
    "split": ([node("Split", "x s", "a b", axis=1), node("Relu", "b", "c"),
               node("Concat", "c a", axis=1)], {"s": [1, 3]}, [1, 4], 13, (4, 3, 4)),
    "expand and tile": ([node("Expand", "x s", "a"), node("Tile", "a t", "b"), node("Mul", "b f")],
                        {"s": [2, 1], "t": [1, 2], "f": floats(4, 6)[:2]}, [1, 3], 13, (3, 12)),
    "space to depth and back": (
        [node("SpaceToDepth", "x", "a", blocksize=2), node("Mul", "a f", "b"),
         node("DepthToSpace", "b", blocksize=2, mode="CRD")], {"f": floats(4, 1, 1)},
        [1, 1, 4, 4], 13, (16, 16),
    ),
    "depth to space": ([node("DepthToSpace", "x", blocksize=2)], {}, [1, 8, 2, 1], 13, (16, 16)),
    "residual": (
        [node("Gemm", "x w", "a"), node("Relu", "a", "b"), node("Gemm", "b v", "c"),
         node("Add", "c x", "d"), node("Relu", "d", "e"), node("Add", "e b"), ],
        {"w": floats(3, 3), "v": floats(3, 3)}, [1, 3], 13, (3, 3, 3, 3),
    ),
    "residual block of convolutions": (
        [node("Conv", "x k", "a", pads=[1, 1, 1, 1]), node("Relu", "a", "b"),
         node("Conv", "b k", "c", pads=[1, 1, 1, 1]), node("Add", "c x", "d"),
         node("Relu", "d", "e"), node("Concat", "e x", "f", axis=1),
         node("MaxPool", "f", "g", kernel_shape=[2, 2], strides=[2, 2]), node("Flatten", "g", "h"),
         node("Gemm", "h w")],
        {"k": floats(2, 2, 3, 3), "w": floats(16, 2)}, [1, 2, 4, 4], 13, (32, 32, 32, 32, 16, 2),
    ),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_agrees_with_onnxruntime(tmp_path: Path, name: str) -> None:
    nodes, constants, shape, opset, architecture = GRAPHS[name]
    path = save(tmp_path / "n.onnx", graph(nodes, constants, shape, opset=opset))
    assert assert_agrees(path).architecture == architecture


def test_maxima_are_exact(tmp_path: Path) -> None:
    """Where a sum in float32 would lose the smaller number, the maximum does not."""
    model = graph([node("MaxPool", "x", kernel_shape=[4])], {}, [1, 1, 4])
    network = read_network(save(tmp_path / "n.onnx", model))
    for point in ([1, 2**90, 2**90 + 1, "1/3"], ["-1/3", -1, "-1/4", "-1/5"], [7, 7, 7, 7]):
        expected = max(fmpq(*map(int, str(x).split("/"))) for x in point)
        assert network(point) == (expected,)


def test_what_was_rewritten_is_recorded(tmp_path: Path) -> None:
    nodes, constants, shape, *_ = GRAPHS["residual block of convolutions"]
    network = read_network(save(tmp_path / "n.onnx", graph(nodes, constants, shape)))
    notes = network.notes
    assert "rewritten exactly with ReLU: MaxPool x1 as trees of b + relu(a - b)" in notes
    assert any(note.startswith("folded exactly") and "Conv x2, Add x1" in note for note in notes)
    assert network.shapes == ((2, 4, 4), (2, 4, 4), (2, 4, 4), (32,), (16,), (2,))


REFUSED: dict[str, tuple[Any, str, type[InputError]]] = {
    "channels": (graph([node("Conv", "x k")], K2, [1, 3, 5, 6]), "3 channels", FormatError),
    "groups": (graph([node("Conv", "x k", group=3)], K2, [1, 6, 5, 6]), "3 groups", FormatError),
    "kernel": (graph([node("Conv", "x k")], K2, [1, 2, 2, 6]), "larger than the grid", FormatError),
    "kernel shape": (graph([node("Conv", "x k", kernel_shape=[2, 2])], K2, IMAGE),
                     "kernel_shape", FormatError),
    "vector": (graph([node("Conv", "x k")], K2, [1, 3]), "spatial axes", FormatError),
    "bias": (graph([node("Conv", "x k b")], {**K2, "b": floats(3)}, IMAGE), "its bias",
             FormatError),
    "kernel from the input": (graph([node("Conv", "k x")], K2, [4, 2, 3, 2]), "needs a constant",
                              FormatError),
    "stride zero": (graph([node("Conv", "x k", strides=[0, 1])], K2, IMAGE), "positive",
                    FormatError),
    "giant window": (graph([node("MaxPool", "x", kernel_shape=[10**5, 10**5],
                                 pads=[10**5] * 4)], {}, IMAGE), "too many", FormatError),
    "giant padding": (graph([node("Pad", "x p")], {"p": [0, 10**9]}, [3]), "too large",
                      FormatError),
    "automatic": (graph([node("Conv", "x k", auto_pad="MAYBE")], K2, IMAGE), "MAYBE", FormatError),
    "indices": (graph([node("MaxPool", "x", "z y", kernel_shape=[2, 2])], {}, IMAGE),
                "second output", UnsupportedOperator),
    "empty clip": (graph([node("Clip", "x h l")], {"l": np.float32(0), "h": np.float32(1)},
                         [1, 3]), "empty", FormatError),
    "clip by a signal": (graph([node("Clip", "x x")], {}, [1]), "needs a constant", FormatError),
    "slopes from the input": (graph([node("PRelu", "x x")], {}, [1, 3]), "needs a constant",
                              FormatError),
    "split": (graph([node("Split", "x s", "y z", axis=1)], {"s": [1, 1]}, [1, 3]), "splits",
              FormatError),
    "pad mode": (graph([node("Pad", "x p", mode="wrap")], {"p": [0, 1, 0, 1]}, [1, 3]), "wrap",
                 UnsupportedOperator),
    "no entries": (graph([node("Conv", "x k", strides=[1])], K2, IMAGE), "spatial axes",
                   FormatError),
    "integers": (graph([node("ConvInteger", "x k")], K2, IMAGE, element=TensorProto.INT8),
                 "ConvInteger", UnsupportedOperator),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_by_name(tmp_path: Path, case: str) -> None:
    model, word, kind = REFUSED[case]
    refused(save(tmp_path / "n.onnx", model), word, kind=kind)
