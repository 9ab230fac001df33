"""Torch archives written by hand, without torch."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from typing import Any

import numpy as np


class Tensor:
    """Pickles as a torch tensor of float64 does."""

    def __init__(
        self, numbers: list[float], shape: tuple[int, ...], storage: str = "DoubleStorage",
        strides: tuple[int, ...] | None = None, offset: int = 0, length: int | None = None,
    ) -> None:
        self.numbers, self.shape, self.storage, self.offset = numbers, shape, storage, offset
        steps = [int(np.prod(shape[i + 1 :])) for i in range(len(shape))]
        self.strides = tuple(steps) if strides is None else strides
        self.length = len(numbers) if length is None else length


class Global:
    """Pickles as the global of this name, whether it can be imported or not."""

    def __init__(self, name: str) -> None:
        self.module, _, self.name = name.rpartition(".")


class _Stored:
    def __init__(self, key: str, tensor: Tensor) -> None:
        self.key, self.tensor = key, tensor


class _Pickler(pickle._Pickler):  # type: ignore[name-defined, misc]
    """Python's own pickler, writing globals and persistent ids that do not exist here."""

    def __init__(self, stream: io.BytesIO, protocol: int) -> None:
        super().__init__(stream, protocol)
        self.tensors: list[Tensor] = []

    def save(self, value: Any, save_persistent_id: bool = True) -> None:
        if isinstance(value, Global):
            self.write(b"c" + f"{value.module}\n{value.name}\n".encode())
        elif isinstance(value, _Stored):
            kind = Global(f"torch.{value.tensor.storage}")
            self.save(("storage", kind, value.key, "cpu", value.tensor.length))
            self.write(b"Q")
        elif isinstance(value, Tensor):
            self.tensors.append(value)
            stored = _Stored(str(len(self.tensors) - 1), value)
            self.save(Global("torch._utils._rebuild_tensor_v2"))
            self.save((stored, value.offset, value.shape, value.strides, False, OrderedDict()))
            self.write(b"R")
        else:
            super().save(value, save_persistent_id)


def archive(state: Any, protocol: int = 2, byteorder: str = "little", **members: bytes) -> bytes:
    stream = io.BytesIO()
    pickler = _Pickler(stream, protocol)
    pickler.dump(state)
    content = {"data.pkl": stream.getvalue(), "byteorder": byteorder.encode()}
    for key, tensor in enumerate(pickler.tensors):
        order = "<" if byteorder == "little" else ">"
        content[f"data/{key}"] = np.array(tensor.numbers, order + "f8").tobytes()
    return zipped({**content, **members})


def zipped(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for name, data in members.items():
            file.writestr(f"archive/{name}", data)
    return stream.getvalue()
