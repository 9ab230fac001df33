"""The ranges that a claim ``within`` states of the outputs' differences (format, section 11)."""

from __future__ import annotations

from exactrev.checker.difference import Pair
from exactrev.checker.lines import Ratio, Refused

#: An output and one of its sides, ``lower`` or ``upper``.
Key = tuple[int, str]


class Ranges:
    """Bounds of every output's difference: those proved so far, then those stated."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self.keys = [(i, side) for i in range(pair.a.outputs) for side in ("lower", "upper")]
        self._proved: dict[Key, Ratio] = {}
        self._stated: dict[Key, Ratio] = {}
        self._attained: set[Key] = set()
        self._reached: tuple[int, Ratio] | None = None

    def widen(self, key: Key, bound: Ratio) -> None:
        """Take in the bound of one more leaf; its denominator is positive."""
        if key not in self._proved or _beyond(key, bound, self._proved[key]):
            self._proved[key] = bound

    def state(self, bounds: list[Ratio]) -> None:
        """The bounds of the claim, which must be no tighter than what was proved."""
        if self._stated:
            raise Refused("there are bounds already")
        self._stated = dict(zip(self.keys, bounds, strict=True))
        for key, proved in self._proved.items():
            if _beyond(key, proved, self._stated[key]):
                raise Refused(f"the {key[1]} bound of output {key[0]} is not proved")

    def attain(self, output: int, point: list[Ratio]) -> None:
        """At a point of the closed domain an output has one of the bounds stated for it."""
        found = self._difference(output, point)
        here = {(output, side) for side in ("lower", "upper")}
        attained = {key for key in here if self._stated[key] == found}
        if not attained:
            raise Refused("the output has neither of its bounds at the point")
        self._attained |= attained

    def reach(self, output: int, point: list[Ratio]) -> None:
        """A point of the closed domain at which an output's difference is to be told."""
        if self._reached is not None:
            raise Refused("a difference is told already")
        self._reached = (output, self._difference(output, point))

    def _difference(self, output: int, point: list[Ratio]) -> Ratio:
        if (output, "lower") not in self._stated:
            raise Refused("no bounds of this output are stated")
        return self._pair.differences(point)[output]

    def finish(self) -> None:
        """Refused unless bounds were stated."""
        if not self._stated:
            raise Refused("the 'bounds' line is missing")

    def sentence(self, where: str) -> str:
        """What is proved, given the words for the points that it is proved of."""
        exact = " (which are attained)" if len(self._attained) == len(self.keys) else ""
        stated = list(map(_text, self._stated.values()))
        bounds = f": {' '.join(stated)}" if sum(map(len, stated)) < 200 else ""
        reached = ""
        if self._reached is not None:
            output, difference = self._reached
            value = _text(difference) if len(_text(difference)) < 200 else "what it is there"
            reached = f"; output {output} differs by {value} at a stated input"
        return (
            f"the outputs of {self._pair.names()} differ, first less second, by no less than the "
            f"stated lower and no more than the stated upper bounds{exact} at every point of "
            f"{where}, in real arithmetic{bounds}{reached}"
        )


def _text(x: Ratio) -> str:
    p, q = x
    return f"{p}/{q}" if q > 1 else str(p)


def _beyond(key: Key, one: Ratio, other: Ratio) -> bool:
    """Whether the first bound is weaker than the second: lower or, if upper ones, higher."""
    difference = one[0] * other[1] - other[0] * one[1]
    return difference < 0 if key[1] == "lower" else difference > 0
