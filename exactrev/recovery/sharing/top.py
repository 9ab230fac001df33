"""The output layer over hidden layers that are all known, from pieces of f: linear equations.

Where the last layer's forms z_j and sides s_j are known, f is sum_j C_j relu(z_j or -z_j) + b, or
sum_j (C_j s_j + D_j) z_j + b with D_j = 0 for a neuron that points the way it was taken to and -C_j
for one that points the other way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from flint import fmpq, fmpq_mat

from exactrev.exact.linear import matrix_rows, row_vector, stack
from exactrev.network.model import Layer, Network
from exactrev.recovery.assembly import hidden_layers
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.probe import Piece
from exactrev.recovery.sharing.patches import MOST_CHANNELS
from exactrev.recovery.sharing.sweep import combination
from exactrev.symmetries.modular_rank import ModularRank

#: Which coefficient of the piece of f in which sample an equation is of.
_Name = tuple[int, int]


@dataclass(frozen=True)
class Top:
    """Output weights (one list per output) and biases, and which neurons are to be negated."""

    weights: list[list[fmpq]]
    biases: list[fmpq]
    flips: list[bool]


class TopEquations:
    """The equations that pieces of f give on the output layer above a prefix.

    The prefix's last layer need not be oriented; its neurons are listed by ``channels``.
    """

    def __init__(self, prefix: Prefix, channels: int) -> None:
        assert prefix.rows is not None
        self.prefix = prefix
        self.channels = channels
        self.neurons = int(prefix.rows.nrows())
        self._rank: ModularRank[_Name] = ModularRank(2 * self.neurons + 1)
        self._samples: list[_Sample] = []
        self._sides: list[set[bool]] = [set() for _ in range(self.neurons)]

    @property
    def determined(self) -> bool:
        """Whether the equations leave nothing open."""
        return self._rank.rank == 2 * self.neurons + 1

    @property
    def one_sided(self) -> list[tuple[int, bool]]:
        """Neurons of which samples lie on one side only, with the other side's bit."""
        return [
            (j, not next(iter(sides))) for j, sides in enumerate(self._sides) if len(sides) == 1
        ]

    def take(self, point: Sequence[fmpq], piece: Piece) -> None:
        """Take in the piece of f at a point; it is kept if it tells anything new."""
        cell = self.prefix.cell(point)
        for sides, side in zip(self._sides, cell.top_signs, strict=True):
            sides.add(side)
        sample = _Sample(matrix_rows(cell.forms[-1]), cell.top_signs, piece)
        features = sample.features()
        names = [(len(self._samples), c) for c in range(features.nrows())]
        if self._rank.add(names, features.numer_denom()[0]):
            self._samples.append(sample)

    def solution(self) -> Top | None:
        """The output layer that all equations kept determine; None if there is none.

        Where z_j are dependent, as they are on one layer of several channels, the channels may
        point in any way that the equations allow; two such ways are none.
        """
        if self.determined:
            rows = self._solved([sample.features() for sample in self._samples])
            return None if rows is None else _read(rows, self.neurons)
        if self.channels > MOST_CHANNELS:
            return None
        each = self.neurons // self.channels
        ways = product((False, True), repeat=self.channels)
        found = [self._pointing([bit for bit in bits for _ in range(each)]) for bits in ways]
        told = [way for way in found if way is not None]
        return told[0] if len(told) == 1 else None

    def _pointing(self, flips: list[bool]) -> Top | None:
        """The output layer if these neurons are to be negated."""
        rows = self._solved([sample.turned(flips) for sample in self._samples])
        if rows is None:
            return None
        return Top([row[:-1] for row in rows], [row[-1] for row in rows], flips)

    def _solved(self, features: Sequence[fmpq_mat]) -> list[list[fmpq]] | None:
        """Per output, what the equations with these coefficients determine."""
        columns = stack(features).transpose()
        targets = stack([sample.piece.transpose() for sample in self._samples]).transpose()
        found = combination([row_vector(row) for row in matrix_rows(columns)], targets)
        return None if found is None else matrix_rows(found)


@dataclass(frozen=True)
class _Sample:
    """A piece of f, with the forms z_j and the bits z_j > 0 at its place."""

    forms: list[list[fmpq]]
    signs: Sequence[bool]
    piece: Piece

    def features(self) -> fmpq_mat:
        """Per coefficient of the piece, what C, D and b are multiplied by."""
        return self._columns(self.signs, self.forms)

    def turned(self, flips: Sequence[bool]) -> fmpq_mat:
        """Per coefficient, what C and b are multiplied by if neurons are relu(z), or relu(-z)."""
        forms = [
            [-x for x in form] if flip else form
            for form, flip in zip(self.forms, flips, strict=True)
        ]
        on = [sign != flip for sign, flip in zip(self.signs, flips, strict=True)]
        return _Sample(forms, on, self.piece)._columns(on, [])

    def _columns(self, on: Sequence[bool], rest: list[list[fmpq]]) -> fmpq_mat:
        width, zero = len(self.forms[0]), fmpq(0)
        sided = [
            form if bit else [zero] * width for form, bit in zip(self.forms, on, strict=True)
        ]
        constant = [fmpq(int(c == width - 1)) for c in range(width)]
        return fmpq_mat([*sided, *rest, constant]).transpose()


def _read(rows: list[list[fmpq]], count: int) -> Top | None:
    """The layer with C, D and b in the rows, one an output."""
    flips = []
    for j in range(count):
        c, d = [row[j] for row in rows], [row[count + j] for row in rows]
        if any(d) and [-x for x in c] != d:
            return None
        flips.append(any(d))
    return Top([row[:count] for row in rows], [row[-1] for row in rows], flips)


def assembled(prefix: Prefix, found: Top) -> Network:
    """The network of the prefix's layers and that output layer."""
    layers = hidden_layers(prefix.oriented(found.flips))
    output = Layer.of({prefix.depth: found.weights}, found.biases)
    return Network(prefix.inputs, (*layers, output))
