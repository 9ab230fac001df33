"""A tree of cells (format, section 9) as a script: a scope for each branch, a check for each step.

Where a neuron is decided, its value gets a definition: its z where it is on, else 0.  So every z is
defined by the weights alone, and the solver has to find out for itself what follows on the cell.
Multipliers, residuals and the norm in the certificate are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flint import fmpq

from exactrev.checker.lines import Refused
from exactrev.checker.network import Layered, Row
from exactrev.checker.reductions import neuron_number
from exactrev.smtlib.forms import Form, form_of, ratio, two_points, value_at
from exactrev.smtlib.script import Script, both, linear, number, relu


@dataclass
class _Split:
    neuron: int
    decided_before: int
    conditions_before: int
    pending: list[str]


_OPEN = {"on": "(> {} 0.0)", "off": "(< {} 0.0)", "wall": "(= {} 0.0)"}
_CLOSED = {"on": "(>= {} 0.0)", "off": "(<= {} 0.0)", "wall": "(= {} 0.0)"}
#: What contradicts a step.
_OPPOSITE = {"on": "(<= {} 0.0)", "off": "(>= {} 0.0)", "zero": "(not (= {} 0.0))"}


class TreeScript:
    """Where the script stands in the tree.

    ``rows`` are those of the domain; inputs named in ``pinned`` are forms of the others there.
    Neurons have the row numbers that follow on those of the domain.
    """

    def __init__(
        self,
        script: Script,
        network: Layered,
        rows: Sequence[Row],
        depth: int = 0,
        pinned: Mapping[int, Row] | None = None,
    ) -> None:
        self.finished = False
        self.first = len(rows)
        self._script, self._network, self._depth = script, network, depth
        self._where = {value: (layer, index) for value, layer, index in network.hidden()}
        self._names = {j: f"x{j}" for j in range(network.inputs)}
        self._flat: list[str] = []
        self._zero: list[Form] = []
        for j, row in (pinned or {}).items():
            self._flat.append(f"(= x{j} {linear(row, self._names)})")
            form = form_of(row, network.inputs, {})
            form[j] -= 1
            self._zero.append(form)
        self._domain = [linear(row, self._names) for row in rows]
        self._forms: dict[int, Form] = {}
        self._values: dict[int, Form] = {}
        self._defined: list[int] = []
        self._decided: list[int] = []
        self._conditions: list[tuple[str, str]] = []  # z and how it was decided by a split
        self._walls: list[Form] = []
        self._splits: list[_Split] = []

    # -- the cell ------------------------------------------------------------------------------

    @property
    def codimension(self) -> int:
        """The number of walls."""
        return len(self._walls)

    @property
    def complete(self) -> bool:
        """Whether all neurons are decided."""
        return len(self._decided) == len(self._where)

    def cell(self) -> Iterator[str]:
        """What holds on the cell."""
        yield from self._flat
        yield from (f"(> {row} 0.0)" for row in self._domain)
        yield from (_OPEN[side].format(z) for z, side in self._conditions)

    def closed_cell(self) -> Iterator[str]:
        """What holds on the cell's closure."""
        yield from self._flat
        yield from (f"(>= {row} 0.0)" for row in self._domain)
        yield from (_CLOSED[side].format(z) for z, side in self._conditions)

    def closed_domain(self) -> Iterator[str]:
        """What holds on the closed domain."""
        yield from self._flat
        yield from (f"(>= {row} 0.0)" for row in self._domain)

    def z(self, neuron: int) -> str:
        """The name of a neuron's preactivation, which is defined now if it was not."""
        self.require_open()
        value = neuron - self.first + self._network.inputs
        if value not in self._where:
            raise Refused("there is no such neuron")
        name = f"z{neuron}"
        if value not in self._forms:
            row = self._network.row(*self._where[value])
            unknown = [v for v in row if v >= self._network.inputs and v not in self._values]
            if unknown:
                raise Refused("a neuron is read that is not decided")
            names = self._names | {
                v: f"a{v - self._network.inputs + self.first}" for v in row if v not in self._names
            }
            self._script.define(name, linear(row, names))
            self._forms[value] = form_of(row, self._network.inputs, self._values)
            self._defined.append(value)
        return name

    def undecided(self, outputs: Sequence[int]) -> list[str]:
        """The names of outputs; every neuron before them that is undecided becomes an ite.

        What is defined holds until the scope ends.
        """
        inputs, shift = self._network.inputs, self.first - self._network.inputs
        names = self._names | {value: f"a{value + shift}" for value in self._values}
        for value, (layer, index) in self._where.items():
            if value not in self._values:
                name = f"u{value + shift}"
                self._script.define(name, linear(self._network.row(layer, index), names))
                names[value] = name
                if value + shift not in outputs:
                    names[value] = f"r{value + shift}"
                    self._script.define(names[value], relu(name))
        return [names[output - self.first + inputs] for output in outputs]

    def unknown(self, outputs: Sequence[int]) -> tuple[dict[int, tuple[str, str]], list[str]]:
        """The value and z of every undecided neuron before some outputs, the values being numbers
        that are declared now; and the outputs.
        """
        shift = self.first - self._network.inputs
        names = self._names | {value: f"a{value + shift}" for value in self._values}
        found: dict[int, tuple[str, str]] = {}
        terms = []
        for value, place in self._where.items():
            if value + shift in outputs:
                terms.append(linear(self._network.row(*place), names))
            elif value not in self._values:
                names[value] = f"v{value + shift}"
                self._script.declare(names[value])
                found[value] = names[value], linear(self._network.row(*place), names)
        return found, terms

    def value_number(self, token: str) -> int:
        """The value number of the neuron ``L:i``."""
        return neuron_number(self._network, token)

    # -- steps ---------------------------------------------------------------------------------

    def step(self, word: str, neuron: int, why: str) -> None:
        """``on``, ``off``, ``zero``, ``split`` or ``empty`` (which names no neuron)."""
        self.require_open()
        if word == "empty":
            self._script.check(why, self.cell())
            self.leaf()
            return
        value = neuron - self.first + self._network.inputs
        if value in self._values:
            raise Refused("the neuron is decided already")
        z = self.z(neuron)
        if word == "split":
            self._split(neuron, value, z, why)
            return
        self._script.check(why, [*self.cell(), _OPPOSITE[word].format(z)])
        self._decide(neuron, word)

    def _split(self, neuron: int, value: int, z: str, why: str) -> None:
        """Two children, or three; z is not constant on the walls, so that no open set is lost."""
        form = self._forms[value]
        flat = [*self._zero, *self._walls]
        for point in two_points(form, flat):
            there = number(ratio(value_at(form, point)))
            walls = [_OPEN["wall"].format(w) for w, side in self._conditions if side == "wall"]
            holds = both([*self._flat, *walls, f"(= {z} {there})"])
            self._script.check(f"{why}: {z} is not constant", [*_at(point), f"(not {holds})"])
        pending = ["off", "on"]
        if len(self._walls) < self._depth:
            pending.append("wall")
        before = len(self._decided), len(self._conditions)
        self._splits.append(_Split(neuron, *before, pending))
        self._next_child()

    def require_point(self, point: Sequence[fmpq], why: str) -> None:
        """The point is in the cell."""
        self._script.check(why, [*_at(point), f"(not {both(self.cell())})"])

    def require_open(self) -> None:
        """Refused if every branch is closed."""
        if self.finished:
            raise Refused("no branch of the tree is open")

    def leaf(self) -> None:
        """The node is dealt with: go on to the next one, or finish."""
        self.require_open()
        while self._splits:
            self._script.close()
            self._undo(self._splits[-1])
            if self._splits[-1].pending:
                self._next_child()
                return
            self._splits.pop()
        self.finished = True

    def _next_child(self) -> None:
        split = self._splits[-1]
        side = split.pending.pop()
        self._script.open()
        self._conditions.append((f"z{split.neuron}", side))
        self._decide(split.neuron, side)

    def _decide(self, neuron: int, side: str) -> None:
        value = neuron - self.first + self._network.inputs
        self._script.define(f"a{neuron}", f"z{neuron}" if side == "on" else "0.0")
        zero = [fmpq(0)] * (self._network.inputs + 1)
        self._values[value] = self._forms[value] if side == "on" else zero
        if side == "wall":
            self._walls.append(self._forms[value])
        self._decided.append(value)

    def _undo(self, split: _Split) -> None:
        """Take back what was decided and defined since a split."""
        own = split.neuron - self.first + self._network.inputs
        for value in self._decided[split.decided_before :]:
            del self._values[value]
        del self._decided[split.decided_before :]
        while self._defined[-1] != own:
            del self._forms[self._defined.pop()]
        walls = sum(side == "wall" for _, side in self._conditions[split.conditions_before :])
        del self._walls[len(self._walls) - walls :]
        del self._conditions[split.conditions_before :]


def _at(point: Sequence[fmpq]) -> Iterator[str]:
    for j, x in enumerate(point):
        yield f"(= x{j} {number(ratio(x))})"
