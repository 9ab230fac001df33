"""Recover a network from its exact outputs alone, then prove the result against NET.

NET is used as an oracle: an exact input point goes in, the exact outputs come back, and nothing
else is looked at until the proof.  A Python callable can stand in for NET (--oracle); there is
then nothing to prove against, and the verdict says unproved.  With --from boundaries the hidden
layers are recovered from the unlabelled set of NET's region boundaries, polyhedra without names or
values, and outputs are asked for the output layer only.

--timeout ends the search.  The proof of what was found by then has the time that is left, or ten
seconds, and accounting for what is missing may take a minute; Ctrl-C ends either.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from exactrev.cli.accounts import account_details, account_facts, account_of
from exactrev.cli.arguments import add_certificate, add_json, add_search, count, lengths
from exactrev.cli.certificates import demand_certificate, save_certificate
from exactrev.cli.console import report_progress
from exactrev.cli.convolutions import convolution_facts, described
from exactrev.cli.files import demand_network_ending, demand_writable, load, write_whole
from exactrev.cli.oracle import load_oracle
from exactrev.cli.outcome import Exit, Outcome, shape
from exactrev.cli.patience import Patience
from exactrev.cli.rounded import (
    EXACT,
    FITS,
    add_answers,
    demand_queries,
    recover_rounded,
    rounding_of,
)
from exactrev.errors import InputError

if TYPE_CHECKING:
    from exactrev.accounting import Account
    from exactrev.crews import Jobs
    from exactrev.network import Network
    from exactrev.recovery import Recovery

SUMMARY = "recover a network exactly from queries"
EXITS = {"recovered": Exit.HOLDS, "partial": Exit.UNDECIDED, "failed": Exit.REFUTED}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``exactrev recover``."""
    parser.add_argument("network", metavar="NET", nargs="?", help="network file")
    parser.add_argument("--oracle", metavar="MODULE:FUNCTION",
                        help="query this Python function of a point in place of a network")
    parser.add_argument("--inputs", type=count, metavar="N",
                        help="with --oracle: the number of inputs")
    parser.add_argument("--from", dest="source", choices=("queries", "boundaries"),
                        default="queries", help="what to recover from (default queries)")
    parser.add_argument("--output", "-o", metavar="FILE", help="write the recovered network")
    add_certificate(parser, "that the result is the network")
    parser.add_argument("--max-queries", type=count, metavar="N",
                        help="ask at most this many different points")
    parser.add_argument("--probe", choices=("packed", "plain"), default="packed",
                        help="one long query a piece of the function (default), or inputs+1 short")
    add_answers(parser)
    parser.add_argument("--shape", type=lengths, metavar="CxHxW",
                        help="how the inputs are laid out, for convolutions (default: tried out)")
    parser.add_argument("--no-sharing", dest="sharing", action="store_false",
                        help="do not predict boundaries that are shifted copies of others")
    add_search(parser, "with --from boundaries, processes that may list them")
    parser.add_argument("--quiet", "-q", action="store_true", help="no progress on stderr")
    add_json(parser)


def run(arguments: argparse.Namespace) -> Outcome:
    """``exactrev recover NET`` or ``exactrev recover --oracle MODULE:FUNCTION --inputs N``."""
    _demand_one_target(arguments)
    demand_queries(arguments)
    demand_network_ending(arguments.output)
    demand_writable(arguments.output, arguments.network)
    demand_certificate(arguments.certificate, arguments.network, arguments.output)
    target: Network | Callable[..., Any]
    target = load(arguments.network) if arguments.network else load_oracle(arguments.oracle)
    recovery = _recover(target, arguments)
    if isinstance(recovery, _Nothing):
        return _no_network(target, recovery)
    written = write_files(recovery, arguments.output, arguments.certificate)
    if not arguments.quiet and recovery.verdict != "recovered":
        report_progress("accounting for what is missing")
    return report(recovery, written, account_of(target, recovery))


@dataclass(frozen=True)
class Written:
    """Where the result of a recovery was put; None for what there was nothing to write of."""

    network: str | None
    exact: bool | None
    certificate: str | None


def write_files(recovery: Recovery, output: str | None, certificate: str | None) -> Written:
    """Write the network and the certificate, as far as asked for and found."""
    network, lines = recovery.network or recovery.hidden_layers, recovery.certificate
    exact = None
    if output is not None and network is not None:
        from exactrev.formats import write_network

        exact = write_whole(output, lambda path: write_network(network, path))
    if certificate is not None and lines is not None:
        save_certificate(lines, certificate)
    return Written(
        network=None if network is None else output,
        exact=exact,
        certificate=None if lines is None else certificate,
    )


@dataclass(frozen=True)
class _Nothing:
    """A recovery had nothing to keep."""

    verdict: str
    reason: str
    seconds: float


def _recover(target: Any, arguments: argparse.Namespace) -> Recovery | _Nothing:
    start = time.monotonic()
    options: dict[str, Any] = {
        "inputs": arguments.inputs,
        "seed": arguments.seed,
        "max_queries": arguments.max_queries,
        "timeout": arguments.timeout,
        "progress": None if arguments.quiet else report_progress,
        "probe": arguments.probe,
    }
    try:
        if arguments.source == "boundaries":
            return _from_boundaries(target, options, arguments.jobs)
        if arguments.answers != EXACT:
            return recover_rounded(target, arguments.answers, options)
        from exactrev.recovery import recover

        return recover(target, **options, shape=arguments.shape, sharing=arguments.sharing)
    except KeyboardInterrupt:
        return _Nothing("partial", "interrupted", time.monotonic() - start)


