"""How each certificate is made: by name, its lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from exactrev.arrangement import Exploration, regions
from exactrev.arrangement.boundary import boundary_cells
from exactrev.arrangement.boundary_claim import boundaries_certificate
from exactrev.arrangement.boundary_sets import Boundaries
from exactrev.boundaries import recover_from_boundaries
from exactrev.certificate import isomorphism_certificate
from exactrev.equivalence.isomorphism import find_isomorphism
from exactrev.network.canonical import canonical_form
from exactrev.network.model import Network
from exactrev.recovery import recover
from exactrev.symmetries import symmetries
from proofs.theorem.networks import APART, DISCONNECTED, HIDDEN, HOLDS_2, HOLDS_3, TURNED

Lines = Iterator[str]


def boundaries_of(network: Network) -> Lines:
    """Regions, facets and ridges; which boundaries are connected, which meet."""
    return boundaries_certificate(Exploration(network, None, 2))


def from_boundaries(network: Network) -> Lines:
    """The network is what its unlabelled boundary cells gave, up to isomorphism."""
    cells = boundary_cells(Boundaries.of(regions(network, depth=2)))
    return _isomorphism(network, recover_from_boundaries(cells, network, seed=0).network)


def from_queries(network: Network) -> Lines:
    """The network is what its values gave, up to isomorphism."""
    return _isomorphism(network, recover(network, seed=1).network)


def _isomorphism(network: Network, found: Network | None) -> Lines:
    """The network and the canonical form of what was found are isomorphic."""
    if found is None:
        raise ValueError("the network was not recovered")
    canonical = canonical_form(found)[0]
    isomorphism = find_isomorphism(network, canonical)
    if isomorphism is None:
        raise ValueError("what was recovered is another network")
    return isomorphism_certificate(network, canonical, isomorphism)


def partner_of(network: Network) -> Lines:
    """Another network is the same function."""
    return symmetries(network, most=1).partners[0].certificate()


def apart_from_partner(network: Network) -> Lines:
    """That other network is not isomorphic to this one."""
    return symmetries(network, most=1).partners[0].apart_certificate()


CERTIFICATES: Mapping[str, Callable[[], Lines]] = {
    "holds-2.boundaries": lambda: boundaries_of(HOLDS_2),
    "holds-2.from-boundaries": lambda: from_boundaries(HOLDS_2),
    "holds-2.from-queries": lambda: from_queries(HOLDS_2),
    "holds-3.boundaries": lambda: boundaries_of(HOLDS_3),
    "holds-3.from-boundaries": lambda: from_boundaries(HOLDS_3),
    "holds-3.from-queries": lambda: from_queries(HOLDS_3),
    "disconnected.boundaries": lambda: boundaries_of(DISCONNECTED),
    "apart.boundaries": lambda: boundaries_of(APART),
    "turned.partner": lambda: partner_of(TURNED),
    "turned.not-isomorphic": lambda: apart_from_partner(TURNED),
    "hidden.partner": lambda: partner_of(HIDDEN),
    "hidden.not-isomorphic": lambda: apart_from_partner(HIDDEN),
}
