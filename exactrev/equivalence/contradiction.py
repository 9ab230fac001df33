"""Leaves of trees of cases: that on a branch a row is nowhere > 0 (format, sections 6.1 and 11).

The proof is a combination of what is > 0 or >= 0 there, which floats propose: rounded to short
numbers, or made exact by a small system of equations, or replaced by an exact linear program.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from fractions import Fraction

from flint import fmpq, fmpq_mat

from exactrev.equivalence.lifted import ONE, Branch, Row, add_to
from exactrev.equivalence.lifted_floats import FloatAnswer
from exactrev.lp import Form, Motzkin, Point, System, solve

#: Multipliers less than this part of the largest one are taken for 0.
_SMALL = 1e-7
#: Denominators up to this are tried for a multiplier.
_SHORT = 64
#: How near a short number has to be to be tried first; the sum is exact whatever is tried.
_NEAR = 1e-6

_UNIT = fmpq(1)


@dataclass
class Combination:
    """Multipliers: of the target; of decided neurons' z or -z and of undecided ones' values; of the
    latter less their z; of the rows of a cell, by their places."""

    target: fmpq
    plain: dict[int, fmpq] = field(default_factory=dict)
    above: dict[int, fmpq] = field(default_factory=dict)
    rows: dict[int, fmpq] = field(default_factory=dict)

    def line(self, names: Sequence[object], numbers: Sequence[int]) -> str:
        """The leaf's line, ``numbers`` being those of the cell's rows."""
        tokens = [f"never {self.target} 0"]
        tokens += [f"{names[k]} {y}" for k, y in sorted(self.plain.items()) if y]
        for word, named in (
            ("above", {names[k]: y for k, y in sorted(self.above.items())}),
            ("rows", {numbers[k]: y for k, y in sorted(self.rows.items())}),
        ):
            chosen = [f"{name} {y}" for name, y in named.items() if y]
            tokens += [word, *chosen] if chosen else []
        return " ".join(tokens)


class Contradiction:
    """The search for the leaf of one branch, where a row of the lifted space is to be <= 0."""

    def __init__(self, branch: Branch, target: Row, cell: Sequence[Row]) -> None:
        self.branch, self._cell = branch, cell
        self._target = branch.expanded(target)
        self._free = branch.undecided
        self._shift = branch.lifted.inputs

    # -- from what floats propose --------------------------------------------------------------

    def proposed(self, answer: FloatAnswer) -> Combination | None:
        """The proposal made exact; None if it is none, or if that fails."""
        numbers = [answer.target, *answer.plain.values(), *answer.above.values(), *answer.rows]
        largest = max(numbers)
        if not 0 < largest < float("inf"):
            return None
        scale = answer.target if answer.target > _SMALL * largest else 0.0
        unit = scale or largest
        near = _Proposal(
            fmpq(int(scale > 0)),
            {k: y / unit for k, y in answer.plain.items() if y > _SMALL * largest},
            {k: y / unit for k, y in answer.above.items() if y > _SMALL * largest},
            {k: y / unit for k, y in enumerate(answer.rows) if y > _SMALL * largest},
        )
        unused = {k for k in self._free if k not in near.plain and k not in near.above}
        return self._rounded(near) or self._solved(near, set()) or self._solved(near, unused)

    def _rounded(self, near: _Proposal) -> Combination | None:
        """The proposal with short numbers, what values are multiplied with following from these."""
        fixed = {k: _short(near.plain[k]) for k in self.branch.decided if k in near.plain}
        rows = {k: _short(y) for k, y in near.rows.items()}
        found = Combination(near.target, fixed, {}, rows)
        total = self._sum(found)
        for k in reversed(self._free):
            rest = -total.get(self._shift + k, fmpq(0))
            above = rest if k not in near.plain else _short(near.above.get(k, 0.0))
            self._take(found, total, k, rest, min(above, max(rest, fmpq(0))))
        return found if self._proves(found, total) else None

    def _solved(self, near: _Proposal, unused: Set[int]) -> Combination | None:
        """The proposal's rows with the multipliers that make coefficients of the inputs 0, and
        those of the values of ``unused`` neurons, of which no multiple is to be taken.
        """
        parts = [self._part(near, None, unused)]
        parameters = [
            *(("plain", k) for k in sorted(self.branch.decided) if k in near.plain),
            *(("above", k) for k in self._free if k in near.plain and k in near.above),
            *(("rows", k) for k in near.rows),
        ]
        parts += [self._part(near, parameter, unused) for parameter in parameters]
        guesses = [_short(getattr(near, kind)[k]) for kind, k in parameters]
        places = [*range(self._shift), *(self._shift + k for k in sorted(unused))]
        weights = _weights([total for _, total in parts], guesses, places)
        if weights is None:
            return None
        found, total = Combination(near.target), dict[int, fmpq]()
        for (part, rest), weight in zip(parts, [_UNIT, *weights], strict=True):
            add_to(total, rest, weight)
            for ours, theirs in (
                (found.plain, part.plain), (found.above, part.above), (found.rows, part.rows)
            ):  # fmt: skip
                add_to(ours, theirs, weight)
        return found if self._proves(found, total) else None

    def _part(
        self, near: _Proposal, parameter: tuple[str, int] | None, unused: Set[int]
    ) -> tuple[Combination, Row]:
        """The part of the combination that one multiplier is a factor of, or the target's."""
        kind, chosen = parameter or ("", -1)
        found = Combination(near.target if parameter is None else fmpq(0))
        if kind == "rows":
            found.rows[chosen] = _UNIT
        elif kind == "plain":
            found.plain[chosen] = _UNIT
        total = self._sum(found)
        for k in reversed(self._free):
            if k in unused:
                continue
            rest = -total.get(self._shift + k, fmpq(0))
            above = fmpq(int(kind == "above" and k == chosen)) if k in near.plain else rest
            self._take(found, total, k, rest, above)
        return found, total

    def _take(self, found: Combination, total: Row, k: int, rest: fmpq, above: fmpq) -> None:
        """Make the coefficient of a value 0: so much for it less its z, for itself what is left."""
        if above:
            found.above[k] = above
            add_to(total, self.branch.z(k), -above)
        if rest != above:
            found.plain[k] = rest - above
        total.pop(self._shift + k, None)

    def _sum(self, given: Combination) -> Row:
        """The target, decided neurons and the cell's rows, each times its multiplier."""
        total: Row = {}
        if given.target:
            add_to(total, self._target, given.target)
        for k, y in given.plain.items():
            add_to(total, self.branch.z(k), y if self.branch.decided[k] is True else -y)
        for k, y in given.rows.items():
            add_to(total, self._cell[k], y)
        return total

    def _proves(self, found: Combination, total: Row) -> bool:
        """Whether nothing but a constant is left, and it contradicts."""
        used = [*found.plain.values(), *found.above.values(), *found.rows.values()]
        if any(y < 0 for y in used) or any(number != ONE for number in total):
            return False
        constant = total.get(ONE, fmpq(0))
        strict = found.target > 0 or any(found.rows.values())
        strict |= any(found.plain.get(k) for k in self.branch.on)
        return bool(constant < 0 or (constant == 0 and strict))

    # -- exactly -------------------------------------------------------------------------------

    def exactly(self) -> Combination | Point:
        """By an exact linear program: the leaf, or a point (inputs, then the values that are left)
        where all that is > 0 or >= 0 on the branch is so."""
        on, off = self.branch.on, self.branch.off
        values = [{self._shift + k: _UNIT} for k in self._free]
        above = []
        for k, value in zip(self._free, values, strict=True):
            row = dict(value)
            add_to(row, self.branch.z(k), fmpq(-1))
            above.append(row)
        strict = [self._target, *self._cell, *(self.branch.z(k) for k in on)]
        weak = [{j: -a for j, a in self.branch.z(k).items()} for k in off]
        places = {number: number for number in range(self._shift)}
        places |= {self._shift + k: self._shift + i for i, k in enumerate(self._free)}
        forms = [_form(row, places) for row in [*strict, *weak, *values, *above]]
        parts = tuple(forms[: len(strict)]), tuple(forms[len(strict) :])
        answer = solve(System(len(places), *parts))
        if not isinstance(answer, Motzkin):
            return answer
        numbers = iter(answer.multipliers)
        target, rows = next(numbers), {k: next(numbers) for k in range(len(self._cell))}
        plain = {k: next(numbers) for k in [*on, *off, *self._free]}
        return Combination(target, plain, {k: next(numbers) for k in self._free}, rows)

    def loosest(self, point: Point) -> int | None:
        """The neuron whose value at a point (as of :meth:`exactly`) is the most above relu of its
        z, the later one of several; None if all are relu of their z."""
        known = dict(enumerate(point.coordinates[: self._shift]))
        known |= {
            self._shift + k: value
            for k, value in zip(self._free, point.coordinates[self._shift :], strict=True)
        }
        known[ONE] = _UNIT
        found, most = None, fmpq(0)
        for k in self._free:
            z = sum((a * known[j] for j, a in self.branch.z(k).items()), fmpq(0))
            excess = known[self._shift + k] - max(z, fmpq(0))
            if excess > 0 and excess >= most:
                found, most = k, excess
        return found


