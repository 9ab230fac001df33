"""``--box`` and ``--domain``: the part of the input space that a command looks at."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from exactrev.errors import InputError

if TYPE_CHECKING:
    from flint import fmpq

    from exactrev.lp.polyhedron import Polyhedron


def add_domain_options(parser: argparse.ArgumentParser) -> None:
    """``--box LO HI`` or ``--domain FILE``."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--box", nargs=2, type=rational, metavar=("LO", "HI"),
                       help="only inputs in [LO,HI]^n; exact numbers such as 0.1 or -1/3")
    group.add_argument("--domain", metavar="FILE",
                       help="only inputs in a polyhedron: .vnnlib, .vnnlib.gz or .json")


def domain_from_options(options: argparse.Namespace, inputs: int) -> Polyhedron | None:
    """The domain asked for, in the space of a network's inputs; None where all of R^n is.

    Raises InputError for an empty box, and for a file that cannot be read or is of another
    number of inputs.
    """
    if options.box is not None:
        low, high = options.box
        return _box(low, high, inputs)
    if options.domain is None:
        return None
    from exactrev.cli.files import naming
    from exactrev.domain import read_domain

    with naming(options.domain):
        return read_domain(options.domain, inputs)


def name_of_domain(options: argparse.Namespace) -> str:
    """How a complaint names the domain asked for: its file, or the options that give it."""
    if options.domain is not None:
        return str(options.domain)
    return "--box " + " ".join(map(str, options.box or ()))


def _box(low: fmpq, high: fmpq, inputs: int) -> Polyhedron:
    from exactrev.lp.polyhedron import Polyhedron

    if low > high:
        raise InputError(f"--box {low} {high}: the lower bound is above the upper one")
    return Polyhedron.box(low, high, inputs)


def rational(text: str) -> fmpq:
    """An exact number, as an argparse type."""
    from exactrev.exact.rational import parse_rational

    try:
        return parse_rational(text)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
