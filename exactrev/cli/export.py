"""Write a certificate as an SMT-LIB 2 script (logic QF_LRA), for z3, cvc5 and other solvers.

Every (check-sat) of the script must answer unsat; each one has the line of the certificate before
it that it stands for.  What is established then is said in docs/smtlib.md.  Known are the claims
isomorphic, equal, regions, equal-on, within and unsatisfied.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from exactrev.cli.arguments import add_json
from exactrev.cli.files import demand_writable, naming, write_whole
from exactrev.cli.outcome import Exit, Outcome
from exactrev.errors import InputError

if TYPE_CHECKING:
    from exactrev.smtlib import Exported

SUMMARY = "write a certificate as an SMT-LIB 2 script"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``exactrev export``."""
    parser.add_argument("certificate", metavar="CERT", help="certificate file, .gz, .zst or plain")
    parser.add_argument("--output", "-o", required=True, metavar="FILE", help="script to write")
    add_json(parser)


def run(arguments: argparse.Namespace) -> Outcome:
    """``exactrev export CERT -o FILE``."""
    from exactrev.certificate.files import certificate_stream

    demand_writable(arguments.output, arguments.certificate)

    with naming(arguments.certificate):
        if not Path(arguments.certificate).is_file():
            raise InputError(f"{arguments.certificate}: no such file")
        try:
            with certificate_stream(arguments.certificate) as source:
                found = write_whole(arguments.output, lambda draft: _write(source, draft))
        except InputError as error:
            raise InputError(f"{arguments.certificate}: {error}") from error
    facts = {"claim": found.claim, "checks": found.checks, "output": arguments.output}
    headline = f"{found.claim}: {found.checks} checks, each of which must answer unsat"
    return Outcome("ok", Exit.HOLDS, facts, headline, (("output", arguments.output),))


def _write(source: BinaryIO, path: Path) -> Exported:
    from exactrev.smtlib import export

    with path.open("w") as target:
        return export(source, lambda line: target.write(f"{line}\n"))
