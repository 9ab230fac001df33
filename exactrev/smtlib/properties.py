"""The claim ``unsatisfied`` (format, section 10.2) as a script."""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq

from exactrev.checker.flat import Flat
from exactrev.checker.lines import (
    Lines,
    Refused,
    integers,
    numbers_after,
)
from exactrev.checker.network import ONE, Layered, Network, Row
from exactrev.checker.properties import CELLS, PIECES
from exactrev.checker.statement import Part, SideBySide, count_after, read_part
from exactrev.smtlib.networks import define_network
from exactrev.smtlib.preliminaries import declare_inputs, pass_over_norm
from exactrev.smtlib.script import Script, differs, linear
from exactrev.smtlib.tree import TreeScript


class UnsatisfiedScript:
    """No input has the property: part by part, piece by piece."""

    def __init__(self, lines: Lines, networks: Sequence[Network], script: Script) -> None:
        self._lines, self._script = lines, script
        self._all = SideBySide(networks)
        declare_inputs(script, self._all.inputs)
        parts = range(count_after("parts", lines.take()))
        self._waiting = [read_part(lines, self._all.inputs, self._all.outputs) for _ in parts][::-1]
        self._part: _PartScript | None = None

    def step(self, line: str, why: str) -> None:
        """Write one step."""
        if self._part is not None:
            if self._part.step(line, why, self._lines):
                self._part = None
        elif line == "part" and self._waiting:
            self._script.comment(why)
            self._part = _PartScript(self._waiting.pop(), self._all, self._script)
        else:
            raise Refused("expected the line 'part' or, after the last one, 'end'")

    def finish(self) -> None:
        """Refused unless the proof is whole."""
        if self._part is not None or self._waiting:
            raise Refused("a part of the property is not dealt with")


class _Piece:
    """A piece of a part's domain: all its rows in all inputs, and the domain in those left."""

    def __init__(self, flat: Flat, rows: list[Row]) -> None:
        self.flat, self.rows = flat, rows


