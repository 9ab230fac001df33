"""A cell of the known layers: where each of their neurons is on or off, and what z is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from flint import fmpq, fmpq_mat

from exactrev.exact.linear import matrix_rows
from exactrev.recovery.geometry import Form, homogeneous, homogeneous_direction
from exactrev.recovery.lines import Line

#: Per layer of a cell, the bits z > 0 of its neurons.
Signs = tuple[tuple[bool, ...], ...]


@dataclass(frozen=True)
class Cell:
    """A cell of the prefix: per layer the affine forms of z (h x (n+1)) and the bits z > 0."""

    forms: tuple[fmpq_mat, ...]
    signs: Signs

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

    def extended(self, forms: fmpq_mat, values: Sequence[fmpq]) -> Cell:
        """The cell with one layer more, whose preactivations have these values."""
        return Cell((*self.forms, forms), (*self.signs, tuple(bool(z > 0) for z in values)))

    def with_top_bit(self, neuron: int, on: bool) -> Cell:
        """The cell on the other or the same side of one boundary of the last layer."""
        bits = self.signs[-1] if self.signs else ()
        top = (*bits[:neuron], on, *bits[neuron + 1 :])
        return Cell(self.forms, (*self.signs[:-1], top))

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

    def cut(self, line: Line, forms: fmpq_mat) -> list[Segment]:
        """Its parts on either side of where forms vanish, in cells with these on top."""
        starts = (forms * homogeneous(line.base)).entries()
        rates = (forms * homogeneous_direction(line.direction)).entries()
        inner = {
            t
            for z, rate in zip(starts, rates, strict=True)
            if rate and self.start < (t := -z / rate) < self.stop
        }
        pieces = []
        for left, right in pairwise([self.start, *sorted(inner), self.stop]):
            middle = (left + right) / 2
            values = [z + middle * rate for z, rate in zip(starts, rates, strict=True)]
            pieces.append(Segment(left, right, self.cell.extended(forms, values)))
        return pieces


def row_of(matrix: fmpq_mat, index: int) -> fmpq_mat:
    """A row of a matrix as a 1 x n matrix."""
    width = matrix.ncols()
    return fmpq_mat(1, width, matrix.entries()[index * width : (index + 1) * width])
