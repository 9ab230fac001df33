"""Exact proofs of a neuron's sign from the values that its layer reads, where these suffice.

A neuron is z = sum of w_j a_j + b over the neurons j of the layer before that are on, and a_j > 0.
So ``z - sum of y_k row_k`` with rows of its own layer shows the sign once no coefficient of an a_j
and not the constant is negative.  Such targets lie on the edge of what a cell's rows can combine
to, where proofs by nearly right multipliers fail, and here the exact ones come cheaply.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm

from flint import fmpq, fmpq_mat

from exactrev.arrangement.forms import OFF, ON, WALL, NetworkRows

Pairs = tuple[tuple[int, int], ...]


class LocalRows:
    """The weights of one hidden layer that reads nothing but the layer before it."""

    def __init__(self, arrangement: NetworkRows, layer: int) -> None:
        found = arrangement.network.hidden[layer]
        self._usable = layer > 0 and [source for source, _ in found.weights] == [layer]
        if not self._usable:
            return
        matrix = found.weights[0][1]
        entries, self._width = matrix.entries(), matrix.ncols()
        width = self._width
        self._rows = [entries[i * width : (i + 1) * width] for i in range(matrix.nrows())]
        self._bias = found.bias.entries()
        self._shift = arrangement.domain_rows
        self._below, self._own = arrangement.first[layer - 1], arrangement.first[layer]

    def proof(
        self, signs: Sequence[int], neuron: int, sign: int, support: Sequence[int]
    ) -> tuple[int, Pairs] | None:
        """c and (row number, multiplier) pairs that show the neuron to have this sign, or None.

        ``support`` (row numbers) is the basis that floats propose: rows of its own layer are
        combined so that the coefficients of all values not in the support vanish.
        """
        if not self._usable:
            return None
        own = [row - self._shift - self._own for row in support if row - self._shift >= self._own]
        units = {row - self._shift - self._below for row in support}
        on = [j for j in range(self._width) if signs[self._below + j] == ON]
        open_columns = [j for j in on if j not in units]
        if len(open_columns) != len(own):
            return None
        rows = [self._signed(i, signs[self._own + i]) for i in own]
        target = self._signed(neuron - self._own, sign)
        matrix = [[row[j] for row in rows] for j in open_columns]
        y = _solve(matrix, [target[j] for j in open_columns])
        if y is None or any(factor < 0 for factor in y):
            return None
        positive = any(
            factor and signs[self._own + i] != WALL for i, factor in zip(own, y, strict=True)
        )
        pairs = [(self._shift + self._own + i, factor) for i, factor in zip(own, y, strict=True)]
        for j in (*on, self._width):
            rest = target[j]
            for factor, row in zip(y, rows, strict=True):
                rest = rest - factor * row[j]
            if rest < 0:
                return None
            positive = positive or rest > 0
            if j < self._width and rest:
                pairs.append((self._shift + self._below + j, rest))
        return integer_pairs(pairs) if positive else None  # else it vanishes on the whole cell

    def _signed(self, index: int, sign: int) -> list[fmpq]:
        """A row and its bias, negated for a neuron that is off."""
        row = [*self._rows[index], self._bias[index]]
        return [-x for x in row] if sign == OFF else row


def _solve(matrix: list[list[fmpq]], right: list[fmpq]) -> list[fmpq] | None:
    if not right:
        return []
    size = len(right)
    if size == 1:
        return [right[0] / matrix[0][0]] if matrix[0][0] else None
    entries = [x for row in matrix for x in row]
    try:
        return list(fmpq_mat(size, size, entries).solve(fmpq_mat(size, 1, right)).entries())
    except ZeroDivisionError:
        return None


def pairs_line(words: str, pairs: Pairs) -> str:
    """A certificate's step that names rows with multipliers after its words."""
    return " ".join([words, *(f"{k} {y}" for k, y in pairs)])


def integer_pairs(pairs: Sequence[tuple[int, fmpq]]) -> tuple[int, Pairs]:
    """c and c times the multipliers, all integers, by ascending row; zeros are left out."""
    common = lcm(*(int(y.q) for _, y in pairs)) if pairs else 1
    whole = sorted((row, int(y.p) * (common // int(y.q))) for row, y in pairs if y)
    return common, tuple(whole)
