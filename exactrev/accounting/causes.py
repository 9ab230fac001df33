"""What in a network stands in the way of recovering its neurons: facts, from all of its regions.

>>> net = Network.dense([([[1], [1]], [0, 1]), ([[1, -1], [1, 1]], [-1, -2]), ([[1, 1]], [0])])
>>> found = causes(net)
>>> [str(name) for name in found.never], found.of_neuron(Name(2, 0))
(['2:0'], ('it is never on',))
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from time import monotonic

import numpy as np

from exactrev.arrangement import Exploration, Regions
from exactrev.arrangement.boundary_sets import Boundaries
from exactrev.arrangement.forms import ON
from exactrev.network.model import Network
from exactrev.network.reduction import Name
from exactrev.symmetries.parameters import Parameter
from exactrev.theorem.connection import connection
from exactrev.theorem.meetings import Meeting, meetings
from exactrev.theorem.outcome import hindrances

#: Regions, and faces of codimension 0, 1 and 2 together, at which the search is given up.
_REGIONS, _FACES = 4000, 60_000
#: With more inputs than this it is not begun.
_INPUTS = 50
#: It is given up after so long in any case.
SECONDS = 20.0


@dataclass(frozen=True)
class Causes:
    """Facts about a network all of whose regions, facets and ridges are known."""

    found: Regions

    @cached_property
    def never(self) -> tuple[Name, ...]:
        """The neurons that are on in no region."""
        return tuple(name for name, on in self._on() if not on.any())

    @cached_property
    def always(self) -> tuple[Name, ...]:
        """The neurons that are on in every region."""
        return tuple(name for name, on in self._on() if on.all())

    def of_neuron(self, name: Name) -> tuple[str, ...]:
        """What stands in the way of a neuron, one clause each; none if nothing does.

        These are failures of the assumptions of R&K: its boundary, as far as f bends there, is
        empty, incomplete, shared, in several parts, or does not meet that of a neuron it reads.
        """
        number = self._numbers[name]
        parts = len(connection(self._boundaries, number).components)
        return tuple(hindrances(self._boundaries, number, parts, self._meetings))

    def of_weight(self, weight: Parameter) -> tuple[str, ...]:
        """What stands in the way of the weight between two hidden neurons."""
        source, reader = Name(weight.source, weight.place), Name(weight.layer, weight.neuron)
        clauses = []
        on = self.found.signs == ON
        together = on[:, self._numbers[source]] & on[:, self._numbers[reader]]
        if not together.any():
            clauses.append(f"{source} and {reader} are never on together")
        if (str(source), str(reader)) in self._unmet:
            clauses.append(f"the boundaries of {source} and {reader} do not meet")
        return tuple(clauses)

    def _on(self) -> Iterator[tuple[Name, np.ndarray]]:
        on = self.found.signs == ON
        for name, number in self._numbers.items():
            yield name, on[:, number]

    @cached_property
    def _numbers(self) -> dict[Name, int]:
        hidden = enumerate(self.found.network.hidden, 1)
        names = (Name(number, i) for number, layer in hidden for i in range(layer.size))
        return {name: k for k, name in enumerate(names)}

    @cached_property
    def _boundaries(self) -> Boundaries:
        return Boundaries.of(self.found)

    @cached_property
    def _meetings(self) -> tuple[Meeting, ...]:
        return meetings(self._boundaries)

    @cached_property
    def _unmet(self) -> frozenset[tuple[str, str]]:
        return frozenset(item.neurons for item in self._meetings if not item.meet)


def causes(network: Network, seconds: float = SECONDS) -> Causes | None:
    """What stands in the way of a network's neurons; None if it has too many faces to tell."""
    if network.inputs > _INPUTS:
        return None
    end = monotonic() + seconds
    # regions alone first: they are few where the rest is few
    for depth, most in ((0, _REGIONS), (min(2, network.inputs), _FACES)):
        found = _searched(network, depth, most, end)
        if not found.complete:
            return None
    return Causes(found)


def _searched(network: Network, depth: int, most: int, end: float) -> Regions:
    """The regions, and their faces down to a codimension, unless there are too many."""
    search: Exploration = Exploration(
        network, None, depth, lambda: sum(search.found.counts) > most or monotonic() > end
    )
    for _ in search.lines():
        pass
    return search.result()
