"""The claim ``unbounded``: A and B move apart for ever along a ray of a domain (format, 11)."""

from __future__ import annotations

from exactrev.checker.difference import read_pair
from exactrev.checker.lines import Lines, Ratio, Refused, natural, numbers_after
from exactrev.checker.network import ONE, Layered, Network, Row, combination


class Unbounded:
    """The point plus t times the ray is in the domain for all t >= 0; there A - B is unbounded."""

    def __init__(self, lines: Lines, a: Network, b: Network) -> None:
        self._pair = read_pair(lines, a, b)
        self._inputs = a.inputs
        head, _, count = lines.take().partition(" ")
        if head != "domain":
            raise Refused("expected a line 'domain' with a natural number")
        rows = (numbers_after("row", lines.take(), a.inputs + 1) for _ in range(natural(count)))
        self._domain = [dict(enumerate(row[:-1])) | {ONE: row[-1]} for row in rows]
        self._point: list[Ratio] | None = None
        self._proved = False

    def step(self, line: str) -> None:
        if self._point is None:
            self._point = numbers_after("point", line, self._inputs)
        elif self._proved:
            raise Refused("only 'end' may follow the ray")
        else:
            self._follow(Ray(self._point, numbers_after("ray", line, self._inputs)))

    def _follow(self, ray: Ray) -> None:
        for row in self._domain:
            if min(ray.along(row)) < 0:
                raise Refused("the ray leaves the domain")
        if not any(slope for _, slope in ray.through(self._pair.difference())):
            raise Refused("no output of the difference grows along the ray")
        self._proved = True

    def finish(self) -> None:
        if not self._proved:
            raise Refused("a point and a ray are needed")

    def sentence(self) -> str:
        return (
            f"the outputs of {self._pair.names()} differ by more than any bound on the stated "
            "domain, namely along the stated ray, in real arithmetic"
        )


class Ray:
    """A half-line, along which values are followed as (at its point, slope)."""

    def __init__(self, point: list[Ratio], direction: list[Ratio]) -> None:
        self._start = {ONE: (1, 1)} | dict(enumerate(point))
        self._slope = {ONE: (0, 1)} | dict(enumerate(direction))

    def along(self, row: Row) -> tuple[int, int]:
        """The signs, as numerators, of a value at the point and of its slope."""
        return combination(row, self._start)[0], combination(row, self._slope)[0]

    def through(self, network: Layered) -> list[tuple[int, int]]:
        """The same for the outputs of a network, whose neurons must keep their signs on the ray."""
        for number, layer, index in network.hidden():
            row = network.row(layer, index)
            signs = self.along(row)
            if min(signs) < 0 < max(signs):
                raise Refused("a neuron changes its sign along the ray")
            on = max(signs) > 0
            self._start[number] = combination(row, self._start) if on else (0, 1)
            self._slope[number] = combination(row, self._slope) if on else (0, 1)
        return [self.along(row) for row in network.output_rows()]
