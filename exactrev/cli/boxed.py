"""``exactrev equiv --deviation`` and ``--epsilon`` on bounded domains, by boxes: bounds."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from flint import fmpq

from exactrev.cli.certificates import kept, prove
from exactrev.cli.equiv import outcome, saved
from exactrev.cli.outcome import Outcome
from exactrev.cli.patience import Patience
from exactrev.exact.six_digits import six_digits

if TYPE_CHECKING:
    from exactrev.bounds import BoxDeviation
    from exactrev.equivalence import Comparison, Deviation
    from exactrev.lp.polyhedron import Polyhedron


def measure_on_box(
    comparison: Comparison,
    domain: Polyhedron | None,
    arguments: argparse.Namespace,
    patience: Patience,
    **more: Any,
) -> Outcome | None:
    """The outcome by bounds over boxes; None if the domain does not suit them, or its cells can be
    gone through one by one, unless a deviation beyond the size asked for is seen at once."""
    from exactrev.bounds import BoxDeviation

    if domain is None or not BoxDeviation.suits(comparison, domain):
        return None
    within = None if arguments.deviation else arguments.epsilon
    search = BoxDeviation(
        comparison, domain, within, patience.stop, patience.remaining, arguments.seed,
        arguments.jobs,
    )  # fmt: skip
    if not search.has_too_many_cells:
        refuted = within is not None and search.is_refuted_at_once()
        return _outcome(search, False, arguments, patience, more) if refuted else None
    if not arguments.quiet:
        patience.tell(lambda: progress_on_box(search))
    with patience.heeding_interrupts(), kept(search, arguments.resume):
        proved = prove(search.lines(), arguments.certificate)
    return _outcome(search, proved, arguments, patience, more)


def bounds_at_once(
    stopped: Deviation,
    domain: Polyhedron | None,
    arguments: argparse.Namespace,
    patience: Patience,
    **more: Any,
) -> Outcome | None:
    """The outcome of a search that was stopped, with bounds over the box about its domain; None
    if there is none."""
    from exactrev.bounds import box_at_once

    search = box_at_once(stopped, domain)
    if search is None:
        return None
    proved = prove(search.lines(), arguments.certificate)
    return _outcome(search, proved, arguments, patience, {"cells": stopped.cells} | more)


def _outcome(
    search: BoxDeviation,
    proved: bool,
    arguments: argparse.Namespace,
    patience: Patience,
    more: dict[str, Any],
) -> Outcome:
    facts = _facts(search, proved) | more
    certificate = arguments.certificate if proved else None
    epsilon = arguments.epsilon
    if proved and epsilon is not None and search.upper() <= epsilon:
        return outcome("within", certificate=certificate, **facts)
    if search.lower <= (epsilon or 0):
        return outcome("unknown", certificate=certificate, reason=patience.reason, **facts)
    comparison, point = search.comparison, search.point
    outputs = [list(map(str, network(point))) for network in (comparison.a, comparison.b)]
    if not proved and comparison.is_plain:
        from exactrev.equivalence.decide import differing

        certificate = saved(differing(comparison.a, comparison.b, point), arguments.certificate)
    return outcome("different", list(map(str, point)), outputs, certificate, **facts)


def _facts(search: BoxDeviation, proved: bool) -> dict[str, Any]:
    upper = search.upper() if proved else None
    ranges = search.ranges() if proved else []
    neurons = sum(layer.size for layer in search.comparison.b.hidden)
    details = [
        ("deviation", f"{_shown(search.lower)} to {_shown(upper)}"),
        ("neurons", f"{len(search.matches)} of {neurons} matched"),
    ]
    details += [
        (f"output {i}", f"A - B from {_shown(low)} to {_shown(high)} at most")
        for i, (low, high) in enumerate(ranges)
    ]
    return {
        "max_deviation": {
            "lower": str(search.lower),
            "upper": None if upper is None else str(upper),
        },
        "ranges": [{"lower": str(low), "upper": str(high)} for low, high in ranges] or None,
        "cells": len(search.pieces),
        "matched": len(search.matches),
        "details": details,
    }


def progress_on_box(search: BoxDeviation) -> str:
    """What a person is told meanwhile."""
    if search.inexact:
        return f"exact bounds of {search.inexact} boxes are still to come"
    return (
        f"{len(search.pieces)} boxes so far, deviation between {_shown(search.lower)} and about "
        f"{search.estimate:.6g}"
    )


def _shown(x: fmpq | None) -> str:
    """A number for a person."""
    return "unknown" if x is None else f"about {six_digits(x)}"
