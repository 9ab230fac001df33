"""Certificates on disk: the same lines are the same bytes, and a file is whole or absent."""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, cast

from exactrev.errors import InputError

_LINES_A_WRITE = 256


def write_certificate(lines: Iterable[str], path: str | os.PathLike[str]) -> None:
    """Write the lines to ``path``, compressed if it ends in ``.gz`` or ``.zst``.

    Afterwards the file is there whole, or (after an exception) unchanged.  Raises InputError for
    ``.zst`` where Python has no zstd module, OSError where the place cannot be written to.
    """
    target = Path(path)
    compress = _compressor(target.suffix)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as raw, compress(raw) as stream:
            _write_lines(lines, stream)
        temporary.chmod(0o666 & ~_umask())  # mkstemp lets nobody else read it
        temporary.replace(target)
    except BaseException:
        temporary.unlink()
        raise


def _write_lines(lines: Iterable[str], stream: BinaryIO) -> None:
    batch: list[str] = []
    for line in lines:
        batch.append(line + "\n")
        if len(batch) == _LINES_A_WRITE:
            stream.write("".join(batch).encode("ascii"))
            batch.clear()
    stream.write("".join(batch).encode("ascii"))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextmanager
def _plain(raw: BinaryIO) -> Iterator[BinaryIO]:
    yield raw


@contextmanager
def _gzip(raw: BinaryIO) -> Iterator[BinaryIO]:
    # no name and no time in the header, so that the bytes depend on the lines alone
    with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=6) as stream:
        yield cast(BinaryIO, stream)


def _compressor(suffix: str) -> Any:
    if suffix == ".gz":
        return _gzip
    return _zstd_compressor() if suffix == ".zst" else _plain


def _zstd_compressor() -> Any:
    try:
        standard = import_module("compression.zstd")  # from Python 3.14 on
        return lambda raw: standard.ZstdFile(raw, "w")
    except ImportError:
        pass
    try:
        package = import_module("zstandard")
        return lambda raw: package.ZstdCompressor().stream_writer(raw, closefd=False)
    except ImportError:
        raise InputError(
            "writing .zst needs Python 3.14 or the package 'zstandard'; .gz always works"
        ) from None
