"""What a search has done so far, as a file from which it can go on.

    exactrev-search 1
    question SHA256            of the lines that say what is asked
    step ...                   those of the proof, with steps ``open`` where the search was stopped
    cells N
    seen OUTPUT SIDE VALUE q p_1 ... p_n       where a large deviation was seen
    tried N STEP               of the N-th leaf ``vanishes`` for all, as far as it was found
    sha256 SHA256              of all lines before

A file of another question, and one that was changed or cut off, is refused.  It is not a proof: the
steps are believed, and judged only when the certificate is checked.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Literal, Protocol, TextIO, cast

from exactrev.errors import InputError

_HEADER = "exactrev-search 1"
_LAST = ("cells", "seen", "tried", "sha256")

StatePath = str | os.PathLike[str]


class Resumable(Protocol):
    """A search for a proof that can be left unfinished."""

    def question(self) -> Iterator[str]:
        """Lines that no other question has."""

    def record(self, put: Callable[[str], object]) -> None:
        """Tell the steps to ``put`` as they are found."""

    def knowledge(self) -> Iterator[str]:
        """The steps that were not told, then a line ``cells`` and lines ``seen`` or ``tried``."""

    def go_on(self, steps: Iterator[str], knowledge: Sequence[str]) -> None:
        """Begin with what another search has done."""


def resume(search: Resumable, path: StatePath) -> None:
    """Let a search that has not begun go on from a file.

    Raises InputError unless the file is whole and is one of the same question, OSError where it
    cannot be read.
    """
    try:
        fault, ending = _inspected(path, _question(search))
    except (UnicodeDecodeError, EOFError, zlib.error, gzip.BadGzipFile):
        fault, ending = "is damaged", []
    if fault:
        raise InputError(f"{path}: {fault}")
    search.go_on(_steps(path), ending)


def _inspected(path: StatePath, question: str) -> tuple[str, list[str]]:
    """What is wrong with a file, and the lines that follow its steps."""
    digest, last = hashlib.sha256(), ""
    ending: list[str] = []
    for number, line in enumerate(_lines(path)):
        if number == 0 and line != _HEADER:
            return "is not a search to be resumed", []
        if number == 1 and line != f"question {question}":
            return "is a search for the answer to another question", []
        if number:
            digest.update(last.encode() + b"\n")
        last = line
        if line.partition(" ")[0] in _LAST:
            ending.append(line)
    if last != f"sha256 {digest.hexdigest()}":
        return "is damaged, or not whole", []
    return "", ending


@contextmanager
def recorded(search: Resumable, path: StatePath) -> Iterator[None]:
    """Run the search inside: afterwards the file is there, to go on from or finished."""
    target = Path(path)
    draft = target.with_name(f".{os.getpid()}-{target.name}")
    digest = hashlib.sha256()
    try:
        with _opened(draft, "wt") as stream:

            def put(line: str) -> None:
                digest.update(line.encode() + b"\n")
                stream.write(line + "\n")

            put(_HEADER)
            put(f"question {_question(search)}")
            search.record(put)
            yield
            for line in search.knowledge():
                put(line)
            stream.write(f"sha256 {digest.hexdigest()}\n")
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _question(search: Resumable) -> str:
    digest = hashlib.sha256()
    for line in search.question():
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()


def _lines(path: StatePath) -> Iterator[str]:
    with _opened(Path(path), "rt") as stream:
        for line in stream:
            yield line.removesuffix("\n")


def _opened(path: Path, mode: Literal["rt", "wt"]) -> TextIO:
    """The file, compressed if its name ends in ``.gz``."""
    if path.suffix == ".gz":
        return cast(TextIO, gzip.open(path, mode, encoding="ascii"))
    return cast(TextIO, path.open(mode, encoding="ascii"))


def _steps(path: StatePath) -> Iterator[str]:
    for line in islice(_lines(path), 2, None):
        if line.partition(" ")[0] in _LAST:
            return
        yield line
