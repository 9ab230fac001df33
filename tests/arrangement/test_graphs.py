"""The graphs against brute force and known pictures, and their files."""

from __future__ import annotations

import json
from functools import cache
from itertools import chain, combinations
from pathlib import Path

import networkx as nx
import pytest
from flint import fmpq

from exactrev.arrangement import regions
from exactrev.arrangement.boundary_sets import Boundaries
from exactrev.arrangement.graph_files import to_json, write_graphml, write_json
from exactrev.arrangement.graphs import (
    boundary_components,
    boundary_graph,
    intersection_graph,
    region_graph,
)
from exactrev.arrangement.homology import Homology
from exactrev.errors import InputError
from exactrev.network import Network
from exactrev.network.evaluation import activation_pattern, affine_map
from tests.arrangement.brute_force import fraction, signs_at
from tests.arrangement.closed_sets import (
    Arrangement,
    Row,
    is_in_closure,
    network_of,
    small_arrangements,
)
from tests.arrangement.networks import plain


@cache
def boundaries_of(arrangement: Arrangement) -> Boundaries:
    network = arrangement.case.network
    return searched(network, min(2, network.inputs), arrangement)


def searched(network: Network, depth: int, arrangement: Arrangement | None = None) -> Boundaries:
    domain = arrangement.domain if arrangement else None
    return Boundaries.of(regions(network, domain, depth=depth))


def row_at(network: Network, point: tuple[fmpq, ...]) -> Row:
    """The signs of all neurons at a point."""
    return sum(signs_at(network, [fraction(x) for x in point]), ())


# -- regions -------------------------------------------------------------------------------------


def test_the_region_graph_is_that_of_the_brute_force() -> None:
    for arrangement in small_arrangements():
        n = arrangement.case.network.inputs
        graph = region_graph(boundaries_of(arrangement))
        patterns = nx.get_node_attributes(graph, "pattern")
        whole = [face.pattern for face in arrangement.faces if face.dimension == n]
        assert sorted(patterns.values()) == sorted(whole), arrangement.case.name
        found = {frozenset(patterns[end] for end in edge) for edge in graph.edges}
        pairs = arrangement.beside.values()
        assert found == {frozenset((a.pattern, b.pattern)) for a, b in pairs}, arrangement.case.name
        assert nx.is_connected(graph), arrangement.case.name


def test_region_graphs_of_larger_networks() -> None:
    for sizes in ((2, 8, 8, 1), (3, 6, 6, 1)):
        boundaries = searched(plain("gaussian", sizes, seed=4), 1)
        graph = region_graph(boundaries)
        found = boundaries.cells.found
        assert (graph.number_of_nodes(), graph.number_of_edges()) == found.counts
        assert nx.is_connected(graph)


def test_what_regions_and_facets_carry() -> None:
    for arrangement in small_arrangements():
        network = arrangement.case.network
        boundaries = boundaries_of(arrangement)
        graph, names = region_graph(boundaries), boundaries.names
        for _, data in graph.nodes(data=True):
            assert activation_pattern(network, data["point"]) == data["pattern"]
        for one, other, data in graph.edges(data=True):
            row = row_at(network, data["point"])
            assert row[names.index(data["neuron"])] == 0
            bits = [sum(graph.nodes[end]["pattern"], ()) for end in (one, other)]
            changing = [name for name, a, b in zip(names, *bits, strict=True) if a != b]
            assert list(data["changing"]) == changing
            maps = [affine_map(network, graph.nodes[end]["pattern"]) for end in (one, other)]
            assert data["visible"] == (maps[0] != maps[1]) == (row in arrangement.visible)


# -- pieces of a boundary ------------------------------------------------------------------------


def joined_pieces(arrangement: Arrangement, neuron: int) -> dict[frozenset[Row], Row]:
    """Pairs of pieces by brute force, and the ridge between the two."""
    ridges = arrangement.of_codimension(2)
    return {
        frozenset(pair): ridge
        for pair in combinations(arrangement.pieces(neuron), 2)
        for ridge in ridges
        if all(is_in_closure(ridge, piece) for piece in pair)
    }


def test_the_pieces_of_every_boundary_are_those_of_the_brute_force() -> None:
    for arrangement in small_arrangements():
        network = arrangement.case.network
        boundaries = boundaries_of(arrangement)
        for neuron, name in enumerate(boundaries.names):
            graph = boundary_graph(boundaries, neuron)
            assert graph.graph["neuron"] == name
            rows = {k: row_at(network, p) for k, p in graph.nodes(data="point")}
            assert set(rows.values()) == set(arrangement.pieces(neuron)), arrangement.case.name
            expected = joined_pieces(arrangement, neuron)
            found = {
                frozenset((rows[one], rows[other])): row_at(network, point)
                for one, other, point in graph.edges(data="point")
            }
            assert found == expected, arrangement.case.name


