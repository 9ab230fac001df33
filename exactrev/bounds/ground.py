"""The bounded domain on which networks are compared, the box about it, and a point inside."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from flint import fmpq

from exactrev.bounds.inside import Inside
from exactrev.bounds.vacancy import Vacancy
from exactrev.domain.boxes import is_product
from exactrev.domain.hull import Hull, hull
from exactrev.lp.certificates import Motzkin
from exactrev.lp.feasibility import interior_point, solve
from exactrev.lp.polyhedron import Polyhedron
from exactrev.lp.system import System


@dataclass(frozen=True)
class Ground:
    """A domain, the box about it, and a point of it: one inside, if there is any."""

    domain: Polyhedron
    hull: Hull
    centre: tuple[fmpq, ...]

    @staticmethod
    @lru_cache(maxsize=1)  # a search asks first whether the domain suits it
    def of(domain: Polyhedron | None) -> Ground | None:
        """None if the domain is unbounded or has no point."""
        found = None if domain is None else hull(domain)
        if domain is None or found is None:
            return None
        if is_product(domain):
            middle = tuple(fmpq(1, 2) * (low + high) for low, high in found.box)
            return Ground(domain, found, middle)
        point = interior_point(domain.dimension, domain.rows)
        if isinstance(point, Motzkin):  # flat: any point
            point = solve(System.of(domain.dimension, rows=domain.rows))
        return None if isinstance(point, Motzkin) else Ground(domain, found, point.coordinates)

    @property
    def dimension(self) -> int:
        """How many inputs are no constants."""
        return sum(1 for low, high in self.hull.box if low < high)

    @cached_property
    def inside(self) -> Inside:
        """What moves points into the domain."""
        return Inside(self.domain, self.centre)

    @cached_property
    def vacancy(self) -> Vacancy:
        """What tells which pieces of the box have no point of the domain."""
        return Vacancy(self.domain, len(self.hull.sums))
