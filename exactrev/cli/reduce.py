"""Remove the neurons that a network does not need, and prove that the result is the same function:
neurons that are always off or always on, that are read by none, that are multiples of another, or
whose values are linear combinations of other neurons' values and the inputs.

``reduced``: what the remaining neurons compute is linearly independent, so that none of them can be
replaced by the others.  ``partial``: the result is proved equal, but that is not known of it.
Reading past neurons that are gone makes skip connections, which .json files can hold."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from exactrev.cli.arguments import ONE_PROCESS, add_certificate, add_json, add_search
from exactrev.cli.certificates import demand_certificate, save_certificate
from exactrev.cli.files import demand_network_ending, demand_writable, load, write_whole
from exactrev.cli.outcome import Exit, Outcome, shape
from exactrev.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from exactrev.irreducible import Reduced

SUMMARY = "remove superfluous neurons, with proof"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``exactrev reduce``."""
    parser.add_argument("network", metavar="NET", help="network file")
    parser.add_argument("--output", "-o", required=True, metavar="OUT",
                        help="network file to write; its ending says how")
    add_certificate(parser, "that OUT is the same function as NET")
    add_search(parser, ONE_PROCESS)
    add_json(parser)


def run(arguments: argparse.Namespace) -> Outcome:
    """``exactrev reduce NET -o OUT``."""
    from exactrev.irreducible import reduce

    demand_network_ending(arguments.output)
    demand_writable(arguments.output, arguments.network)
    demand_certificate(arguments.certificate, arguments.network, arguments.output)
    found = reduce(load(arguments.network), arguments.seed, arguments.timeout)
    write_whole(arguments.output, lambda draft: _write(found, draft))
    if arguments.certificate is not None:
        lines = found.proof.certificate()
        assert lines is not None
        save_certificate(lines, arguments.certificate)
    return report(found, arguments.output, arguments.certificate)


def _write(found: Reduced, path: Path) -> None:
    from exactrev.formats import write_network

    if not write_network(found.network, path):
        raise InputError(f"{path}: this format would round some weights; .json is exact")


def report(found: Reduced, output: str, certificate: str | None) -> Outcome:
    """The outcome of a reduction that is written."""
    before, after = found.original.architecture, found.network.architecture
    facts = {
        "original": list(before),
        "architecture": list(after),
        "removed": sum(before[1:-1]) - sum(after[1:-1]),
        "irreducible": found.irreducible,
        "proof": found.proof.verdict,
        "output": output,
        "certificate": certificate,
        "sha256": found.network.sha256,
    }
    details = [("output", output), ("sha256", found.network.sha256)]
    if certificate is not None:
        details.append(("certificate", certificate))
    headline = f"{shape(before)} to {shape(after)}, proved to be the same function"
    if found.irreducible:
        headline += "; no neuron is left that others can replace"
        return Outcome("reduced", Exit.HOLDS, facts, headline, tuple(details))
    return Outcome("partial", Exit.UNDECIDED, facts, headline, tuple(details))
