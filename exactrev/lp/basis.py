"""A basis: as many independent rows of a program as unknowns, its vertex and its multipliers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, cast

from flint import fmpq, fmpq_mat, fmpz, fmpz_mat

from exactrev.lp.program import Program


class Rational(NamedTuple):
    """The vector ``numerators`` / ``denominator``, with a positive denominator."""

    numerators: list[fmpz]
    denominator: fmpz

    @property
    def entries(self) -> tuple[fmpq, ...]:
        return tuple(fmpq(p, self.denominator) for p in self.numerators)


@dataclass(frozen=True)
class Basis:
    """Independent rows of a program, and y with sum(y_i row_i) = objective (coefficients only).

    The *vertex* is the point where all the members are 0.
    """

    program: Program
    members: tuple[int, ...]
    multipliers: tuple[fmpq, ...]

    @staticmethod
    def of(program: Program, members: tuple[int, ...]) -> Basis:
        """The basis of these rows; ZeroDivisionError if they are dependent."""
        solution = _solve(_transposed(program, members), program.objective)
        return Basis(program, members, tuple(solution.entries()))

    @cached_property
    def vertex(self) -> Rational:
        rows = self.program.rows
        matrix = _matrix(self.program, self.members)
        return _rational(_solve(matrix, [-rows[k][-1] for k in self.members]))

    @cached_property
    def values(self) -> list[fmpz]:
        """The values of all rows at the vertex, times the vertex's denominator."""
        column = [*self.vertex.numerators, self.vertex.denominator]
        return (self.program.matrix * fmpz_mat(len(column), 1, column)).entries()

    @property
    def is_dual_feasible(self) -> bool:
        """Whether the multipliers of inequalities are >= 0 and those of pins are 0."""
        return not any(map(self._is_wrong, self.members, self.multipliers))

    def _is_wrong(self, number: int, multiplier: fmpq) -> bool:
        if self.program.is_inequality(number):
            return bool(multiplier < 0)
        return bool(multiplier) and self.program.is_pin(number)

    def without_wrong_multipliers(self) -> Basis:
        """The same members where the objective is what the right multipliers make of them.

        Up to a positive factor; this basis is dual feasible.
        """
        right = [
            fmpq(0) if self._is_wrong(k, y) else y
            for k, y in zip(self.members, self.multipliers, strict=True)
        ]
        numerators, _ = fmpq_mat(len(right), 1, right).numer_denom()
        objective = (_transposed(self.program, self.members) * numerators).entries()
        program = replace(self.program, objective=tuple(objective))
        return Basis(program, self.members, tuple(map(fmpq, numerators.entries())))

    def coefficients(self, number: int) -> list[fmpq]:
        """The alpha with sum(alpha_i row_i) = the row of this number (coefficients only)."""
        matrix = _transposed(self.program, self.members)
        return _solve(matrix, self.program.rows[number][:-1]).entries()

    def direction(self, position: int) -> Rational:
        """The direction in which the member at ``position`` grows and no other changes."""
        unit = [fmpz(int(i == position)) for i in range(len(self.members))]
        matrix = _matrix(self.program, self.members)
        return _rational(_solve(matrix, unit))

    def with_member(self, position: int, number: int) -> tuple[int, ...]:
        """The members once ``number`` has taken the place at ``position``."""
        return (*self.members[:position], number, *self.members[position + 1 :])


def _transposed(program: Program, members: Sequence[int]) -> fmpz_mat:
    """The matrix whose columns are the members' coefficients."""
    return _matrix(program, members).transpose()


def _matrix(program: Program, members: Sequence[int]) -> fmpz_mat:
    """The matrix whose rows are the members' coefficients."""
    entries = [entry for k in members for entry in program.rows[k][:-1]]
    return fmpz_mat(len(members), program.unknowns, entries)


def _solve(matrix: fmpz_mat, right: Sequence[fmpz]) -> fmpq_mat:
    return cast(fmpq_mat, matrix.solve(fmpz_mat(len(right), 1, right)))


def _rational(vector: fmpq_mat) -> Rational:
    numerators, denominator = vector.numer_denom()
    return Rational(numerators.entries(), denominator)
