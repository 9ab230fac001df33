"""Closed unions of faces by brute force: which faces bend f, and homology from all chains of faces.

What the cell complex, the graphs and the Betti numbers of exactrev.arrangement are tested against;
built on tests.arrangement.brute_force and nothing of exactrev.arrangement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import chain, pairwise

from exactrev.lp.polyhedron import Polyhedron
from exactrev.network import Network
from tests.arrangement.brute_force import Face, PatternForms, faces
from tests.arrangement.cases import Case, cases, empty_layers
from tests.arrangement.networks import RECIPES

#: The signs of all neurons, in one row.
Row = tuple[int, ...]


def flat(face: Face) -> Row:
    """The signs of a face in one row; no other face has the same ones."""
    return tuple(chain.from_iterable(face.signs))


@cache
def masks(row: Row) -> tuple[int, int]:
    """The neurons that are on and those that are off, one bit each."""
    on, off = (sum(1 << k for k, s in enumerate(row) if s == sign) for sign in (1, -1))
    return on, off


def is_in_closure(lower: Row, upper: Row) -> bool:
    """Whether the face with the first signs lies in the closure of that with the second ones.

    See brute_force.facets for why the signs tell.
    """
    (on, off), (up, down) = masks(lower), masks(upper)
    return not on & ~up and not off & ~down


@dataclass(frozen=True)
class Arrangement:
    """All faces of a case."""

    case: Case

    @cached_property
    def faces(self) -> list[Face]:
        """The faces, found by brute force."""
        return list(faces(self.case.network, self.case.domain))

    def of_codimension(self, codimension: int) -> list[Row]:
        """The signs of the faces of a codimension."""
        n = self.case.network.inputs
        return [flat(face) for face in self.faces if face.dimension == n - codimension]

    @cached_property
    def beside(self) -> dict[Row, list[Face]]:
        """The two regions at every face of codimension 1."""
        n = self.case.network.inputs
        whole = [face for face in self.faces if face.dimension == n]
        return {
            row: [region for region in whole if is_in_closure(row, flat(region))]
            for row in self.of_codimension(1)
        }

    @cached_property
    def visible(self) -> set[Row]:
        """The faces of codimension 1 across which f bends."""
        forms = PatternForms(self.case.network)
        return {
            row
            for row, (one, other) in self.beside.items()
            if forms.of_layer(one.pattern) != forms.of_layer(other.pattern)
        }

    def pieces(self, neuron: int) -> list[Row]:
        """The visible faces where a neuron's z is 0, but not on both regions beside."""
        return [
            row
            for row in self.visible
            if row[neuron] == 0 and any(flat(region)[neuron] for region in self.beside[row])
        ]

    def closure(self, rows: Iterable[Row]) -> list[Row]:
        """All faces in the closures of some."""
        wanted = list(rows)
        everything = map(flat, self.faces)
        return [row for row in everything if any(is_in_closure(row, upper) for upper in wanted)]

    @property
    def domain(self) -> Polyhedron:
        """The case's domain as exactrev takes it."""
        return Polyhedron.of(self.case.network.inputs, self.case.domain)


@lru_cache(maxsize=1)
def small_arrangements() -> tuple[Arrangement, ...]:
    """One or two cases of every recipe, with few faces: every kind of numbers occurs."""
    some: list[Arrangement] = []
    for number, recipe in enumerate(RECIPES):
        fitting = (
            arrangement
            for arrangement in map(Arrangement, cases([recipe], rounds=1, domains=2))
            if 4 < len(arrangement.faces) < 130 and arrangement.case.network.inputs > 1
        )
        listed = list(fitting)
        some += listed[number % 2 :: 2][:3]
    return (*some, *map(Arrangement, empty_layers()))


# -- homology ------------------------------------------------------------------------------------


def order_complex_betti(rows: Sequence[Row]) -> tuple[int, ...]:
    """Betti numbers over GF(2) of the simplicial complex of all chains of faces."""
    above = {row: [up for up in rows if up != row and is_in_closure(row, up)] for row in rows}
    simplices: list[list[tuple[Row, ...]]] = [[(row,) for row in rows]]
    while simplices[-1]:
        longer = [(*simplex, up) for simplex in simplices[-1] for up in above[simplex[-1]]]
        simplices.append(longer)
    ranks = [0]
    for shorter, longer in pairwise(simplices):
        number = {simplex: k for k, simplex in enumerate(shorter)}
        ranks.append(gf2_rank(boundary_columns(longer, number)))
    sizes = [len(level) for level in simplices[:-1]]
    return tuple(
        size - below - above_it
        for size, below, above_it in zip(sizes, ranks[:-1], ranks[1:], strict=True)
    )


def boundary_columns(
    simplices: Iterable[tuple[Row, ...]], number: dict[tuple[Row, ...], int]
) -> Iterator[set[int]]:
    """For every simplex the numbers of its faces of one dimension less."""
    for simplex in simplices:
        yield {number[simplex[:k] + simplex[k + 1 :]] for k in range(len(simplex))}


def gf2_rank(columns: Iterable[set[int]]) -> int:
    """The rank of a matrix over GF(2) whose columns are sets of rows: plain elimination."""
    pivots: dict[int, set[int]] = {}
    for column in columns:
        rest = set(column)
        while rest and (row := min(rest)) in pivots:
            rest ^= pivots[row]
        if rest:
            pivots[min(rest)] = rest
    return len(pivots)


def trimmed(betti: Sequence[int]) -> tuple[int, ...]:
    """Without zeros at the end."""
    listed = list(betti)
    while listed and not listed[-1]:
        listed.pop()
    return tuple(listed)


def components(vertices: Iterable[Row], joined: Iterable[tuple[Row, Row]]) -> int:
    """The number of connected components of a graph."""
    parent = {vertex: vertex for vertex in vertices}

    def root(vertex: Row) -> Row:
        while parent[vertex] != vertex:
            vertex = parent[vertex]
        return vertex

    for one, other in joined:
        parent[root(one)] = root(other)
    return sum(parent[vertex] == vertex for vertex in parent)


def network_of(*forms: Sequence[float]) -> Network:
    """One hidden layer of the given forms (a_1, ..., a_n, b), all read with weight 1."""
    weights = [list(form[:-1]) for form in forms]
    return Network.dense([(weights, [form[-1] for form in forms]), ([[1] * len(forms)], [0])])
