"""The lines of a VNN-LIB file, plain or gzip, one at a time; faults that name file and place."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TextIO

from exactrev.errors import FormatError
from exactrev.formats.files import MAX_BYTES, PathLike, one_line

#: bounds the memory that a line takes: what a gzip bomb unpacks to need not have line ends
MAX_LINE = 1 << 26
_MAX_WORD = 60


class Position(NamedTuple):
    """A place in a text; lines and columns count characters from 1."""

    line: int
    column: int


def fault(source: PathLike, position: Position, text: str) -> FormatError:
    """A FormatError that says ``source:line:column: text`` on one line, long words cut short."""
    words = (word if len(word) <= _MAX_WORD else word[:_MAX_WORD] + "..." for word in text.split())
    return FormatError(f"{source}:{position.line}:{position.column}: {one_line(' '.join(words))}")


def lines(path: PathLike) -> Iterator[str]:
    """The lines of a file, unpacked where the name ends in ``.gz``, read as they are asked for.

    Raises FormatError, which names the file, when it cannot be read, is not UTF-8 or is absurdly
    large.
    """
    try:
        with _open(path) as text:
            yield from _bounded(path, text)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise FormatError(f"{path}: cannot be read: {_reason(error)}") from None
    except ValueError as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"{path!r}: cannot be read: {error}") from None


def _open(path: PathLike) -> TextIO:
    if Path(path).suffix.lower() == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig")
    return Path(path).open(encoding="utf-8-sig")


def _bounded(path: PathLike, text: TextIO) -> Iterator[str]:
    read = 0
    while line := text.readline(MAX_LINE):
        read += len(line)
        if len(line) == MAX_LINE:
            raise FormatError(f"{path}: a line of {MAX_LINE} characters or more")
        if read > MAX_BYTES:
            raise FormatError(f"{path}: more than {MAX_BYTES} characters")
        yield line


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8 text"
    if isinstance(error, (zlib.error, EOFError, gzip.BadGzipFile)):
        return f"a damaged gzip file ({one_line(error)})"
    return (error.strerror if isinstance(error, OSError) else None) or one_line(error)
