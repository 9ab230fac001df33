"""``exactrev COMMAND ...``: parse, run one command, print its outcome, exit with its code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from exactrev import __version__
from exactrev.cli import (
    audit,
    check,
    convert,
    equiv,
    export,
    info,
    plot,
    recover,
    reduce,
    regions,
    symmetries,
    theorem,
    verify,
)
from exactrev.cli.arguments import Parser
from exactrev.cli.console import complain, emit, flush
from exactrev.cli.domains import name_of_domain
from exactrev.cli.outcome import Exit, Outcome
from exactrev.errors import DomainError, ExactRevError

EPILOG = """\
exit codes: 0 the claim holds, 1 it is refuted, 2 bad usage or bad input, 3 undecided.
A network file is .json, .onnx, .nnet, .npz, .keras/.h5 or .pt/.pth.  Its semantics are real
arithmetic on its exact weights (a float is the rational it is), not float execution."""


def parser() -> Parser:
    """The parser of the whole command line."""
    from argparse import RawDescriptionHelpFormatter

    top = Parser(
        prog="exactrev",
        description="Take deep ReLU networks apart exactly, and prove what was found.",
        epilog=EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"exactrev {__version__}")
    commands = top.add_subparsers(metavar="COMMAND", required=True, dest="command")
    for module in (
        info, convert, recover, regions, theorem, symmetries, equiv, audit, reduce, verify, plot,
        check, export,
    ):  # fmt: skip
        name = module.__name__.rpartition(".")[2]
        command = commands.add_parser(
            name, help=module.SUMMARY, description=module.__doc__, allow_abbrev=False,
            formatter_class=RawDescriptionHelpFormatter,
        )
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; never lets an exception of ours escape.

    Usage errors and ``--help`` end in SystemExit, as argparse does.
    """
    # Before numpy loads: many tiny products, which threads only slow down.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    as_json = False
    try:
        arguments = parser().parse_args(argv)
        as_json = arguments.json
        outcome: Outcome = arguments.run(arguments)
    except SystemExit:
        flush()
        raise
    except DomainError as error:
        complain(f"{name_of_domain(arguments)}: {error}")
        return Exit.BAD_INPUT
    except ExactRevError as error:
        complain(error)
        return Exit.BAD_INPUT
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "exactrev":
            raise
        complain(f"this needs the package {error.name}, which is not installed")
        return Exit.BAD_INPUT
    except (KeyboardInterrupt, MemoryError) as end:
        reason = "out of memory" if isinstance(end, MemoryError) else "interrupted"
        complain(reason)
        outcome = Outcome("unknown", Exit.UNDECIDED, {"reason": reason}, reason)
    written = emit(outcome.as_json() if as_json else outcome.as_text())
    return outcome.exit_code if written else Exit.BAD_INPUT


if __name__ == "__main__":
    sys.exit(main())
