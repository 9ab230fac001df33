"""Certificates on disk: the same lines are the same bytes, and a file is whole or absent."""

from __future__ import annotations

import gzip
import io
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, cast

from exactrev.errors import InputError

_LINES_A_WRITE = 256
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_ZSTD_NEEDS = "Python 3.14 or the package 'zstandard'"


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
    standard, package = _zstd_modules()
    if standard is not None:
        return lambda raw: standard.ZstdFile(raw, "w")
    if package is None:
        raise InputError(f"writing .zst needs {_ZSTD_NEEDS}; .gz always works")
    return lambda raw: package.ZstdCompressor().stream_writer(raw, closefd=False)


def _zstd_modules() -> tuple[Any, Any]:
    """The standard library's module (from Python 3.14 on) and the package, as far as they exist."""
    found: list[Any] = []
    for name in ("compression.zstd", "zstandard"):
        try:
            found.append(import_module(name))
        except ImportError:
            found.append(None)
    return found[0], found[1]


@contextmanager
def certificate_stream(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """The bytes of a certificate for a checker: gzipped or plain as they are, zstd unpacked.

    Damaged zstd compression ends in an EOFError when it is read.  Raises OSError if the file cannot
    be read, also for zstd where Python has no module for it.
    """
    with Path(path).open("rb") as raw:
        start = raw.read(len(_ZSTD_MAGIC))
        raw.seek(0)
        if start != _ZSTD_MAGIC:
            yield raw
            return
        standard, package = _zstd_modules()
        if standard is not None:
            yield cast(BinaryIO, io.BufferedReader(_Unpacked(standard.ZstdFile(raw))))
        elif package is not None:
            unpacked = package.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
            yield cast(BinaryIO, io.BufferedReader(_Unpacked(unpacked)))
        else:
            raise OSError(
                f"it is zstd-compressed: reading it needs {_ZSTD_NEEDS}; or unpack it (zstd -d)"
            )


class _Unpacked(io.RawIOBase):
    """Bytes of a decompressor, whose own complaints become EOFError."""

    def __init__(self, source: Any) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            found = self._source.read(len(buffer))
        except Exception as error:
            if isinstance(error, (OSError, MemoryError)):
                raise
            raise EOFError(str(error)) from error
        buffer[: len(found)] = found
        return len(found)
