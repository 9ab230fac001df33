"""``.npz``: numpy arrays ``W0, b0, W1, b1, ...``, ``Wk`` of shape (outputs, inputs), no pickles.

The arrays are parsed here from the zip archive, not by ``numpy.load``: their headers are checked
against the bytes that are there before anything is allocated.
"""

from __future__ import annotations

import io
import math
import re
import tokenize
import zipfile

import numpy as np

from exactrev.errors import FormatError, InputError
from exactrev.formats.dense import dense_from_arrays
from exactrev.formats.files import (
    MAX_EXTENT,
    PathLike,
    names_file,
    read_bytes,
    unzip,
    write_bytes,
)
from exactrev.formats.floats import Array, float_matrix
from exactrev.network import Network

_NAME = re.compile(r"([Wb])(0|[1-9]\d*)")


@names_file
def read_npz(path: PathLike) -> Network:
    """The dense network in an ``.npz`` file, every float taken as the dyadic rational it is.

    Raises FormatError for pickled (object) arrays, nan and infinities, complex numbers, missing,
    extra or mismatched arrays.
    """
    members = unzip(read_bytes(path))
    arrays = {_array_name(name): _array(_array_name(name), data) for name, data in members.items()}
    for name in arrays:
        if not _NAME.fullmatch(name):
            raise FormatError(f"array {name!r} is none of W0, b0, W1, b1, ...")
    depth = len([name for name in arrays if name.startswith("W")])
    if not depth:
        raise FormatError("holds no arrays W0, b0, ...")
    expected = [f"{letter}{k}" for k in range(depth) for letter in "Wb"]
    for name in [*expected, *sorted(arrays)]:
        if name not in arrays:
            raise FormatError(f"array {name} is missing")
        if name not in expected:
            raise FormatError(f"array {name} has no weights W beside it")
    names = [(f"W{k}", f"b{k}") for k in range(depth)]
    return dense_from_arrays([(w, arrays[w], b, arrays[b]) for w, b in names])


def _array_name(member: str) -> str:
    if not member.endswith(".npy"):
        raise FormatError(f"zip member {member!r} is not a .npy array")
    return member.removesuffix(".npy")


def _array(name: str, data: bytes) -> Array:
    stream = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(stream)
        read_header = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, fortran, dtype = read_header(stream)
    except (
        ValueError, TypeError, KeyError, SyntaxError, RecursionError, MemoryError, EOFError,
        tokenize.TokenError,
    ):  # what numpy's reading of a damaged header raises
        raise FormatError(f"{name} is not a .npy array of version 1 or 2") from None
    if dtype.hasobject:
        raise FormatError(f"{name} is an object array; it would have to be unpickled")
    content = data[stream.tell() :]
    if max(shape, default=0) > MAX_EXTENT:
        raise FormatError(f"{name} is damaged: its shape is {shape}")
    if dtype.itemsize == 0 or math.prod(shape) * dtype.itemsize != len(content):
        raise FormatError(f"{name} is truncated or has bytes to spare for its shape {shape}")
    return np.frombuffer(content, dtype=dtype).reshape(shape, order="F" if fortran else "C")


@names_file
def write_npz(path: PathLike, network: Network) -> bool:
    """Write a dense network as float64 arrays; True when no weight was rounded.

    Raises InputError for networks with skip connections and weights beyond the float64 range.
    """
    if not network.is_dense:
        raise InputError("an .npz holds dense networks, and this one has skip connections")
    stream, exact = io.BytesIO(), True
    with zipfile.ZipFile(stream, "w") as archive:
        for k in range(len(network.layers)):
            weight, weight_exact = float_matrix(network.weight(k + 1))
            bias, bias_exact = float_matrix(network.bias(k + 1))
            exact = exact and weight_exact and bias_exact
            for name, array in [(f"W{k}", weight), (f"b{k}", bias[:, 0])]:
                member = io.BytesIO()
                np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
                # ZipInfo by name alone has a fixed date: the same network gives the same bytes
                archive.writestr(zipfile.ZipInfo(f"{name}.npy"), member.getvalue())
    write_bytes(path, stream.getvalue())
    return exact
