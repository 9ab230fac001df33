"""Judge a certificate with the stand-alone checker, and say in one sentence what is proved."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from exactrev.cli.arguments import add_json, sha256
from exactrev.cli.files import load, naming
from exactrev.cli.outcome import Exit, Outcome
from exactrev.errors import InputError

if TYPE_CHECKING:
    from exactrev.checker import Outcome as Judgement

#: How the checker says that a network is not the one demanded.
_MISMATCH = "is not the expected one"
SUMMARY = "check a certificate"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``exactrev check``."""
    parser.add_argument("certificate", metavar="CERT", help="certificate file, .gz, .zst or plain")
    parser.add_argument("--network", action="append", default=[], metavar="FILE",
                        help="reject unless it speaks of this network; may be repeated")
    parser.add_argument("--sha256", action="append", default=[], type=sha256, metavar="HEX",
                        help="reject unless it speaks of the network with this hash")
    parser.add_argument("--verified", action="store_true",
                        help="use the checker extracted from the Coq proofs (make -C proofs/coq)")
    add_json(parser)


def run(arguments: argparse.Namespace) -> Outcome:
    """``exactrev check CERT``."""
    demanded = [load(path).sha256 for path in arguments.network] + arguments.sha256
    if len(demanded) > 2:
        raise InputError("check: a certificate speaks of two networks, more are named")
    with naming(arguments.certificate):
        judgement = judge(arguments.certificate, demanded, arguments.verified)
    if judgement.accepted:
        facts = {"claim": judgement.claim, "reason": None}
        return Outcome("accepted", Exit.HOLDS, facts, judgement.claim)
    facts = {"claim": None, "reason": judgement.reason}
    return Outcome("rejected", Exit.REFUTED, facts, judgement.reason)


def judge(path: str, demanded: Sequence[str] = (), verified: bool = False) -> Judgement:
    """The checker's judgement, or (``verified``) that of the one extracted from the proofs.

    Accepted only if each sha256 of ``demanded`` (at most two) is that of one of the certificate's
    networks, in either order and not both the same one.  Raises OSError when the file cannot be
    read.
    """
    check = _checker(verified)
    one, other = (*demanded, None, None)[:2]
    judgement = check(path, (one, other))
    if judgement.accepted or _MISMATCH not in judgement.reason:
        return judgement
    swapped = check(path, (other, one))
    return judgement if _MISMATCH in swapped.reason else swapped


def _checker(verified: bool) -> Callable[[str, tuple[str | None, str | None]], Judgement]:
    if verified:
        from exactrev.cli.verified import check as extracted

        return extracted
    return _by_the_standard_library


def _by_the_standard_library(path: str, expected: tuple[str | None, str | None]) -> Judgement:
    from exactrev.certificate.files import certificate_stream
    from exactrev.checker import Outcome, check

    with certificate_stream(path) as stream:
        try:
            return check(stream, expected)
        except EOFError:  # of zstd: the checker itself knows of gzip alone
            return Outcome(False, reason="the compression is damaged or cut short")
