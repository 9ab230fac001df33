"""The canonical form: one network for all that are equal up to permutation and positive scaling.

>>> a = Network.dense([([[1], [-1]], [0, 1]), ([[1, 2]], [0])])
>>> b = Network.dense([([[-3], [5]], [3, 0]), ([["2/3", "1/5"]], [0])])
>>> canonical_sha256(a) == canonical_sha256(b)
True
"""

from __future__ import annotations

from functools import lru_cache

from flint import fmpq

from exactrev.network.gauge import canonical_scales
from exactrev.network.model import Network
from exactrev.network.ordering import canonical_order
from exactrev.network.symmetry import Isomorphism, transform


@lru_cache(maxsize=8)
def canonical_form(network: Network) -> tuple[Network, Isomorphism]:
    """The canonical network and the isomorphism that takes ``network`` to it.

    Every hidden neuron is scaled as :mod:`exactrev.network.gauge` says and listed as
    :mod:`exactrev.network.ordering` says.  Networks with the same canonical form are isomorphic.
    Isomorphic networks have the same canonical form but for two rare corners, described there: a
    neuron that is identically zero and reads such a neuron, and more ties than the search allows.
    """
    scales = canonical_scales(network)
    scaled = transform(
        network,
        Isomorphism(tuple(tuple((i, 1 / t) for i, t in enumerate(layer)) for layer in scales)),
    )
    order = canonical_order(scaled)
    isomorphism = Isomorphism(
        tuple(
            tuple((i, 1 / layer[i]) for i in listed)
            for layer, listed in zip(scales, order, strict=True)
        )
    )
    listed_only = tuple(tuple((i, fmpq(1)) for i in layer) for layer in order)
    return transform(scaled, Isomorphism(listed_only)), isomorphism


def canonical_sha256(network: Network) -> str:
    """sha256 of the canonical form: equal networks up to permutation and scaling share it."""
    return canonical_form(network)[0].sha256
