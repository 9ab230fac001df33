"""The domain of a question as trees of cells have it: with interior points.

A domain in a hyperplane is taken in the inputs that it leaves free, in which it has some; the
networks are then restricted to it (certificate format, section 11).

>>> line = Polyhedron.of(2, [[1, -1, 0], [-1, 1, 0], [1, 0, 1], [-1, 0, 1]])    # x = y, |x| <= 1
>>> ground = Ground.of(2, line)
>>> ground.domain.dimension, [str(x) for x in ground.lifted([fmpq(1, 3)])]
(1, ['1/3', '1/3'])
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from flint import fmpq, fmpq_mat

from exactrev.arrangement.exploration import proper_rows
from exactrev.certificate.claims import domain_lines
from exactrev.domain.flatten import Flat, Vacant, flatten
from exactrev.errors import DomainError, InputError
from exactrev.lp import Motzkin, interior_point
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network.model import Network

Point = tuple[fmpq, ...]


@dataclass(frozen=True)
class Ground:
    """A domain as ``stated``; ``flat`` if it has no interior points."""

    stated: Polyhedron
    flat: Flat | None

    @staticmethod
    def of(inputs: int, domain: Polyhedron | None) -> Ground:
        """Raises InputError if the domain is empty or of another dimension."""
        domain = domain or Polyhedron(inputs)
        if domain.dimension != inputs:
            raise InputError(f"the domain has {domain.dimension} dimensions, not {inputs}")
        proper = proper_rows(domain)
        if not isinstance(interior_point(inputs, proper.rows), Motzkin):
            return Ground(proper, None)
        flat = flatten(proper)
        if isinstance(flat, Vacant):
            raise DomainError("the domain is empty")
        return Ground(proper, flat if flat.free else _with_an_idle_input(flat))

    @property
    def domain(self) -> Polyhedron:
        """The domain in the inputs that are left, where it has interior points."""
        return self.stated if self.flat is None else self.flat.domain

    def restricted(self, network: Network) -> Network:
        """The network as one of the inputs that are left."""
        return network if self.flat is None else self.flat.restricted(network)

    def lifted(self, point: Sequence[fmpq]) -> Point:
        """A point with all its coordinates."""
        return tuple(point) if self.flat is None else self.flat.lifted(point)

    def lifted_direction(self, direction: Sequence[fmpq]) -> Point:
        """The difference of two points, with all its coordinates."""
        if self.flat is None:
            return tuple(direction)
        ends = self.lifted(direction), self.lifted([fmpq(0)] * len(direction))
        return tuple(x - y for x, y in zip(*ends, strict=True))

    def lines_before_reductions(self) -> Iterator[str]:
        """What a certificate says of a flat domain: how inputs are taken out of it."""
        if self.flat is not None:
            yield from domain_lines(self.stated)
            yield from self.flat.lines
            inside = self.flat.inside if self.flat.free else ()
            yield " ".join(["inside", *map(str, inside)])

    def lines_after_reductions(self) -> Iterator[str]:
        """The rows of a domain that is not flat."""
        if self.flat is None:
            yield from domain_lines(self.stated)


def _with_an_idle_input(flat: Flat) -> Flat:
    """A single point as a line all of whose points are that one, for trees need an input."""
    return replace(
        flat,
        linear=fmpq_mat(flat.linear.nrows(), 1),
        domain=Polyhedron(1),
        inside=(fmpq(0),),
    )
