"""Bytes in and out, and the rule that a fault of a file is one line that starts with its path."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

from exactrev.errors import FormatError, InputError

PathLike = str | Path
F = TypeVar("F", bound=Callable[..., Any])

#: no network that can be treated exactly needs more; what a zip bomb unpacks to is bounded by it
MAX_BYTES = 1 << 30
#: a layer of more values is a damaged file
MAX_EXTENT = 1 << 24
_MAX_MESSAGE = 400


def one_line(text: object) -> str:
    """``text`` as one printable line of bounded length, safe to show on a terminal."""
    line = " ".join(str(text).split())
    line = "".join(c if c.isprintable() else "?" for c in line)
    return line if len(line) <= _MAX_MESSAGE else line[: _MAX_MESSAGE - 3] + "..."


def names_file(function: F) -> F:
    """Let every InputError of a function of a path start with that path, on one line."""

    @wraps(function)
    def named(path: PathLike, *args: Any, **kwargs: Any) -> Any:
        try:
            return function(path, *args, **kwargs)
        except FormatError as error:
            raise type(error)(f"{path}: {one_line(error)}") from error.__cause__
        except InputError as error:
            raise FormatError(f"{path}: {one_line(error)}") from error.__cause__

    return cast(F, named)


def read_bytes(path: PathLike) -> bytes:
    """The whole file; FormatError when it is missing, unreadable, empty or absurdly large."""
    try:
        if Path(path).stat().st_size > MAX_BYTES:
            raise FormatError(f"larger than {MAX_BYTES} bytes")
        data = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise FormatError(f"cannot be read: {_reason(error)}") from None
    if not data:
        raise FormatError("the file is empty")
    return data


def write_bytes(path: PathLike, data: bytes) -> None:
    """Put ``data`` at ``path``; InputError when that is not possible."""
    try:
        Path(path).write_bytes(data)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be written: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def decode(data: bytes) -> str:
    """The text of a UTF-8 file."""
    refuse_pickle(data)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(f"not UTF-8 text (byte {error.start})") from None


def refuse_pickle(data: bytes) -> None:
    """FormatError when the bytes are a bare Python pickle, whatever the file is called."""
    if data[:1] == b"\x80" and data[1:2] in {b"\x02", b"\x03", b"\x04", b"\x05"}:
        raise FormatError("a bare Python pickle; nothing is ever unpickled from it")


def unzip(data: bytes) -> dict[str, bytes]:
    """Every member of a zip archive, by name.

    Raises FormatError for what is not a zip, for damaged, encrypted or repeated members, and for
    archives that unpack to more than MAX_BYTES.
    """
    refuse_pickle(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            names = [info.filename for info in infos]
            if len(set(names)) < len(names):
                raise FormatError("the zip archive holds a member twice")
            if sum(info.file_size for info in infos) > MAX_BYTES:
                raise FormatError(f"the zip archive unpacks to more than {MAX_BYTES} bytes")
            return {info.filename: archive.read(info) for info in infos}
    except FormatError:
        raise
    except (
        zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError,
        ValueError, IndexError, OverflowError, RuntimeError, NotImplementedError,
    ) as error:  # what zipfile raises for damaged, encrypted and exotic archives
        raise FormatError(f"not a readable zip archive: {error}") from None
