"""Decide whether two networks are the same: up to permuting and scaling hidden neurons
(isomorphic), or as functions (equal); or give an exact input where they differ."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from exactrev.cli.arguments import add_certificate, add_json, add_search
from exactrev.cli.certificates import demand_certificate, save_certificate
from exactrev.cli.deadline import deadline
from exactrev.cli.files import load
from exactrev.cli.outcome import Exit, Outcome
from exactrev.errors import InputError, TimeLimitExceeded

if TYPE_CHECKING:
    from exactrev.equivalence import Equivalence

SUMMARY = "are two networks the same?"
EXITS = {
    "isomorphic": Exit.HOLDS,
    "equal": Exit.HOLDS,
    "different": Exit.REFUTED,
    "unknown": Exit.UNDECIDED,
}
MEANINGS = {
    "isomorphic": "B is A with hidden neurons permuted and scaled by positive numbers",
    "equal": "A and B have the same outputs at every input",
    "different": "A and B have different outputs at the witness",
    "unknown": "neither a proof of equality nor a difference was found",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``exactrev equiv``."""
    parser.add_argument("first", metavar="A", help="network file")
    parser.add_argument("second", metavar="B", help="network file")
    add_certificate(parser, "of the verdict")
    add_search(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> Outcome:
    """``exactrev equiv A B``."""
    demand_certificate(arguments.certificate, arguments.first, arguments.second)
    first, second = load(arguments.first), load(arguments.second)
    try:
        with deadline(arguments.timeout):
            found = _decide(first, second, arguments)
    except TimeLimitExceeded as limit:
        return _outcome("unknown", reason=str(limit))
    except KeyboardInterrupt:
        return _outcome("unknown", reason="interrupted")
    lines = found.certificate() if arguments.certificate else None
    if lines is not None:
        save_certificate(lines, arguments.certificate)
    return report(found, arguments.certificate if lines is not None else None)


def _decide(first: Any, second: Any, arguments: argparse.Namespace) -> Equivalence:
    from exactrev.equivalence import equiv

    try:
        return equiv(first, second, seed=arguments.seed)
    except InputError as error:
        raise InputError(f"{arguments.first}, {arguments.second}: {error}") from error


def report(found: Equivalence, certificate: str | None) -> Outcome:
    """The outcome of a decision whose certificate, if any, is written."""
    witness = None if found.witness is None else [str(x) for x in found.witness]
    outputs = None if found.outputs is None else [[str(y) for y in ys] for ys in found.outputs]
    return _outcome(found.verdict, witness, outputs, certificate)


def _outcome(
    verdict: str,
    witness: list[str] | None = None,
    outputs: list[list[str]] | None = None,
    certificate: str | None = None,
    reason: str | None = None,
) -> Outcome:
    facts = {
        "witness": witness,
        "outputs": outputs,
        "certificate": certificate,
        "reason": reason,
    }
    details = []
    if witness is not None and outputs is not None:
        details += [("witness", " ".join(witness))]
        details += [("A there", " ".join(outputs[0])), ("B there", " ".join(outputs[1]))]
    if certificate is not None:
        details.append(("certificate", certificate))
    return Outcome(verdict, EXITS[verdict], facts, reason or MEANINGS[verdict], tuple(details))
