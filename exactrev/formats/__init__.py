"""Files <-> :class:`exactrev.network.Network`, one module a format, chosen by the file's ending.

Every reader is exact and executes nothing from the file; every fault of a file is an
:class:`exactrev.errors.InputError` whose one-line message starts with the path.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from exactrev.errors import InputError
from exactrev.network import Network

__all__ = ["READABLE", "WRITABLE", "read_network", "write_network"]

#: ending -> where its reader is
READABLE = {
    ".json": "json_reader.read_json",
    ".npz": "npz_file.read_npz",
    ".nnet": "nnet_reader.read_nnet",
    ".onnx": "onnx_reader.read_onnx",
    ".keras": "keras_file.read_keras",
    ".h5": "keras_file.read_h5",
    ".pt": "torch_file.read_torch",
    ".pth": "torch_file.read_torch",
}

#: ending -> where its writer is
WRITABLE = {
    ".json": "json_writer.write_json",
    ".npz": "npz_file.write_npz",
    ".nnet": "nnet_writer.write_nnet",
    ".onnx": "onnx_writer.write_onnx",
}


def read_network(path: str | Path) -> Network:
    """The network in a file, exactly; the file's ending says what its format is.

    Raises InputError (FormatError, UnsupportedOperator) whose message starts with the path.
    """
    network: Network = _function(path, READABLE, "read")(path)
    return network


def write_network(network: Network, path: str | Path) -> bool:
    """Write a network in the format the ending asks for; True when nothing was rounded.

    Raises InputError when the format cannot hold the network or the file cannot be written.
    """
    exact: bool = _function(path, WRITABLE, "write")(path, network)
    return exact


def _function(path: str | Path, table: dict[str, str], verb: str) -> Callable[..., Any]:
    ending = Path(path).suffix.lower()
    if ending not in table:
        known = ", ".join(table)
        raise InputError(f"{path}: cannot {verb} files ending in {ending!r}; known: {known}")
    module, _, name = table[ending].partition(".")
    function: Callable[..., Any] = getattr(import_module(f"exactrev.formats.{module}"), name)
    return function
