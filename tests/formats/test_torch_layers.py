"""A state dict with its companion: what the described layers compute, against onnxruntime."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flint import fmpq

from exactrev.errors import FormatError, InputError, UnsupportedOperator
from exactrev.formats import read_network
from tests.formats.onnx_graphs import graph, node, run, save
from tests.formats.refusals import refused
from tests.formats.torch_archives import Tensor, archive

DATA = Path(__file__).parent / "data"
RNG = np.random.default_rng(3)


def write(path: Path, tensors: dict[str, Any], layers: Any, shape: list[int], **more: Any) -> Path:
    """An archive and its companion."""
    state = {
        name: Tensor(np.ravel(array).tolist(), np.shape(array)) for name, array in tensors.items()
    }
    path.write_bytes(archive(state))
    document = {"format": "exactrev-torch-layers", "version": 1, "input": shape, "layers": layers}
    Path(f"{path}.json").write_text(json.dumps(document | more))
    return path


def floats(*shape: int) -> np.ndarray[Any, Any]:
    return RNG.normal(size=shape).astype(np.float32)


def test_what_torch_wrote_agrees_with_onnxruntime(tmp_path: Path) -> None:
    """Conv2d and BatchNorm2d of a state dict by torch, a stride and a padding put between."""
    source = DATA / "convolution.pt"
    path = tmp_path / "n.pt"
    path.write_bytes(source.read_bytes())
    Path(f"{path}.json").write_text(json.dumps({
        "format": "exactrev-torch-layers", "version": 1, "input": [1, 5, 4],
        "layers": [
            {"type": "Conv2d", "name": "0", "stride": [2, 1], "padding": 1},
            {"type": "BatchNorm2d", "name": "1", "eps": "0.00001"},
            {"type": "ReLU"},
            {"type": "MaxPool2d", "kernel_size": 2, "stride": 1},
            {"type": "Flatten"},
        ],
    }))
    network = read_network(path)
    from exactrev.formats import torch_file
    from exactrev.formats.files import unzip
    from exactrev.formats.state_pickle import read_pickle

    members = unzip(source.read_bytes())
    root = torch_file._root(members)
    tensors = {
        name: torch_file._array(tensor, members, root, "<", name)
        for name, tensor in read_pickle(members[f"{root}/data.pkl"]).items()
    }
    model = graph(
        [node("Conv", "x 0.weight 0.bias", "a", strides=[2, 1], pads=[1, 1, 1, 1]),
         node("BatchNormalization", "a 1.weight 1.bias 1.running_mean 1.running_var", "b"),
         node("Relu", "b", "c"), node("MaxPool", "c", kernel_shape=[2, 2])],
        tensors, [1, 1, 5, 4],
    )
    points = np.random.default_rng(0).normal(size=(5, 20)).astype(np.float32)
    expected = run(save(tmp_path / "n.onnx", model), points)
    exact = [[int(y.p) / int(y.q) for y in network(x.tolist())] for x in points]
    assert np.allclose(exact, expected, rtol=1e-5, atol=1e-5)
    assert any("irrational in 2 of 2 channels" in note for note in network.notes)


def test_a_residual_network_by_hand(tmp_path: Path) -> None:
    """|x W + x| then min(., 3), leaky and concatenated with x, W = [[1, 2], [0, -1]] as rows."""
    path = write(
        tmp_path / "n.pt",
        {"a.weight": [[1, 2], [0, -1]]},
        [
            {"type": "Linear", "name": "a"},
            {"type": "Add", "inputs": ["a", "input"], "as": "sum"},
            {"type": "Abs"},
            {"type": "Hardtanh", "min_val": "1/2", "max_val": 3, "as": "h"},
            {"type": "LeakyReLU", "inputs": ["sum"], "negative_slope": "0.5", "as": "l"},
            {"type": "Concat", "inputs": ["h", "l", "input"]},
        ],
        [2],
    )
    # at (1, -2): x W^T = (1 - 4, 2) = (-3, 2), plus x = (-2, 0)
    assert read_network(path)([1, -2]) == tuple(map(fmpq, (2, fmpq(1, 2), -1, 0, 1, -2)))
    assert any("Linear, Add, Abs" in note for note in read_network(path).notes)


def test_one_dimension_and_groups(tmp_path: Path) -> None:
    tensors = {"c.weight": floats(4, 1, 3), "c.bias": floats(4), "p.weight": floats(4),
               "f.weight": floats(2, 12)}
    path = write(
        tmp_path / "n.pt", tensors,
        [
            {"type": "Conv1d", "name": "c", "groups": 2, "padding": "same", "dilation": 2},
            {"type": "PReLU", "name": "p"},
            {"type": "AvgPool1d", "kernel_size": 3, "stride": 2, "padding": 1},
            {"type": "Flatten"},
            {"type": "ReLU6"},
            {"type": "Linear", "name": "f"},
        ],
        [2, 6],
    )
    model = graph(
        [node("Conv", "x c.weight c.bias", "a", group=2, dilations=[2], pads=[2, 2]),
         node("PRelu", "a slopes", "b"),
         node("AveragePool", "b", "d", kernel_shape=[3], strides=[2], pads=[1, 1],
              count_include_pad=1),
         node("Flatten", "d", "e"), node("Clip", "e low high", "g"),
         node("Gemm", "g f.weight", transB=1)],
        {**tensors, "slopes": tensors["p.weight"].reshape(4, 1), "low": np.float32(0),
         "high": np.float32(6)}, [1, 2, 6],
    )
    points = np.random.default_rng(0).normal(size=(5, 12)).astype(np.float32)
    network = read_network(path)
    exact = [[int(y.p) / int(y.q) for y in network(x.tolist())] for x in points]
    assert np.allclose(exact, run(save(tmp_path / "n.onnx", model), points), rtol=1e-5, atol=1e-5)


W = {"a.weight": [[1, 2], [3, 4]]}
LINEAR = {"type": "Linear", "name": "a"}
REFUSED: dict[str, tuple[Any, Any, str, type[InputError]]] = {
    "type": (W, [{"type": "LSTM", "name": "a"}], "'LSTM' is not supported", UnsupportedOperator),
    "key": (W, [LINEAR | {"padding": 1}], "unknown key 'padding'", FormatError),
    "tensor": (W, [{"type": "Linear", "name": "b"}], "no weight", FormatError),
    "unused": (W | {"b.weight": [[1]]}, [LINEAR], "uses b.weight", FormatError),
    "source": (W, [LINEAR | {"inputs": ["b"]}], "reads 'b'", FormatError),
    "twice": (W, [LINEAR, LINEAR], "'a' twice", FormatError),
    "shapes": (W, [LINEAR, {"type": "MaxPool2d", "kernel_size": 2}], "layer 2", FormatError),
    "kernel": (W, [LINEAR, {"type": "MaxPool2d"}], "kernel_size", FormatError),
    "float": (W, [LINEAR, {"type": "LeakyReLU", "negative_slope": 0.1}], "string", FormatError),
    "two": (W, [LINEAR | {"inputs": ["input", "input"]}], "reads 2", FormatError),
    "empty": (W, [], "empty", FormatError),
    "adaptive": (W, [LINEAR, {"type": "AdaptiveAvgPool1d", "output_size": 2}], "layer 2",
                 InputError),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(tmp_path: Path, case: str) -> None:
    tensors, layers, word, kind = REFUSED[case]
    refused(write(tmp_path / "n.pt", tensors, layers, [2]), word, kind=kind)


def test_other_documents_are_refused(tmp_path: Path) -> None:
    refused(write(tmp_path / "n.pt", W, [LINEAR], [2], version=2), "version 2 is unknown")
    refused(write(tmp_path / "n.pt", W, [LINEAR], [2], more=1), "unknown key 'more'")
    refused(write(tmp_path / "n.pt", W, [LINEAR], [0, 2]), "positive integers")
