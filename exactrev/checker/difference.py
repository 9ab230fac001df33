"""The difference of two networks as one network, reduced, and its trees (format, section 11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from exactrev.checker.forms import Form
from exactrev.checker.lines import Lines, Ratio, Refused, natural, numbers_after
from exactrev.checker.network import ONE, Layered, Network, Row
from exactrev.checker.reductions import reduce
from exactrev.checker.root import read_tree
from exactrev.checker.rows import WorkingForm, add_multiple, multiply
from exactrev.checker.tree import Tree


class Stack(Layered):
    """A network that is given by the rows of its layers, the outputs last."""

    def __init__(self, inputs: int, layers: list[list[Row]]) -> None:
        super().__init__(inputs)
        self._rows: list[list[Row]] = [[], *layers]
        for rows in layers:
            self.grow(len(rows))

    def row(self, layer: int, index: int) -> Row:
        return dict(self._rows[layer][index])


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
                rows.append(_renamed(network.row(layer, index), place))
        layers.append(rows)
    ours, theirs = (
        [_renamed(row, place) for row in network.output_rows()]
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


class ReducedTree:
    """A tree on the neurons that are left of a network after reductions, and on its outputs."""

    def __init__(self, lines: Lines, network: Layered) -> None:
        """Read what stands before ``proof``, from ``reductions`` on."""
        form = WorkingForm(network)
        head, _, count = lines.take().partition(" ")
        if head != "reductions":
            raise Refused("expected a line 'reductions' with a natural number")
        for _ in range(natural(count)):
            rule, *operands = lines.take().split(" ")
            reduce(network, form, rule, operands)
        layers = levels(form)
        self.tree: Tree = read_tree(lines, Stack(form.inputs, [*layers, []]))
        if self.tree.depth:
            raise Refused("this tree must have depth 0")
        self.first_output = len(self.tree.cell.domain) + sum(map(len, layers[:-1]))

    def output(self, index: int) -> Form:
        """An output on the current cell, where it is one affine form."""
        self.tree.require_open()
        return self.tree.cell.preactivation(self.first_output + index)

    def where(self) -> str:
        """The points that the tree speaks of, for a sentence."""
        return "the stated domain's interior" if self.tree.cell.domain else "the input space"


def _renamed(row: Row, places: Mapping[int, int]) -> Row:
    return {places[value]: coefficient for value, coefficient in row.items()}


def levels(form: WorkingForm) -> list[list[Row]]:
    """The rows of the neurons left, level by level, then those of the outputs, renumbered.

    The level of a neuron is 1 more than the largest of those it reads.
    """
    level: dict[int, int] = {}
    for neuron in form.neurons():
        level[neuron] = 1 + max((level.get(value, 0) for value in form.row(neuron)), default=0)
    order = sorted(level, key=lambda neuron: (level[neuron], neuron))
    places = {value: value for value in range(ONE, form.inputs)}
    places |= {neuron: place for place, neuron in enumerate(order, form.inputs)}
    depth = max(level.values(), default=0)
    levels: list[list[Row]] = [[] for _ in range(depth + 1)]
    for neuron in order:
        levels[level[neuron] - 1].append(_renamed(form.row(neuron), places))
    levels[depth] = [_renamed(row, places) for row in form.output_rows()]
    return levels
