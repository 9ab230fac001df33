"""Torch state dicts (``.pt``, ``.pth``) without torch, executing nothing from the file.

A state dict lists tensors by name and says nothing about what is between them.  A companion file
``NAME.pt.json`` may say it (:mod:`exactrev.formats.torch_layers`).  Without one, two-dimensional
``*.weight`` tensors are taken as Linear layers in the order of the file with ReLU between, which
is recorded in ``Network.notes``; whatever a Linear network cannot hold is refused by name.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from exactrev.errors import FormatError, UnsupportedOperator
from exactrev.formats.dense import dense_from_arrays
from exactrev.formats.files import MAX_EXTENT, PathLike, names_file, read_bytes, unzip
from exactrev.formats.floats import Array
from exactrev.formats.state_pickle import Tensor, read_pickle
from exactrev.formats.torch_layers import described_network
from exactrev.network import Network

_MAX_ENTRIES = 1 << 26
_NEEDS_COMPANION = "needs a companion file that describes the layers (docs/formats.md)"
_BATCH_STATISTICS = {"running_mean", "running_var", "num_batches_tracked"}


@names_file
def read_torch(path: PathLike) -> Network:
    """The network of a state dict, exactly: as its companion file says, else dense.

    Raises UnsupportedOperator for pickled objects other than tensors, and without a companion for
    tensors of layers that are not Linear, by name; FormatError for anything damaged.
    """
    data = read_bytes(path)
    if data[:2] != b"PK" and (data[:1] == b"\x80" or data.startswith(b"(")):
        raise FormatError(
            "a bare pickle (torch's format before 1.6), never unpickled; save the state dict again"
        )
    members = unzip(data)
    root = _root(members)
    state = read_pickle(members[f"{root}/data.pkl"])
    order = members.get(f"{root}/byteorder", b"little").strip()
    if order not in (b"little", b"big"):
        raise FormatError(f"unknown byte order {order!r}")
    tensors = {
        name: _array(tensor, members, root, "<" if order == b"little" else ">", name)
        for name, tensor in _tensors(state).items()
    }
    companion = Path(f"{path}.json")
    return described_network(companion, tensors) if companion.exists() else _network(tensors)


def _root(members: dict[str, bytes]) -> str:
    """The archive's top folder, which holds data.pkl."""
    if any(name.split("/")[1:2] == ["code"] for name in members):
        raise UnsupportedOperator("a TorchScript archive; save model.state_dict() instead")
    roots = [name.removesuffix("/data.pkl") for name in members if name.endswith("/data.pkl")]
    if len(roots) != 1 or "/" in roots[0]:
        raise FormatError("not a torch archive: it holds no data.pkl")
    return roots[0]


def _tensors(state: Any) -> dict[str, Tensor]:
    if type(state) is not dict or not state:
        raise FormatError("not a state dict: the pickle is not a dictionary of tensors")
    for name, value in state.items():
        if type(name) is not str or not isinstance(value, Tensor):
            raise FormatError(f"not a state dict: {_entry(name)} is not a tensor")
    return state


def _entry(name: Any) -> str:
    return f"entry {name!r}" if type(name) is str else "an entry without a name"


def _array(
    tensor: Tensor, members: dict[str, bytes], root: str, order: str, name: str
) -> Array:
    """The numbers of a tensor, its offset and strides honoured."""
    storage = tensor.storage
    data = members.get(f"{root}/data/{storage.key}")
    if data is None:
        raise FormatError(f"{name}: storage {storage.key!r} is missing")
    dtype = np.dtype(order + ("u2" if storage.dtype == "bfloat16" else storage.dtype))
    if len(data) != storage.length * dtype.itemsize:
        raise FormatError(f"{name}: storage {storage.key!r} is truncated or too long")
    if len(tensor.shape) != len(tensor.strides) or (
        math.prod(tensor.shape) > _MAX_ENTRIES or max(tensor.shape, default=0) > MAX_EXTENT
    ):
        raise FormatError(f"{name}: damaged shape {tensor.shape} or strides {tensor.strides}")
    last = sum((n - 1) * stride for n, stride in zip(tensor.shape, tensor.strides, strict=True))
    if math.prod(tensor.shape) and tensor.offset + last >= storage.length:
        raise FormatError(f"{name}: shape {tensor.shape} reaches beyond its storage")
    numbers = np.frombuffer(data, dtype=dtype)
    if storage.dtype == "bfloat16":  # the upper half of a float32, exactly
        numbers = (numbers.astype(np.uint32) << 16).view(np.float32)
    if not math.prod(tensor.shape):
        return np.empty(tensor.shape, numbers.dtype)
    strides = [stride * numbers.itemsize for stride in tensor.strides]
    return np.lib.stride_tricks.as_strided(
        numbers[tensor.offset :], tensor.shape, strides, writeable=False
    )


def _network(tensors: dict[str, Array]) -> Network:
    for name in tensors:
        if name.rpartition(".")[2] in _BATCH_STATISTICS:
            raise UnsupportedOperator(f"{name}: batch normalisation {_NEEDS_COMPANION}")
    layers, without_bias = [], []
    for name, tensor in tensors.items():
        stem, _, kind = name.rpartition(".")
        if kind == "weight":
            if tensor.ndim != 2:
                raise UnsupportedOperator(
                    f"{name} has {tensor.ndim} dimensions: a layer that is not Linear "
                    f"{_NEEDS_COMPANION}"
                )
            bias_name = f"{stem}.bias" if stem else "bias"
            bias = tensors.get(bias_name)
            if bias is None:
                bias = np.zeros(tensor.shape[0])
                without_bias.append(stem or name)
            layers.append((name, tensor, bias_name, bias))
        elif kind != "bias" or (f"{stem}.weight" if stem else "weight") not in tensors:
            raise UnsupportedOperator(f"{name}: no Linear layer has such a tensor")
    notes = [
        "a state dict does not say how its layers are joined: taken as Linear layers in the order "
        "of the file with ReLU between: " + ", ".join(name for name, *_ in layers)
    ]
    if without_bias:
        notes.append("layers without a bias: " + ", ".join(without_bias))
    return dense_from_arrays(layers, tuple(notes))
