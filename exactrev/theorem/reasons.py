"""The verdict that a report amounts to, and the reasons for it in words."""

from __future__ import annotations

from collections.abc import Iterator

from exactrev.theorem.report import TheoremReport, Verdict


def verdict(report: TheoremReport) -> Verdict:
    """What the answers in a report amount to."""
    if any(True for _ in failures(report)):
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


def failures(report: TheoremReport) -> Iterator[str]:
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
    if report.partner is not None:
        sha = report.partner.network.sha256
        yield (
            f"not identifiable: {report.partner.sentence}; the network {sha} is proved to be the "
            "same function and is not isomorphic"
        )


def open_questions(report: TheoremReport) -> Iterator[str]:
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
