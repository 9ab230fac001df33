"""A report as JSON values, every number exact; and its evidence, from which it can be checked."""

from __future__ import annotations

from typing import Any

from exactrev.arrangement import Region
from exactrev.arrangement.graph_files import plain
from exactrev.exact.linear import matrix_rows
from exactrev.symmetries.dimension import FunctionalDimension
from exactrev.symmetries.evidence import partner_facts
from exactrev.theorem.bends import Bends, Crossing
from exactrev.theorem.report import TheoremReport


def facts(report: TheoremReport) -> dict[str, Any]:
    """What was found; the keys ``connected``, ``intersect``, ``generic``, ``recovered`` and
    ``reasons`` are the command's contract."""
    assumption, recovery = report.linear_regions, report.recovery
    return {
        "architecture": list(report.network.architecture),
        "connected": dict(report.connected),
        "intersect": dict(report.intersect),
        "generic": dict(report.generic),
        "recovered": report.recovered,
        "reasons": list(report.reasons),
        "linear_regions": {
            "holds": assumption.holds,
            "sharing": assumption.sharing,
            "invisible_facets": report.invisible,
        },
        "boundaries": {
            item.neuron: {"pieces": item.pieces, "components": len(item.components)}
            for item in report.connections
        },
        "t1": None if report.bends is None else _bends(report.bends),
        "functional_dimension": None if report.dimension is None else _dimension(report.dimension),
        "recovery": None
        if recovery is None
        else {
            "verdict": recovery.verdict,
            "proof": recovery.proof,
            "neurons": list(recovery.neurons),
            "queries": recovery.queries,
        },
        "neurons": {item.neuron: item.recovered for item in report.neurons},
        "partner": None if report.partner is None else partner_facts(report.partner),
        "regions": report.found.counts[0],
        "faces": list(report.found.counts),
        "open_branches": report.found.open_branches,
        "sha256": report.network.sha256,
    }


def evidence(report: TheoremReport) -> dict[str, Any]:
    """The points, trees and cuts behind each answer.

    Pieces of boundaries are numbered in ``facets``, each by a point in its relative interior.  What
    is said not to exist is not in the complete lists of faces, which a certificate of the claim
    ``regions`` of depth 2 proves.
    """
    used = {piece for item in report.connections for part in item.components for piece in part}
    points = list(report.found.face_points(1)) if used else []
    found: dict[str, Any] = {
        "sha256": report.network.sha256,
        "shared_map": _shared_map(report),
        "facets": {str(piece): points[piece] for piece in sorted(used)},
        "connected": {
            item.neuron: {
                "components": item.components,
                "joints": [{"pieces": j.pieces, "point": j.point} for j in item.joints],
            }
            for item in report.connections
        },
        "intersect": {
            str(item): {"point": item.point, "ridges": item.ridges, "crossing": item.crossing}
            for item in report.meetings
        },
        "generic": {
            item.name: {"holds": item.holds, "quantity": item.quantity, "where": item.where}
            for item in report.conditions
        },
        "t1": None
        if report.bends is None
        else {
            "violations": [_crossing(item) for item in report.bends.violations],
            "exceptions": [_crossing(item) for item in report.bends.exceptions],
        },
        "functional_dimension": _functional_dimension(report),
        "neurons": {
            item.neuron: {"recovered": item.recovered, "why": item.why} for item in report.neurons
        },
    }
    exact: dict[str, Any] = plain(found)
    return exact


def _shared_map(report: TheoremReport) -> dict[str, Any] | None:
    shared = report.linear_regions.shared
    if shared is None:
        return None
    return {
        "regions": [_region(region) for region in shared.regions],
        "linear": matrix_rows(shared.map.linear),
        "constant": shared.map.constant.entries(),
    }


def _functional_dimension(report: TheoremReport) -> dict[str, Any] | None:
    dimension = report.dimension
    if dimension is None:
        return None
    return {
        "prime": dimension.prime,
        "rows": [{"point": row.point, "output": row.output} for row in dimension.rows],
        "columns": dimension.columns,
    }


def _region(region: Region) -> dict[str, Any]:
    return {"pattern": region.pattern, "point": region.point}


def _bends(bends: Bends) -> dict[str, Any]:
    return {
        "holds": bends.holds,
        "ridges": bends.ridges,
        "degenerate": bends.degenerate,
        "bending": bends.bending,
        "straight": bends.straight,
        "violations": len(bends.violations),
        "exceptions": len(bends.exceptions),
        "complete": bends.complete,
    }


def _crossing(crossing: Crossing) -> dict[str, Any]:
    return {
        "point": crossing.point,
        "neuron": crossing.neuron,
        "others": crossing.others,
        "bends": crossing.bends,
        "coefficient": crossing.coefficient,
    }


def _dimension(dimension: FunctionalDimension) -> dict[str, Any]:
    return {
        "rank": dimension.rank,
        "at_least": dimension.at_least,
        "at_most": dimension.at_most,
        "parameters": dimension.parameters,
        "hidden": dimension.hidden,
        "reason": dimension.reason,
    }
