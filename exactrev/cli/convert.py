"""Rewrite a network in another format, chosen by the ending of OUT, and read it back to see
whether it is still the same network over Q."""

from __future__ import annotations

import argparse
from pathlib import Path

from exactrev.cli.arguments import add_json
from exactrev.cli.files import demand_network_ending, demand_writable, load, write_whole
from exactrev.cli.outcome import Exit, Outcome, shape

SUMMARY = "rewrite a network in another format"


def convert(source: str | Path, target: str | Path) -> bool:
    """Write the network of ``source`` to ``target`` and return whether nothing was rounded.

    Raises InputError when ``source`` is no network or ``target`` cannot hold it.
    """
    from exactrev.formats import write_network

    demand_network_ending(str(target))
    demand_writable(str(target), str(source))
    network = load(str(source))
    unrounded = write_whole(str(target), lambda path: write_network(network, path))
    return unrounded and load(str(target)).sha256 == network.sha256


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``exactrev convert``."""
    parser.add_argument("network", metavar="NET", help="network file to read")
    parser.add_argument("out", metavar="OUT", help="network file to write; its ending says how")
    add_json(parser)


def run(arguments: argparse.Namespace) -> Outcome:
    """``exactrev convert NET OUT``."""
    exact = convert(arguments.network, arguments.out)
    written = load(arguments.out)
    facts = {"exact": exact, "output": arguments.out, "sha256": written.sha256}
    headline = f"{shape(written.architecture)} to {arguments.out}, "
    headline += "exactly" if exact else "rounded: the networks differ"
    return Outcome("ok", Exit.HOLDS, facts, headline, (("sha256", written.sha256),))