@dataclass(frozen=True)
class _Proposal:
    """The multipliers that are not about 0, with the target's being 1 or 0."""

    target: fmpq
    plain: Mapping[int, float]
    above: Mapping[int, float]
    rows: Mapping[int, float]


def _weights(
    totals: Sequence[Row], guesses: Sequence[fmpq], places: Sequence[int]
) -> list[fmpq] | None:
    """Factors of all sums but the first that make coefficients of the whole 0 at some places; those
    that may be anything are as guessed."""
    count = len(totals) - 1
    matrix = fmpq_mat(len(places), count + 1, [
        total.get(j, fmpq(0)) * (1 if k else -1)
        for j in places
        for k, total in [*enumerate(totals[1:], 1), (0, totals[0])]
    ])  # fmt: skip
    reduced, rank = matrix.rref()
    pivots = [next(j for j in range(count + 1) if reduced[i, j]) for i in range(rank)]
    if count in pivots:
        return None
    weights = list(guesses)
    for i, pivot in enumerate(pivots):
        free = (reduced[i, j] * weights[j] for j in range(count) if j not in pivots)
        weights[pivot] = reduced[i, count] - sum(free, fmpq(0))
    return weights


def _form(row: Row, places: Mapping[int, int]) -> Form:
    form = [fmpq(0)] * (len(places) + 1)
    for number, coefficient in row.items():
        form[-1 if number == ONE else places[number]] = coefficient
    return tuple(form)


def _short(x: float) -> fmpq:
    """A number of a small denominator near x, or x in 30 binary places."""
    near = Fraction(x).limit_denominator(_SHORT)
    if abs(float(near) - x) > _NEAR * max(1.0, abs(x)):
        near = Fraction(round(x * 2**30), 2**30)
    return fmpq(near.numerator, near.denominator)
