"""A property as a disjunction of cases: a polyhedron of inputs, and what is asserted on it.

The cases are made one at a time: a conjunction of n disjunctions has exponentially many.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flint import fmpq

from exactrev.lp.polyhedron import Form, Polyhedron
from exactrev.vnnlib.formula import And, Constraint, Formula, Or, Variable, conjunction
from exactrev.vnnlib.query import Query

#: a list built from its end, so that many branches share what they have in common
_Chain = tuple[Formula, "_Chain"] | None


@dataclass(frozen=True)
class Case:
    """The points of ``domain`` at which all of ``constraints`` hold.

    ``domain`` lies in the space of ``Query.inputs`` and has a row for every constraint of the case
    that reads inputs only.  ``constraints`` has the others and the strict ones: it is what is left
    to satisfy at the points of the domain.
    """

    domain: Polyhedron
    constraints: tuple[Constraint, ...]


def cases(query: Query) -> Iterator[Case]:
    """The cases of a query, in order: its property holds exactly where it does in one of them.

    Cases with the same rows in a row have the same ``domain`` object.  Without a case the property
    is false everywhere.
    """
    columns = {variable: j for j, variable in enumerate(query.inputs)}
    last: list[Constraint] | None = None
    domain = Polyhedron(len(columns))
    for conjunct in conjunctions(_inputs_first(query.assertion, columns)):
        mine = [c for c in conjunct if all(variable in columns for variable, _ in c.terms)]
        if last is None or not _same(mine, last):
            last, domain = mine, Polyhedron(len(columns), tuple(_rows(mine, columns)))
        rest = (c for c in conjunct if c.strict or any(v not in columns for v, _ in c.terms))
        yield Case(domain, tuple(rest))


def conjunctions(formula: Formula) -> Iterator[tuple[Constraint, ...]]:
    """The disjunctive normal form, one conjunction after the other; the last disjunction of an And
    varies fastest."""
    branches: list[tuple[_Chain, _Chain]] = [((formula, None), None)]
    while branches:
        pending, chosen = branches.pop()
        while pending is not None:
            first, pending = pending
            if isinstance(first, Constraint):
                chosen = (first, chosen)
            elif isinstance(first, And):
                for part in reversed(first.parts):
                    pending = (part, pending)
            else:
                branches += [((part, pending), chosen) for part in reversed(first.parts[1:])]
                pending = (first.parts[0], pending)
        yield tuple(reversed(list(_constraints(chosen))))


def row(constraint: Constraint, columns: Mapping[Variable, int]) -> Form:
    """The form (a_1, ..., a_n, b) of a constraint, given the column of each variable."""
    entries = [fmpq(0)] * (len(columns) + 1)
    for variable, coefficient in constraint.terms:
        entries[columns[variable]] = coefficient
    entries[-1] = constraint.constant
    return tuple(entries)


def _rows(constraints: Iterable[Constraint], columns: Mapping[Variable, int]) -> Iterator[Form]:
    """A row for each constraint that is not true everywhere."""
    for constraint in constraints:
        if constraint.terms or constraint.constant < 0:
            yield row(constraint, columns)


def _constraints(chain: _Chain) -> Iterator[Constraint]:
    while chain is not None:
        first, chain = chain
        if isinstance(first, Constraint):
            yield first


def _same(some: list[Constraint], others: list[Constraint]) -> bool:
    return len(some) == len(others) and all(a is b for a, b in zip(some, others, strict=True))


def _inputs_first(formula: Formula, columns: Mapping[Variable, int]) -> Formula:
    """The same with the parts that read inputs only before the others, so that cases that share
    their inputs follow one another."""
    if not isinstance(formula, And):
        return formula
    return conjunction(sorted(formula.parts, key=lambda part: not _reads_only(part, columns)))


def _reads_only(formula: Formula, columns: Mapping[Variable, int]) -> bool:
    if isinstance(formula, (And, Or)):
        return all(_reads_only(part, columns) for part in formula.parts)
    return all(variable in columns for variable, _ in formula.terms)
