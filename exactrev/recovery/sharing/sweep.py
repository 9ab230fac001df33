"""A line on which most kinks are predicted: far fewer places need to be asked than kinks lie there.

Between two places asked, the piece of f changes by a multiple of each form that vanishes in
between.  Forms predicted there either account for the whole change, which settles them all at
once, or something else lies between too, and the part is halved.  The change has n+1 coefficients
for every output and no more than half as many forms are ever fitted to it, so that an accident
would have to satisfy many equations.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from flint import fmpq, fmpq_mat, fmpz

from exactrev.exact.linear import matrix_rows
from exactrev.recovery.geometry import Form, Kink, rounded
from exactrev.recovery.lines import Line, Scanner, Station
from exactrev.recovery.survey import Survey

#: How near to a predicted kink it is set apart from others, as a share of what is around it.
_APART = fmpq(1, fmpz(1) << 40)
_GRID = 256


@dataclass(frozen=True)
class Prediction:
    """A form that vanishes on the line at ``t``, and the neuron that it belongs to."""

    t: fmpq
    form: Form
    neuron: int


@dataclass
class Settled:
    """What became of predictions: neurons ``seen``, and parts where something else lies."""

    seen: set[int] = field(default_factory=set)
    unknown: list[tuple[Station, Station]] = field(default_factory=list)


class Sweep:
    """One line; every place asked on it is kept."""

    def __init__(self, survey: Survey, line: Line, stations: Sequence[fmpq], name: str) -> None:
        self.survey = survey
        self.line = line
        self.most = (survey.probe.oracle.inputs + 1) // 2
        self._scanner = Scanner(
            survey.probe,
            line,
            survey.random,
            lambda count: survey.report(f"{name}: {count} kinks"),
        )
        width = line.stop - line.start
        for t in (line.start, *stations, line.stop):
            self._scanner.station(t, width)
        self._open = list(reversed(list(pairwise(self.stations))))

    @property
    def stations(self) -> list[Station]:
        """The places asked, in order, each once."""
        kept = {station.t: station for station in self._scanner.stations}
        return [kept[t] for t in sorted(kept)]

    @property
    def kinks(self) -> list[Kink]:
        """Kinks found one by one."""
        return self._scanner.kinks

    @property
    def searched(self) -> bool:
        """Whether every kink between the line's ends was looked for."""
        return not self._open

    def search(self, enough: Callable[[list[Kink]], bool]) -> bool:
        """Find kinks one by one, in order, until they are enough or no more; whether they are.

        What is asked is just what an ordinary scan of the line asks.
        """
        while self._open:
            left, right = self._open.pop()
            if left.piece == right.piece:
                continue
            count = len(self.kinks)
            self._open += reversed(self._scanner.step(left, right))
            if len(self.kinks) > count and enough(self.kinks):
                return True
        return False

    def settle(self, predictions: Sequence[Prediction]) -> Settled:
        """Ask until each part of the line is accounted for by predictions, or holds none."""
        listed = sorted(predictions, key=lambda prediction: prediction.t)
        at = [prediction.t for prediction in listed]
        settled = Settled()
        apart: set[tuple[fmpq, fmpq]] = set()
        todo = list(pairwise(self.stations))
        todo.reverse()
        while todo:
            left, right = todo.pop()
            if left.piece == right.piece:
                continue
            inside = listed[bisect_right(at, left.t) : bisect_left(at, right.t)]
            shares = self._shares(inside, left, right)
            if shares is not None:
                settled.seen.update(p.neuron for p, share in zip(inside, shares, strict=True)
                                    if share)
            elif not inside or (left.t, right.t) in apart:
                settled.unknown.append((left, right))
            else:
                cuts = self._cuts(inside, left, right)
                apart.add((cuts[0].t, cuts[-1].t))
                todo += reversed(list(pairwise([left, *cuts, right])))
        return settled

    def _shares(
        self, inside: Sequence[Prediction], left: Station, right: Station
    ) -> list[bool] | None:
        """Which of the forms the change between two places consists of, if it is just that."""
        if not 0 < len(inside) <= self.most:
            return None
        change = combination([p.form for p in inside], right.piece - left.piece)
        if change is None:
            return None
        return [any(row[i] for row in matrix_rows(change)) for i in range(len(inside))]

    def _cuts(
        self, inside: Sequence[Prediction], left: Station, right: Station
    ) -> list[Station]:
        """Places between two that part what is predicted there, or set the only kink apart."""
        gaps = [
            (abs(2 * k - len(inside) + 1), a.t, b.t)
            for k, (a, b) in enumerate(pairwise(inside), 1) if a.t < b.t
        ]
        if gaps:
            _, a, b = min(gaps)
            return [self._scanner.near((a + b) / 2, b - a)]
        t = inside[0].t
        margin = min(t - left.t, right.t - t) * _APART
        return [self._scanner.near(t - margin, margin), self._scanner.near(t + margin, margin)]

    def resolve(self, left: Station, right: Station) -> list[Kink]:
        """The kinks between two places: at once where the change is that of a single one."""
        known = [kink for kink in self.kinks if left.t < kink.position < right.t]
        if len(known) == 1 and known[0].sides == (left.piece, right.piece):
            return known
        bend = self._scanner.bend(left, right)
        if bend is not None and bend.jump.nrows() > 1:
            t = self.line.crossing(bend.form)
            if t is not None and left.t < t < right.t:
                place = rounded(self.line.at(t), _GRID)
                return [Kink(place, bend, t, (left.piece, right.piece))]
        count = len(self.kinks)
        self._scanner.search(left, right)
        return self.kinks[count:]


def combination(forms: Sequence[Form], change: fmpq_mat) -> fmpq_mat | None:
    """The only matrix C with C forms = change, or None if there is none or more than one."""
    count, outputs = len(forms), change.nrows()
    columns = [form.entries() for form in forms] + matrix_rows(change)
    echelon, rank = fmpq_mat([list(row) for row in zip(*columns, strict=True)]).rref()
    rows = matrix_rows(echelon)
    if rank != count or any(not rows[i][i] for i in range(count)):
        return None
    return fmpq_mat([[rows[i][count + k] for i in range(count)] for k in range(outputs)])
