"""The lines of a certificate, one function a claim.

Nothing is verified here: the writer puts down what its caller found, the checker judges it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flint import fmpq

from exactrev.exact.rational import to_rational
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network.evaluation import evaluate
from exactrev.network.model import Network
from exactrev.network.reduction import Name, Reduction
from exactrev.network.symmetry import Isomorphism

HEADER = ("exactrev-certificate 1", "semantics real")


def isomorphism_certificate(a: Network, b: Network, isomorphism: Isomorphism) -> Iterator[str]:
    """The claim that b is a with its hidden neurons permuted and scaled as stated."""
    return _certificate("isomorphic", a, b, _matches(isomorphism, _own_names(a), _own_names(b)))


def counterexample_certificate(a: Network, b: Network, x: Sequence[Any]) -> Iterator[str]:
    """The claim that a and b have different outputs at the point x (exact numbers)."""
    point = [to_rational(coordinate) for coordinate in x]
    return _certificate("different", a, b, _counterexample(a, b, point))


def unscalable_certificate(
    a: Network, b: Network, points: Iterable[Sequence[fmpq]]
) -> Iterator[str]:
    """The claim that no scale and shift of an output of b are right at three points."""
    steps = (line for point in points for line in _counterexample(a, b, list(point)))
    return _certificate("unscalable", a, b, steps)


def not_isomorphic_certificate(a: Network, b: Network, steps: Iterable[str]) -> Iterator[str]:
    """The claim that no permutation and scaling of neurons makes a into b (section 8)."""
    return _certificate("not-isomorphic", a, b, steps)


def equality_certificate(
    a: Network,
    b: Network,
    reduced_a: Reduction,
    reduced_b: Reduction,
    isomorphism: Isomorphism,
    proved: Iterable[str] = (),
) -> Iterator[str]:
    """The claim that a and b are the same function, because their reductions are isomorphic.

    ``isomorphism`` takes ``reduced_a.network``, changed by the steps ``proved``, to
    ``reduced_b.network``.
    """

    def steps() -> Iterator[str]:
        for name, reduction in (("A", reduced_a), ("B", reduced_b)):
            for step in reduction.steps:
                yield step.line(name)
        yield from proved
        yield from _matches(isomorphism, reduced_a.names, reduced_b.names)

    return _certificate("equal", a, b, steps())


def difference_certificate(
    kind: str,
    a: Network,
    b: Network,
    scale: Sequence[fmpq],
    shift: Sequence[fmpq],
    preliminaries: Iterable[str],
    steps: Iterable[str],
) -> Iterator[str]:
    """A claim about how far a is from b, its outputs scaled and shifted (section 11)."""
    scaling = (" ".join(["scale", *map(str, scale)]), " ".join(["shift", *map(str, shift)]))
    return _certificate(kind, a, b, steps, (*scaling, *preliminaries))


def same_class_certificate(
    a: Network, b: Network, preliminaries: Iterable[str], steps: Iterable[str]
) -> Iterator[str]:
    """The claim that everywhere some output is a largest one of both networks (section 11)."""
    return _certificate("same-class", a, b, steps, preliminaries)


def other_class_certificate(a: Network, b: Network, x: Sequence[Any]) -> Iterator[str]:
    """The claim that at the point x no output is a largest one of both."""
    point = [to_rational(coordinate) for coordinate in x]
    return _certificate("other-class", a, b, _counterexample(a, b, point))


def domain_lines(domain: Polyhedron) -> Iterator[str]:
    """The rows of a domain."""
    yield f"domain {len(domain.rows)}"
    for row in domain.rows:
        yield " ".join(["row", *map(str, row)])


def reduction_lines(reduction: Reduction) -> Iterator[str]:
    """The reductions of the difference of two networks."""
    yield f"reductions {len(reduction.steps)}"
    for step in reduction.steps:
        target = "" if step.into is None else f" {step.into} {step.scale}"
        yield f"{step.rule} {step.neuron}{target}"


def _certificate(
    kind: str, a: Network, b: Network, steps: Iterable[str], preliminaries: Iterable[str] = ()
) -> Iterator[str]:
    yield from HEADER
    yield f"claim {kind} A B"
    for name, network in (("A", a), ("B", b)):
        yield f"network {name} {network.sha256}"
        yield from network.text()
    yield from preliminaries
    yield "proof"
    yield from steps
    yield "end"


def _own_names(network: Network) -> tuple[tuple[Name, ...], ...]:
    return tuple(
        tuple(Name(number, index) for index in range(layer.size))
        for number, layer in enumerate(network.hidden, 1)
    )


def _matches(
    isomorphism: Isomorphism,
    names_a: Sequence[Sequence[Name]],
    names_b: Sequence[Sequence[Name]],
) -> Iterator[str]:
    """The match lines, ascending in the names that B's neurons have there."""
    matches = [
        (ours, theirs[index], scale)
        for layer, names, theirs in zip(isomorphism.layers, names_b, names_a, strict=True)
        for ours, (index, scale) in zip(names, layer, strict=True)
    ]
    for ours, partner, scale in sorted(matches, key=lambda match: match[0]):
        yield f"match {ours} {partner} {scale}"


def _counterexample(a: Network, b: Network, point: list[fmpq]) -> Iterator[str]:
    yield " ".join(["point", *map(str, point)])
    for name, network in (("A", a), ("B", b)):
        yield " ".join(["output", name, *map(str, evaluate(network, [point])[0])])
