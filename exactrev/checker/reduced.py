"""Trees on reduced networks, which are restricted first where a domain is flat (format, 11)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from exactrev.checker.flat import Flat
from exactrev.checker.forms import Form
from exactrev.checker.lines import NATURAL, ROWS, Lines, Ratio, Refused, integers, numbers_after
from exactrev.checker.network import ONE, Layered, Row
from exactrev.checker.reductions import reduce
from exactrev.checker.root import read_tree, read_tree_on
from exactrev.checker.rows import WorkingForm
from exactrev.checker.stack import Stack, in_free_inputs, renamed
from exactrev.checker.statement import at, count_after, read_domain
from exactrev.checker.tree import Tree
from exactrev.checker.vanishing import Vanishing

PIN = {"pin": re.compile(rf"{NATURAL} {NATURAL} {ROWS}")}


class Plane:
    """A stated domain in the inputs that it leaves free, in which it has interior points."""

    def __init__(self, lines: Lines, inputs: int) -> None:
        """Read the domain, at least one line ``pin`` and the line ``inside``."""
        self._inputs = inputs
        self._stated = read_domain(lines, inputs)
        self._flat = Flat(self._stated, inputs)
        while lines.peek().startswith("pin "):
            _, (row, place, *pairs) = integers(lines.take(), PIN)
            self._flat.pin(row, place, pairs)
        if not self._flat.pinned:
            raise Refused("a domain before the reductions takes inputs out by lines 'pin'")
        free = len(self._flat.free)
        self.rows = self._flat.interior(numbers_after("inside", lines.take(), free))

    def restricted(self, network: Layered) -> Stack:
        """The network in the free inputs."""
        return in_free_inputs(network, self._flat.pinned, self._flat.free)

    def require(self, point: Sequence[Ratio]) -> None:
        """Refused unless a point, with all its coordinates, is in the stated domain."""
        if len(point) != self._inputs or any(at(row, point)[0] < 0 for row in self._stated):
            raise Refused("the point is not in the domain")


class ReducedTree:
    """A tree on the neurons that are left of a network after reductions, and on its outputs."""

    def __init__(self, lines: Lines, network: Layered) -> None:
        """Read what stands before ``proof``, from ``reductions`` or a flat domain on."""
        self._plane: Plane | None = None
        if lines.peek().startswith("domain "):
            self._plane = Plane(lines, network.inputs)
            network = self._plane.restricted(network)
        form = WorkingForm(network)
        for _ in range(count_after("reductions", lines.take())):
            rule, *operands = lines.take().split(" ")
            reduce(network, form, rule, operands)
        layers = levels(form)
        self._left = Stack(form.inputs, layers)
        self.tree = self._planted(lines, Stack(form.inputs, [*layers, []]))
        self.first_output = len(self.tree.cell.domain) + sum(map(len, layers[:-1]))

    def _planted(self, lines: Lines, network: Layered) -> Tree:
        if self._plane is None:
            tree = read_tree(lines, network)
        else:
            tree = read_tree_on(
                self._plane.rows, count_after("depth", lines.take()), lines, network
            )
        if tree.depth:
            raise Refused("this tree must have depth 0")
        return tree

    def output(self, index: int) -> Form:
        """An output on the current cell, where it is one affine form."""
        self.tree.require_open()
        return self.tree.cell.preactivation(self.first_output + index)

    def require_cancelled(self, steps: Sequence[str]) -> None:
        """Refused unless these reductions show the outputs to be 0 wherever the decided neurons are
        on or not as they are on the current cell."""
        form = self._form_here()
        for rule, operands in _each(steps):
            reduce(self._left, form, rule, operands)
        if any(form.output_rows()):
            raise Refused("the outputs do not cancel")

    def vanishing(self) -> Vanishing:
        """The trees that are to prove the outputs 0 on the current cell."""
        return Vanishing(self._left, self._form_here(), self.tree)

    def _form_here(self) -> WorkingForm:
        """The working form at the current node: the decided neurons are put away."""
        self.tree.require_open()
        form = WorkingForm(self._left)
        shift = form.inputs - len(self.tree.cell.domain)
        for number, on in self.tree.cell.on_or_not():
            if number < self.first_output:
                neuron = number + shift
                form.replace(neuron, form.row(neuron) if on else {})
        return form

    def require_closed(self, denominator: int, numerators: Sequence[int]) -> None:
        """Refused unless this point, with a positive denominator, is in the closed domain."""
        if self._plane is None:
            self.tree.require_closed(denominator, numerators)
        else:
            self._plane.require([(p, denominator) for p in numerators])

    def where(self) -> str:
        """The points that the tree speaks of, for a sentence."""
        if self._plane is not None:
            return "the stated domain"
        return "the stated domain's interior" if self.tree.cell.domain else "the input space"


def _each(tokens: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Reductions on one line: each rule with its operands."""
    place = 0
    while place < len(tokens):
        count = 3 if tokens[place] == "merge" else 1
        yield tokens[place], list(tokens[place + 1 : place + 1 + count])
        place += 1 + count


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
        levels[level[neuron] - 1].append(renamed(form.row(neuron), places))
    levels[depth] = [renamed(row, places) for row in form.output_rows()]
    return levels
