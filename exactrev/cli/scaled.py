"""``exactrev equiv --up-to-output-scale``: B's outputs scaled and shifted to be A's, or nearly."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from exactrev.cli.certificates import kept, prove, save_certificate
from exactrev.cli.equiv import outcome
from exactrev.cli.outcome import Outcome
from exactrev.cli.patience import Patience
from exactrev.errors import DomainError, InputError

if TYPE_CHECKING:
    from exactrev.equivalence import Comparison
    from exactrev.equivalence.ground import Point
    from exactrev.equivalence.output_scale import OutputScale
    from exactrev.lp.polyhedron import Polyhedron
    from exactrev.network import Network


MEANINGS = {
    "equal": "B's outputs times scale, plus shift, are A's at every input (of the domain)",
    "within": "no output of A is farther than epsilon from that of B times scale, plus shift",
    "different": "A's outputs and B's, times scale, plus shift, are not the same at the witness",
}
_NAMES = {"B there": "B there (as it is)"}


def compare_scaled(
    first: Network,
    second: Network,
    domain: Polyhedron | None,
    arguments: argparse.Namespace,
    patience: Patience,
) -> Outcome:
    """The outcome for A and the scaled and shifted B."""
    from exactrev.equivalence import Comparison
    from exactrev.equivalence.output_scale import only_output_scale

    try:
        scale = only_output_scale(first, second, domain, arguments.seed)
    except DomainError:
        raise
    except InputError as error:
        raise InputError(f"{arguments.first}, {arguments.second}: {error}") from error
    comparison = Comparison.of(first, second, scale.scale, scale.shift)
    facts = {"scale": list(map(str, scale.scale)), "shift": list(map(str, scale.shift))}
    if arguments.deviation or arguments.epsilon is not None:
        from exactrev.cli.deviation import measure

        return _told(measure(comparison, None, domain, arguments, patience, **facts), facts)
    if scale.refutation is not None:
        return _refuted(first, second, scale.refutation, arguments)
    return _told(_by_tree(comparison, scale, domain, arguments, patience, facts), facts)


def _told(found: Outcome, facts: dict[str, Any]) -> Outcome:
    """The outcome in words that speak of scaled outputs, with the scale and shift."""
    if "refutation" in found.facts:
        return found
    lines = tuple((word, " ".join(facts[word])) for word in ("scale", "shift"))
    lines += tuple((_NAMES.get(name, name), text) for name, text in found.details)
    headline = MEANINGS.get(found.verdict, found.headline)
    return replace(found, headline=headline, details=lines)


def _by_tree(
    comparison: Comparison,
    scale: OutputScale,
    domain: Polyhedron | None,
    arguments: argparse.Namespace,
    patience: Patience,
    facts: dict[str, Any],
) -> Outcome:
    """The only scale and shift that can be right are right everywhere, or not."""
    from exactrev.equivalence import Agreement

    search = Agreement(comparison, domain, patience.stop, arguments.jobs)
    if not arguments.quiet:
        patience.tell(lambda: f"equal on {search.cells} cells so far")
    with patience.heeding_interrupts(), kept(search, arguments.resume):
        proved = prove(search.lines(), arguments.certificate)
    if proved:
        return outcome("equal", certificate=arguments.certificate, **facts)
    if search.witness is None:
        return outcome("unknown", reason=patience.reason, **facts)
    differences = comparison.differences(search.witness)
    output = next(i for i, d in enumerate(differences) if d)
    points = (*scale.fixed[output], search.witness)
    return _refuted(comparison.a, comparison.b, points, arguments)


def _refuted(
    a: Network, b: Network, points: tuple[Point, Point, Point], arguments: argparse.Namespace
) -> Outcome:
    """No scale and shift are right at three inputs."""
    from exactrev.certificate import unscalable_certificate

    if arguments.certificate is not None:
        save_certificate(unscalable_certificate(a, b, points), arguments.certificate)
    listed = [list(map(str, point)) for point in points]
    outputs = [[list(map(str, network(point))) for network in (a, b)] for point in points]
    return outcome(
        "different",
        certificate=arguments.certificate,
        reason="no output scale and shift are right at the three inputs given",
        scale=None,
        shift=None,
        refutation=[{"input": x, "outputs": y} for x, y in zip(listed, outputs, strict=True)],
        details=[(f"input {k}", " ".join(x)) for k, x in enumerate(listed)],
    )
