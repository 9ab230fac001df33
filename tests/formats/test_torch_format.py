"""Torch state dicts: what torch wrote is read exactly, and nothing of a pickle is ever executed."""

from __future__ import annotations

import io
import json
import pickletools
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from exactrev.errors import FormatError, UnsupportedOperator
from exactrev.formats import read_network
from exactrev.network import Network
from tests.formats.refusals import damaged, damages, only_input_errors, refused
from tests.formats.torch_archives import Global, Tensor, archive, zipped

DATA = Path(__file__).parent / "data"
OUTPUTS = json.loads((DATA / "outputs.json").read_text())


def test_agrees_with_torch() -> None:
    """float64, a layer without bias, a tensor with offset and strides; torch's sums round."""
    network = read_network(DATA / "linear.pt")
    assert network.architecture == (3, 4, 5, 2)
    for x, y in zip(OUTPUTS["linear"]["x"], OUTPUTS["linear"]["y"], strict=True):
        assert np.allclose([int(v.p) / int(v.q) for v in network(x)], y, rtol=1e-12, atol=1e-12)
    assert any("ReLU between: 0.weight, 2.weight, 4.weight" in note for note in network.notes)
    assert "layers without a bias: 2" in network.notes


def test_half_precision_is_exact() -> None:
    """The numbers as torch printed them after widening; equality, since widening is exact."""
    values = OUTPUTS["halves"]
    assert read_network(DATA / "halves.pth") == Network.dense(
        [(values["0.weight"], values["0.bias"]), (values["2.weight"], values["2.bias"])]
    )


def test_a_single_layer_has_bare_names() -> None:
    values = OUTPUTS["single"]
    assert read_network(DATA / "single.pt") == Network.dense([(values["weight"], values["bias"])])


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("convolution.pt", "batch normalisation"),
        ("batchnorm.pt", "batch normalisation"),
        ("module.pt", "torch.nn.modules.container.Sequential"),
        ("script.pt", "TorchScript"),
    ],
)
def test_other_torch_files_are_refused_by_name(name: str, word: str) -> None:
    refused(DATA / name, word, kind=UnsupportedOperator)


def test_the_old_format_is_refused() -> None:
    refused(DATA / "old.pt", "bare pickle")


def state(**changes: Any) -> dict[str, Any]:
    """[[1, 2], [3, 4]] and (5, 6), then (7, 8) and 9; a value of None drops the entry."""
    entries: dict[str, Any] = {
        "a.weight": Tensor([1, 2, 3, 4], (2, 2)),
        "a.bias": Tensor([5, 6], (2,)),
        "b.weight": Tensor([7, 8], (1, 2)),
        "b.bias": Tensor([9], (1,)),
    }
    entries.update({name.replace("_", "."): value for name, value in changes.items()})
    return {name: value for name, value in entries.items() if value is not None}


EXPECTED = Network.dense([([[1, 2], [3, 4]], [5, 6]), ([[7, 8]], [9])])


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("kind", [dict, OrderedDict])
@pytest.mark.parametrize("byteorder", ["little", "big"])
def test_every_protocol_and_byte_order(
    tmp_path: Path, protocol: int, kind: Any, byteorder: str
) -> None:
    (tmp_path / "n.pt").write_bytes(archive(kind(state()), protocol, byteorder))
    assert read_network(tmp_path / "n.pt") == EXPECTED


def test_strides_and_offsets(tmp_path: Path) -> None:
    transposed = Tensor([0, 1, 3, 2, 4], (2, 2), strides=(1, 2), offset=1)
    (tmp_path / "n.pt").write_bytes(archive(state(a_weight=transposed)))
    assert read_network(tmp_path / "n.pt").weight(1).entries() == [1, 2, 3, 4]


def test_an_expanded_tensor(tmp_path: Path) -> None:
    expanded = Tensor([5], (2,), strides=(0,))
    (tmp_path / "n.pt").write_bytes(archive(state(a_bias=expanded)))
    assert read_network(tmp_path / "n.pt").bias(1).entries() == [fmpq(5), fmpq(5)]


