"""What is true of a network's neurons, from all of its faces by brute force (nothing of exactrev).

A facet is a piece of B_i if f bends across it and z_i vanishes on it but not on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import networkx as nx

from exactrev.network import Network
from tests.arrangement.brute_force import PatternForms, faces
from tests.arrangement.closed_sets import Row, flat, is_in_closure


@dataclass(frozen=True)
class Truth:
    """The faces of a network down to codimension 2, and what they say of neurons by name."""

    network: Network

    @cached_property
    def names(self) -> list[str]:
        hidden = enumerate(self.network.hidden, 1)
        return [f"{number}:{i}" for number, layer in hidden for i in range(layer.size)]

    @cached_property
    def _faces(self) -> list[tuple[int, Row]]:
        depth = min(2, self.network.inputs)
        found = faces(self.network, (), depth)
        return [(self.network.inputs - face.dimension, flat(face)) for face in found]

    def _rows(self, codimension: int) -> list[Row]:
        return [row for depth, row in self._faces if depth == codimension]

    def on(self, name: str) -> set[bool]:
        """Whether the neuron is on, over all regions."""
        place = self.names.index(name)
        return {row[place] > 0 for row in self._rows(0)}

    def together(self, one: str, other: str) -> bool:
        """Whether two neurons are on together in some region."""
        a, b = self.names.index(one), self.names.index(other)
        return any(row[a] > 0 and row[b] > 0 for row in self._rows(0))

    @cached_property
    def _facets(self) -> list[tuple[Row, list[Row], bool]]:
        """Every facet, the regions beside it, and whether f bends across it."""
        forms, regions = PatternForms(self.network), self._rows(0)
        found = []
        for row in self._rows(1):
            beside = [region for region in regions if is_in_closure(row, region)]
            maps = [forms.of_layer(self._pattern(region)) for region in beside]
            found.append((row, beside, maps[0] != maps[1]))
        return found

    def _pattern(self, row: Row) -> tuple[tuple[bool, ...], ...]:
        pattern, start = [], 0
        for layer in self.network.hidden:
            pattern.append(tuple(sign > 0 for sign in row[start : start + layer.size]))
            start += layer.size
        return tuple(pattern)

    def switching(self, name: str) -> list[bool]:
        """For every facet where the neuron switches, whether f bends there."""
        place = self.names.index(name)
        return [
            bends
            for row, beside, bends in self._facets
            if row[place] == 0 and any(region[place] > 0 for region in beside)
        ]

    def pieces(self, name: str) -> list[Row]:
        """The facets that make up the neuron's boundary."""
        place = self.names.index(name)
        return [
            row
            for row, beside, bends in self._facets
            if bends and row[place] == 0 and any(region[place] for region in beside)
        ]

    def components(self, name: str) -> int:
        """The components of the boundary, joined across ridges."""
        pieces = self.pieces(name)
        graph = nx.Graph()
        graph.add_nodes_from(range(len(pieces)))
        for ridge in self._ridges:
            beside = [k for k, piece in enumerate(pieces) if is_in_closure(ridge, piece)]
            graph.add_edges_from((beside[0], k) for k in beside[1:])
        return int(nx.number_connected_components(graph))

    def meet(self, one: str, other: str) -> bool:
        """Whether two boundaries have a ridge in common."""
        a, b = self.pieces(one), self.pieces(other)
        return any(
            any(is_in_closure(ridge, piece) for piece in a)
            and any(is_in_closure(ridge, piece) for piece in b)
            for ridge in self._ridges
        )

    @cached_property
    def _ridges(self) -> list[Row]:
        return self._rows(2) if self.network.inputs > 1 else []
