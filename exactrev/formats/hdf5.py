"""The text attributes and arrays of an HDF5 file, read in another process, which may crash."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from exactrev.errors import FormatError, InputError
from exactrev.formats.files import refuse_pickle
from exactrev.formats.floats import Array

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_SECONDS = 300


@dataclass(frozen=True)
class Hdf5:
    """What a file holds, by path; groups have attributes, datasets have numbers or a fault."""

    attributes: Mapping[str, Mapping[str, Any]]
    datasets: Mapping[str, Mapping[str, Any]]

    def numbers(self, path: str) -> Array:
        """The array at a path; FormatError where there is none or it cannot be read."""
        entry = self.datasets.get(path)
        if entry is None:
            raise FormatError(f"variable {path} is missing")
        if "fault" in entry:
            raise FormatError(f"variable {path} {entry['fault']}")
        flat = np.frombuffer(base64.b64decode(entry["data"]), dtype=entry["dtype"])
        return flat.reshape(entry["shape"])

    def below(self, path: str) -> list[str]:
        """The paths of the datasets directly in a group."""
        return [name for name in self.datasets if name.rpartition("/")[0] == path]


def read_hdf5(data: bytes) -> Hdf5:
    """The content of an HDF5 file.

    Raises FormatError for anything damaged, also where the HDF5 library crashes on it; InputError
    when h5py is not installed.
    """
    refuse_pickle(data)
    if not data.startswith(_SIGNATURE):
        raise FormatError("not an HDF5 file")
    if find_spec("h5py") is None:
        raise InputError("needs the h5py package: pip install exactrev[keras]")
    program = str(Path(__file__).with_name("hdf5_dump.py"))
    try:
        done = subprocess.run(
            [sys.executable, "-P", program], input=data, capture_output=True, timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise FormatError("damaged HDF5: the HDF5 library does not come to an end") from None
    if done.returncode == 2:
        raise FormatError(f"damaged HDF5: {done.stderr.decode(errors='replace')}")
    if done.returncode:
        raise FormatError("damaged HDF5: the HDF5 library crashes on it")
    dump = json.loads(done.stdout)
    return Hdf5(dump["attributes"], dump["datasets"])
