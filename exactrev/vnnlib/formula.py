"""Quantifier-free linear formulas over the numbers that go into and come out of networks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from flint import fmpq

from exactrev.vnnlib.source import Position


class Variable(NamedTuple):
    """One number of a tensor: the tensor's name, and the place in row-major order from 0."""

    tensor: str
    element: int


@dataclass(frozen=True)
class Constraint:
    """sum of coefficient * variable + constant >= 0, or > 0 where strict.

    The coefficients are nonzero; there may be none.  ``position`` is where the comparison stands
    in its file and does not count for equality.
    """

    terms: tuple[tuple[Variable, fmpq], ...]
    constant: fmpq
    strict: bool
    position: Position = field(compare=False)

    def holds(self, values: Mapping[Variable, fmpq]) -> bool:
        """Whether it is true of these values."""
        total = self.constant
        for variable, coefficient in self.terms:
            total = total + coefficient * values[variable]
        return bool(total > 0 if self.strict else total >= 0)


@dataclass(frozen=True)
class And:
    """All of the parts; true where there are none.  No part is an And."""

    parts: tuple[Formula, ...]

    def holds(self, values: Mapping[Variable, fmpq]) -> bool:
        """Whether it is true of these values."""
        return all(part.holds(values) for part in self.parts)


@dataclass(frozen=True)
class Or:
    """At least one of the parts, of which there are two or more.  No part is an Or."""

    parts: tuple[Formula, ...]
    position: Position = field(compare=False)

    def holds(self, values: Mapping[Variable, fmpq]) -> bool:
        """Whether it is true of these values."""
        return any(part.holds(values) for part in self.parts)


Formula = Constraint | And | Or


def conjunction(parts: Iterable[Formula]) -> Formula:
    """All of the parts: an And without an And inside, or the only part."""
    flat: list[Formula] = []
    for part in parts:
        flat += part.parts if isinstance(part, And) else (part,)
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def disjunction(parts: Iterable[Formula], position: Position) -> Formula:
    """One of the parts, of which there is one at least: an Or without an Or inside."""
    flat: list[Formula] = []
    for part in parts:
        flat += part.parts if isinstance(part, Or) else (part,)
    return flat[0] if len(flat) == 1 else Or(tuple(flat), position)
