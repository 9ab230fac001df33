"""The lower part of the network as far as it is known, and the cells it cuts the input space
into.

A prefix holds the rows (weights | bias) of hidden layers 1..k.  Every layer but the last is
*oriented*: its neurons' signs are known, so that relu(z) is.  The last one need not be: then a
bit of its pattern says on which side of the neuron's boundary a point lies, not whether the
neuron is on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from flint import fmpq, fmpq_mat

from exactrev.exact.linear import matrix_rows, stack
from exactrev.recovery.geometry import Form, homogeneous, homogeneous_direction
from exactrev.recovery.lines import Line

#: Cells for which what is read on them is kept for the next time.
_KEPT = 1 << 12


@dataclass(frozen=True)
class Cell:
    """A cell of the prefix: per layer the affine forms of z (h x (n+1)) and the bits z > 0."""

    forms: tuple[fmpq_mat, ...]
    signs: tuple[tuple[bool, ...], ...]

    @property
    def top_signs(self) -> tuple[bool, ...]:
        """The bits of the last layer."""
        return self.signs[-1] if self.signs else ()

    def form(self, layer: int, neuron: int) -> Form:
        """z of one neuron as a form on this cell (``layer`` counts from 0 here)."""
        return _row(self.forms[layer], neuron)

    def extended(self, forms: fmpq_mat, values: Sequence[fmpq]) -> Cell:
        """The cell with one layer more, whose preactivations have these values."""
        return Cell((*self.forms, forms), (*self.signs, tuple(bool(z > 0) for z in values)))

    def with_top_bit(self, neuron: int, on: bool) -> Cell:
        """The cell on the other or the same side of one boundary of the last layer."""
        bits = self.signs[-1] if self.signs else ()
        top = (*bits[:neuron], on, *bits[neuron + 1 :])
        return Cell(self.forms, (*self.signs[:-1], top))

    def activations(self) -> fmpq_mat:
        """relu(z) of the last layer as forms on this cell, if that layer is oriented."""
        return _rectified(self.forms[-1], self.signs[-1])


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


class Prefix:
    """Known rows of the first hidden layers of a dense network: ``rows`` on top of ``below``.

    ``unknown`` lists, for each neuron, neurons below whose weight is not known and stands as 0.

    ``Prefix(n)`` knows no layer of a network with n inputs.
    """

    def __init__(
        self,
        inputs: int,
        below: Prefix | None = None,
        rows: fmpq_mat | None = None,
        unknown: Sequence[frozenset[int]] = (),
    ) -> None:
        self.inputs = inputs
        self.below = below
        self.rows = rows
        self.unknown = tuple(unknown)
        self._blind = frozenset[int]().union(*self.unknown)
        self._forms: dict[tuple[tuple[bool, ...], ...], fmpq_mat] = {}
        self._values: dict[tuple[tuple[bool, ...], ...], fmpq_mat] = {}
        self._paths: dict[Line, list[Segment]] = {}

    @property
    def layers(self) -> list[Prefix]:
        """The prefixes that end in layer 1, 2, ... up to this one."""
        return [] if self.below is None else [*self.below.layers, self]

    @property
    def depth(self) -> int:
        """The number of known layers."""
        return 0 if self.below is None else self.below.depth + 1

    @property
    def width(self) -> int:
        """The number of values that a next layer reads."""
        return self.inputs if self.rows is None else int(self.rows.nrows())

    def with_layer(self, rows: fmpq_mat, unknown: Sequence[frozenset[int]] = ()) -> Prefix:
        """The prefix with one layer more."""
        return Prefix(self.inputs, self, rows, unknown)

    def row(self, neuron: int) -> fmpq_mat:
        """The (weights | bias) of a neuron of the last layer."""
        assert self.rows is not None
        return _row(self.rows, neuron)

    def oriented(self, flips: Sequence[bool]) -> Prefix:
        """The prefix with the flagged neurons of the last layer negated."""
        assert self.rows is not None
        entries = [
            -x if flip else x
            for row, flip in zip(matrix_rows(self.rows), flips, strict=True)
            for x in row
        ]
        rows = fmpq_mat(len(flips), self.rows.ncols(), entries)
        return Prefix(self.inputs, self.below, rows, self.unknown)

    def certain(self, cell: Cell) -> bool:
        """Whether no neuron with an unknown weight is on in the cell: then its forms are right."""
        if self.below is None:
            return True
        if self._blind and any(cell.signs[self.depth - 2][i] for i in self._blind):
            return False
        return self.below.certain(cell)

    def cell(self, point: Sequence[fmpq]) -> Cell:
        """The cell that holds a point; on a boundary the bit of its neuron is off."""
        if self.below is None:
            return Cell((), ())
        under = self.below.cell(point)
        forms = self._forms_on(under)
        return under.extended(forms, (forms * homogeneous(point)).entries())

    def _forms_on(self, under: Cell) -> fmpq_mat:
        """z of the last layer as forms on a cell of the layers below."""
        forms = self._forms.get(under.signs)
        if forms is None:
            assert self.below is not None and self.rows is not None
            forms = self.below.local_form(under, self.rows)
            self._forms[under.signs] = forms
        return forms

    def local_form(self, cell: Cell, rows: fmpq_mat) -> Form:
        """z, on a cell, of neurons that would read the last (oriented) layer with ``rows``."""
        if self.below is None:
            return rows
        return rows * self._values_read(cell)

    def span(self, cell: Cell) -> int:
        """The dimension of the space of forms that neurons reading the last layer have on a
        cell.
        """
        return int(self._values_read(cell).rank())

    def _values_read(self, cell: Cell) -> fmpq_mat:
        """What a next layer's rows multiply: the activations as forms, and the constant 1."""
        values = self._values.get(cell.signs)
        if values is None:
            constant = fmpq_mat(1, self.inputs + 1, [fmpq(0)] * self.inputs + [fmpq(1)])
            values = stack([cell.activations(), constant])
            if len(self._values) >= _KEPT:
                self._values.clear()
            self._values[cell.signs] = values
        return values

    def path(self, line: Line, keep: bool = True) -> list[Segment]:
        """The cells that a line crosses between its ends, in order; kept for the next time or
        not.
        """
        if self.below is None:
            return [Segment(line.start, line.stop, Cell((), ()))]
        if line in self._paths:
            return self._paths[line]
        pieces = [
            piece for segment in self.below.path(line, keep) for piece in self._cut(line, segment)
        ]
        if keep:
            self._paths[line] = pieces
        return pieces

    def _cut(self, line: Line, segment: Segment) -> list[Segment]:
        forms = self._forms_on(segment.cell)
        starts = (forms * homogeneous(line.base)).entries()
        rates = (forms * homogeneous_direction(line.direction)).entries()
        inner = {
            t
            for z, rate in zip(starts, rates, strict=True)
            if rate and segment.start < (t := -z / rate) < segment.stop
        }
        ends = [segment.start, *sorted(inner), segment.stop]
        pieces = []
        for left, right in pairwise(ends):
            middle = (left + right) / 2
            values = [z + middle * rate for z, rate in zip(starts, rates, strict=True)]
            pieces.append(Segment(left, right, segment.cell.extended(forms, values)))
        return pieces

    def crossings(
        self, line: Line, row: fmpq_mat, unknown: frozenset[int] = frozenset()
    ) -> list[tuple[fmpq, Form]]:
        """Where a neuron that reads the last (oriented) layer with ``row`` vanishes on a line.

        Cells where a neuron is on whose weight is ``unknown`` are passed over.
        """
        found = []
        for segment in self.path(line):
            if unknown and any(segment.cell.top_signs[i] for i in unknown):
                continue
            if not self.certain(segment.cell):
                continue
            form = self.local_form(segment.cell, row)
            t = line.crossing(form)
            if t is not None and segment.start < t <= segment.stop:
                found.append((t, form))
        return found


def _row(matrix: fmpq_mat, index: int) -> fmpq_mat:
    width = matrix.ncols()
    return fmpq_mat(1, width, matrix.entries()[index * width : (index + 1) * width])