class _PartScript:
    def __init__(self, part: Part, networks: SideBySide, script: Script) -> None:
        self._part, self._script = part, script
        self._names = {j: f"x{j}" for j in range(networks.inputs)}
        constraints = [c for conjunction in part.conjunctions for c in conjunction]
        self._network: Layered = networks.restricted(constraints, {}, range(networks.inputs))
        self._neurons = networks.neurons
        self._pieces = [_Piece(Flat(part.domain, networks.inputs), list(part.domain))]
        self._tree: TreeScript | None = None
        self._first = self._violated = 0

    def step(self, line: str, why: str, lines: Lines) -> bool:
        """Write one step; whether all pieces are dealt with then."""
        if self._tree is not None:
            self._in_tree(self._tree, line, why)
        elif line.partition(" ")[0] == "inside":
            self._plant(self._pieces.pop(), line, why, lines)
        else:
            self._divide(*integers(line, PIECES), why)
        return self._tree is None and not self._pieces

    # -- pieces --------------------------------------------------------------------------------

    def _closed(self, piece: _Piece) -> list[str]:
        return [f"(>= {linear(row, self._names)} 0.0)" for row in piece.rows]

    def _divide(self, word: str, numbers: list[int], why: str) -> None:
        piece = self._pieces.pop()
        if word == "pin":
            piece.flat.pin(numbers[0], numbers[1], numbers[2:])
            form = linear(piece.flat.pinned[numbers[1]], self._names)
            pinned = differs(self._names[numbers[1]], form)
            self._script.check(why, [*self._closed(piece), pinned])
            self._pieces.append(piece)
        elif word == "cut":
            place, value = numbers[0], fmpq(numbers[2], numbers[1])
            halves = piece.flat.halves(place, (int(value.p), int(value.q)))
            for half, sign in list(zip(halves, (1, -1), strict=True))[::-1]:
                p, q = -sign * int(value.p), int(value.q)
                row: Row = {place: (sign, 1)} | ({ONE: (p, q)} if p else {})
                self._pieces.append(_Piece(half, [*piece.rows, row]))
        elif word == "vacant":
            self._script.check(why, self._closed(piece))
        else:
            self._enclosed(piece, why)

    def _enclosed(self, piece: _Piece, why: str) -> None:
        """The whole network on the piece: what the enclosure showed, the solver has to find."""
        self._script.open()
        define_network(self._script, _HiddenOnly(self._network), "n", list(self._names.values()))
        names = dict(self._names)
        names |= {
            value: f"na{layer}.{index}"
            for value, layer, index in self._network.hidden()
            if layer < self._network.layers - 1
        }
        rows = [
            linear(self._network.row(self._network.layers - 1, k), names)
            for k in range(self._network.sizes[-2])
        ]
        following = 0
        for number, conjunction in enumerate(self._part.conjunctions):
            holds = []
            for constraint in conjunction:
                holds.append(f"({'>' if constraint.strict else '>='} {rows[following]} 0.0)")
                following += 1
            why_this = f"{why}: conjunction {number}"
            self._script.check(why_this, [*self._closed(piece), *holds])
        self._script.close()

    def _plant(self, piece: _Piece, line: str, why: str, lines: Lines) -> None:
        """The tree on a piece, in the inputs that are left; the point is in its interior."""
        free = piece.flat.free
        point = numbers_after("inside", line, len(free))
        kept: list[Row] = []
        for row in piece.flat.interior(point):
            coefficients = {j: x for j, x in zip(free, row, strict=False) if x[0]}
            kept.append(coefficients | ({ONE: row[-1]} if row[-1][0] else {}))
        pass_over_norm(lines)
        self._script.open()
        self._tree = TreeScript(self._script, self._network, kept, 0, piece.flat.pinned)
        self._first, self._violated = len(kept) + self._neurons, 0
        for opposite in (f"(not {term})" for term in self._tree.closed_domain()):
            self._script.check(f"{why[:40]}: a row of the piece", [*self._closed(piece), opposite])
        whole = self._whole(piece.flat, dict(zip(free, point, strict=True)))
        self._tree.require_point(whole, f"{why[:40]}: the point is inside")

    def _whole(self, flat: Flat, point: dict[int, tuple[int, int]]) -> list[fmpq]:
        known = {j: fmpq(*x) for j, x in point.items()}
        found = []
        for j in self._names:
            if j in known:
                found.append(known[j])
            else:
                row = flat.pinned[j]
                terms = (fmpq(*x) * known.get(k, fmpq(1)) for k, x in row.items())
                found.append(sum(terms, fmpq(0)))
        return found

    # -- trees ---------------------------------------------------------------------------------

    def _in_tree(self, tree: TreeScript, line: str, why: str) -> None:
        word, numbers = integers(line, CELLS)
        if word == "violated":
            self._violate(tree, numbers[0], why)
        elif self._violated:
            raise Refused("the other conjunctions must be violated too")
        elif word != "empty" and numbers[0] >= self._first:
            raise Refused("a constraint is no neuron")
        else:
            tree.step(word, numbers[0], why)
        if tree.finished:
            self._script.close()
            self._tree = None

    def _violate(self, tree: TreeScript, number: int, why: str) -> None:
        """The constraints of a conjunction do not hold together on the closure of the cell."""
        if number != self._violated or number >= len(self._part.conjunctions):
            raise Refused("the conjunctions are violated once each, in ascending order")
        before = sum(map(len, self._part.conjunctions[:number]))
        holds = [
            f"({'>' if constraint.strict else '>='} {tree.z(self._first + before + k)} 0.0)"
            for k, constraint in enumerate(self._part.conjunctions[number])
        ]
        self._script.check(why, [*tree.closed_cell(), *holds])
        self._violated += 1
        if self._violated == len(self._part.conjunctions):
            self._violated = 0
            tree.leaf()


class _HiddenOnly(Layered):
    """A network without its last hidden layer, that of the constraints, and without outputs."""

    def __init__(self, network: Layered) -> None:
        super().__init__(network.inputs)
        self._network = network
        for size in network.sizes[1:-2]:
            self.grow(size)
        self.grow(0)

    def row(self, layer: int, index: int) -> Row:
        return self._network.row(layer, index)
