"""``exactrev equiv --deviation`` and ``--epsilon``: how far apart two networks are."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from flint import fmpq

from exactrev.cli.certificates import kept, prove, save_certificate
from exactrev.cli.equiv import outcome, saved
from exactrev.cli.outcome import Outcome
from exactrev.cli.patience import Patience
from exactrev.exact.six_digits import six_digits

if TYPE_CHECKING:
    from exactrev.bounds import BoxDeviation
    from exactrev.equivalence import Comparison, Deviation
    from exactrev.equivalence.ground import Point
    from exactrev.lp.polyhedron import Polyhedron

_LONG = 24  # a number with more characters is shown to a person as about what it is


def measure(
    comparison: Comparison,
    witness: Point | None,
    domain: Polyhedron | None,
    arguments: argparse.Namespace,
    patience: Patience,
    **more: Any,
) -> Outcome:
    """The outcome for two networks that are not known to be equal; they may differ at a witness.

    ``more`` are further facts to report.
    """
    from exactrev.cli.boxed import bounds_at_once, measure_on_box
    from exactrev.equivalence import Deviation

    bounded = measure_on_box(comparison, domain, arguments, patience, **more)
    if bounded is not None:
        return bounded
    only_within = None if arguments.deviation else arguments.epsilon
    search = Deviation(comparison, domain, only_within, patience.stop, arguments.jobs)
    if not arguments.quiet:
        patience.tell(lambda: progress(search))
    if only_within is not None and _largest_seen(search, witness)[0] > only_within:
        return _stopped(search, witness, patience, arguments, _facts(search, witness, None) | more)
    with patience.heeding_interrupts(), kept(search, arguments.resume):
        proved = prove(search.lines(), arguments.certificate)
    facts = _facts(search, witness, only_within if proved else None) | more
    if search.escape is not None:
        return _unbounded(search, arguments, more)
    if proved and only_within is not None:
        return outcome("within", certificate=arguments.certificate, **facts)
    if proved:
        return _closed(search, arguments, more)
    if only_within is None:
        bounded = bounds_at_once(search, domain, arguments, patience, **more)
        if bounded is not None:
            return bounded
    return _stopped(search, witness, patience, arguments, facts)


def _closed(search: Deviation, arguments: argparse.Namespace, more: dict[str, Any]) -> Outcome:
    """Lower and upper bounds are the same."""
    largest, level = search.largest(), search.attained()
    assert largest is not None and level is not None and level.point is not None
    facts = _facts(search, level.point, largest) | more
    if largest == 0:
        return outcome("equal", certificate=arguments.certificate, **facts)
    there = _telling(search.comparison, level.point)
    verdict = "different"
    if arguments.epsilon is not None and largest <= arguments.epsilon:
        verdict = "within"
    return outcome(verdict, *there, arguments.certificate, **facts)


def _stopped(
    search: Deviation,
    witness: Point | None,
    patience: Patience,
    arguments: argparse.Namespace,
    facts: dict[str, Any],
) -> Outcome:
    """No upper bound; but a lower one, which may decide."""
    least, point = _largest_seen(search, witness)
    enough = arguments.epsilon if arguments.epsilon is not None else 0
    if point is None or least <= enough:
        return outcome("unknown", reason=patience.reason, **facts)
    from exactrev.equivalence.decide import differing

    comparison, certificate = search.comparison, None
    if comparison.is_plain:
        known = differing(comparison.a, comparison.b, point)
        certificate = saved(known, arguments.certificate)
    return outcome("different", *_telling(comparison, point), certificate, **facts)


def _telling(comparison: Comparison, point: Point) -> tuple[list[str], list[list[str]]]:
    """An input, and the outputs of both networks there."""
    outputs = (comparison.a(point), comparison.b(point))
    return list(map(str, point)), [list(map(str, ys)) for ys in outputs]


def _largest_seen(search: Deviation, witness: Point | None) -> tuple[fmpq, Point | None]:
    """The largest deviation seen and where, 0 and None if there was none."""
    level = search.attained()
    points = [x for x in (witness, None if level is None else level.point) if x is not None]
    sizes = [max(map(abs, search.comparison.differences(point))) for point in points]
    best = max(sizes, default=fmpq(0))
    return best, points[sizes.index(best)] if points else None


def _unbounded(search: Deviation, arguments: argparse.Namespace, more: dict[str, Any]) -> Outcome:
    """The deviation is infinite, along a ray."""
    escape = search.escape
    assert escape is not None
    if arguments.certificate is not None:
        save_certificate(search.escape_certificate(), arguments.certificate)
    point, outputs = _telling(search.comparison, search.beyond(arguments.epsilon or 0))
    ray = {"point": list(map(str, escape.point)), "direction": list(map(str, escape.direction))}
    facts: dict[str, Any] = {"max_deviation": {"lower": "inf", "upper": "inf"}, "ray": ray}
    details = [
        ("deviation", "infinite, along the ray from"),
        ("point", " ".join(ray["point"])),
        ("in direction", " ".join(ray["direction"])),
    ]
    facts |= {"details": details} | more
    return outcome("different", point, outputs, arguments.certificate, **facts)


def _facts(search: Deviation, witness: Point | None, upper: fmpq | None) -> dict[str, Any]:
    lower, _ = _largest_seen(search, witness)

    def text(x: fmpq | None) -> str | None:
        return None if x is None else str(x)

    ranges = [{"lower": text(low), "upper": text(high)} for low, high in search.ranges()]
    details = [("deviation", f"{_shown(lower)} to {_shown(upper)}")]
    if lower == upper:
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


def progress(search: Deviation | BoxDeviation) -> str:
    """What a person is told meanwhile."""
    from exactrev.bounds import BoxDeviation
    from exactrev.cli.boxed import progress_on_box

    if isinstance(search, BoxDeviation):
        return progress_on_box(search)
    return f"{search.cells} cells so far, deviation at least {_shown(search.largest() or fmpq(0))}"


def _shown(x: fmpq | None) -> str:
    """A number for a person."""
    if x is None:
        return "unknown"
    exact = str(x)
    return exact if len(exact) <= _LONG else f"about {six_digits(x)}"
