"""The regions of a network on a domain, and the certificate that they are all.

>>> net = Network.dense([([[1], [1]], [0, -1]), ([[1, 1]], [0])])    # relu(x) + relu(x - 1)
>>> found = regions(net, depth=1)
>>> found.counts, found.complete
((3, 2), True)
>>> sorted(found.patterns())
[((False, False),), ((True, False),), ((True, True),)]
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import fmpq

from exactrev.arrangement.cells import Cells
from exactrev.arrangement.coordinates import to_float
from exactrev.arrangement.exactly import ExactCell
from exactrev.arrangement.explore import Explorer, Found
from exactrev.arrangement.forms import ON, UNDECIDED, Floats, NetworkRows, Signs
from exactrev.arrangement.leaves import Point
from exactrev.arrangement.norm import choose_norm
from exactrev.arrangement.workers import Workers
from exactrev.certificate.files import write_certificate
from exactrev.errors import InputError
from exactrev.lp import Motzkin, interior_point
from exactrev.lp.polyhedron import Polyhedron, value
from exactrev.network.evaluation import AffineMap, Pattern, affine_map
from exactrev.network.model import Network

#: Where regions are looked for: a polyhedron, cvxpy constraints, or everywhere.
Domain = Polyhedron | Sequence[Any] | None

if TYPE_CHECKING:
    from exactrev.network.symbolic import SymbolicRegion


@dataclass(frozen=True, repr=False)
class Region:
    """A full-dimensional cell on which the activation pattern is constant, with a point inside."""

    network: Network
    pattern: Pattern
    point: Point

    @cached_property
    def affine_map(self) -> AffineMap:
        """The network's map on the region."""
        return affine_map(self.network, self.pattern)

    def to_sympy(self, symbols: Sequence[Any] | None = None) -> SymbolicRegion:
        """The closed region's inequalities, and the outputs on it, as exact sympy expressions."""
        from exactrev.network.symbolic import region_to_sympy

        return region_to_sympy(self, symbols)

    def __repr__(self) -> str:
        signs = "|".join("".join("+" if on else "-" for on in layer) for layer in self.pattern)
        return f"<Region {signs} at ({', '.join(map(str, self.point))})>"


@dataclass(frozen=True, repr=False)
class Regions:
    """The regions of a network that meet the interior of a domain.

    ``counts`` are the numbers of faces of codimension 0 (the regions), 1 (the facets), ... down to
    the depth asked for; all of them if ``complete``, else ``open_branches`` are left, of which
    ``open_regions`` hold at least one more region each.
    """

    network: Network
    domain: Polyhedron
    counts: tuple[int, ...]
    open_branches: int
    open_regions: int
    _found: Found

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return self.open_branches == 0

    def __len__(self) -> int:
        return self.counts[0]

    def __iter__(self) -> Iterator[Region]:
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, index: int) -> Region:
        return Region(self.network, self.pattern(index), self.point(index))

    @cached_property
    def signs(self) -> Signs:
        """1 (on), -1 (off) or 2 (identically zero) for every region and neuron."""
        return self.face_signs(0)

    def face_signs(self, codimension: int) -> Signs:
        """The signs of every face of a codimension: 1, -1, or 2 and 3 where z is 0 on the face."""
        blocks = self._found.signs[codimension]
        width = sum(layer.size for layer in self.network.hidden)
        return np.concatenate(blocks) if blocks else np.zeros((0, width), dtype=np.int8)

    def face_points(self, codimension: int) -> Iterator[Point]:
        """A point in the relative interior of every face, in the order of :meth:`face_signs`."""
        for block in self._found.points[codimension]:
            if isinstance(block, np.ndarray):
                for row in block.tolist():
                    yield tuple(fmpq(*x.as_integer_ratio()) for x in row)
            else:
                yield from block

    @cached_property
    def _points(self) -> list[Point]:
        return list(self.face_points(0))

    def point(self, index: int) -> Point:
        """An exact point inside a region."""
        return self._points[index]

    def pattern(self, index: int) -> Pattern:
        """The activation pattern of a region."""
        return pattern_of(self.network, self.signs[index].tolist())

    def patterns(self) -> Iterator[Pattern]:
        """The activation pattern of every region, in order."""
        return map(self.pattern, range(len(self)))

    def __repr__(self) -> str:
        state = "" if self.complete else f", {self.open_branches} branches open"
        return f"<Regions of {self.network!r}: {', '.join(map(str, self.counts))}{state}>"


def pattern_of(network: Network, signs: Sequence[int]) -> Pattern:
    """Which neurons are on, layer by layer."""
    pattern, start = [], 0
    for layer in network.hidden:
        pattern.append(tuple(sign == ON for sign in signs[start : start + layer.size]))
        start += layer.size
    return tuple(pattern)


