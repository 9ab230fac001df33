"""``exactrev equiv --deviation`` and ``--epsilon``: how far apart two networks are."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from exactrev.cli.certificates import prove, save_certificate
from exactrev.cli.equiv import outcome, report, saved
from exactrev.cli.outcome import Outcome
from exactrev.cli.patience import Patience

if TYPE_CHECKING:
    from flint import fmpq

    from exactrev.equivalence import Deviation, Equivalence
    from exactrev.lp.polyhedron import Polyhedron

_LONG = 24  # a number with more characters is shown to a person as about what it is


def measure(
    found: Equivalence, domain: Polyhedron | None, arguments: argparse.Namespace
) -> Outcome:
    """The outcome for two networks that are not known to be equal."""
    from exactrev.equivalence import Comparison, Deviation

    patience = Patience(
        arguments.timeout, None if arguments.quiet else lambda: _progress(search)
    )
    only_within = None if arguments.deviation else arguments.epsilon
    comparison = Comparison.of(found.a, found.b)
    search = Deviation(comparison, domain, only_within, patience.stop)
    with patience.heeding_interrupts():
        proved = prove(search.lines(), arguments.certificate)
    if search.escape is not None:
        return _unbounded(search, arguments)
    if proved and only_within is not None:
        facts = _facts(search, search.largest() or only_within * 0, only_within)
        return outcome("within", certificate=arguments.certificate, **facts)
    if proved:
        return _closed(found, search, arguments)
    return _stopped(found, search, patience, arguments)


def _closed(found: Equivalence, search: Deviation, arguments: argparse.Namespace) -> Outcome:
    """Lower and upper bounds are the same."""
    from exactrev.equivalence.decide import differing

    largest, level = search.largest(), search.attained()
    assert largest is not None and level is not None and level.point is not None
    facts = _facts(search, largest, largest)
    if largest == 0:
        return outcome("equal", certificate=arguments.certificate, **facts)
    there = report(differing(found.a, found.b, level.point), arguments.certificate, **facts)
    if arguments.epsilon is None or largest > arguments.epsilon:
        return there
    return outcome("within", there.facts["witness"], there.facts["outputs"],
                   arguments.certificate, **facts)  # fmt: skip


def _stopped(
    found: Equivalence, search: Deviation, patience: Patience, arguments: argparse.Namespace
) -> Outcome:
    """No upper bound; but a lower one, which may decide."""
    from exactrev.equivalence.decide import differing

    level = search.attained()
    seen = (found.witness, None if level is None else level.point)
    points = [point for point in seen if point is not None]
    sizes = [max(map(abs, search.comparison.differences(point))) for point in points]
    least = max(sizes, default=None)
    facts = _facts(search, least, None)
    enough = arguments.epsilon if arguments.epsilon is not None else 0
    if least is not None and least > enough:
        known = differing(found.a, found.b, points[sizes.index(least)])
        return report(known, saved(known, arguments.certificate), **facts)
    return outcome("unknown", reason=patience.reason, **facts)


def _unbounded(search: Deviation, arguments: argparse.Namespace) -> Outcome:
    """The deviation is infinite, along a ray."""
    from exactrev.equivalence.decide import differing

    escape = search.escape
    assert escape is not None
    if arguments.certificate is not None:
        save_certificate(search.escape_certificate(), arguments.certificate)
    comparison = search.comparison
    known = differing(comparison.a, comparison.b, search.beyond(arguments.epsilon or 0))
    ray = {"point": list(map(str, escape.point)), "direction": list(map(str, escape.direction))}
    facts: dict[str, Any] = {"max_deviation": {"lower": "inf", "upper": "inf"}, "ray": ray}
    details = [
        ("deviation", "infinite, along the ray from"),
        ("point", " ".join(ray["point"])),
        ("in direction", " ".join(ray["direction"])),
    ]
    return report(known, arguments.certificate, details=details, **facts)


def _facts(search: Deviation, lower: fmpq | None, upper: fmpq | None) -> dict[str, Any]:
    def text(x: fmpq | None) -> str | None:
        return None if x is None else str(x)

    ranges = [{"lower": text(low), "upper": text(high)} for low, high in search.ranges()]
    details = [("deviation", f"{_shown(lower)} to {_shown(upper)}")]
    if lower is not None and lower == upper:
        details = [("deviation", _shown(lower))]
        details += [
            (f"output {i}", f"A - B from {_shown(low)} to {_shown(high)}")
            for i, (low, high) in enumerate(search.ranges())
        ]
    return {
        "max_deviation": {"lower": text(lower), "upper": text(upper)},
        "ranges": ranges if upper is not None else None,
        "cells": search.cells,
        "details": details,
    }


def _progress(search: Deviation) -> str:
    return f"{search.cells} cells so far, deviation at least {_shown(search.largest())}"


def _shown(x: fmpq | None) -> str:
    """A number for a person."""
    if x is None:
        return "unknown"
    exact = str(x)
    return exact if len(exact) <= _LONG else f"about {int(x.p) / int(x.q):.6g}"