def test_ridges_name_the_neurons_whose_boundaries_they_lie_on() -> None:
    for arrangement in small_arrangements():
        boundaries = boundaries_of(arrangement)
        for neuron in range(len(boundaries.names)):
            graph = boundary_graph(boundaries, neuron)
            for one, other, data in graph.edges(data=True):
                row = row_at(arrangement.case.network, data["point"])
                beside = [
                    row_at(arrangement.case.network, graph.nodes[end]["point"])
                    for end in (one, other)
                ]
                expected = [
                    name
                    for k, name in enumerate(boundaries.names)
                    if row[k] == 0 and any(piece[k] for piece in beside)
                ]
                assert list(data["neurons"]) == expected and expected


def test_in_the_plane_components_are_counted_by_the_first_betti_number() -> None:
    """In two dimensions closed pieces touch in ridges or not at all."""
    for kind in ("gaussian", "integer"):
        for seed in range(4):
            boundaries = searched(plain(kind, (2, 5, 5, 1), seed), 2)
            homology = Homology(boundaries.cells)
            for neuron in range(len(boundaries.names)):
                parts = boundary_components(boundaries, neuron)
                betti = homology.betti(boundaries.boundary(neuron))
                assert len(parts) == (betti[0] if betti else 0)
                assert sorted(chain.from_iterable(parts)) == boundaries.pieces(neuron)
                assert [len(part) for part in parts] == sorted(map(len, parts), reverse=True)


def test_a_boundary_in_two_parts() -> None:
    """z = |x| - 1 on the line and in the plane."""
    for n in (1, 2):
        rows = [[sign] + [0] * (n - 1) for sign in (1, -1)]
        network = Network.dense([(rows, [0, 0]), ([[1, 1]], [-1]), ([[1]], [0])])
        boundaries = searched(network, n)
        assert [len(part) for part in boundary_components(boundaries, 2)] == [1, 1]
        assert boundary_components(boundaries, 0) == []  # f is 0 on both sides of x = 0


def test_a_neuron_that_is_not_read_has_no_boundary() -> None:
    network = Network.dense([([[1, 0], [0, 1]], [0, 0]), ([[1, 0]], [0])])
    boundaries = searched(network, 2)
    assert [len(boundaries.pieces(i)) for i in range(2)] == [2, 0]
    assert boundary_graph(boundaries, 1).number_of_nodes() == 0
    assert intersection_graph(boundaries).number_of_edges() == 0


def test_a_surface_bends_where_it_meets_an_earlier_boundary() -> None:
    """z_(2:0) = relu(x) + y: the half-line y = 0, x < 0 and the half-line y = -x, x > 0."""
    first = ([[1, 0], [0, 1], [0, -1]], [0, 5, 5])  # relu(y+5), relu(-y+5): y where |y| < 5
    network = Network.dense([first, ([[2, 1, -1]], [0]), ([[1]], [0])])
    boundaries = searched(network, 2)
    ends = boundary_graph(boundaries, 3).edges(data=True)
    bends = {data["neurons"]: data["point"] for _, _, data in ends}
    assert bends[("1:0",)] == (0, 0)


# -- intersections -------------------------------------------------------------------------------


def meeting_pairs(arrangement: Arrangement) -> set[frozenset[int]]:
    """Neurons whose boundaries meet transversally in a ridge, by brute force."""
    width = len(arrangement.of_codimension(0)[0])
    pieces = [arrangement.pieces(neuron) for neuron in range(width)]
    pairs = set()
    for ridge in arrangement.of_codimension(2):
        around = [[row for row in some if is_in_closure(ridge, row)] for some in pieces]
        for i, j in combinations(range(width), 2):
            if any(row[j] for row in around[i]) and any(row[i] for row in around[j]):
                pairs.add(frozenset((i, j)))
    return pairs


def test_the_intersection_graph_is_that_of_the_brute_force() -> None:
    for arrangement in small_arrangements():
        network = arrangement.case.network
        boundaries = boundaries_of(arrangement)
        graph, names = intersection_graph(boundaries), boundaries.names
        assert list(graph.nodes) == list(names)
        found = {frozenset(map(names.index, edge)) for edge in graph.edges}
        assert found == meeting_pairs(arrangement), arrangement.case.name
        for one, other, data in graph.edges(data=True):
            row = row_at(network, data["point"])
            assert row[names.index(one)] == row[names.index(other)] == 0
            assert data["layers"] == (int(one[0]), int(other[0]))


