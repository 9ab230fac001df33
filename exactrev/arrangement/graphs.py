"""An arrangement as NetworkX graphs with exact attributes.

Points are tuples of ``fmpq``, neurons are named ``L:i``.  Regions and facets are numbered as the
search found them.

>>> from exactrev import Network
>>> from exactrev.arrangement import regions
>>> lines = Network.dense([([[1, 0], [0, 1]], [0, 0]), ([[1, 1]], [0])])
>>> boundaries = Boundaries.of(regions(lines, depth=2))
>>> region_graph(boundaries).number_of_edges()
4
>>> [len(pieces) for pieces in boundary_components(boundaries, 0)]
[2]
>>> list(intersection_graph(boundaries).edges(data="layers"))
[('1:0', '1:1', (1, 1))]
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import networkx as nx
import numpy as np

from exactrev.arrangement.boundary_sets import Boundaries


def region_graph(boundaries: Boundaries) -> nx.Graph:
    """Regions, joined where they share a facet.

    Vertices are numbered regions with ``pattern`` and an interior ``point``.  Edges are facets with
    ``facet`` (number), ``neuron`` (that vanishes on it), ``changing`` (all whose activation differs
    between the two regions), ``point`` in the relative interior, and ``visible``: f bends there.
    """
    found, names = boundaries.cells.found, boundaries.names
    graph = nx.Graph(kind="regions", network=found.network.sha256)
    for number, region in enumerate(found):
        graph.add_node(number, pattern=region.pattern, point=region.point)
    for number, facet in enumerate(boundaries.facets):
        graph.add_edge(
            *facet.regions,
            facet=number,
            neuron=names[facet.neuron],
            changing=tuple(names[i] for i in facet.changing),
            point=facet.point,
            visible=facet.visible,
        )
    return graph


def boundary_graph(boundaries: Boundaries, neuron: int) -> nx.Graph:
    """The pieces of B_i, joined where they share a ridge (a face of codimension 2).

    Vertices are numbered facets with ``regions`` and ``point``.  Edges have ``ridge`` (number),
    ``point`` in its relative interior, and ``neurons``: the other neurons that vanish on the ridge
    but not on both pieces; in general position it is one, and the pieces bend there if it belongs
    to an earlier layer.  Connected components are those of B_i without its faces of codimension 3
    and more.  Raises InputError unless the arrangement was searched to codimension 2 (1 in one
    dimension, where pieces are points).
    """
    names, cells = boundaries.names, boundaries.cells
    graph = nx.Graph(kind="boundary", network=boundaries.network.sha256, neuron=names[neuron])
    for number in boundaries.pieces(neuron):
        facet = boundaries.facets[number]
        graph.add_node(number, regions=facet.regions, point=facet.point)
    for ridge, pieces in boundaries.pieces_around_ridges[neuron].items():
        for one, other in combinations(pieces, 2):
            met = (cells.signs[2][ridge] == 0) & (cells.signs[1][[one, other]] != 0).any(axis=0)
            graph.add_edge(
                one,
                other,
                ridge=ridge,
                point=cells.points[2][ridge],
                neurons=tuple(names[i] for i in np.flatnonzero(met).tolist()),
            )
    return graph


def boundary_components(boundaries: Boundaries, neuron: int) -> list[list[int]]:
    """The pieces of B_i by connected component, largest first; the conditions of boundary_graph."""
    parts = nx.connected_components(boundary_graph(boundaries, neuron))
    return sorted(map(sorted, parts), key=lambda part: (-len(part), part))


def intersection_graph(boundaries: Boundaries) -> nx.Graph:
    """All hidden neurons, joined where their boundaries meet transversally in a ridge.

    B_i and B_j so meet in a ridge if it bounds a piece of B_i on which z_j is not 0, and a piece of
    B_j on which z_i is not 0.  Vertices are names with ``layer``, ``index``, ``pieces`` (number).
    Edges have ``layers``, ``ridges`` (how many), a ``point`` on both boundaries in the relative
    interior of such a ridge, ``ridge`` (its number), and ``crossing``: whether there each of the
    two has pieces on both sides of the other one; such a ridge is taken where there is one.
    Condition as for boundary_graph.
    """
    graph = nx.Graph(kind="intersections", network=boundaries.network.sha256)
    for neuron, name in enumerate(boundaries.names):
        layer, index = map(int, name.split(":"))
        pieces = len(boundaries.pieces(neuron))
        graph.add_node(name, layer=layer, index=index, pieces=pieces)
    for ridge, i, j, crossing in _meetings(boundaries):
        one, other = boundaries.names[i], boundaries.names[j]
        if not graph.has_edge(one, other):
            layers = (graph.nodes[one]["layer"], graph.nodes[other]["layer"])
            graph.add_edge(one, other, layers=layers, ridges=0, crossing=False)
        edge = graph.edges[one, other]
        edge["ridges"] += 1
        if edge["ridges"] == 1 or (crossing and not edge["crossing"]):
            edge.update(ridge=ridge, point=boundaries.cells.points[2][ridge], crossing=crossing)
    return graph


def _meetings(boundaries: Boundaries) -> Iterator[tuple[int, int, int, bool]]:
    """Ridge, two neurons whose boundaries meet in it transversally, and whether they cross."""
    signs, pieces = boundaries.cells.signs[1], boundaries.piece_of
    for ridge, around in enumerate(boundaries.around_ridges):
        facets = list(around)
        there = np.flatnonzero(pieces[facets].any(axis=0))
        piece = pieces[facets][:, there].tolist()
        sign = signs[facets][:, there].tolist()
        for a, b in combinations(range(len(there)), 2):
            beside_b = {s[b] for p, s in zip(piece, sign, strict=True) if p[a]} - {0}
            beside_a = {s[a] for p, s in zip(piece, sign, strict=True) if p[b]} - {0}
            if beside_a and beside_b:
                crossing = len(beside_a) == len(beside_b) == 2
                yield ridge, int(there[a]), int(there[b]), crossing
