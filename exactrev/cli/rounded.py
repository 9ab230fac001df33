"""``exactrev recover --answers float64``: what is asked of rounded answers, and said of them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from exactrev.errors import InputError

if TYPE_CHECKING:
    from exactrev.floating import FloatRecovery
    from exactrev.recovery import Recovery

EXACT = "exact"
FITS = "fits fresh answers within their rounding, unproved"


def add_answers(parser: argparse.ArgumentParser) -> None:
    """``--answers``."""
    parser.add_argument("--answers", choices=(EXACT, "float64", "float32"), default=EXACT,
                        help="what the oracle returns (default exact); with float64 or float32 NET "
                        "is run in that precision, and FUNCTION takes and returns numpy arrays, "
                        "a row a point")


def demand_queries(arguments: argparse.Namespace) -> None:
    """Raise InputError where rounded answers go with what needs exact ones."""
    if arguments.answers == EXACT:
        return
    if arguments.source != "queries":
        raise InputError("recover: --from boundaries asks exact answers")
    if arguments.probe == "plain":
        raise InputError("recover: --probe is of exact answers")


def recover_rounded(target: Any, precision: str, options: dict[str, Any]) -> FloatRecovery:
    """The recovery from rounded answers."""
    from exactrev.floating import recover_from_floats

    kept = {name: value for name, value in options.items() if name != "probe"}
    return recover_from_floats(target, precision=precision, **kept)


def rounding_of(recovery: Recovery) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The JSON keys and the lines of text on the rounding; empty for exact answers."""
    noise = getattr(recovery, "noise", None)
    if noise is None:
        return {}, []
    found: Any = recovery
    facts = {
        "noise": found.noise,
        "misfit": found.misfit if found.network is not None else None,
        "short_weights": found.short,
        "weight_error": found.weight_error,
    }
    lines = [("rounding", f"{found.noise:.1e} of 1 + |x|")]
    if found.short:
        lines.append(("weights", "of at most 24 bits each, named exactly"))
    if found.weight_error is not None:
        lines.append(("weight error", f"{found.weight_error:.1e} at most, rows of length 1"))
    return facts, lines
