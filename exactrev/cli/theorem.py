"""Decide the assumptions of the theorem of Rolnick and Kording for a network, exactly.

Assumed are: distinct regions carry distinct affine maps; the boundary of every neuron is
connected; boundaries of neurons in adjacent layers intersect; the weights are generic.  Then the
network is recovered from its unlabelled boundaries alone and proved isomorphic to NET.  The verdict
is fails where an assumption fails; much may be recovered all the same, and the rest is explained.

--certificate FILE proves that no region, facet or ridge is missing, which boundaries are connected
and which meet (in general position).  A second file, with .isomorphic before its ending, proves
that the recovered network is NET; or one with .partner, that another network is the same function,
and one with .not-isomorphic, that it is not isomorphic to NET, so that nothing can recover NET
(exactrev symmetries).

With --family there is no NET: a table says how often each assumption holds and recovery succeeds
on Gaussian networks of these shapes, weights N(0, 1/fan-in), biases N(0, 0.09).
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from exactrev.cli.arguments import add_certificate, add_json, add_search, count
from exactrev.cli.certificates import (
    beside_certificate,
    demand_certificate,
    save_certificate,
)
from exactrev.cli.domains import add_domain_options, domain_from_options
from exactrev.cli.files import demand_writable, load, write_whole
from exactrev.cli.outcome import Exit, Outcome, shape
from exactrev.cli.patience import Patience
from exactrev.errors import InputError

if TYPE_CHECKING:
    from exactrev.theorem import TheoremReport

SUMMARY = "are the theorem's assumptions met, and is the network recovered from its boundaries?"
EXITS = {"holds": Exit.HOLDS, "fails": Exit.REFUTED, "unknown": Exit.UNDECIDED}
#: Reasons shown to a person; --json has all of them.
_SHOWN = 12
#: What stands in the names of the certificates beside that of the boundaries.
_COMPANIONS = ("isomorphic", "partner", "not-isomorphic")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``exactrev theorem``."""
    parser.add_argument("network", metavar="NET", nargs="?", help="network file")
    add_domain_options(parser)
    add_certificate(parser, "of the boundaries; beside it of the isomorphism or a partner")
    parser.add_argument("--evidence", metavar="FILE",
                        help="write the points, trees, cuts and quantities behind it as JSON")
    parser.add_argument("--family", metavar="SHAPE", nargs="+",
                        help="survey Gaussian networks of these shapes, such as 3-6-6-1")
    parser.add_argument("--seeds", type=count, metavar="N", default=None,
                        help="with --family: this many networks of each shape (default 10)")
    parser.add_argument("--output", "-o", metavar="FILE",
                        help="with --family: plot the shares (.png or .svg)")
    add_search(parser)
    parser.add_argument("--quiet", "-q", action="store_true", help="no progress on stderr")
    add_json(parser)


def run(arguments: argparse.Namespace) -> Outcome:
    """``exactrev theorem NET`` or ``exactrev theorem --family SHAPE ...``."""
    _demand_sense(arguments)
    if arguments.family:
        from exactrev.cli.family import survey

        return survey(arguments)
    return _on_one_network(arguments)


def _demand_sense(arguments: argparse.Namespace) -> None:
    if (arguments.network is None) == (arguments.family is None):
        raise InputError("theorem: give either NET or --family SHAPE ...")
    for name in ("seeds", "output"):
        if arguments.family is None and getattr(arguments, name) is not None:
            raise InputError(f"theorem: --{name} goes with --family")
    for name in ("certificate", "evidence"):
        if arguments.family and getattr(arguments, name) is not None:
            raise InputError(f"theorem: --{name} goes with NET")


def _on_one_network(arguments: argparse.Namespace) -> Outcome:
    sources = (arguments.network, arguments.domain)
    demand_certificate(arguments.certificate, *sources)
    paths = [beside_certificate(arguments.certificate, word) for word in _COMPANIONS]
    for path in paths:
        demand_certificate(path, *sources, arguments.certificate)
    demand_writable(arguments.evidence, *sources, arguments.certificate, *paths)
    network = load(arguments.network)
    domain = domain_from_options(arguments, network.inputs)
    from exactrev.arrangement.boundary_claim import boundaries_certificate
    from exactrev.symmetries.limit import Limit
    from exactrev.theorem import examine, theorem_exploration

    stage = ""

    def progress(text: str) -> None:
        nonlocal stage
        stage = text

    patience = Patience(
        arguments.timeout,
        None
        if arguments.quiet
        else lambda: stage or f"{search.found.counts[0]} regions so far",
    )
    limit = Limit.of(arguments.timeout, patience.stop)
    search = theorem_exploration(network, domain, limit.reached, arguments.jobs)
    with patience.heeding_interrupts():
        if arguments.certificate is None:
            for _ in search.lines():
                pass
        else:
            save_certificate(boundaries_certificate(search), arguments.certificate)
        found = examine(search.result(), arguments.seed, limit, progress)
    written = _write(found, arguments.evidence, *paths)
    return report(found, patience.elapsed, {"certificate": arguments.certificate, **written})


