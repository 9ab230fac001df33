"""Files named on the command line: read with one-line faults, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from exactrev.errors import InputError

if TYPE_CHECKING:
    from exactrev.network import Network


T = TypeVar("T")


@contextmanager
def naming(path: str) -> Iterator[None]:
    """Turn an operating-system fault inside into an InputError that names the file."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except MemoryError as error:
        raise InputError(f"{path}: too large for the memory") from error


def load(path: str) -> Network:
    """The network in the file, exactly.  Raises InputError naming the file and the fault."""
    from exactrev.formats import read_network

    with naming(path):
        return read_network(path)


def demand_network_ending(path: str | None) -> None:
    """Raise InputError now if no network can be written under a name with this ending."""
    from exactrev.formats import WRITABLE

    ending = "" if path is None else Path(path).suffix.lower()
    if path is not None and ending not in WRITABLE:
        known = ", ".join(WRITABLE)
        raise InputError(f"{path}: cannot write files ending in {ending!r}; known: {known}")


def demand_writable(path: str | None, *sources: str | None) -> None:
    """Raise InputError now if ``path`` cannot be written later, or is one of ``sources``."""
    if path is None:
        return
    target = Path(path)
    with naming(path):
        _demand_regular(target)
        for source in sources:
            if source is not None and _same(target, Path(source)):
                raise InputError(f"{path}: would overwrite {source}")
        if target.exists() and not os.access(target, os.W_OK):
            raise InputError(f"{path}: not writable")
        trial = beside(target)
        trial.touch()
        trial.unlink()


def write_whole(path: str, write: Callable[[Path], T]) -> T:
    """Call ``write`` with a name beside ``path``, then move the file there: an interrupted run
    leaves the old file or the new one, never half of one.  Returns what ``write`` returns."""
    target = Path(path)
    with naming(path):
        _demand_regular(target)
        draft = beside(target)
        try:
            result = write(draft)
            draft.replace(_resolved(target))
        except InputError as error:
            raise type(error)(str(error).replace(str(draft), path)) from error
        finally:
            draft.unlink(missing_ok=True)
        return result


def beside(target: Path) -> Path:
    """A name of our own in the directory of ``target``, with the same ending."""
    resolved = _resolved(target)
    return resolved.with_name(f".{os.getpid()}-{resolved.name}")


def _demand_regular(target: Path) -> None:
    if target.exists() and not target.is_file():  # moving a file there would replace a device
        raise InputError(f"{target}: is a directory or a device")


def _same(one: Path, other: Path) -> bool:
    if one.exists() and other.exists():
        return one.samefile(other)
    return _resolved(one) == _resolved(other)


def _resolved(path: Path) -> Path:
    return Path(os.path.realpath(path))  # unlike Path.resolve, not troubled by circular links
