"""``exactrev equiv --labels``: do A and B put every input into the same class?"""

from __future__ import annotations

import argparse
from random import Random
from typing import TYPE_CHECKING

from exactrev.cli.certificates import kept, prove, save_certificate
from exactrev.cli.equiv import outcome
from exactrev.cli.outcome import Outcome
from exactrev.cli.patience import Patience
from exactrev.errors import DomainError, InputError

if TYPE_CHECKING:
    from exactrev.equivalence.ground import Point
    from exactrev.lp.polyhedron import Polyhedron
    from exactrev.network import Network


def compare_labels(
    first: Network,
    second: Network,
    domain: Polyhedron | None,
    arguments: argparse.Namespace,
    patience: Patience,
) -> Outcome:
    """The outcome for two networks that are not known to be equal."""
    from exactrev.equivalence.labels import SameClasses

    try:
        search = SameClasses(first, second, domain, patience.stop, arguments.jobs)
    except DomainError:
        raise
    except InputError as error:
        raise InputError(f"{arguments.first}, {arguments.second}: {error}") from error
    if not arguments.quiet:
        patience.tell(lambda: f"the same class on {search.cells} cells so far")
    witness = _sampled(first, second, domain, arguments.seed)
    if witness is None:
        with patience.heeding_interrupts(), kept(search, arguments.resume):
            proved = prove(search.lines(), arguments.certificate)
        if proved:
            return outcome("same-labels", certificate=arguments.certificate, cells=search.cells)
        witness = search.witness
    if witness is None:
        return outcome("unknown", reason=patience.reason, cells=search.cells)
    return _told_apart(first, second, witness, arguments)


def _sampled(
    first: Network, second: Network, domain: Polyhedron | None, seed: int
) -> Point | None:
    """One of some random inputs, if it has different classes."""
    from exactrev.equivalence.difference import sample_batches
    from exactrev.equivalence.labels import largest_outputs
    from exactrev.network.evaluation import evaluate_batch

    for batch in sample_batches(first, second, Random(seed), domain):
        ours, theirs = (evaluate_batch(network, batch).columns() for network in (first, second))
        for point, f, g in zip(batch.columns(), ours, theirs, strict=True):
            if not largest_outputs(f) & largest_outputs(g):
                return point
    return None


def _told_apart(
    first: Network, second: Network, witness: Point, arguments: argparse.Namespace
) -> Outcome:
    from exactrev.certificate import other_class_certificate
    from exactrev.equivalence.labels import largest_outputs

    if arguments.certificate is not None:
        save_certificate(other_class_certificate(first, second, witness), arguments.certificate)
    outputs = [first(witness), second(witness)]
    labels = [sorted(largest_outputs(ys)) for ys in outputs]
    return outcome(
        "different",
        list(map(str, witness)),
        [list(map(str, ys)) for ys in outputs],
        arguments.certificate,
        "A and B have different largest outputs at the witness",
        labels=labels,
        details=[("class by A", " ".join(map(str, labels[0]))),
                 ("class by B", " ".join(map(str, labels[1])))],
    )  # fmt: skip