def test_two_crossing_lines() -> None:
    boundaries = searched(network_of((1, 0, -1), (1, 1, -3)), 2)
    regions_joined = region_graph(boundaries)
    assert nx.is_isomorphic(regions_joined, nx.cycle_graph(4))
    for neuron in range(2):
        assert nx.is_isomorphic(boundary_graph(boundaries, neuron), nx.path_graph(2))
    ((one, other, data),) = intersection_graph(boundaries).edges(data=True)
    assert (one, other) == ("1:0", "1:1")
    assert data == {
        "layers": (1, 1),
        "ridges": 1,
        "ridge": 0,
        "point": (fmpq(1), fmpq(2)),
        "crossing": True,
    }


@pytest.mark.parametrize(
    ("forms", "expected"),
    [
        ([(1, 0, 0), (1, 0, -1)], []),  # parallel
        ([(1, 0, 0), (2, 0, 0), (0, 1, 0)], [(0, 2), (1, 2)]),  # the same line twice
        ([(1, 0, 0), (-1, 0, 0)], []),  # opposite
        ([(1, 0, 0), (0, 1, 0), (1, 1, 0)], [(0, 1), (0, 2), (1, 2)]),  # through one point
    ],
)
def test_lines(forms: list[Row], expected: list[tuple[int, int]]) -> None:
    graph = intersection_graph(searched(network_of(*forms), 2))
    assert sorted(graph.edges) == [(f"1:{i}", f"1:{j}") for i, j in expected]
    assert all(crossing for _, _, crossing in graph.edges(data="crossing"))


def test_a_boundary_that_ends_on_another_meets_it_without_crossing() -> None:
    """f = relu(1 - relu(x) - relu(y)): that of relu(y) is seen where x < 1, and bends at x = 0."""
    network = Network.dense([([[1, 0], [0, 1]], [0, 0]), ([[-1, -1]], [1]), ([[1]], [0])])
    graph = intersection_graph(searched(network, 2))
    assert graph.edges["1:0", "1:1"]["crossing"]
    assert not graph.edges["1:0", "2:0"]["crossing"]
    assert graph.edges["1:0", "2:0"]["point"] == (0, 1)


def test_one_dimension_has_no_ridges() -> None:
    boundaries = searched(network_of((1, 0), (1, -1)), 1)
    assert intersection_graph(boundaries).number_of_edges() == 0
    assert nx.is_isomorphic(region_graph(boundaries), nx.path_graph(3))


# -- refusals and files --------------------------------------------------------------------------


def test_graphs_need_the_faces_they_are_made_of() -> None:
    network = plain("gaussian", (3, 4, 1), seed=0)
    with pytest.raises(InputError, match="codimension 1"):
        searched(network, 0)
    shallow = searched(network, 1)
    for ask in (lambda: boundary_graph(shallow, 0), lambda: intersection_graph(shallow)):
        with pytest.raises(InputError, match="codimension 2"):
            ask()


def graphs() -> list[nx.Graph]:
    boundaries = searched(plain("eighths", (2, 3, 3, 1), seed=1), 2)
    return [
        region_graph(boundaries),
        boundary_graph(boundaries, 0),
        intersection_graph(boundaries),
    ]


def test_json_holds_every_number_exactly(tmp_path: Path) -> None:
    for graph in graphs():
        path = tmp_path / "graph.json"
        write_json(graph, path)
        read = json.loads(path.read_text())
        assert read == to_json(graph)
        assert read["graph"]["kind"] == graph.graph["kind"]
        nodes = {node["id"]: node for node in read["nodes"]}
        assert list(nodes) == list(graph.nodes)
        assert len(read["edges"]) == graph.number_of_edges() > 0
        for edge in read["edges"]:
            exact = graph.edges[edge["source"], edge["target"]]["point"]
            assert tuple(fmpq(*map(int, x.split("/"))) for x in edge["point"]) == exact


def test_graphml_is_read_back_with_the_same_attributes(tmp_path: Path) -> None:
    for graph in graphs():
        path = tmp_path / "graph.graphml"
        write_graphml(graph, path)
        read = nx.read_graphml(path)
        assert nx.utils.graphs_equal(nx.Graph(read.edges), nx.Graph(map_names(graph).edges))
        assert read.graph["network"] == graph.graph["network"]
        for one, other, data in map_names(graph).edges(data=True):
            found = read.edges[one, other]
            assert json.loads(found["point"]) == [str(x) for x in data["point"]]
            assert set(found) - {"id"} == set(data)


def map_names(graph: nx.Graph) -> nx.Graph:
    """GraphML knows vertices by text."""
    return nx.relabel_nodes(graph, str)
