"""The verdict on two networks, with its certificate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from time import monotonic
from typing import Literal

from flint import fmpq

from exactrev.certificate.claims import (
    counterexample_certificate,
    equality_certificate,
    isomorphism_certificate,
)
from exactrev.equivalence.agreement import Agreement
from exactrev.equivalence.comparison import Comparison
from exactrev.equivalence.difference import find_difference, require_same_shape
from exactrev.equivalence.fixed import WithoutFixed, turned_round, without_fixed
from exactrev.equivalence.isomorphism import find_isomorphism
from exactrev.equivalence.reweighing import reweighed
from exactrev.equivalence.turning import turned_neurons
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network.model import Network
from exactrev.network.reduction import Reduction, reduce_structurally
from exactrev.network.symmetry import Isomorphism

Verdict = Literal["isomorphic", "equal", "different", "unknown"]


@dataclass(frozen=True)
class Equivalence:
    """What is known of networks a and b as functions, and why.

    - ``isomorphic``: ``isomorphism`` takes a to b.
    - ``equal``: ``isomorphism`` takes ``reduced[0].network``, changed by the steps ``proved``, to
      ``reduced[1].network``; or, without these, a tree on the ``domain`` (default R^n) proved the
      outputs equal there.
    - ``different``: at the exact input ``witness``, in the domain, the two ``outputs`` differ.
    - ``unknown``: neither a proof of equality nor a difference was found.
    """

    a: Network
    b: Network
    verdict: Verdict
    isomorphism: Isomorphism | None = None
    reduced: tuple[Reduction, Reduction] | None = None
    proved: tuple[str, ...] = ()
    witness: tuple[fmpq, ...] | None = None
    outputs: tuple[tuple[fmpq, ...], tuple[fmpq, ...]] | None = None
    domain: Polyhedron | None = None

    @property
    def same_function(self) -> bool:
        """Whether a and b are proved to be equal as functions on all of R^n."""
        return self.isomorphism is not None or (self.verdict == "equal" and self.domain is None)

    def certificate(self) -> Iterator[str] | None:
        """The lines of the certificate of the verdict, made as they are asked for.

        Those of a tree take as long as the search took.
        """
        if self.witness is not None:
            return counterexample_certificate(self.a, self.b, self.witness)
        if self.verdict == "unknown":
            return None
        if self.isomorphism is None:
            return Agreement(Comparison.of(self.a, self.b), self.domain).lines()
        if self.reduced is None:
            return isomorphism_certificate(self.a, self.b, self.isomorphism)
        return equality_certificate(self.a, self.b, *self.reduced, self.isomorphism, self.proved)


def equiv(
    a: Network,
    b: Network,
    seed: int = 0,
    timeout: float | None = None,
    domain: Polyhedron | None = None,
) -> Equivalence:
    """Whether a and b are isomorphic, equal as functions on a domain (default R^n), or different.

    The verdict is ``unknown`` only if ``timeout`` seconds have passed.  Raises InputError if the
    networks differ in inputs or outputs, or if the domain is empty.
    """
    deadline = inf if timeout is None else monotonic() + timeout
    found = compare_structure(a, b, seed, timeout, domain)
    if found.verdict != "unknown" or monotonic() > deadline:
        return found
    search = Agreement(Comparison.of(a, b), domain, lambda: monotonic() > deadline)
    return conclude(search, a, b, domain, search.run())


def conclude(
    search: Agreement, a: Network, b: Network, domain: Polyhedron | None, proved: bool
) -> Equivalence:
    """The verdict that a search has led to."""
    if proved:
        return Equivalence(a, b, "equal", domain=domain)
    if search.witness is not None:
        return differing(a, b, search.witness, domain)
    return Equivalence(a, b, "unknown", domain=domain)


def differing(
    a: Network, b: Network, witness: tuple[fmpq, ...], domain: Polyhedron | None = None
) -> Equivalence:
    """The verdict that an input tells."""
    outputs = (a(witness), b(witness))
    return Equivalence(a, b, "different", witness=witness, outputs=outputs, domain=domain)


def compare_structure(
    a: Network,
    b: Network,
    seed: int = 0,
    timeout: float | None = None,
    domain: Polyhedron | None = None,
) -> Equivalence:
    """What can be said without a tree: by isomorphism, by reductions of both, or by an input.

    ``isomorphic`` and ``equal`` hold on all of R^n.  No new step is begun after ``timeout``
    seconds; the verdict is then ``unknown``.  Raises InputError if the networks differ in inputs
    or outputs.
    """
    require_same_shape(a, b)
    deadline = inf if timeout is None else monotonic() + timeout
    isomorphism = find_isomorphism(a, b)
    if isomorphism is not None:
        return Equivalence(a, b, "isomorphic", isomorphism)
    return (
        _equal(a, b, False, deadline)
        or _equal_after_turning(a, b, deadline)
        or _different(a, b, seed, deadline, domain)
        or _equal(a, b, True, deadline)
        or Equivalence(a, b, "unknown", domain=domain)
    )


def equal_by_trees(a: Network, b: Network, deadline: float) -> Equivalence | None:
    """Equality of networks that differ, after reductions, in neurons of a that never switch and in
    weights between neurons that are nowhere on together; None if that was not proved.
    """
    smaller = reduce_structurally(b)
    switching = without_fixed(reduce_structurally(a), smaller.network, deadline)
    found = _equal_but_for_weights(a, b, switching, smaller, deadline)
    turned = None if found else turned_round(switching, smaller.network)
    if turned is None:
        return found
    names = {smaller.names[name.layer - 1][name.place] for name in turned[1]}
    return _equal_but_for_weights(
        a, b, turned[0], reduce_structurally(b, turned=names), deadline
    )


def _equal_but_for_weights(
    a: Network, b: Network, first: WithoutFixed, second: Reduction, deadline: float
) -> Equivalence | None:
    """Equality of reductions that differ at most in weights that are proved not to matter."""
    reduced = first.reduction
    changed = reweighed(reduced.network, second.network, reduced.names, deadline)
    lines = first.lines if changed is None else (*first.lines, *changed.lines)
    isomorphism = lines and find_isomorphism(
        reduced.network if changed is None else changed.network, second.network
    )
    if not isomorphism:
        return None
    return Equivalence(a, b, "equal", isomorphism, reduced=(reduced, second), proved=lines)


def _equal(a: Network, b: Network, orient: bool, deadline: float) -> Equivalence | None:
    """Equality by reduction; ``orient`` sees more and takes longer."""
    if monotonic() > deadline:
        return None
    reduced = (reduce_structurally(a, orient), reduce_structurally(b, orient))
    smaller = (reduced[0].network, reduced[1].network)
    if (smaller[0].layers, smaller[1].layers) == (a.layers, b.layers):
        return None  # nothing was reduced, and a and b are not isomorphic
    isomorphism = find_isomorphism(*smaller)
    if isomorphism is None:
        return None
    return Equivalence(a, b, "equal", isomorphism, reduced=reduced)


def _equal_after_turning(a: Network, b: Network, deadline: float) -> Equivalence | None:
    """Equality by reduction, with the neurons of b turned the way of their counterparts in a."""
    if monotonic() > deadline:
        return None
    reduced_a = reduce_structurally(a)
    turned = turned_neurons(reduced_a.network, reduce_structurally(b))
    if not turned:
        return None
    reduced_b = reduce_structurally(b, turned=turned)
    isomorphism = find_isomorphism(reduced_a.network, reduced_b.network)
    if isomorphism is None:
        return None
    return Equivalence(a, b, "equal", isomorphism, reduced=(reduced_a, reduced_b))


def _different(
    a: Network, b: Network, seed: int, deadline: float, domain: Polyhedron | None
) -> Equivalence | None:
    witness = find_difference(a, b, seed, deadline, domain)
    return None if witness is None else differing(a, b, witness, domain)
