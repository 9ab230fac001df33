"""Arguments shared by commands, and a parser whose complaints are one line."""

from __future__ import annotations

import argparse
import math
import re
from typing import Any, NoReturn

from exactrev.cli.console import complain
from exactrev.cli.outcome import Exit
from exactrev.crews import Cluster


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that reports a usage error in one line, without the usage text.

    What begins like a negative number (-1/2, -1e-3, -1,2) is never taken for an option.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # argparse before 3.14 knows -1 and -1.5 only
        self._negative_number_matcher = re.compile(r"-\.?\d")

    def error(self, message: str) -> NoReturn:
        command = self.prog.removeprefix("exactrev").strip()
        complain(f"{command}: {message}" if command else message)
        raise SystemExit(int(Exit.BAD_INPUT))


def count(text: str) -> int:
    """A whole number from 1, as an argparse type."""
    value = natural(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return value


def natural(text: str) -> int:
    """A whole number from 0, as an argparse type."""
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a whole number from 0")
    return int(text)


def lengths(text: str) -> tuple[int, ...]:
    """Lengths from 1 with an x between them, as in 1x8x8, as an argparse type."""
    if not re.fullmatch(r"[0-9]{1,9}(x[0-9]{1,9})+", text) or "0" in text.split("x"):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not channels and a grid, as in 1x8x8")
    return tuple(map(int, text.split("x")))


def seconds(text: str) -> float:
    """A positive finite number of seconds, as an argparse type."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a positive number of seconds")
    return value


def sha256(text: str) -> str:
    """A sha256 in hexadecimal, lower case, as an argparse type."""
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise argparse.ArgumentTypeError(f"{text[:80]!r} is not a sha256 (64 hexadecimal digits)")
    return text.lower()


def add_json(parser: argparse.ArgumentParser) -> None:
    """``--json``."""
    parser.add_argument("--json", action="store_true", help="print exactly one JSON object")


def add_search(
    parser: argparse.ArgumentParser, jobs: str = "processes that may be used"
) -> None:
    """``--seed``, ``--timeout``, ``--jobs``; ``jobs`` says what the latter are used for."""
    parser.add_argument("--seed", type=natural, default=0, metavar="N",
                        help="the same seed gives the same result (default 0)")
    parser.add_argument("--timeout", type=seconds, metavar="SECONDS",
                        help="stop after this long and report what was found")
    crew = parser.add_mutually_exclusive_group()
    crew.add_argument("--jobs", type=count, default=1, metavar="N",
                      help=f"{jobs}; never changes the result")
    crew.add_argument("--scheduler", dest="jobs", type=Cluster, metavar="ADDRESS",
                      help="in the place of processes, the workers of a running Dask cluster")


#: What ``--jobs`` does where the work is not divided.
ONE_PROCESS = "accepted, but this command uses one process"


def add_resume(parser: argparse.ArgumentParser) -> None:
    """``--resume``."""
    parser.add_argument("--resume", metavar="FILE",
                        help="go on with the search in FILE, if it is there, and keep it there")


def add_certificate(parser: argparse.ArgumentParser, claim: str) -> None:
    """``--certificate``."""
    parser.add_argument("--certificate", metavar="FILE",
                        help=f"write a certificate {claim} (.gz or .zst compresses it)")
