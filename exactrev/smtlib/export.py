"""A certificate as one SMT-LIB 2 script (QF_LRA) whose every check must answer unsat.

>>> import io
>>> text = b"claim\\n"
>>> export(io.BytesIO(text), print)
Traceback (most recent call last):
...
exactrev.errors.InputError: line 1: expected the line 'exactrev-certificate 1'
"""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from exactrev.checker.lines import Lines, Refused
from exactrev.checker.network import Network, read_network
from exactrev.errors import InputError
from exactrev.smtlib.boxes import WithinBoxesScript
from exactrev.smtlib.difference import EqualOnScript, WithinScript
from exactrev.smtlib.matching import EqualScript, IsomorphicScript
from exactrev.smtlib.properties import UnsatisfiedScript
from exactrev.smtlib.regions import RegionsScript
from exactrev.smtlib.script import Script

#: The claims that can be exported.
EXPORTED = ("isomorphic", "equal", "regions", "equal-on", "within", "unsatisfied")
_ABOUT_TWO = ("isomorphic", "equal", "equal-on", "within")

_SHOWN = 72  # characters of a step in a comment


@dataclass(frozen=True)
class Exported:
    """What was written: the claim, and how many times the script asks."""

    claim: str
    checks: int


class _Claim(Protocol):
    def step(self, line: str, why: str) -> None: ...

    def finish(self) -> None: ...


def export(source: BinaryIO, write: Callable[[str], object]) -> Exported:
    """Write the script of a certificate, line by line (without line feeds).

    If a solver answers unsat to every check, the certificate's claim holds, as docs/smtlib.md says.
    Raises InputError where the certificate is malformed, of another claim, or lacks a step.
    """
    try:
        whole = source.read()
        text = gzip.decompress(whole) if whole[:2] == b"\x1f\x8b" else whole
    except (OSError, EOFError) as error:
        raise InputError("the compression is damaged or cut short") from error
    lines = Lines(io.BytesIO(text))
    script = Script(write)
    try:
        return Exported(_written(lines, text, script), script.checks)
    except Refused as refusal:
        raise InputError(f"line {lines.number}: {refusal}") from refusal


def _written(lines: Lines, text: bytes, script: Script) -> str:
    lines.expect("exactrev-certificate 1")
    lines.expect("semantics real")
    word, *named = lines.take().split(" ")
    kind, *names = named or [""]
    if word != "claim" or kind not in EXPORTED:
        raise Refused(f"only these claims can be exported: {', '.join(EXPORTED)}")
    if len(names) != (2 if kind in _ABOUT_TWO else max(1, len(names))):
        raise Refused("the claim speaks of other networks than its kind does")
    networks = [read_network(lines, name) for name in names]
    script.comment(f"{kind}: every (check-sat) below must answer unsat")
    for name, network in zip(names, networks, strict=True):
        script.comment(f"network {name} has the sha256 {network.sha256}")
    script.command("(set-logic QF_LRA)")
    claim = _claim(kind, lines, networks, script, text)
    lines.expect("proof")
    while (line := lines.take()) != "end":
        claim.step(line, f"line {lines.number}: {line[:_SHOWN]}")
    claim.finish()
    lines.expect_nothing()
    script.command("(exit)")
    return kind


def _claim(
    kind: str, lines: Lines, networks: Sequence[Network], script: Script, text: bytes
) -> _Claim:
    if kind == "isomorphic":
        return IsomorphicScript(networks, script)
    if kind == "equal":
        return EqualScript(networks, script)
    if kind == "regions":
        return RegionsScript(lines, networks, script)
    if kind == "equal-on":
        return EqualOnScript(lines, networks, script)
    if kind == "unsatisfied":
        return UnsatisfiedScript(lines, networks, script)
    stated = [row for row in text.split(b"\n") if row.startswith(b"bounds ")]
    bounds = stated[-1].decode("ascii", "replace") if stated else None
    by_boxes = re.search(rb"^pairs ", text, flags=re.M)
    within = WithinBoxesScript if by_boxes else WithinScript
    return within(lines, networks, script, bounds)
