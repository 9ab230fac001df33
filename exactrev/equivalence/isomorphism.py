"""An isomorphism between two networks: the only one that rows allow, or by canonical forms."""

from __future__ import annotations

from flint import fmpq

from exactrev.equivalence.proportional_rows import Undecided, only_matching
from exactrev.network.canonical import canonical_form
from exactrev.network.model import Network
from exactrev.network.symmetry import Isomorphism, transform

#: Per neuron, (index in the other network, scale).
Match = tuple[tuple[int, fmpq], ...]


def find_isomorphism(a: Network, b: Network) -> Isomorphism | None:
    """An isomorphism with ``transform(a, isomorphism) == b``, or None.

    What is returned has been verified exactly.  None means that there is none, but for the two
    corners named at :func:`exactrev.network.canonical.canonical_form`.
    """
    if a.architecture != b.architecture or _sources(a) != _sources(b):
        return None
    try:
        isomorphism = only_matching(a, b)
    except Undecided:
        isomorphism = _by_canonical_forms(a, b)
    if isomorphism is None or any(c <= 0 for layer in isomorphism.layers for _, c in layer):
        return None
    return isomorphism if transform(a, isomorphism).layers == b.layers else None


def _by_canonical_forms(a: Network, b: Network) -> Isomorphism | None:
    canonical_a, from_a = canonical_form(a)
    canonical_b, from_b = canonical_form(b)
    if canonical_a.layers != canonical_b.layers:
        return None
    return Isomorphism(tuple(map(_composed, from_a.layers, from_b.layers)))


def _sources(network: Network) -> list[list[int]]:
    return [[source for source, _ in layer.weights] for layer in network.layers]


def _composed(from_a: Match, from_b: Match) -> Match:
    """Both lists name the canonical neuron i: so B's neuron is a multiple of A's."""
    matched = {
        ours: (theirs, scale_a / scale_b)
        for (theirs, scale_a), (ours, scale_b) in zip(from_a, from_b, strict=True)
    }
    return tuple(matched[index] for index in range(len(matched)))
