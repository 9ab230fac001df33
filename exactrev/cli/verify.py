"""Decide a VNN-LIB query (1.0 or 2.0): is there an input for which its assertions hold of the
network?  ``unsat``: proved that there is none.  ``sat``: an exact input follows, with the outputs.
The verdict stands alone on the first line of stdout.

--network FILE is the query's only network; where it has several, --network NAME=FILE for each, but
for those that are declared equal-to another.  Exit codes: 0 unsat, 1 sat, 3 unknown or timeout."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from exactrev.cli.arguments import (
    add_certificate,
    add_json,
    add_resume,
    add_search,
)
from exactrev.cli.certificates import demand_certificate, kept, save_certificate
from exactrev.cli.files import demand_writable, load, naming, write_whole
from exactrev.cli.outcome import Exit, Outcome
from exactrev.cli.patience import Patience
from exactrev.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from exactrev.network import Network
    from exactrev.verification import Instance, Search, Verification

SUMMARY = "decide a VNN-LIB property of networks"
EXITS = {
    "unsat": Exit.HOLDS,
    "sat": Exit.REFUTED,
    "unknown": Exit.UNDECIDED,
    "timeout": Exit.UNDECIDED,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``exactrev verify``."""
    parser.add_argument("query", metavar="QUERY", help="the property, .vnnlib or .vnnlib.gz")
    parser.add_argument(
        "--network",
        action="append",
        required=True,
        metavar="[NAME=]FILE",
        help="network file; with NAME, that of a query with several networks",
    )
    parser.add_argument(
        "--results",
        metavar="FILE",
        help="write the verdict and the assignment there too (VNN-COMP)",
    )
    add_certificate(parser, "of the verdict")
    add_resume(parser)
    add_search(parser)
    parser.add_argument("--quiet", "-q", action="store_true", help="no progress on stderr")
    add_json(parser)


def run(arguments: argparse.Namespace) -> Outcome:
    """``exactrev verify QUERY --network NET``."""
    files = _named_files(arguments.network)
    sources = (arguments.query, *files.values())
    demand_certificate(arguments.certificate, *sources)
    demand_writable(arguments.results, *sources, arguments.certificate)
    demand_writable(arguments.resume, *sources, arguments.certificate, arguments.results)
    instance = _instance(arguments.query, files)
    from exactrev.verification import Search

    patience = Patience(
        arguments.timeout, None if arguments.quiet else lambda: f"{search.cells} cells so far"
    )
    search = Search(instance, arguments.seed, patience.stop, arguments.jobs)
    with patience.heeding_interrupts(), kept(search, arguments.resume):
        found = _search(search, arguments.certificate)
    verdict = "timeout" if found.verdict == "unknown" and patience.exhausted else found.verdict
    outcome = report(found, verdict, patience.elapsed, arguments.certificate)
    if arguments.results is not None:
        write_whole(arguments.results, lambda draft: _write(draft, outcome.as_text()))
    return outcome


def _named_files(given: list[str]) -> dict[str, str]:
    """The network files by the names that the query has for them, "" for the only one."""
    named = [entry.partition("=") for entry in given]
    if len(given) == 1 and not named[0][1]:
        return {"": given[0]}
    files = {name: path for name, _, path in named}
    if len(files) < len(given) or not all(name and path for name, path in files.items()):
        raise InputError("verify: several networks need a --network NAME=FILE each")
    return files


def _instance(query: str, files: dict[str, str]) -> Instance:
    from exactrev.verification import bind
    from exactrev.vnnlib import read_vnnlib

    with naming(query):
        read = read_vnnlib(query)
    networks: dict[str, Network] = {name: load(path) for name, path in files.items()}
    try:
        return bind(read, networks)
    except InputError as error:
        raise InputError(f"{query}: {error}") from error


def _search(search: Search, certificate: str | None) -> Verification:
    """The verdict; its certificate, if it has one, is written."""
    from exactrev.verification import NotProved

    if certificate is None:
        return search.run()
    try:
        save_certificate(search.lines(), certificate)
    except NotProved:
        found = search.result(False)
        if found.verdict == "sat":
            save_certificate(found.satisfied_certificate(), certificate)
        return found
    return search.result(True)


def report(found: Verification, verdict: str, seconds: float, certificate: str | None) -> Outcome:
    """The outcome of a search."""
    values = {name: _number(x) for name, x in found.assignment().items()}
    facts: dict[str, Any] = {
        "assignment": values or None,
        "cells": found.cells,
        "seconds": round(seconds, 3),
        "certificate": certificate if verdict in ("unsat", "sat") else None,
    }
    return Assigned(verdict, EXITS[verdict], facts)


class Assigned(Outcome):
    """An outcome as VNN-COMP wants it: the verdict, then the assignment."""

    def as_text(self) -> str:
        """The verdict alone on its line, then the assignment where there is one."""
        values = self.facts["assignment"]
        if not values:
            return self.verdict
        return self.verdict + "\n(" + "\n ".join(f"({k} {v})" for k, v in values.items()) + ")"


def _number(x: Any) -> str:
    """The number as a decimal if it is one, else as p/q."""
    from exactrev.formats.decimals import decimal

    literal, exact = decimal(x)
    return literal if exact else str(x)


def _write(path: Path, text: str) -> None:
    path.write_text(text + "\n", encoding="utf-8")
