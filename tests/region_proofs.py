"""Certificates of ``regions`` for tiny networks, and their counts by brute force.

Slow and plain: Fractions, Fourier-Motzkin elimination, a split wherever a neuron has both signs.
Shares nothing with the checker or the library's own writer but the network model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import ceil, lcm
from random import Random
from typing import Any

from exactrev.network import Network

Vector = list[Fraction]


@dataclass
class System:
    """Affine forms (coefficients, then the constant), each to be positive or to be zero."""

    positive: list[Vector] = field(default_factory=list)
    zero: list[Vector] = field(default_factory=list)

    def solve(self, inputs: int) -> tuple[Vector | None, Vector]:
        """A point of it, or None and multipliers (of ``positive``, then of ``zero``) that add its
        forms up to a constant that is not positive (negative, if ``positive`` has no part)."""
        count = len(self.positive) + len(self.zero)
        rows = [(form, unit(place, count), True) for place, form in enumerate(self.positive)]
        for place, form in enumerate(self.zero, len(self.positive)):
            rows.append((form, unit(place, count), False))
            rows.append(([-v for v in form], [-v for v in unit(place, count)], False))
        levels = []
        for axis in reversed(range(inputs)):
            levels.append(rows)
            rows = eliminated(rows, axis)
        for form, multipliers, strict in rows:
            if form[-1] < 0 or (strict and form[-1] == 0):
                return None, multipliers
        point: Vector = []
        for axis, level in enumerate(reversed(levels)):
            point.append(between(level, axis, point))
        return point, []


def unit(place: int, count: int) -> Vector:
    return [Fraction(int(i == place)) for i in range(count)]


def plus(x: Vector, factor: Fraction, y: Vector) -> Vector:
    return [a + factor * b for a, b in zip(x, y, strict=True)]


def eliminated(rows: list[tuple[Vector, Vector, bool]], axis: int) -> list[Any]:
    """The rows' consequences without a variable."""
    kept = [row for row in rows if row[0][axis] == 0]
    for f, y, s in rows:
        for g, z, t in rows:
            if f[axis] > 0 > g[axis]:
                up, down = -g[axis], f[axis]
                form = plus([up * v for v in f], down, g)
                kept.append((form, plus([up * v for v in y], down, z), s or t))
    return kept


def between(rows: list[tuple[Vector, Vector, bool]], axis: int, point: Vector) -> Fraction:
    """A value of a variable, given those before it and that the rows can be met."""
    low, high = [], []
    for form, _, _ in rows:
        if form[axis]:
            rest = form[-1] + sum(a * x for a, x in zip(form, point, strict=False))
            (low if form[axis] > 0 else high).append(-rest / form[axis])
    if low and high:
        return (max(low) + min(high)) / 2
    return max(low) + 1 if low else min(high) - 1 if high else Fraction(0)


def rank(forms: Sequence[Vector]) -> int:
    """The rank of the linear parts."""
    rows, found = [form[:-1] for form in forms], 0
    while rows:
        row = rows.pop()
        pivot = next((place for place, v in enumerate(row) if v), None)
        if pivot is not None:
            found += 1
            rows = [plus(r, -r[pivot] / row[pivot], row) for r in rows]
    return found


# -- networks --------------------------------------------------------------------------------------


def neurons(network: Network) -> list[tuple[int, int]]:
    """(layer, index) of the hidden neurons."""
    return [
        (number, index)
        for number, layer in enumerate(network.hidden, 1)
        for index in range(layer.size)
    ]


def fraction(value: Any) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def preactivation(
    network: Network, neuron: tuple[int, int], signs: dict[tuple[int, int], int]
) -> Vector:
    """The affine form of z where the earlier neurons have these signs."""
    number, index = neuron
    layer = network.layers[number - 1]
    form = [Fraction(0)] * network.inputs + [fraction(layer.bias[index, 0])]
    for source, matrix in layer.weights:
        for j in range(matrix.ncols()):
            weight = fraction(matrix[index, j])
            if source == 0:
                form[j] += weight
            elif signs[source, j] > 0:
                form = plus(form, weight, preactivation(network, (source, j), signs))
    return form


