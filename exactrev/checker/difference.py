"""The difference of two networks as one network (format, section 11)."""

from __future__ import annotations

from dataclasses import dataclass

from exactrev.checker.lines import Lines, Ratio, Refused, numbers_after
from exactrev.checker.network import ONE, Network, Row
from exactrev.checker.rows import add_multiple, multiply
from exactrev.checker.stack import Stack, renamed


def side_by_side(a: Network, b: Network) -> tuple[list[list[Row]], list[Row], list[Row]]:
    """The hidden layers of both, A's neurons before B's in each, and the rows of both's outputs."""
    known = {value: value for value in range(ONE, a.inputs)}
    places: tuple[dict[int, int], dict[int, int]] = (dict(known), dict(known))
    following, layers = a.inputs, []
    for layer in range(1, max(a.layers, b.layers)):
        rows = []
        for network, place in zip((a, b), places, strict=True):
            for index in range(network.sizes[layer] if layer < network.layers else 0):
                place[network.first[layer] + index] = following
                following += 1
                rows.append(renamed(network.row(layer, index), place))
        layers.append(rows)
    ours, theirs = (
        [renamed(row, place) for row in network.output_rows()]
        for network, place in zip((a, b), places, strict=True)
    )
    return layers, ours, theirs


@dataclass(frozen=True)
class Pair:
    """Networks A and B, B's outputs times ``scale`` plus ``shift``."""

    a: Network
    b: Network
    scale: list[Ratio]
    shift: list[Ratio]

    def difference(self) -> Stack:
        """A less B so scaled: hidden layer k holds A's neurons of layer k, then B's."""
        hidden, ours, theirs = side_by_side(self.a, self.b)
        outputs = []
        for row, other, s, t in zip(ours, theirs, self.scale, self.shift, strict=True):
            add_multiple(row, (-s[0], s[1]), other)
            add_multiple(row, (-1, 1), {ONE: t} if t[0] else {})
            outputs.append(row)
        return Stack(self.a.inputs, [*hidden, outputs])

    def names(self) -> str:
        """The two functions that are compared, for a sentence."""
        trivial = all(s == (1, 1) for s in self.scale) and all(t == (0, 1) for t in self.shift)
        scaled = "" if trivial else ", its outputs scaled and shifted as stated,"
        return f"network A (sha256 {self.a.sha256}) and network B (sha256 {self.b.sha256}){scaled}"

    def differences(self, point: list[Ratio]) -> list[Ratio]:
        """The exact outputs of the difference at a point."""
        differences = []
        outputs = zip(self.a.evaluate(point), self.b.evaluate(point), strict=True)
        for (f, g), s, t in zip(outputs, self.scale, self.shift, strict=True):
            row = {ONE: f}
            add_multiple(row, (-1, 1), {ONE: multiply(s, g)})
            add_multiple(row, (-1, 1), {ONE: t})
            differences.append(row.get(ONE, (0, 1)))
        return differences


def read_pair(lines: Lines, a: Network, b: Network) -> Pair:
    """A and B with the scale and shift that the next lines state."""
    if (a.inputs, a.outputs) != (b.inputs, b.outputs):
        raise Refused("the networks differ in their numbers of inputs or outputs")
    scale = numbers_after("scale", lines.take(), b.outputs)
    shift = numbers_after("shift", lines.take(), b.outputs)
    if any(p == 0 for p, _ in scale):
        raise Refused("a scale is 0")
    return Pair(a, b, scale, shift)