class Exploration:
    """A search for all faces down to a codimension, as the lines of its certificate.

    Take the lines, all of them, then ask for the result.  ``stop`` is called often; once it is
    true the search ends early, and the certificate says which branches it left open.  The result
    does not depend on ``jobs``, the number of processes.
    """

    def __init__(
        self,
        network: Network,
        domain: Domain = None,
        depth: int = 0,
        stop: Callable[[], bool] = lambda: False,
        jobs: int = 1,
    ) -> None:
        self.network = network
        self.domain = proper_rows(_polyhedron(domain, network.inputs))
        if self.domain.dimension != network.inputs:
            raise InputError(
                f"the domain has {self.domain.dimension} dimensions, "
                f"the network {network.inputs} inputs"
            )
        if not 0 <= depth <= network.inputs:
            raise InputError(f"no faces of codimension {depth} in {network.inputs} dimensions")
        self.depth, self.found = depth, Found.nothing(depth)
        self._stop, self._jobs = stop, jobs

    def lines(self) -> Iterator[str]:
        """The certificate (claim ``regions``), line by line as the search goes on."""
        rows = NetworkRows(self.network, self.domain)
        norm = choose_norm(rows)
        yield from ("exactrev-certificate 1", "semantics real", "claim regions A")
        yield f"network A {self.network.sha256}"
        yield from self.network.text()
        yield f"domain {len(self.domain.rows)}"
        for row in self.domain.rows:
            yield " ".join(["row", *map(str, row)])
        yield f"depth {self.depth}"
        if norm is not None:
            yield from norm.lines()
        yield "proof"
        yield from tree_lines(Explorer(rows, norm, self.depth, self.found, self._stop), self._jobs)
        yield " ".join(["count", *map(str, self.found.counts)])
        yield "end"

    def result(self) -> Regions:
        """What was found, once all lines have been taken."""
        found = self.found
        return Regions(
            self.network,
            self.domain,
            tuple(found.counts),
            found.open_branches,
            found.open_regions,
            found,
        )


def tree_lines(explorer: Explorer, jobs: int = 1) -> Iterator[str]:
    """The steps of the tree on the explorer's whole domain."""
    rows = explorer.arrangement
    near = np.random.default_rng(0).normal(size=rows.n) / 64  # in general position
    if not _inside(rows, near):
        answer = interior_point(rows.n, rows.domain_rows_exactly)
        if isinstance(answer, Motzkin):
            yield explorer.exact.empty_line(Cells.root(rows, near))
            return
        near = np.array([to_float(x) for x in answer])
        if not _inside(rows, near):  # too thin for floats
            numbers = tuple(range(rows.domain_rows))
            root = ExactCell((UNDECIDED,) * rows.neurons, numbers, (), tuple(answer))
            yield from explorer.exactly(root)
            return
    if jobs == 1:
        yield from explorer.lines(Cells.root(rows, near))
        return
    with Workers(explorer, jobs) as workers:
        yield from explorer.lines(Cells.root(rows, near), workers.texts)


def _polyhedron(domain: Domain, inputs: int) -> Polyhedron:
    if domain is None:
        return Polyhedron(inputs)
    if isinstance(domain, Polyhedron):
        return domain
    from exactrev.lp.cvxpy_domain import read_polyhedron

    return read_polyhedron(domain)


def _inside(rows: NetworkRows, near: Floats) -> bool:
    """Whether every row of the domain is positive at a point with float coordinates."""
    point = [fmpq(*x.as_integer_ratio()) for x in near.tolist()]
    return all(value(form, point) > 0 for form in rows.domain_rows_exactly)


def proper_rows(domain: Polyhedron) -> Polyhedron:
    """The domain without rows that hold everywhere; a row that holds nowhere is kept as x_1 - x_1.

    Rows with no coefficients are not half-spaces; the certificate format has none.
    """
    rows = [row for row in domain.rows if any(row[:-1]) or row[-1] <= 0]
    if all(any(row[:-1]) for row in rows):
        return Polyhedron(domain.dimension, tuple(rows))
    unit = (fmpq(1), *(fmpq(0),) * domain.dimension)
    opposite = tuple(-x for x in unit)
    return Polyhedron(domain.dimension, (unit, opposite))


def regions(
    network: Network,
    domain: Domain = None,
    depth: int = 0,
    stop: Callable[[], bool] = lambda: False,
    jobs: int = 1,
) -> Regions:
    """All regions that meet the interior of the domain (default R^n), faces down to ``depth`` too.

    The domain is a Polyhedron or affine cvxpy constraints on one vector variable, read exactly.
    Raises InputError if the domain or the depth do not fit the network.
    """
    exploration = Exploration(network, domain, depth, stop, jobs)
    for _ in exploration.lines():
        pass
    return exploration.result()


def write_regions_certificate(
    network: Network,
    domain: Domain,
    path: str | os.PathLike[str],
    depth: int = 0,
    stop: Callable[[], bool] = lambda: False,
    jobs: int = 1,
) -> Regions:
    """The same, with the certificate written to a file while the search goes on."""
    exploration = Exploration(network, domain, depth, stop, jobs)
    write_certificate(exploration.lines(), path)
    return exploration.result()
