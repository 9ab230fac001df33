"""Judge a certificate: is what it claims now proved?  Standard library only.

The rules are those of proofs/certificate-format.md.  Nothing else of exactrev is imported, every
number is an exact rational, and every hint a rule needs is in the file: nothing is searched for.

To read in this order: ``lines`` (what a file is), ``network`` (what is spoken of), ``rows``,
``reductions``, ``claims`` and ``not_isomorphic`` (rules and claims about two networks), ``forms``,
``preactivations``, ``norm``, ``cell``, ``tree``, ``root`` and ``regions`` (trees of cells and a
claim made with them),
``difference``, ``ranges``, ``apart`` and ``unbounded`` (how far two networks are apart),
``statement``, ``flat``, ``packed``, ``enclosure`` and ``properties`` (properties of inputs and
outputs), ``paired`` and ``boxes`` (again how far two networks are apart), ``kinds``, and
:func:`check` below.
"""

from __future__ import annotations

import gzip
import io
import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from exactrev.checker.kinds import KINDS
from exactrev.checker.lines import MAX_DIGITS, Lines, Refused
from exactrev.checker.network import read_network

__all__ = ["Outcome", "check"]

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


@dataclass(frozen=True)
class Outcome:
    """The verdict: accepted with the claim that is now proved, or rejected with the reason."""

    accepted: bool
    claim: str = ""
    reason: str = ""


def check(
    source: str | os.PathLike[str] | BinaryIO, expected: tuple[str | None, str | None] | None = None
) -> Outcome:
    """Judge the certificate in a file or a binary stream, gzipped or not.

    ``expected`` holds the sha256 that networks A and B must have (None: any, or no such network).
    Whatever the bytes, the answer is an Outcome.  Raises OSError if the file cannot be read or is
    zstd-compressed.
    """
    if isinstance(source, (str, os.PathLike)):
        with Path(source).open("rb") as stream:
            return check(stream, expected)
    with _decompressed(source) as text, _long_integers():
        lines = Lines(text)
        try:
            return Outcome(True, claim=_judge(lines, expected or (None, None)))
        except Refused as refusal:
            return Outcome(False, reason=f"line {lines.number}: {refusal}")
        except (gzip.BadGzipFile, EOFError, zlib.error):
            return Outcome(False, reason="the compression is damaged or cut short")
        except MemoryError:
            return Outcome(False, reason="the certificate needs more memory than there is")


def _judge(lines: Lines, expected: tuple[str | None, str | None]) -> str:
    """The claim proved; raises Refused."""
    lines.expect("exactrev-certificate 1")
    lines.expect("semantics real")
    word, *named = lines.take().split(" ")
    name, *names = named or [""]
    if word != "claim" or name not in KINDS or not KINDS[name].speaks_of(names):
        raise Refused(f"expected 'claim', one of {', '.join(KINDS)}, and its networks' names")
    kind = KINDS[name]
    networks = {letter: read_network(lines, letter) for letter in names}
    for letter, sha in zip("AB", expected, strict=True):
        if sha is not None and (letter not in networks or networks[letter].sha256 != sha):
            raise Refused(f"network {letter} is not the expected one: its sha256 differs")
    claim = kind.begin(lines, list(networks.values()))
    lines.expect("proof")
    while (line := lines.take()) != "end":
        claim.step(line)
    claim.finish()
    lines.expect_nothing()
    for network in networks.values():
        network.read_rest()
    return f"{name}: {claim.sentence()}"


@contextmanager
def _decompressed(stream: BinaryIO) -> Iterator[BinaryIO]:
    """The stream of the certificate's own bytes; the given stream is left open."""
    buffered = io.BufferedReader(cast(io.RawIOBase, stream))
    try:
        start = buffered.peek(4)[:4]
        if start == _ZSTD:
            raise OSError("it is zstd-compressed; decompress it first (zstd -d FILE)")
        gzipped = start[:2] == _GZIP
        yield cast(BinaryIO, gzip.GzipFile(fileobj=buffered) if gzipped else buffered)
    finally:
        buffered.detach()


@contextmanager
def _long_integers() -> Iterator[None]:
    """Let int() read integers of up to MAX_DIGITS digits meanwhile."""
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(MAX_DIGITS)
    try:
        yield
    finally:
        sys.set_int_max_str_digits(before)
