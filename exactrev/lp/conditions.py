"""A system in coprime integer rows, and the certificates that multipliers of these rows make."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from flint import fmpq

from exactrev.lp.certificates import Motzkin, Multipliers
from exactrev.lp.program import IntegerRow, coprime, integer_row
from exactrev.lp.rounding import Judge
from exactrev.lp.system import System


@dataclass(frozen=True)
class Conditions:
    """The rows of a system, numbered through: strict rows, rows, equalities."""

    dimension: int
    strict: tuple[IntegerRow, ...]
    rows: tuple[IntegerRow, ...]
    equalities: tuple[IntegerRow, ...]

    @staticmethod
    def of(system: System) -> Conditions:
        """The conditions of a system."""
        kinds = (system.strict, system.rows, system.equalities)
        return Conditions(system.dimension, *(tuple(map(integer_row, kind)) for kind in kinds))

    @cached_property
    def all(self) -> tuple[IntegerRow, ...]:
        return (*self.strict, *self.rows, *self.equalities)

    @property
    def inequalities(self) -> int:
        """How many rows are strict or not, but no equalities."""
        return len(self.strict) + len(self.rows)

    @cached_property
    def informative(self) -> tuple[list[int], list[int]]:
        """The numbers of the inequalities, and of the equalities, that have coefficients."""
        kept = [k for k, row in enumerate(self.all) if row.size]
        first = bisect_left(kept, self.inequalities)
        return kept[:first], kept[first:]

    @cached_property
    def judge(self) -> Judge:
        """Decides which points satisfy the conditions."""
        kinds = (self.strict, self.rows, self.equalities)
        return Judge(self.dimension, *([row.entries for row in kind] for kind in kinds))

    def certificate(self, multipliers: Mapping[int, fmpq]) -> Motzkin | None:
        """The proof of emptiness that multipliers of integer rows make, if their constant does.

        They must be >= 0 for inequalities and cancel all coefficients.  The certificate's own
        multipliers are coprime integers.
        """
        constant = sum((y * self.all[k].entries[-1] for k, y in multipliers.items()), fmpq(0))
        strict = any(y and k < len(self.strict) for k, y in multipliers.items())
        if constant > 0 or (constant == 0 and not strict):
            return None
        of_forms = {k: y * self.all[k].factor for k, y in multipliers.items() if y}
        integers, _ = coprime(list(of_forms.values()))
        return Motzkin(*self.by_kind(dict(zip(of_forms, map(fmpq, integers), strict=True))))

    def by_kind(self, multipliers: Mapping[int, fmpq]) -> Iterator[Multipliers]:
        """Multipliers of the system's forms, by number, as one sequence for each kind."""
        dense = [multipliers.get(k, fmpq(0)) for k in range(len(self.all))]
        first = 0
        for kind in (self.strict, self.rows, self.equalities):
            yield tuple(dense[first : first + len(kind)])
            first += len(kind)

    def contradiction(self) -> Motzkin | None:
        """A proof of emptiness from one row without coefficients, if one does not hold."""
        for k in [k for k, row in enumerate(self.all) if not row.size]:
            negated = k >= self.inequalities and self.all[k].entries[-1] > 0
            found = self.certificate({k: fmpq(-1 if negated else 1)})
            if found is not None:
                return found
        return None
