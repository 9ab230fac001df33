"""Decide whether two networks are the same: up to permuting and scaling hidden neurons
(isomorphic), or as functions on a domain (equal); or give an exact input where they differ.

--deviation finds exactly how far apart they can be on the domain; --epsilon E asks whether that is
at most E; --labels whether they put every input into the same class.  What is cheap is tried first,
then a tree on the domain that leaves nothing out.

--certificate FILE writes the proof of the verdict; where networks are equal, a second file, with
.not-isomorphic before its ending, proves that they are not isomorphic, if that is seen.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from exactrev.cli.arguments import add_certificate, add_json, add_resume, add_search
from exactrev.cli.certificates import (
    beside_certificate,
    demand_certificate,
    kept,
    prove,
    save_certificate,
)
from exactrev.cli.deadline import deadline
from exactrev.cli.domains import add_domain_options, domain_from_options, rational
from exactrev.cli.files import demand_writable, load
from exactrev.cli.outcome import Exit, Outcome
from exactrev.cli.patience import Patience
from exactrev.errors import DomainError, InputError, TimeLimitExceeded

if TYPE_CHECKING:
    from exactrev.equivalence import Equivalence
    from exactrev.lp.polyhedron import Polyhedron
    from exactrev.network import Network

SUMMARY = "are two networks the same, and if not, how far apart?"
EXITS = {
    "isomorphic": Exit.HOLDS,
    "equal": Exit.HOLDS,
    "within": Exit.HOLDS,
    "same-labels": Exit.HOLDS,
    "different": Exit.REFUTED,
    "unknown": Exit.UNDECIDED,
}
MEANINGS = {
    "isomorphic": "B is A with hidden neurons permuted and scaled by positive numbers",
    "equal": "A and B have the same outputs at every input (of the domain, if one is given)",
    "within": "no output of A is farther than epsilon from that of B",
    "same-labels": "at every input one and the same output of A and B is a largest one",
    "different": "A and B have different outputs at the witness",
    "unknown": "neither a proof of equality nor a difference was found",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``exactrev equiv``."""
    parser.add_argument("first", metavar="A", help="network file")
    parser.add_argument("second", metavar="B", help="network file")
    add_domain_options(parser)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--labels", action="store_true",
                     help="compare only which output is the largest")
    how.add_argument("--up-to-output-scale", action="store_true",
                     help="compare A with B's outputs each scaled and shifted to fit best")
    parser.add_argument("--deviation", action="store_true",
                        help="find the exact range of A - B on the domain, output by output; "
                             "or, where cells are too many, bounds until --timeout")
    parser.add_argument("--epsilon", type=rational, metavar="E",
                        help="is |A - B| at most E on the domain, for every output?")
    add_certificate(parser, "of the verdict")
    add_resume(parser)
    add_search(parser)
    parser.add_argument("--quiet", "-q", action="store_true", help="no progress on stderr")
    add_json(parser)


def run(arguments: argparse.Namespace) -> Outcome:
    """``exactrev equiv A B``."""
    if arguments.epsilon is not None and arguments.epsilon < 0:
        raise InputError(f"--epsilon {arguments.epsilon}: it is negative")
    sources = (arguments.first, arguments.second, arguments.domain)
    demand_certificate(arguments.certificate, *sources)
    companion = beside_certificate(arguments.certificate, "not-isomorphic")
    demand_certificate(companion, *sources, arguments.certificate)
    demand_writable(arguments.resume, *sources, arguments.certificate)
    first, second = load(arguments.first), load(arguments.second)
    domain = domain_from_options(arguments, first.inputs)
    patience = Patience(arguments.timeout, None)
    asked_how_far = arguments.deviation or arguments.epsilon is not None
    if arguments.labels and asked_how_far:
        raise InputError("--labels goes with neither --deviation nor --epsilon")
    if arguments.up_to_output_scale:
        from exactrev.cli.scaled import compare_scaled

        return compare_scaled(first, second, domain, arguments, patience)
    try:
        with deadline(arguments.timeout):
            found = _structure(first, second, domain, arguments)
    except TimeLimitExceeded as limit:
        return outcome("unknown", reason=str(limit), **_nothing_known(asked_how_far))
    except KeyboardInterrupt:
        return outcome("unknown", reason="interrupted", **_nothing_known(asked_how_far))
    if arguments.labels and found.verdict in ("different", "unknown"):
        from exactrev.cli.labels import compare_labels

        return compare_labels(first, second, domain, arguments, patience)
    if asked_how_far and found.verdict in ("different", "unknown"):
        from exactrev.cli.deviation import measure
        from exactrev.equivalence import Comparison

        comparison = Comparison.of(first, second)
        return measure(comparison, found.witness, domain, arguments, patience)
    if found.verdict == "unknown":
        return _by_tree(found, domain, arguments, patience)
    zero = {"lower": "0", "upper": "0"} if asked_how_far else None
    certificate = saved(found, arguments.certificate)
    return report(found, certificate, max_deviation=zero, **_told_apart(found, certificate))