def _from_boundaries(
    network: Network, options: dict[str, Any], jobs: Jobs
) -> Recovery | _Nothing:
    """From the network's boundary cells; nothing if the search for them was broken off."""
    from exactrev.arrangement import regions
    from exactrev.arrangement.boundary import NoBoundaryCells, boundary_cells
    from exactrev.arrangement.boundary_sets import Boundaries
    from exactrev.boundaries import recover_from_boundaries

    progress = options["progress"]
    patience = Patience(options["timeout"], progress and (lambda: "listing the boundaries"))
    with patience.heeding_interrupts():
        found = regions(network, depth=min(2, network.inputs), stop=patience.stop, jobs=jobs)
    if not found.complete:
        return _Nothing("partial", f"listing the boundaries: {patience.reason}", patience.elapsed)
    try:
        cells = boundary_cells(Boundaries.of(found))
    except NoBoundaryCells as refusal:
        return _Nothing("failed", str(refusal), patience.elapsed)
    if progress:
        progress(f"{len(cells)} boundary cells between {len(found)} regions")
    if options["timeout"] is not None:
        options["timeout"] = max(options["timeout"] - patience.elapsed, 0.001)
    return recover_from_boundaries(cells, network, **options)


def _demand_one_target(arguments: argparse.Namespace) -> None:
    if (arguments.network is None) == (arguments.oracle is None):
        raise InputError("recover: give either NET or --oracle MODULE:FUNCTION")
    if (arguments.oracle is None) != (arguments.inputs is None):
        raise InputError("recover: --oracle and --inputs go together")
    if arguments.source == "boundaries" and arguments.shape is not None:
        raise InputError("recover: --shape does not go with --from boundaries")
    if arguments.answers != EXACT and arguments.shape is not None:
        raise InputError("recover: --shape goes with exact answers only")
    if arguments.source == "boundaries" and arguments.network is None:
        raise InputError("recover: --from boundaries needs NET, whose boundaries they are")


def report(recovery: Recovery, written: Written, account: Account | None = None) -> Outcome:
    """The outcome of a recovery whose files are written."""
    facts = {
        "architecture": list(recovery.architecture),
        "queries": recovery.queries,
        "parameters": recovery.parameters,
        "seconds": round(recovery.seconds, 3),
        "neurons": list(recovery.neurons),
        "output": written.network,
        "isomorphic": recovery.isomorphic,
        "unresolved": [
            {"what": item.what, "reason": item.reason} for item in recovery.unresolved
        ],
        **account_facts(account),
        "equal": recovery.equal,
        "proof": recovery.proof,
        "query_bits": recovery.query_bits,
        "total_query_bits": recovery.total_query_bits,
        "output_exact": written.exact,
        "certificate": written.certificate,
        "convolutions": [convolution_facts(found) for found in recovery.convolutions],
        "sha256": recovery.network.sha256 if recovery.network is not None else None,
    }
    rounding, lines = rounding_of(recovery)
    facts |= rounding
    details = [("queries", _describe_queries(recovery)), *lines]
    details += [("seconds", f"{recovery.seconds:.2f}")]
    if written.network:
        remark = "" if written.exact else " (rounded; .json would keep it exact)"
        if recovery.network is None:
            remark += " (the hidden layers found; its output is 0)"
        details.append(("network", written.network + remark))
    details += [
        (f"layer {number}", described(found))
        for number, found in enumerate(recovery.convolutions, 1) if found is not None
    ]
    if written.certificate:
        details.append(("certificate", written.certificate))
    details += [("open", f"{item.what}: {item.reason}") for item in recovery.unresolved]
    details += account_details(account)
    return Outcome(
        recovery.verdict, EXITS[recovery.verdict], facts, _headline(recovery), tuple(details)
    )


_PROOFS = {
    "isomorphism": "proved isomorphic to NET",
    "equality": "proved equal to NET as a function",
    "unproved": "agrees exactly at fresh random points, unproved",
    "none": "not proved",
}


def _headline(recovery: Recovery) -> str:
    if recovery.network is None:
        return "no network"
    rounded = recovery.proof == "unproved" and rounding_of(recovery)[0]
    said = FITS if rounded else _PROOFS[recovery.proof]
    return f"{shape(recovery.architecture)}, {said}"


def _describe_queries(recovery: Recovery) -> str:
    text = f"{recovery.queries}, coordinates of at most {recovery.query_bits} bits"
    if recovery.parameters:
        each = recovery.queries / recovery.parameters
        text += f"; {each:.2f} for each of {recovery.parameters} parameters"
    return text


def _no_network(target: Any, found: _Nothing) -> Outcome:
    facts = {
        "architecture": [],
        "queries": None,
        "parameters": getattr(target, "parameters", None),
        "seconds": round(found.seconds, 3),
        "neurons": [],
        "output": None,
        "isomorphic": False,
        "unresolved": [{"what": "network", "reason": found.reason}],
        **account_facts(None),
    }
    return Outcome(found.verdict, EXITS[found.verdict], facts, f"no network: {found.reason}")
