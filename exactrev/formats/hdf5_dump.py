"""A program of its own: HDF5 on stdin to JSON on stdout.  Run by :mod:`exactrev.formats.hdf5`.

The HDF5 library crashes on some damaged files, so it is kept out of the process that reads them.
Only hard links are followed and no other file is opened.  Exit code 2: one line on stderr says why.

The JSON is {"attributes": {group: {name: text or list of texts}}, "datasets": {path: dataset}}, a
dataset being {"dtype", "shape", "data" (base64)}, or {"fault": why it is not read}.
"""

from __future__ import annotations

import base64
import io
import json
import sys
from typing import Any

ATTRIBUTES = ("model_config", "weight_names", "name")
_MAX_DEPTH, _MAX_BYTES = 20, 1 << 30


def main() -> int:
    """Dump what stdin holds; the exit code."""
    import h5py

    dump: dict[str, Any] = {"attributes": {}, "datasets": {}}
    try:
        with h5py.File(io.BytesIO(sys.stdin.buffer.read()), "r") as file:
            _walk(file, "", dump, set())
    except (
        OSError, ValueError, KeyError, TypeError, RuntimeError, AttributeError, IndexError,
        OverflowError, MemoryError,
    ) as error:  # what h5py raises for damaged files
        print(" ".join(str(error).split()), file=sys.stderr)
        return 2
    json.dump(dump, sys.stdout)
    return 0


def _walk(group: Any, path: str, dump: dict[str, Any], seen: set[int]) -> None:
    """Everything below a group, each group once, whatever links lead to it."""
    import h5py

    address = h5py.h5o.get_info(group.id).addr
    if address in seen or path.count("/") > _MAX_DEPTH:
        raise ValueError("groups that contain themselves")
    dump["attributes"][path] = {
        name: _text(group.attrs[name]) for name in ATTRIBUTES if name in group.attrs
    }
    for name in group:
        inner = f"{path}/{name}" if path else name
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            dump["datasets"][inner] = {"fault": "is a link that leads elsewhere"}
        elif isinstance(member := group[name], h5py.Group):
            _walk(member, inner, dump, seen | {address})
        else:
            dump["datasets"][inner] = _dataset(member)


def _text(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode()
    return value if isinstance(value, str) else [_text(x) for x in value]


def _dataset(dataset: Any) -> dict[str, Any]:
    import h5py
    import numpy as np

    if not isinstance(dataset, h5py.Dataset):
        return {"fault": "is not an array"}
    if dataset.is_virtual or dataset.external:
        return {"fault": "lies in another file, which is never opened"}
    if dataset.dtype.kind not in "fiu" or dataset.dtype.itemsize > 8:
        return {"fault": f"has type {dataset.dtype}"}
    if dataset.size is None or dataset.size * dataset.dtype.itemsize > _MAX_BYTES:
        return {"fault": "is too large"}
    if dataset.size and not dataset.id.get_storage_size():
        return {"fault": "has a shape but no numbers"}
    numbers = np.asarray(dataset[()])
    data = base64.b64encode(numbers.tobytes()).decode()
    return {"dtype": numbers.dtype.str, "shape": numbers.shape, "data": data}


if __name__ == "__main__":
    sys.exit(main())
