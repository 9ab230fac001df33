"""The certificates that a property holds of no input, or of one (certificate format, 13)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from flint import fmpq

from exactrev.certificate.claims import HEADER, domain_lines
from exactrev.network.model import Network
from exactrev.verification.instance import Instance, Part

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def unsatisfied_certificate(
    instance: Instance, parts: Sequence[Part], steps: Iterable[str]
) -> Iterator[str]:
    """The claim that no input has the property."""
    yield from _head("unsatisfied", instance.networks)
    yield f"parts {len(parts)}"
    for part in parts:
        yield from _part_lines(part)
    yield "proof"
    yield from steps
    yield "end"


def satisfied_certificate(instance: Instance, part: Part, point: Sequence[fmpq]) -> Iterator[str]:
    """The claim that a point has the property that a part with one conjunction states."""
    yield from _head("satisfied", instance.networks)
    yield from _part_lines(part)
    yield "proof"
    yield " ".join(["point", *map(str, point)])
    first = 0
    for letter, network in zip(LETTERS, instance.networks, strict=False):
        own = point[first : first + network.inputs]
        first += network.inputs
        yield " ".join([f"output {letter}", *map(str, network(own))])
    yield "end"


def _head(kind: str, networks: Sequence[Network]) -> Iterator[str]:
    letters = LETTERS[: len(networks)]
    yield from HEADER
    yield f"claim {kind} {' '.join(letters)}"
    for letter, network in zip(letters, networks, strict=True):
        yield f"network {letter} {network.sha256}"
        yield from network.text()


def _part_lines(part: Part) -> Iterator[str]:
    yield from domain_lines(part.domain)
    yield f"conjunctions {len(part.conjunctions)}"
    for conjunction in part.conjunctions:
        yield f"conjunction {len(conjunction)}"
        for bound in conjunction:
            word = "positive" if bound.strict else "nonnegative"
            yield " ".join([word, *map(str, bound.form)])
