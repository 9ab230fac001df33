"""The theorem on one network: every assumption decided, then recovery from boundaries and proof.

>>> from exactrev import Network
>>> report = check_theorem(Network.dense([([[1, 0], [0, 1]], [0, 0]), ([[1, 1]], [0])]))
>>> report.verdict, report.linear_regions.holds, dict(report.connected), report.recovered
('holds', True, {'1:0': True, '1:1': True}, True)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from exactrev.arrangement import Exploration, Regions
from exactrev.arrangement.boundary import boundary_cells
from exactrev.arrangement.boundary_sets import Boundaries
from exactrev.boundaries import recover_from_boundaries
from exactrev.errors import InputError
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network.model import Network
from exactrev.recovery.recover import Recovery
from exactrev.theorem.bends import check_bends
from exactrev.theorem.conditions import (
    arrangement_conditions,
    bending_condition,
    weight_conditions,
)
from exactrev.theorem.connection import connections
from exactrev.theorem.dimension import functional_dimension
from exactrev.theorem.linear_regions import linear_regions
from exactrev.theorem.meetings import meetings
from exactrev.theorem.outcome import neuron_outcomes
from exactrev.theorem.report import TheoremReport, Verdict


def check_theorem(
    network: Network,
    domain: Polyhedron | None = None,
    *,
    seed: int = 0,
    timeout: float | None = None,
    stop: Callable[[], bool] = lambda: False,
    jobs: int = 1,
) -> TheoremReport:
    """Decide the theorem's assumptions on a network, and recover it from its boundaries.

    ``timeout`` (seconds) and ``stop``, which is called often, end the work early; what is settled
    by then is in the report.  Raises InputError if the domain does not fit the network.
    """
    limit = Limit.of(timeout, stop)
    search = theorem_exploration(network, domain, limit.reached, jobs)
    for _ in search.lines():
        pass
    return examine(search.result(), seed, limit)


def theorem_exploration(
    network: Network, domain: Polyhedron | None, stop: Callable[[], bool], jobs: int = 1
) -> Exploration:
    """The search for what the theorem speaks of: all faces down to codimension 2 (1 in one
    dimension)."""
    return Exploration(network, domain, min(2, network.inputs), stop, jobs)


@dataclass(frozen=True)
class Limit:
    """When to stop: a time on the clock of time.monotonic, or when asked to."""

    end: float | None
    stop: Callable[[], bool]

    @staticmethod
    def of(timeout: float | None, stop: Callable[[], bool] = lambda: False) -> Limit:
        """So many seconds from now."""
        return Limit(None if timeout is None else time.monotonic() + timeout, stop)

    def reached(self) -> bool:
        """Whether to stop now."""
        return self.stop() or (self.end is not None and time.monotonic() >= self.end)

    @property
    def left(self) -> float | None:
        """The seconds left, None if there is no limit."""
        return None if self.end is None else max(0.001, self.end - time.monotonic())


def examine(
    found: Regions,
    seed: int = 0,
    limit: Limit | None = None,
    progress: Callable[[str], None] = lambda text: None,
) -> TheoremReport:
    """The same from regions already searched, with faces of codimension 2 (1 in one dimension).

    Raises InputError if the domain has no interior, so that there are no regions.
    """
    limit = limit or Limit(None, lambda: False)
    if found.complete and not len(found):
        raise InputError("the domain is empty or has no interior")
    report = TheoremReport(
        verdict="unknown",
        found=found,
        linear_regions=linear_regions(found, limit.reached),
        invisible=None,
        connections=(),
        meetings=(),
        conditions=tuple(weight_conditions(found.network)),
        bends=None,
        dimension=None,
        recovery=None,
        neurons=(),
        reasons=(),
    )
    if found.complete:
        report = _examine_arrangement(report, seed, limit, progress)
    reasons = (*_failures(report), *_open_questions(report))
    return replace(report, verdict=_verdict(report), reasons=reasons)


def _examine_arrangement(
    report: TheoremReport, seed: int, limit: Limit, progress: Callable[[str], None]
) -> TheoremReport:
    """The report with what the complete arrangement says, as far as time allows."""
    found = report.found
    progress("all regions found; boundaries")
    boundaries = Boundaries.of(found)
    invisible = sum(not facet.visible for facet in boundaries.facets)
    connected = tuple(connections(boundaries, limit.reached))
    report = replace(report, invisible=invisible, connections=connected)
    if not limit.reached():
        conditions = (*report.conditions, *arrangement_conditions(boundaries))
        report = replace(report, meetings=meetings(boundaries), conditions=conditions)
    if not limit.reached():
        progress("ridges")
        bends = check_bends(boundaries, limit.reached)
        conditions = report.conditions
        if bends.complete or bends.exceptions:
            conditions = (*conditions, bending_condition(bends))
        report = replace(report, bends=bends, conditions=conditions)
    if not limit.reached():
        progress("functional dimension")
        report = replace(report, dimension=functional_dimension(found, seed, limit.reached))
    if not limit.reached():
        progress("recovery from boundaries")
        try:
            report = replace(report, recovery=_recovery(boundaries, seed, limit, progress))
        except InputError as error:
            report = replace(report, refusal=str(error))
    if report.recovery is not None:
        outcomes = neuron_outcomes(
            boundaries, report.recovery, report.connections, report.meetings
        )
        report = replace(report, neurons=outcomes)
    return report


def _recovery(
    boundaries: Boundaries, seed: int, limit: Limit, progress: Callable[[str], None]
) -> Recovery:
    """What the unlabelled boundary cells give; raises InputError where they say too little."""

    def between_neurons(text: str) -> None:
        if limit.reached():
            raise KeyboardInterrupt  # recovery then hands over what it has
        progress(text)

    anything = any(facet.visible for facet in boundaries.facets)
    return recover_from_boundaries(
        boundary_cells(boundaries) if anything else [],
        boundaries.network,
        seed=seed,
        timeout=limit.left,
        progress=between_neurons,
    )


def _verdict(report: TheoremReport) -> Verdict:
    if any(True for _ in _failures(report)):
        return "fails"
    whole = report.recovery is not None and report.recovery.isomorphic
    return "holds" if whole and _all_decided(report) else "unknown"


def _all_decided(report: TheoremReport) -> bool:
    neurons = sum(layer.size for layer in report.network.hidden)
    return (
        report.found.complete
        and report.linear_regions.complete
        and len(report.connections) == neurons
        and report.bends is not None
        and report.bends.complete
    )


def _failures(report: TheoremReport) -> Iterator[str]:
    """The assumptions that certainly do not hold, one sentence each."""
    assumption = report.linear_regions
    if assumption.shared is not None:
        yield (
            f"linear regions: {assumption.sharing} of {assumption.regions} regions share their "
            "affine map with another one"
        )
    if report.invisible:
        yield f"linear regions: f does not bend across {report.invisible} facets"
    for item in report.connections:
        if not item.connected:
            yield f"connected: the boundary of {item.neuron} has {len(item.components)} components"
    for name in report.connected:
        unmet = [m.neurons[0] for m in report.meetings if m.neurons[1] == name and not m.meet]
        if unmet:
            yield f"intersect: the boundary of {name} does not meet that of {', '.join(unmet)}"
    for condition in report.conditions:
        if not condition.holds:
            yield f"generic: not true that {condition}"


def _open_questions(report: TheoremReport) -> Iterator[str]:
    """What was not settled, and what was not recovered."""
    if not report.found.complete:
        yield f"the search for regions left {report.found.open_branches} branches open"
    elif not _all_decided(report):
        yield "time ran out before every assumption was decided"
    if report.refusal:
        yield f"not recovered: {report.refusal}"
    elif report.recovery is None:
        yield "recovery was not reached in time"
    else:
        if report.recovery.proof == "equality":
            yield "the boundaries gave back a network that is equal but not isomorphic"
        named = {f"neuron {outcome.neuron}" for outcome in report.neurons}
        for item in report.recovery.unresolved:
            if item.what not in named:
                yield f"not recovered: {item.what}: {item.reason}"
        for outcome in report.neurons:
            if not outcome.recovered:
                why = "; ".join(outcome.why) or "no single reason is known"
                yield f"not recovered: neuron {outcome.neuron}: {why}"
    if report.bends is not None and report.bends.violations:
        yield "T1: a boundary bends where no weight says so: this contradicts a proved statement"