def system(network: Network, domain: list[Vector], signs: dict[tuple[int, int], int]) -> System:
    """The points of the domain's interior where the neurons have these signs."""
    result = System(list(domain))
    for neuron, sign in signs.items():
        form = preactivation(network, neuron, signs)
        if sign:
            result.positive.append([sign * v for v in form])
        else:
            result.zero.append(form)
    return result


def counts(network: Network, domain: list[Vector], depth: int) -> list[int]:
    """The sign vectors that occur, by codimension: every one is tried."""
    found = [0] * (depth + 1)
    names = neurons(network)
    for choice in product((1, 0, -1), repeat=len(names)):
        here = system(network, domain, dict(zip(names, choice, strict=True)))
        if here.solve(network.inputs)[0] is not None and rank(here.zero) <= depth:
            found[rank(here.zero)] += 1
    return found


# -- certificates ----------------------------------------------------------------------------------


@dataclass
class Writer:
    """Writes the steps of one network; ``bits`` > 0 rounds multipliers, where a norm allows it.

    With ``dice``, neurons are taken in any order and also split where they have one sign only.
    """

    network: Network
    domain: list[Vector]
    depth: int
    norm: list[int] = field(default_factory=list)
    inverse: list[Vector] = field(default_factory=list)
    bits: int = 0
    dice: Random | None = None

    def lines(self) -> Iterator[str]:
        """The whole certificate."""
        yield from ("exactrev-certificate 1", "semantics real", "claim regions A")
        yield f"network A {self.network.sha256}"
        yield from self.network.text()
        yield f"domain {len(self.domain)}"
        for row in self.domain:
            yield " ".join(["row", *map(str, row)])
        yield f"depth {self.depth}"
        if self.norm:
            yield " ".join(["norm", *map(str, self.norm)])
            for row in self.inverse:
                yield " ".join(["inverse", *map(str, row)])
        yield "proof"
        self.found = [0] * (self.depth + 1)
        yield from self.node(Node())
        yield " ".join(["count", *map(str, self.found)])
        yield "end"

    def node(self, node: Node) -> Iterator[str]:
        """The subtree of a node."""
        point, multipliers = node.system(self.domain).solve(self.network.inputs)
        if point is None:
            yield from self.combination(node, "empty", None, multipliers)
            return
        names = neurons(self.network)
        if len(node.signs) == len(names):
            self.found[len(node.walls)] += 1
            q = lcm(*(x.denominator for x in point))
            yield " ".join(["cell", str(q), *(str(int(q * x)) for x in point)])
            return
        undecided = [name for name in names if name not in node.signs]
        name = self.choose([name for name in undecided if name[0] == undecided[0][0]])
        row = len(self.domain) + names.index(name)
        form = preactivation(self.network, name, node.signs)
        walls = list(node.walls.values())
        possible = []
        for sign in (1, -1):
            there = node.system(self.domain)
            there.positive.append([sign * v for v in form])
            witness, proof = there.solve(self.network.inputs)
            if witness is None:
                refutation = proof
            else:
                possible.append(sign)
        cuts = rank([*walls, form]) > len(walls)
        if not possible:
            yield f"zero {row}"
            yield from self.node(node.after(name, 0, row, None))
        elif len(possible) == 1 and not (cuts and self.dice and self.dice.random() < 0.3):
            sign = possible[0]
            signed = [sign * v for v in form]
            here = len(self.domain) + len(node.rows)
            others = refutation[:here] + refutation[here + 1 :]
            yield from self.combination(
                node, f"{'on' if sign > 0 else 'off'} {row}", signed, others, refutation[here]
            )
            yield from self.node(node.after(name, sign, row, signed))
        else:
            assert cuts
            yield f"split {row}"
            if len(walls) < self.depth:
                yield from self.node(node.after(name, 0, row, form))
            for sign in (1, -1):
                yield from self.node(node.after(name, sign, row, [sign * v for v in form]))

    def choose(self, undecided: list[tuple[int, int]]) -> tuple[int, int]:
        """The neuron to decide next, of the first layer that has undecided ones."""
        return self.dice.choice(undecided) if self.dice else undecided[0]

    def combination(
        self, node: Node, words: str, form: Vector | None, multipliers: Vector, factor: Any = None
    ) -> Iterator[str]:
        """The line of a combination: multipliers of the domain, the rows and the walls."""
        numbers = [*range(len(self.domain)), *node.rows, *node.walls]
        rows = [*self.domain, *node.rows.values(), *node.walls.values()]
        pairs = {k: y for k, y in zip(numbers, multipliers, strict=True) if y}
        values = [v for v in (factor, *pairs.values()) if v]
        scale = lcm(*(v.denominator for v in values))
        residual = 0
        whole = {k: int(y * scale) for k, y in pairs.items()}
        c = int(factor * scale) if factor else 0
        rounded = self.rounded(form, factor, dict(zip(numbers, rows, strict=True)), pairs)
        if rounded:
            c, residual, whole = rounded
        head = [words, str(c)] if form else [words]
        yield " ".join([*head, str(residual), *(f"{k} {y}" for k, y in sorted(whole.items()))])

    def rounded(
        self, form: Vector | None, factor: Any, rows: dict[int, Vector], pairs: dict[int, Fraction]
    ) -> tuple[int, int, dict[int, int]] | None:
        """Short multipliers with a residual, in a box with lower rows 0.. and upper rows n.., whose
        norm is the lower ones with the identity for inverse; None if that is not enough."""
        if not self.bits or not pairs:
            return None
        n = self.network.inputs
        scale = Fraction(1 << self.bits) / max(abs(y) for y in pairs.values())
        c = max(1, round(factor * scale)) if form else 0
        whole = {k: round(y * scale) for k, y in pairs.items()}

        def left(residual: int) -> tuple[Vector, dict[int, int]]:
            """rho, with the box's upper rows against the linear part of h = H + 2 sum lower."""
            chosen = dict(whole)
            for k in range(n, 2 * n):
                chosen[k] = chosen.get(k, 0) + 2 * residual
            rho = [c * v for v in form] if form else [Fraction(0)] * (n + 1)
            for k, y in chosen.items():
                rho = plus(rho, Fraction(-y), rows[k])
            bound = [Fraction(0)] * n + [2 * max(abs(rows[k][-1]) for k in range(n))]
            for k in range(n):
                bound = plus(bound, Fraction(2), rows[k])
            return plus(rho, Fraction(-residual), bound), chosen

        *linear, _ = left(0)[0]
        residual = ceil(sum(map(abs, linear)))
        rho, chosen = left(residual)
        chosen = {k: y for k, y in chosen.items() if y}
        if rho[-1] < 0 or sum(map(abs, rho[:-1])) > residual:
            return None
        if form is None and rho[-1] == 0 and not chosen:
            return None
        return c, residual, chosen


@dataclass
class Node:
    """The decided neurons' signs, and by row number the forms that are positive or zero."""

    signs: dict[tuple[int, int], int] = field(default_factory=dict)
    rows: dict[int, Vector] = field(default_factory=dict)
    walls: dict[int, Vector] = field(default_factory=dict)

    def after(self, name: tuple[int, int], sign: int, row: int, form: Vector | None) -> Node:
        """The node with one more neuron decided."""
        rows = self.rows | ({row: form} if form and sign else {})
        walls = self.walls | ({row: form} if form and not sign else {})
        return Node(self.signs | {name: sign}, rows, walls)

    def system(self, domain: list[Vector]) -> System:
        return System([*domain, *self.rows.values()], list(self.walls.values()))


def box(inputs: int, radius: int = 2) -> list[Vector]:
    """x_i + radius > 0 for every i, then radius - x_i > 0."""
    units = [unit(place, inputs) for place in range(inputs)]
    lower = [[*u, Fraction(radius)] for u in units]
    return lower + [[*(-v for v in u), Fraction(radius)] for u in units]