def _nothing_known(asked_how_far: bool) -> dict[str, Any]:
    return {"max_deviation": {"lower": "0", "upper": None}} if asked_how_far else {}


def _structure(
    first: Network, second: Network, domain: Polyhedron | None, arguments: argparse.Namespace
) -> Equivalence:
    from exactrev.equivalence import compare_structure

    try:
        return compare_structure(first, second, seed=arguments.seed, domain=domain)
    except DomainError:
        raise
    except InputError as error:
        raise InputError(f"{arguments.first}, {arguments.second}: {error}") from error


def _by_tree(
    found: Equivalence,
    domain: Polyhedron | None,
    arguments: argparse.Namespace,
    patience: Patience,
) -> Outcome:
    """The verdict of a tree on the domain, whose certificate is written as the tree grows."""
    from exactrev.equivalence import Agreement, Comparison
    from exactrev.equivalence.decide import conclude

    search = Agreement(Comparison.of(found.a, found.b), domain, patience.stop, arguments.jobs)
    if not arguments.quiet:
        patience.tell(lambda: f"equal on {search.cells} cells so far")
    with patience.heeding_interrupts(), kept(search, arguments.resume):
        proved = prove(search.lines(), arguments.certificate)
    found = conclude(search, found.a, found.b, domain, proved)
    if found.verdict == "unknown":
        return outcome("unknown", reason=patience.reason, cells=search.cells)
    certificate = arguments.certificate if proved else saved(found, arguments.certificate)
    return report(found, certificate, cells=search.cells, **_told_apart(found, certificate))


def saved(found: Equivalence, path: str | None) -> str | None:
    """Write the certificate of a verdict, if it has one and a path is given; the path then."""
    lines = found.certificate() if path is not None else None
    if path is None or lines is None:
        return None
    save_certificate(lines, path)
    return path


def _told_apart(found: Equivalence, path: str | None) -> dict[str, str]:
    """Write beside the certificate at ``path`` that equal networks are not isomorphic, if that is
    seen; where it is then."""
    companion = beside_certificate(path, "not-isomorphic")
    if companion is None or found.verdict != "equal":
        return {}
    from exactrev.certificate import not_isomorphic_certificate
    from exactrev.symmetries.apart import told_apart

    steps = told_apart(found.a, found.b)
    if steps is None:
        return {}
    save_certificate(not_isomorphic_certificate(found.a, found.b, steps), companion)
    return {"not_isomorphic_certificate": companion}


def report(found: Equivalence, certificate: str | None, **more: Any) -> Outcome:
    """The outcome of a decision whose certificate, if any, is written."""
    witness = None if found.witness is None else [str(x) for x in found.witness]
    outputs = None if found.outputs is None else [[str(y) for y in ys] for ys in found.outputs]
    apart = more.get("not_isomorphic_certificate")
    details = () if apart is None else (("not isomorphic", apart),)
    return outcome(found.verdict, witness, outputs, certificate, details=details, **more)


def outcome(
    verdict: str,
    witness: list[str] | None = None,
    outputs: list[list[str]] | None = None,
    certificate: str | None = None,
    reason: str | None = None,
    details: Sequence[tuple[str, str]] = (),
    **more: Any,
) -> Outcome:
    """The outcome of ``exactrev equiv``."""
    facts = {
        "witness": witness,
        "outputs": outputs,
        "certificate": certificate,
        "reason": reason,
    }
    lines = list(details)
    if witness is not None and outputs is not None:
        lines += [("witness", " ".join(witness))]
        lines += [("A there", " ".join(outputs[0])), ("B there", " ".join(outputs[1]))]
    if certificate is not None:
        lines.append(("certificate", certificate))
    headline = reason or MEANINGS[verdict]
    return Outcome(verdict, EXITS[verdict], {**facts, **more}, headline, tuple(lines))
