"""A cell of the known layers: where each of their neurons is on or off, and what z is there.

Signs are told by z times a positive factor, each neuron's own, which makes its form one of integers
(``cleared``); at a point over a common denominator all is done in integers then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from flint import fmpq, fmpq_mat, fmpz_mat

from exactrev.exact.linear import matrix_rows
from exactrev.recovery.geometry import Form, homogeneous, homogeneous_direction
from exactrev.recovery.lines import Line

#: Per layer of a cell, the bits z > 0 of its neurons.
Signs = tuple[tuple[bool, ...], ...]


@dataclass(frozen=True)
class Cell:
    """A cell of the prefix: per layer the affine forms of z (h x (n+1)) and the bits z > 0.

    ``walls`` are the forms ``cleared`` of denominators.
    """

    forms: tuple[fmpq_mat, ...]
    signs: Signs
    walls: tuple[fmpz_mat, ...]

    @property
    def top_signs(self) -> tuple[bool, ...]:
        """The bits of the last layer."""
        return self.signs[-1] if self.signs else ()

    def on(self, layer: int, index: int) -> bool:
        """Whether a value (layer 0: an input, counted from 1 as the layers) is not just 0 here."""
        return layer == 0 or self.signs[layer - 1][index]

    def form(self, layer: int, neuron: int) -> Form:
        """z of one neuron as a form on this cell (``layer`` counts from 0 here)."""
        return row_of(self.forms[layer], neuron)

    def extended(self, forms: fmpq_mat, walls: fmpz_mat, bits: Sequence[bool]) -> Cell:
        """The cell with one layer more, with these forms, cleared too, and the bits z > 0."""
        return Cell((*self.forms, forms), (*self.signs, tuple(bits)), (*self.walls, walls))

    def with_top_bit(self, neuron: int, on: bool) -> Cell:
        """The cell on the other or the same side of one boundary of the last layer."""
        bits = self.signs[-1] if self.signs else ()
        top = (*bits[:neuron], on, *bits[neuron + 1 :])
        return Cell(self.forms, (*self.signs[:-1], top), self.walls)

    def activations(self, layer: int) -> fmpq_mat:
        """relu(z) of a layer (counted from 0 here) as forms on this cell, if it is oriented."""
        return _rectified(self.forms[layer], self.signs[layer])


def _rectified(forms: fmpq_mat, signs: Sequence[bool]) -> fmpq_mat:
    width = forms.ncols()
    off = [fmpq(0)] * width
    rows = [row if on else off for row, on in zip(matrix_rows(forms), signs, strict=True)]
    return fmpq_mat(len(rows), width, [x for row in rows for x in row])


@dataclass(frozen=True)
class Segment:
    """The part of a line between two parameters, inside one cell."""

    start: fmpq
    stop: fmpq
    cell: Cell

    def cut(self, line: Line, forms: fmpq_mat, walls: fmpz_mat) -> list[Segment]:
        """Its parts on either side of where forms vanish, in cells with these on top."""
        base, base_unit = homogeneous(line.base).numer_denom()
        way, way_unit = homogeneous_direction(line.direction).numer_denom()
        # z = start + t rate, in units of each form's own
        starts = (walls * base * way_unit).entries()
        rates = (walls * way * base_unit).entries()
        inner = {
            t
            for z, rate in zip(starts, rates, strict=True)
            if rate and self.start < (t := fmpq(-z, rate)) < self.stop
        }
        pieces = []
        for left, right in pairwise([self.start, *sorted(inner), self.stop]):
            middle = (left + right) / 2
            p, q = middle.p, middle.q
            bits = [z * q + rate * p > 0 for z, rate in zip(starts, rates, strict=True)]
            pieces.append(Segment(left, right, self.cell.extended(forms, walls, bits)))
        return pieces


def cleared(forms: fmpq_mat) -> fmpz_mat:
    """Forms, each times the least positive integer that makes its entries integers."""
    width = forms.ncols()
    entries = []
    for row in matrix_rows(forms):
        entries += fmpq_mat(1, width, row).numer_denom()[0].entries()
    return fmpz_mat(forms.nrows(), width, entries)


def row_of(matrix: fmpq_mat, index: int) -> fmpq_mat:
    """A row of a matrix as a 1 x n matrix."""
    width = matrix.ncols()
    return fmpq_mat(1, width, matrix.entries()[index * width : (index + 1) * width])
