"""The theorem on one network: every assumption decided, then recovery from boundaries and proof.

>>> from exactrev import Network
>>> report = check_theorem(Network.dense([([[1, 0], [0, 1]], [0, 0]), ([[1, 1]], [0])]))
>>> report.verdict, report.linear_regions.holds, dict(report.connected), report.recovered
('holds', True, {'1:0': True, '1:1': True}, True)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from exactrev.arrangement import Exploration, Regions
from exactrev.arrangement.boundary import boundary_cells
from exactrev.arrangement.boundary_sets import Boundaries
from exactrev.boundaries import recover_from_boundaries
from exactrev.crews import Jobs
from exactrev.errors import DomainError, InputError
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network.model import Network
from exactrev.recovery import Recovery
from exactrev.symmetries.dimension import functional_dimension
from exactrev.symmetries.find import partners_from
from exactrev.symmetries.limit import Limit
from exactrev.symmetries.partner import Partner
from exactrev.theorem.bends import check_bends
from exactrev.theorem.condition import Condition
from exactrev.theorem.conditions import (
    arrangement_conditions,
    bending_condition,
    weight_conditions,
)
from exactrev.theorem.connection import connections
from exactrev.theorem.linear_regions import linear_regions
from exactrev.theorem.meetings import meetings
from exactrev.theorem.outcome import neuron_outcomes
from exactrev.theorem.reasons import failures, open_questions, verdict
from exactrev.theorem.report import TheoremReport


def check_theorem(
    network: Network,
    domain: Polyhedron | None = None,
    *,
    seed: int = 0,
    timeout: float | None = None,
    stop: Callable[[], bool] = lambda: False,
    jobs: Jobs = 1,
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
    network: Network, domain: Polyhedron | None, stop: Callable[[], bool], jobs: Jobs = 1
) -> Exploration:
    """The search for what the theorem speaks of: all faces down to codimension 2 (1 in one
    dimension)."""
    return Exploration(network, domain, min(2, network.inputs), stop, jobs)


def examine(
    found: Regions,
    seed: int = 0,
    limit: Limit | None = None,
    progress: Callable[[str], None] = lambda text: None,
) -> TheoremReport:
    """The same from regions already searched, with faces of codimension 2 (1 in one dimension).

    Raises DomainError if the domain has no interior, so that there are no regions.
    """
    limit = limit or Limit(None, lambda: False)
    if found.complete and not len(found):
        raise DomainError("the domain is empty or has no interior points")
    report = TheoremReport(
        verdict="unknown",
        found=found,
        linear_regions=linear_regions(found, limit.reached),
        invisible=None,
        connections=(),
        meetings=(),
        conditions=tuple(_until(limit.reached, weight_conditions(found.network))),
        bends=None,
        dimension=None,
        recovery=None,
        neurons=(),
        reasons=(),
    )
    if found.complete:
        report = _examine_arrangement(report, seed, limit, progress)
        report = replace(report, partner=_partner(report, seed, limit, progress))
    reasons = (*failures(report), *open_questions(report))
    return replace(report, verdict=verdict(report), reasons=reasons)


def _until(stop: Callable[[], bool], conditions: Iterator[Condition]) -> Iterator[Condition]:
    """The conditions that are told before it is time to stop."""
    while not stop() and (condition := next(conditions, None)) is not None:
        yield condition


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


def _partner(
    report: TheoremReport, seed: int, limit: Limit, progress: Callable[[str], None]
) -> Partner | None:
    """A network that the function does not tell from this one, where not all assumptions hold.

    Recovery may give back this network even so: it is then one of several that it could give.
    """
    if limit.reached() or verdict(report) == "holds":
        return None
    progress("another network with the same function")
    found = report.found
    domain = found.domain if found.domain.rows else None
    partners = partners_from(found, domain, seed, limit, 1, dimension=report.dimension).partners
    return partners[0] if partners else None


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
