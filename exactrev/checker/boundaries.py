"""The claim ``boundaries``: of how many pieces each neuron's boundary is, whether they are
connected, and which boundaries meet (format, section 10.1).

Facets and ridges are kept in memory as they come, so this claim needs as much as there are facets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from exactrev.checker.lines import NATURAL, Lines, Refused, integers
from exactrev.checker.network import ONE, Network
from exactrev.checker.regions import Regions

_GRAMMAR = {
    "boundary": re.compile(rf"{NATURAL} {NATURAL} {NATURAL}"),
    "meet": re.compile(rf"{NATURAL} {NATURAL}"),
}

#: The signs +1, -1, 0 of all hidden neurons on a face.
Signs = tuple[int, ...]


class Boundaries:
    """All facets across which A bends, how they hang together, and where boundaries meet."""

    def __init__(self, lines: Lines, network: Network) -> None:
        """Read what stands before ``proof``."""
        self._regions = Regions(lines, network)
        if self._regions.depth != min(2, network.inputs):
            raise Refused("the claim 'boundaries' needs depth 2, or 1 for one input")
        self._network = network
        self._first = self._regions.domain_rows
        self._slopes = _Slopes(network)
        self._facets: dict[Signs, int] = {}
        self._ridges: list[tuple[Signs, tuple[int, ...]]] = []
        self._expected: Iterator[str] | None = None

    def step(self, line: str) -> None:
        if self._expected is not None:
            self._stated(line)
        elif line.startswith("count "):
            self._regions.step(line)
            self._expected = self._statements()
        elif line == "open" or line.startswith("open "):
            raise Refused("no branch may be left open")
        else:
            if line.startswith("cell "):
                self._keep()
            self._regions.step(line)

    def _keep(self) -> None:
        """Remember the face that is about to be found."""
        signs, walls = self._regions.face()
        if not walls:
            return
        if sum(sign == 0 for sign in signs) != len(walls):
            raise Refused("the claim 'boundaries' needs general position: a neuron is zero here")
        if len(walls) == 1:
            neuron = walls[0] - self._first
            if self._slopes.bends(neuron, signs):
                self._facets[signs] = neuron
        else:
            self._ridges.append((signs, tuple(wall - self._first for wall in walls)))

    # -- what follows from the faces -----------------------------------------------------------

    def _statements(self) -> Iterator[str]:
        """The lines that must follow."""
        parent = {signs: signs for signs in self._facets}
        meetings = set()
        for signs, (i, j) in self._ridges:
            beside_i = [f for f in _beside(signs, j) if self._facets.get(f) == i]
            beside_j = [f for f in _beside(signs, i) if self._facets.get(f) == j]
            for pair in (beside_i, beside_j):
                if len(pair) == 2:
                    parent[_root(parent, pair[0])] = _root(parent, pair[1])
            if beside_i and beside_j:
                meetings.add((min(i, j), max(i, j)))
        hidden = len(list(self._network.hidden()))
        pieces, parts = [0] * hidden, [0] * hidden
        for facet, neuron in self._facets.items():
            pieces[neuron] += 1
            parts[neuron] += parent[facet] == facet
        self._parts, self._meetings = parts, len(meetings)
        for neuron in range(hidden):
            yield f"boundary {neuron + self._first} {pieces[neuron]} {parts[neuron]}"
        for i, j in sorted(meetings):
            yield f"meet {i + self._first} {j + self._first}"

    def _stated(self, line: str) -> None:
        integers(line, _GRAMMAR)
        assert self._expected is not None
        expected = next(self._expected, None)
        if expected is None:
            raise Refused("nothing more follows from the faces than was stated")
        if line != expected:
            raise Refused(f"what follows from the faces is {expected!r}")

    def finish(self) -> None:
        self._regions.finish()
        assert self._expected is not None
        missing = next(self._expected, None)
        if missing is not None:
            raise Refused(f"the line {missing!r} is missing")

    def sentence(self) -> str:
        names = [f"{layer}:{index}" for _, layer, index in self._network.hidden()]
        apart = [name for name, parts in zip(names, self._parts, strict=True) if parts > 1]
        none = [name for name, parts in zip(names, self._parts, strict=True) if parts == 0]
        text = f"{len(self._facets)} of the facets are pieces of boundaries"
        text += f"; not connected: {' '.join(apart)}" if apart else "; every boundary is connected"
        text += f"; without a boundary: {' '.join(none)}" if none else ""
        return f"{self._regions.sentence()}; {text}; {self._meetings} pairs of boundaries meet"


def _beside(ridge: Signs, neuron: int) -> tuple[Signs, Signs]:
    """The signs of the facets that the ridge bounds, on which only this neuron is not 0 as well."""
    return (
        (*ridge[:neuron], 1, *ridge[neuron + 1 :]),
        (*ridge[:neuron], -1, *ridge[neuron + 1 :]),
    )


def _root(parent: dict[Signs, Signs], face: Signs) -> Signs:
    while parent[face] != face:
        parent[face] = parent[parent[face]]
        face = parent[face]
    return face


class _Slopes:
    """How the outputs depend on the value of a hidden neuron, the later ones' signs being given."""

    def __init__(self, network: Network) -> None:
        hidden = list(network.hidden())
        self._inputs = network.inputs
        self._rows = [self._weights(network.row(layer, index)) for _, layer, index in hidden]
        self._outputs = [self._weights(row) for row in network.output_rows()]
        self._known: dict[tuple[int, Signs], bool] = {}

    def _weights(self, row: dict[int, tuple[int, int]]) -> dict[int, Fraction]:
        return {
            value - self._inputs: Fraction(*weight)
            for value, weight in row.items()
            if value != ONE and value >= self._inputs
        }

    def bends(self, neuron: int, signs: Signs) -> bool:
        """Whether an output changes with the neuron's value."""
        key = (neuron, signs[neuron + 1 :])
        if key not in self._known:
            self._known[key] = self._depends(neuron, signs)
        return self._known[key]

    def _depends(self, neuron: int, signs: Signs) -> bool:
        slopes = {neuron: Fraction(1)}
        for later in range(neuron + 1, len(self._rows)):
            if signs[later] > 0:
                slope = _sum(self._rows[later], slopes)
                if slope:
                    slopes[later] = slope
        return any(_sum(row, slopes) for row in self._outputs)


def _sum(row: dict[int, Fraction], slopes: dict[int, Fraction]) -> Fraction:
    return sum((row[j] * slope for j, slope in slopes.items() if j in row), Fraction(0))