def _write(
    found: TheoremReport,
    evidence_path: str | None,
    isomorphic: str | None,
    partner: str | None,
    not_isomorphic: str | None,
) -> dict[str, Any]:
    """Write the evidence and the other certificates, as far as asked for and found."""
    if evidence_path is not None:
        import json

        from exactrev.theorem.evidence import evidence

        text = json.dumps(evidence(found), indent=1) + "\n"
        write_whole(evidence_path, lambda path: path.write_text(text, encoding="utf-8"))
    lines = None if found.recovery is None else found.recovery.certificate
    if isomorphic is not None and lines is not None:
        save_certificate(lines, isomorphic)
    if partner is not None and found.partner is not None:
        save_certificate(found.partner.certificate(), partner)
    if not_isomorphic is not None and found.partner is not None:
        save_certificate(found.partner.apart_certificate(), not_isomorphic)
    return {
        "isomorphism_certificate": None if lines is None else isomorphic,
        "partner_certificate": None if found.partner is None else partner,
        "not_isomorphic_certificate": None if found.partner is None else not_isomorphic,
        "evidence": evidence_path,
    }


def report(found: TheoremReport, elapsed: float, written: dict[str, Any]) -> Outcome:
    """The outcome of a check whose files are written."""
    from exactrev.theorem.evidence import facts

    whole = {**facts(found), "seconds": round(elapsed, 3), **written}
    details = [*_details(found), ("seconds", f"{elapsed:.2f}")]
    details += [(name.replace("_", " "), path) for name, path in written.items() if path]
    details += [("reason", reason) for reason in found.reasons[:_SHOWN]]
    if len(found.reasons) > _SHOWN:
        details.append(("reason", f"and {len(found.reasons) - _SHOWN} more (--json)"))
    headline = f"for {shape(found.network.architecture)}: {_MEANINGS[found.verdict]}"
    return Outcome(found.verdict, EXITS[found.verdict], whole, headline, tuple(details))


_MEANINGS = {
    "holds": "every assumption is met, and the boundaries alone gave the network back",
    "fails": "an assumption is not met",
    "unknown": "no assumption is known to fail, but not all is decided",
}


def _details(found: TheoremReport) -> list[tuple[str, str]]:
    """A line for each part."""
    details = [("regions", str(found.found.counts[0]))]
    details.append(("sharing a map", f"{found.linear_regions.sharing} regions"))
    if found.invisible is not None:
        details.append(("facets without a bend", str(found.invisible)))
    if found.connections:
        details.append(("connected", _share(found.connected.values())))
    if found.meetings:
        details.append(("intersecting", _share(found.intersect.values())))
    if found.conditions:
        details.append(("conditions", _share(found.generic.values())))
    if found.bends is not None:
        bends = found.bends
        text = f"{bends.bending} bends, {bends.straight} straight, at {bends.ridges} ridges"
        wrong = len(bends.violations) + len(bends.exceptions)
        details.append(("T1", f"{text}; {wrong} not as it says"))
    if found.dimension is not None:
        d = found.dimension
        rank = d.rank if d.rank is not None else f"{d.at_least} to {d.at_most}"
        text = f"{rank} of {d.parameters} parameters, {d.hidden} hidden neurons"
        details.append(("functional dimension", text))
    if found.recovery is not None:
        proof = found.recovery.proof
        details.append(("recovered", f"{found.recovery.verdict}, proof: {proof}"))
    if found.partner is not None:
        details.append(("not identifiable", f"{found.partner.kind}: a network equal to it exists"))
    return details


def _share(answers: Any) -> str:
    listed = list(answers)
    return f"{sum(listed)} of {len(listed)}"
