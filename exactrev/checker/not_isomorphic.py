"""The claim ``not-isomorphic``: no permutation and scaling makes A into B (format, section 8).

In the varied network every weight and bias is raised to a power, and relu is replaced by a function
that is linear on either side of 0.  Isomorphic networks have isomorphic varied networks, so that
the outputs of these are equal, and the z of neurons are as many positive multiples of anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from exactrev.checker.lines import Ratio, Refused, natural, number, numbers_after
from exactrev.checker.network import ONE, Network, combination
from exactrev.checker.rows import multiply
from exactrev.checker.statement import count_after

#: Weights may be raised to powers up to this one.
MAX_POWER = 9


class NotIsomorphic:
    """A and B differ in depth, or their varied networks differ in values at some points."""

    def __init__(self, a: Network, b: Network) -> None:
        self._networks = (a, b)
        self._power = 0
        self._slopes: list[Ratio] | None = None
        self._points = 0
        # for each network, the z of all neurons and outputs, with a number for each point
        self._values: tuple[list[list[Ratio]], ...] = tuple(
            [[] for _ in range(sum(network.sizes[1:]))] for network in (a, b)
        )
        self._shown = False

    def step(self, line: str) -> None:
        if self._shown:
            raise Refused("only 'end' may follow what A and B differ in")
        if line == "layers" and not self._power:
            self._require(self._networks[0].layers != self._networks[1].layers)
        elif not self._power:
            self._power = count_after("power", line)
            if not 1 <= self._power <= MAX_POWER:
                raise Refused(f"expected a power from 1 to {MAX_POWER}")
        elif self._slopes is None:
            self._slopes = numbers_after("slopes", line, 2)
        elif line.startswith("point "):
            self._evaluate(numbers_after("point", line, self._networks[0].inputs), self._slopes)
        else:
            self._compare(*line.split(" "))

    def _require(self, differ: bool) -> None:
        if not differ:
            raise Refused("A and B do not differ in this")
        self._shown = True

    def _evaluate(self, point: list[Ratio], slopes: list[Ratio]) -> None:
        for network, values in zip(self._networks, self._values, strict=True):
            found = varied_values(network, self._power, slopes, point)
            for column, z in zip(values, found, strict=True):
                column.append(z)
        self._points += 1

    def _compare(self, word: str, place: str = "", *tokens: str) -> None:
        """How many neurons of a layer, or whether an output, has the stated values."""
        if word not in ("neurons", "output") or len(tokens) != self._points:
            raise Refused("expected 'neurons' or 'output', its number and a number for each point")
        index, stated = natural(place), [number(token) for token in tokens]
        if word == "neurons":
            self._require(self._multiples(0, index, stated) != self._multiples(1, index, stated))
            return
        if index >= self._networks[0].outputs:
            raise Refused("there is no such output")
        here = [
            values[sum(network.sizes[1:-1]) + index] == stated
            for network, values in zip(self._networks, self._values, strict=True)
        ]
        self._require(here[0] != here[1])

    def _multiples(self, which: int, layer: int, stated: list[Ratio]) -> int:
        """How many neurons of a hidden layer have positive multiples of these values."""
        network = self._networks[which]
        if not 1 <= layer < network.layers:
            raise Refused("the networks have no such hidden layer both")
        first = network.first[layer] - network.inputs
        rows = self._values[which][first : first + network.sizes[layer]]
        return sum(is_positive_multiple(row, stated) for row in rows)

    def finish(self) -> None:
        if not self._shown:
            raise Refused("nothing is shown that A and B differ in")

    def sentence(self) -> str:
        a, b = (network.sha256 for network in self._networks)
        return (
            f"network B (sha256 {b}) is not network A (sha256 {a}) with the neurons of each hidden "
            "layer permuted and scaled by positive numbers"
        )


def varied_values(
    network: Network, power: int, slopes: Sequence[Ratio], point: Sequence[Ratio]
) -> list[Ratio]:
    """The z of every hidden neuron and the outputs of the varied network at a point."""
    above, below = slopes
    values = {ONE: (1, 1), **dict(enumerate(point))}
    found: list[Ratio] = []
    for layer in range(1, network.layers + 1):
        for index in range(network.sizes[layer]):
            row = network.row(layer, index)
            z = combination({v: (p**power, q**power) for v, (p, q) in row.items()}, values)
            found.append(z)
            values[network.first[layer] + index] = multiply(above if z[0] >= 0 else below, z)
    return found


def is_positive_multiple(row: Sequence[Ratio], other: Sequence[Ratio]) -> bool:
    """Whether some c > 0 makes c times the second list the first one."""
    for x, y in zip(row, other, strict=True):
        if y[0]:
            return x[0] * y[0] > 0 and all(
                multiply(u, y) == multiply(x, v) for u, v in zip(row, other, strict=True)
            )
    return not any(x[0] for x in row)
