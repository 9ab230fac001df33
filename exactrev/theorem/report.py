"""What is known of the theorem's assumptions for one network, and of the recovery it promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from exactrev.arrangement import Regions
from exactrev.network.model import Network
from exactrev.recovery import Recovery
from exactrev.symmetries.dimension import FunctionalDimension
from exactrev.symmetries.partner import Partner
from exactrev.theorem.bends import Bends
from exactrev.theorem.condition import Condition
from exactrev.theorem.connection import Connection
from exactrev.theorem.linear_regions import LinearRegions
from exactrev.theorem.meetings import Meeting

Verdict = Literal["holds", "fails", "unknown"]


@dataclass(frozen=True)
class NeuronOutcome:
    """Whether a neuron was recovered (up to scaling, and its direction where that stays open), and
    if not, what is known to stand in the way."""

    neuron: str
    recovered: bool
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class TheoremReport:
    """The theorem of Rolnick and Kording, checked on one network and domain.

    - ``verdict``: ``holds`` if all assumptions hold and the network was recovered from its
      boundaries alone, with a proof of isomorphism; ``fails`` if some assumption certainly does
      not hold; else ``unknown``.
    - ``linear_regions``, ``connections``, ``meetings``, ``conditions``: the assumptions.  What was
      not reached in time is None or missing.
    - ``invisible``: the facets across which f does not bend.
    - ``bends``: T1 on every ridge.  ``dimension``: the exact functional dimension.
    - ``recovery``: from the unlabelled boundary cells; ``neurons``: what it found of each neuron.
    - ``partner``: where not all assumptions hold, another network with the same function on the
      domain that is not isomorphic, if one was found: the proof that nothing can tell them apart.
    - ``reasons``: why the verdict is not ``holds``, one sentence each; ``refusal``: why there was
      no recovery to try.
    """

    verdict: Verdict
    found: Regions
    linear_regions: LinearRegions
    invisible: int | None
    connections: tuple[Connection, ...]
    meetings: tuple[Meeting, ...]
    conditions: tuple[Condition, ...]
    bends: Bends | None
    dimension: FunctionalDimension | None
    recovery: Recovery | None
    neurons: tuple[NeuronOutcome, ...]
    reasons: tuple[str, ...]
    refusal: str = ""
    partner: Partner | None = None

    @property
    def network(self) -> Network:
        """The network."""
        return self.found.network

    @property
    def connected(self) -> Mapping[str, bool]:
        """Whether B_i is connected, by neuron."""
        return {found.neuron: found.connected for found in self.connections}

    @property
    def intersect(self) -> Mapping[str, bool]:
        """Whether B_i and B_j intersect, by ``i-j``, for neurons of adjacent layers."""
        return {str(found): found.meet for found in self.meetings}

    @property
    def generic(self) -> Mapping[str, bool]:
        """Whether the network is as general as recovery needs, by condition."""
        return {condition.name: condition.holds for condition in self.conditions}

    @property
    def recovered(self) -> bool:
        """Whether the recovery from boundaries is proved to be the network."""
        return self.recovery is not None and self.recovery.verdict == "recovered"

    def __repr__(self) -> str:
        return f"<TheoremReport {self.verdict}: {self.network!r}>"
