"""A network with the same function as another, though it is not isomorphic to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from exactrev.certificate import not_isomorphic_certificate
from exactrev.equivalence.decide import Equivalence
from exactrev.network.canonical import canonical_sha256
from exactrev.network.model import Network

#: What makes a partner possible; docs/symmetries.md explains each.
Kind = Literal[
    "unread", "never on", "always on", "never on together", "related", "turned", "family"
]


@dataclass(frozen=True)
class Move:
    """A way to change a network that should leave its function as it is: the first of the
    ``candidates`` that is proved equal and not isomorphic counts."""

    kind: Kind
    neurons: tuple[str, ...]
    sentence: str
    candidates: tuple[Network, ...]


@dataclass(frozen=True)
class Partner:
    """``network`` is proved equal to the original by ``proof``, and is not isomorphic to it.

    That it is not is proved by ``apart``, the steps of a certificate of
    :mod:`exactrev.symmetries.apart`; ``canonical``, the two canonical hashes, differ too.
    ``neurons`` are those that were changed.
    """

    kind: Kind
    neurons: tuple[str, ...]
    sentence: str
    network: Network
    proof: Equivalence
    apart: tuple[str, ...]

    @property
    def canonical(self) -> tuple[str, str]:
        """The canonical hashes of the original and of the partner."""
        return canonical_sha256(self.proof.a), canonical_sha256(self.network)

    def certificate(self) -> Iterator[str]:
        """The lines of the certificate that both are the same function."""
        lines = self.proof.certificate()
        assert lines is not None
        return lines

    def apart_certificate(self) -> Iterator[str]:
        """The lines of the certificate that they are not isomorphic."""
        return not_isomorphic_certificate(self.proof.a, self.network, self.apart)