REFUSED: dict[str, tuple[Any, str]] = {
    "os.system": ({"a": Global("os.system")}, "refuses to unpickle os.system"),
    "eval": (Global("builtins.eval"), "refuses to unpickle builtins.eval"),
    "another torch function": ({"a": Global("torch.hub.load")}, "torch.hub.load"),
    "complex": (state(a_bias=Tensor([5, 6], (2,), "ComplexFloatStorage")), "ComplexFloatStorage"),
    "empty": ({}, "not a state dict"),
    "list": ([1, 2], "not a state dict"),
    "checkpoint": ({"epoch": 3, **state()}, "'epoch' is not a tensor"),
    "number names": ({1: Tensor([1], (1, 1))}, "not a tensor"),
    "giant name": ({10**5000: Tensor([1], (1, 1))}, "not a tensor"),
    "giant extent": (state(a_bias=Tensor([1], (10**5000,), strides=(0,))), "foreign"),
    "convolution": (state(b_weight=Tensor([1] * 4, (1, 1, 2, 2))), "b.weight has 4 dimensions"),
    "layer norm": (state(a_weight=Tensor([1, 2], (2,))), "a.weight has 1 dimensions"),
    "running mean": (state(a_running_mean=None) | {"a.running_mean": Tensor([1], (1,))},
                     "a.running_mean: batch normalisation"),
    "other name": (state(a_alpha=Tensor([1], (1,))), "a.alpha: no Linear layer"),
    "bias alone": (state(a_weight=None), "a.bias: no Linear layer"),
    "chain": (state(b_weight=Tensor([1, 2, 3], (1, 3))), "b.weight has 3 columns where 2"),
    "bias shape": (state(a_bias=Tensor([1, 2, 3], (3,))), "a.bias has shape (3,)"),
    "nan": (state(a_bias=Tensor([1, float("nan")], (2,))), "a.bias holds nan"),
    "infinity": (state(b_weight=Tensor([1, float("inf")], (1, 2))), "b.weight holds nan or an inf"),
    "beyond": (state(a_bias=Tensor([1, 2], (2,), offset=1)), "reaches beyond its storage"),
    "strides beyond": (state(a_bias=Tensor([1, 2], (2,), strides=(5,))), "beyond its storage"),
    "negative stride": (state(a_bias=Tensor([1, 2], (2,), strides=(-1,), offset=1)), "foreign"),
    "few strides": (state(a_bias=Tensor([1, 2], (2,), strides=())), "strides"),
    "short storage": (state(a_bias=Tensor([1, 2], (2,), length=3)), "truncated"),
    "giant": (state(a_bias=Tensor([1], (10**12,), strides=(0,))), "shape"),
    "empty giant": (state(a_weight=Tensor([], (0, 10**15), strides=(1, 1))), "shape"),
    "other storage": (state(a_bias=Tensor([1, 2], (2,), "OrderedDict")), "torch.OrderedDict"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(tmp_path: Path, case: str) -> None:
    content, word = REFUSED[case]
    (tmp_path / "n.pt").write_bytes(archive(content))
    refused(tmp_path / "n.pt", word)


def with_pickle(data: bytes) -> bytes:
    return zipped({"data.pkl": data})


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "pickle is"),
        (b"\x80\x02}", "pickle is"),
        (b"\x80\x02.", "pickle is damaged"),
        (b"\x80\x02R.", "pickle is damaged"),
        (b"\x80\x02}}R.", "calls something that has no name"),
        (b"\x80\x02h\x05.", "pickle is damaged"),
        (b"\x80\x02K\x01K\x02s.", "pickle is damaged"),
        (b"\x80\x02u.", "pickle is damaged"),
        (b"\x80\x02K\x01\x86.", "stack runs empty"),
        (b"\x80\x02K\x01}b.", "no dict"),
        (b"\x80\x02}NNs.", "neither text nor an integer"),
        (b"\x80\x02})" + b"\x85" * 100_000 + b"Ns.", "neither text nor an integer"),
        (b"\x80\x02K\x01Q.", "pickle is damaged"),
        (b"\x80\x02ccollections\nOrderedDict\nK\x01\x85R.", "foreign arguments"),
        (b"\x80\x02ccollections\nOrderedDict\n)\x81.", "opcode NEWOBJ"),
        (b"\x80\x02(ios\nsystem\n.", "opcode INST"),
        (b"\x80\x02(ccollections\nOrderedDict\no.", "opcode OBJ"),
        (b"\x80\x02\x82\x01.", "opcode EXT1"),
        (b"\x80\x04\x8c\x02os\x8c\x06system\x93.", "os.system"),
    ],
)
def test_damaged_pickles(tmp_path: Path, data: bytes, word: str) -> None:
    (tmp_path / "n.pt").write_bytes(with_pickle(data))
    refused(tmp_path / "n.pt", word, kind=FormatError)


def test_a_trap_is_not_sprung(tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    command = f"cposix\nmkdir\n(V{trap}\ntR.".encode()
    assert "mkdir" in io_dis(command)
    (tmp_path / "n.pt").write_bytes(with_pickle(command))
    refused(tmp_path / "n.pt", "refuses to unpickle posix.mkdir", kind=UnsupportedOperator)
    assert not trap.exists()


def io_dis(data: bytes) -> str:
    stream = io.StringIO()
    pickletools.dis(data, stream)
    return stream.getvalue()


def test_archives_without_a_pickle(tmp_path: Path) -> None:
    (tmp_path / "n.pt").write_bytes(zipped({"version": b"3"}))
    refused(tmp_path / "n.pt", "no data.pkl")
    (tmp_path / "n.pt").write_bytes(archive(state(), byteorder="middle"))
    refused(tmp_path / "n.pt", "byte order")


@given(damage=damages)
def test_damage(tmp_path_factory: pytest.TempPathFactory, damage: Any) -> None:
    """Of the archive, and of the pickle inside a sound archive."""
    path = tmp_path_factory.mktemp("torch") / "n.pt"
    data = (DATA / "single.pt").read_bytes()
    only_input_errors(path, damaged(data, damage))
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        content = file.read("single/data.pkl")
    only_input_errors(path, with_pickle(damaged(content, damage)))


@given(st.binary())
def test_foreign_pickles(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    only_input_errors(tmp_path_factory.mktemp("torch") / "n.pt", with_pickle(data))
