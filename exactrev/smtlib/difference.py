"""The claims ``equal-on`` and ``within`` (format, section 11) as scripts."""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq

from exactrev.checker.apart import BOUNDS
from exactrev.checker.difference import Pair, read_pair
from exactrev.checker.flat import Flat
from exactrev.checker.lines import (
    Lines,
    Refused,
    integers,
    numbers_after,
)
from exactrev.checker.network import Layered, Network, Row
from exactrev.checker.reduced import PIN, levels
from exactrev.checker.stack import Stack, in_free_inputs
from exactrev.checker.statement import count_after
from exactrev.checker.tree import GRAMMAR
from exactrev.smtlib.networks import define_network
from exactrev.smtlib.preliminaries import (
    as_row,
    declare_inputs,
    pass_over_norm,
    point_of,
    read_domain,
)
from exactrev.smtlib.reducing import reduced
from exactrev.smtlib.script import Script, both, differs, linear, number, some
from exactrev.smtlib.tree import TreeScript
from exactrev.smtlib.vanishing import VanishingScript


class _DifferenceScript:
    """The tree of the difference of two networks, after its reductions."""

    def __init__(self, lines: Lines, networks: Sequence[Network], script: Script) -> None:
        a, b = networks
        self.script = script
        self.pair: Pair = read_pair(lines, a, b)
        network: Layered = self.pair.difference()
        rows: list[Row] | None = None
        if lines.peek().startswith("domain "):
            self.domain = read_domain(lines, a.inputs)
            flat = _flattened(lines, self.domain, a.inputs, script)
            free = numbers_after("inside", lines.take(), len(flat.free))
            rows = [as_row(row) for row in flat.interior(free)]
            network = in_free_inputs(network, flat.pinned, flat.free)
        declare_inputs(script, network.inputs)
        layers = levels(reduced(lines, network, script))
        if rows is None:
            rows = self.domain = read_domain(lines, a.inputs)
        if count_after("depth", lines.take()):
            raise Refused("this tree must have depth 0")
        pass_over_norm(lines)
        self.tree = TreeScript(script, Stack(network.inputs, [*layers, []]), rows)
        first = self.tree.first + sum(map(len, layers[:-1]))
        self.outputs = range(first, first + a.outputs)


def _flattened(lines: Lines, domain: list[Row], inputs: int, script: Script) -> Flat:
    """The lines ``pin``: on the domain an input is the form of others that each one says."""
    flat = Flat(domain, inputs)
    names = {j: f"u{j}" for j in range(inputs)}
    script.open()
    for name in names.values():
        script.declare(name)
    closed = [f"(>= {linear(row, names)} 0.0)" for row in domain]
    while lines.peek().startswith("pin "):
        line = lines.take()
        _, (row, place, *pairs) = integers(line, PIN)
        flat.pin(row, place, pairs)
        form = linear(flat.pinned[place], names)
        script.check(line[:40], [*closed, differs(names[place], form)])
    script.close()
    return flat


class EqualOnScript(_DifferenceScript):
    """On each leaf ``same`` no output differs."""

    _vanishing: VanishingScript | None = None

    def step(self, line: str, why: str) -> None:
        """Write one step."""
        if self._vanishing is not None or line == "vanishes":
            self._vanish(line, why)
            return
        if line.startswith("cancels"):
            self.tree.require_open()
            self.script.open()
            outputs = self.tree.undecided(self.outputs)
            self.script.check(why, [*self.tree.cell(), some(differs(d, "0.0") for d in outputs)])
            self.script.close()
            self.tree.leaf()
            return
        if line != "same":
            word, numbers = integers(line, GRAMMAR)
            self.tree.step(word, (numbers or [0])[0], why)
            return
        forms = [self.tree.z(output) for output in self.outputs]
        self.script.check(why, [*self.tree.cell(), some(differs(d, "0.0") for d in forms)])
        self.tree.leaf()

    def _vanish(self, line: str, why: str) -> None:
        """The leaf ``vanishes``, or a node of its trees."""
        if self._vanishing is None:
            self.tree.require_open()
            self.script.open()
            self._vanishing = VanishingScript(self.script, self.tree, self.outputs)
        else:
            self._vanishing.step(line, why)
        if self._vanishing.closed:
            self._vanishing = None
            self.script.close()
            self.tree.leaf()

    def finish(self) -> None:
        """Refused unless the proof is whole."""
        if self._vanishing is not None or not self.tree.finished:
            raise Refused("a branch of the tree is open")


class WithinScript(_DifferenceScript):
    """On each leaf ``bounded`` every output is between the bounds that are stated at the end."""

    def __init__(
        self, lines: Lines, networks: Sequence[Network], script: Script, stated: str | None
    ) -> None:
        super().__init__(lines, networks, script)
        if stated is None:
            raise Refused("the 'bounds' line is missing")
        self._line = stated
        self._bounds = numbers_after("bounds", stated, 2 * len(self.outputs))
        self._here: set[tuple[int, str]] = set()
        self._after = False

    def step(self, line: str, why: str) -> None:
        """Write one step."""
        if line == "bounded":
            if len(self._here) < 2 * len(self.outputs):
                raise Refused("an output has no bound on the cell")
            self._here = set()
            self.tree.leaf()
            return
        if line.startswith("bounds "):
            if not self.tree.finished or self._after or line != self._line:
                raise Refused("a branch of the tree is open, or there are bounds already")
            self._after = True
            return
        word, numbers = integers(line, BOUNDS)
        if word in ("lower", "upper"):
            self._bound(numbers[0], word, why)
        elif self._here:
            raise Refused("only bounds and 'bounded' may follow a bound")
        elif word == "attained":
            self._attained(numbers[0], point_of(numbers[1:], self.pair.a.inputs), why)
        else:
            self.tree.step(word, numbers[0], why)

    def _bound(self, output: int, side: str, why: str) -> None:
        if output >= len(self.outputs) or (output, side) in self._here:
            raise Refused("there is no such output, or it has this bound already")
        self._here.add((output, side))
        d = self.tree.z(self.outputs[output])
        bound = number(self._bounds[2 * output + (side == "upper")])
        relation = ">" if side == "upper" else "<"
        self.script.check(
            f"{why[:40]}: {bound}", [*self.tree.cell(), f"({relation} {d} {bound})"]
        )

    def _attained(self, output: int, point: list[fmpq], why: str) -> None:
        """Both networks at a point of the closed domain, every relu evaluated."""
        if not self._after or output >= len(self.outputs):
            raise Refused("no bounds of this output are stated")
        script, pair = self.script, self.pair
        script.open()
        names = [f"p{j}" for j in range(len(point))]
        for name, x in zip(names, point, strict=True):
            script.define(name, number((int(x.p), int(x.q))))
        ours = define_network(script, pair.a, "A", names)[output]
        theirs = define_network(script, pair.b, "B", names)[output]
        scaled = f"(+ (* {number(pair.scale[output])} {theirs}) {number(pair.shift[output])})"
        low, high = (number(bound) for bound in self._bounds[2 * output : 2 * output + 2])
        places = dict(enumerate(names))
        holds = [f"(>= {linear(row, places)} 0.0)" for row in self.domain]
        holds.append(some(f"(= (- {ours} {scaled}) {bound})" for bound in (low, high)))
        script.check(f"{why[:40]}: a bound is attained", [f"(not {both(holds)})"])
        script.close()

    def finish(self) -> None:
        """Refused unless the proof is whole."""
        if not self._after:
            raise Refused("the 'bounds' line is missing")
