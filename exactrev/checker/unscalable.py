"""The claim ``unscalable``: no output scale and shift make B the function A (format, section 8)."""

from __future__ import annotations

from exactrev.checker.lines import Ratio, Refused, numbers_after
from exactrev.checker.network import ONE, Network, Row
from exactrev.checker.rows import add_multiple, multiply

_POINTS = 3


class Unscalable:
    """Some output of A is not c times that of B plus d at three points, for any c != 0 and d."""

    def __init__(self, a: Network, b: Network) -> None:
        self._networks = (a, b)
        self._points: list[list[Ratio]] = []
        self._outputs: list[list[Ratio]] = []

    def step(self, line: str) -> None:
        if len(self._outputs) == 2 * len(self._points):
            if len(self._points) == _POINTS:
                raise Refused("only 'end' may follow the outputs at three points")
            self._points.append(numbers_after("point", line, self._networks[0].inputs))
            return
        place = len(self._outputs) % 2
        network = self._networks[place]
        stated = numbers_after(f"output {'AB'[place]}", line, network.outputs)
        if network.evaluate(self._points[-1]) != stated:
            raise Refused(f"network {'AB'[place]} does not have the stated outputs at the point")
        self._outputs.append(stated)

    def finish(self) -> None:
        if len(self._outputs) < 2 * _POINTS:
            raise Refused("three points and both outputs at each are needed")
        if not any(self._is_refuted(i) for i in range(self._networks[0].outputs)):
            raise Refused("a scale and a shift are right at the three points, for every output")

    def _is_refuted(self, output: int) -> bool:
        f, g = ([outputs[output] for outputs in self._outputs[k::2]] for k in (0, 1))
        u, v = ([_less(x, values[2]) for x in values[:2]] for values in (f, g))
        return any(x[0] for x in u) != any(x[0] for x in v) or (
            multiply(u[0], v[1]) != multiply(u[1], v[0])
        )

    def sentence(self) -> str:
        a, b = (network.sha256 for network in self._networks)
        return (
            f"some output of network A (sha256 {a}) is not, at every input, that of network B "
            f"(sha256 {b}) times a number other than 0 plus a number, in real arithmetic"
        )


def _less(x: Ratio, y: Ratio) -> Ratio:
    row: Row = {ONE: x}
    add_multiple(row, (-1, 1), {ONE: y})
    return row.get(ONE, (0, 1))
