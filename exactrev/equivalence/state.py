"""What a search has done so far, as a file from which it can go on.

    exactrev-search 1
    question SHA256            of what the certificate says before its proof, and of what is asked
    step ...                   those of the tree, with steps ``open`` where the search was stopped
    cells N
    seen OUTPUT SIDE VALUE q p_1 ... p_n       for each side of an output that has a level
    sha256 SHA256              of all lines before

A file of another question, and one that was changed or cut off, is refused.  It is not a proof: the
steps are believed, and judged only when the certificate is checked.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TextIO, cast

from flint import fmpq

from exactrev.arrangement.leaves import exact_point_line
from exactrev.equivalence.bounding import BoundingExplorer
from exactrev.equivalence.covering import CoveringExplorer, CoveringSearch
from exactrev.errors import InputError
from exactrev.exact.rational import parse_rational

_HEADER = "exactrev-search 1"
_LAST = ("cells", "seen", "sha256")

StatePath = str | os.PathLike[str]


def resume(search: CoveringSearch[Any], path: StatePath) -> None:
    """Let a search that has not begun go on from a file.

    Raises InputError unless the file is whole and is one of the same question, OSError where it
    cannot be read.
    """
    explorer: CoveringExplorer = search.explorer
    try:
        fault, ending = _inspected(path, _question(search))
    except (UnicodeDecodeError, EOFError, zlib.error, gzip.BadGzipFile):
        fault, ending = "is damaged", []
    if fault:
        raise InputError(f"{path}: {fault}")
    for line in ending:
        word, *tokens = line.split()
        _take_in(explorer, word, tokens)
    explorer.unfinished = _steps(path)


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
def recorded(search: CoveringSearch[Any], path: StatePath) -> Iterator[None]:
    """Run the search inside: afterwards the file is there, to go on from or finished."""
    explorer: CoveringExplorer = search.explorer
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
            explorer.record = put
            yield
            for line in _knowledge(explorer):
                put(line)
            stream.write(f"sha256 {digest.hexdigest()}\n")
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _question(search: CoveringSearch[Any]) -> str:
    digest = hashlib.sha256(f"{search.asked}\n".encode())
    for line in search.lines():
        if line == "proof":
            break
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


def _knowledge(explorer: CoveringExplorer) -> Iterator[str]:
    yield f"cells {explorer.cells}"
    if isinstance(explorer, BoundingExplorer):
        for level in explorer.levels:
            if level.point is not None:
                head = f"seen {level.output} {level.side} {level.value}"
                yield exact_point_line(head, level.point)


def _take_in(explorer: CoveringExplorer, word: str, tokens: list[str]) -> None:
    if word == "cells":
        explorer.cells = int(tokens[0])
    if word == "seen" and isinstance(explorer, BoundingExplorer):
        output, side, value = int(tokens[0]), tokens[1], parse_rational(tokens[2])
        common, *numerators = map(int, tokens[3:])
        for level in explorer.levels:
            if (level.output, level.side) == (output, side):
                level.raise_to(value, tuple(fmpq(p, common) for p in numerators))
