"""The lower part of the network as far as it is known, and the cells it cuts the input space
into.

A prefix holds the rows (weights | bias) of hidden layers 1..k.  Every layer but the last is
*oriented*: its neurons' signs are known, so that relu(z) is.  The last one need not be: then a
bit of its pattern says on which side of the neuron's boundary a point lies, not whether the
neuron is on.

What a next layer ``reads``, its *values*, are those of the last layer alone (a plain dense network)
or, over a *wide* prefix, of several layers, the inputs being layer 0.  Where it reads all that the
last layer reads too, no orientation of the last layer matters: relu(z) = z + relu(-z), and z is a
sum of what that layer reads, so that a neuron turned round only adds something to the weights with
which its readers read what it reads itself.  Where it reads everything, no orientation at all
matters.  Then a next layer's neuron is sum_v w_v v + b with weights that are determined once the
rows below are given, and whatever direct connections it has in truth are among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from flint import fmpq, fmpq_mat, fmpz_mat

from exactrev.exact.linear import is_zero, matrix_rows, stack
from exactrev.recovery.along import Along
from exactrev.recovery.cells import Cell, Segment, Signs, cleared, row_of
from exactrev.recovery.geometry import Form, coordinates, homogeneous
from exactrev.recovery.lines import Line

__all__ = ["Cell", "Prefix", "Segment", "Signs"]

#: Cells for which what is read on them is kept for the next time.
_KEPT = 1 << 12


class Prefix:
    """Known rows of the first hidden layers of a network: ``rows`` on top of ``below``.

    ``rows`` are over the values of ``below``.  ``open`` are the directions in which a row may be
    changed without changing anything that is known of its neuron, as rows over the same values;
    what the rows say holds on cells where all these are 0.  ``dormant`` are such directions, with
    the neuron of the last layer that each is of, which matter only where z < 0: on a cell where one
    is not 0 its neuron is off, and z stands as 0.  ``reads`` are the layers that a next layer
    reads, the last one by default.

    ``Prefix(n)`` knows no layer of a network with n inputs.
    """

    def __init__(
        self,
        inputs: int,
        below: Prefix | None = None,
        rows: fmpq_mat | None = None,
        open: Sequence[Form] = (),
        reads: Sequence[int] = (),
        dormant: Sequence[tuple[int, Form]] = (),
    ) -> None:
        self.inputs = inputs
        self.below = below
        self.rows = rows
        self.open = _distinct(open)
        self.dormant = tuple(dormant)
        self.depth: int = 0 if below is None else below.depth + 1
        self.reads = tuple(reads) or (self.depth,)
        self._forms: dict[Signs, tuple[fmpq_mat, fmpz_mat]] = {}
        self._values: dict[Signs, fmpq_mat] = {}
        self._tops: dict[Signs, tuple[fmpq_mat, list[list[fmpq]]]] = {}
        self._asleep: dict[Signs, frozenset[int]] = {}
        self._certain: dict[Signs, bool] = {}
        self._reading: dict[int, tuple[Form, tuple[int, ...], bool]] = {}
        self._along = Along(self)

    @property
    def layers(self) -> list[Prefix]:
        """The prefixes that end in layer 1, 2, ... up to this one."""
        return [] if self.below is None else [*self.below.layers, self]

    @property
    def wide(self) -> bool:
        """Whether a next layer may read others than the last."""
        return self.reads != (self.depth,)

    @cached_property
    def values(self) -> tuple[tuple[int, int], ...]:
        """What a next layer reads, in order: (layer, index), the inputs being layer 0."""
        sizes = [self.inputs, *(layer.size for layer in self.layers)]
        return tuple((layer, index) for layer in self.reads for index in range(sizes[layer]))

    @property
    def size(self) -> int:
        """The number of neurons of the last layer."""
        return 0 if self.rows is None else int(self.rows.nrows())

    @property
    def width(self) -> int:
        """The number of values that a next layer reads."""
        return len(self.values)

    def with_layer(
        self,
        rows: fmpq_mat,
        open: Sequence[Form] = (),
        dormant: Sequence[tuple[int, Form]] = (),
    ) -> Prefix:
        """The prefix with one layer more."""
        return Prefix(self.inputs, self, rows, open, dormant=dormant)

    def named(self, row: Form) -> dict[tuple[int, int] | None, fmpq]:
        """A row over the values by what it reads, the bias as None; zeros are left out."""
        *weights, bias = row.entries()
        named = zip((*self.values, None), (*weights, bias), strict=True)
        return {key: weight for key, weight in named if weight}

    def reading(self, reads: Sequence[int]) -> Prefix:
        """The same layers, of which a next layer may read these."""
        return Prefix(self.inputs, self.below, self.rows, self.open, reads, self.dormant)

    def wider(self) -> list[Prefix]:
        """The same layers where a next layer may read what the last one reads too, or anything."""
        assert self.below is not None
        choices = [(*self.below.reads, self.depth), tuple(range(self.depth + 1))]
        return [self.reading(reads) for reads in dict.fromkeys(choices)]

    def row(self, neuron: int) -> fmpq_mat:
        """The (weights | bias) of a neuron of the last layer."""
        assert self.rows is not None
        return row_of(self.rows, neuron)

    def oriented(self, flips: Sequence[bool]) -> Prefix:
        """The prefix with the flagged neurons of the last layer negated: none is dormant then."""
        assert self.rows is not None
        awake = [row for neuron, row in self.dormant if flips[neuron]]
        dormant = [(neuron, row) for neuron, row in self.dormant if not flips[neuron]]
        entries = [
            -x if flip else x
            for row, flip in zip(matrix_rows(self.rows), flips, strict=True)
            for x in row
        ]
        rows = fmpq_mat(len(flips), self.rows.ncols(), entries)
        return Prefix(self.inputs, self.below, rows, [*self.open, *awake], self.reads, dormant)

    def certain(self, cell: Cell) -> bool:
        """Whether nothing that is not known of the layers matters on the cell: its forms are
        right.
        """
        if self.below is None:
            return True
        signs = cell.signs[: self.depth - 1]
        if signs not in self._certain:
            self._certain[signs] = self.below.certain(cell) and self.below.vanish(cell, self.open)
        return self._certain[signs]

    def vanish(self, cell: Cell, rows: Sequence[Form]) -> bool:
        """Whether rows over the values that a next layer reads are all 0 on a cell."""
        return all(self._vanishes(cell, row) for row in rows)

    def _vanishes(self, cell: Cell, row: Form) -> bool:
        read, constant = self._read(row)
        on = [value for value in read if cell.on(*self.values[value])]
        if len(on) > 1 or constant:
            return is_zero(row * self.value_forms(cell))
        if not on or self.values[on[0]][0] == 0:
            return not on
        layer, index = self.values[on[0]]
        walls = cell.walls[layer - 1]
        return not any(walls[index, column] for column in range(walls.ncols()))

    def _read(self, row: Form) -> tuple[tuple[int, ...], bool]:
        """The values that a row reads, and whether it has a constant."""
        # the row is kept beside what it reads so that its id stays its own
        known = self._reading.get(id(row))
        if known is None:
            *weights, bias = row.entries()
            known = (row, tuple(v for v, weight in enumerate(weights) if weight), bool(bias))
            self._reading[id(row)] = known
        return known[1:]

    def cell(self, point: Sequence[fmpq]) -> Cell:
        """The cell that holds a point; on a boundary the bit of its neuron is off."""
        return self._cell(homogeneous(point).numer_denom()[0])

    def _cell(self, point: fmpz_mat) -> Cell:
        """The cell of the point that this column is a positive multiple of, with 1 below it."""
        if self.below is None:
            return Cell((), (), ())
        under = self.below._cell(point)
        forms, walls = self.forms_on(under)
        return under.extended(forms, walls, [z > 0 for z in (walls * point).entries()])

    def forms_on(self, under: Cell) -> tuple[fmpq_mat, fmpz_mat]:
        """z of the last layer as forms on a cell of the layers below, and these cleared."""
        found = self._forms.get(under.signs)
        if found is None:
            assert self.below is not None and self.rows is not None
            forms = fmpq_mat(self.below.local_form(under, self.rows))
            for neuron in self.asleep(under):
                for column in range(forms.ncols()):
                    forms[neuron, column] = fmpq(0)
            found = self._forms[under.signs] = (forms, cleared(forms))
        return found

    def asleep(self, under: Cell) -> frozenset[int]:
        """The neurons of the last layer that are off on a cell because what is open matters."""
        if not self.dormant:
            return frozenset()
        signs = under.signs[: self.depth - 1]
        if signs not in self._asleep:
            pairs = zip(self.dormant, self.dormant_forms(under), strict=True)
            self._asleep[signs] = frozenset(neuron for (neuron, _), form in pairs if any(form))
        return self._asleep[signs]

    @cached_property
    def _dormant_rows(self) -> fmpq_mat:
        return stack([row for _, row in self.dormant])

    def dormant_rows(self, neuron: int) -> list[Form]:
        """The dormant directions of a neuron of the last layer."""
        return [row for j, row in self.dormant if j == neuron]

    def top_forms(self, cell: Cell) -> fmpq_mat:
        """z of the last layer's neurons on a cell, without what is open."""
        return self._awake(cell)[0] if self.dormant else cell.forms[-1]

    def dormant_forms(self, cell: Cell) -> list[list[fmpq]]:
        """The entries of the dormant directions as forms on a cell."""
        return self._awake(cell)[1] if self.dormant else []

    def _awake(self, cell: Cell) -> tuple[fmpq_mat, list[list[fmpq]]]:
        """z of the last layer's neurons, and the entries of the dormant directions, on a cell."""
        assert self.below is not None and self.rows is not None
        signs = cell.signs[: self.depth - 1]
        if signs not in self._tops:
            if len(self._tops) >= _KEPT:
                self._tops.clear()
            forms = self.below.local_form(cell, self.rows)
            dormant = matrix_rows(self.below.local_form(cell, self._dormant_rows))
            self._tops[signs] = forms, dormant
        return self._tops[signs]

    def local_form(self, cell: Cell, rows: fmpq_mat) -> Form:
        """z, on a cell, of neurons that would read the (oriented) values with ``rows``."""
        if self.below is None:
            return rows
        return rows * self.value_forms(cell)

    def span(self, cell: Cell) -> int:
        """The dimension of the space of forms that a next layer's neurons have on a cell.

        It is that of those that read no inputs: of any neuron only what is beyond that tells.
        """
        values = matrix_rows(self.value_forms(cell))
        hidden = [row for row, (layer, _) in zip(values, self.values, strict=False) if layer]
        return int(fmpq_mat([*hidden, values[-1]]).rank()) if self.depth else len(values)

    def value_forms(self, cell: Cell) -> fmpq_mat:
        """What a next layer's rows multiply: the values as forms on a cell, and the constant 1."""
        signs = cell.signs[: self.depth]
        values = self._values.get(signs)
        if values is None:
            values = self._value_forms(cell)
            if len(self._values) >= _KEPT:
                self._values.clear()
            self._values[signs] = values
        return values

    def _value_forms(self, cell: Cell) -> fmpq_mat:
        constant = fmpq_mat(1, self.inputs + 1, [fmpq(0)] * self.inputs + [fmpq(1)])
        blocks = [
            cell.activations(layer - 1) if layer else coordinates(self.inputs)
            for layer in self.reads
        ]
        return stack([*blocks, constant])

    def path(self, line: Line, keep: bool = True) -> list[Segment]:
        """The cells that a line crosses between its ends, in order; kept for the next time or
        not.
        """
        return self._along.path(line, keep)

    def crossings(
        self, line: Line, row: fmpq_mat, open: Sequence[Form] = ()
    ) -> list[tuple[fmpq, Form]]:
        """Where a neuron that reads the (oriented) values with ``row`` vanishes on a line.

        Cells are passed over where one of the rows ``open`` is not 0.
        """
        return self._along.crossings(line, row, open)


def _distinct(rows: Sequence[Form]) -> tuple[Form, ...]:
    """The rows, each once."""
    return tuple({tuple(row.entries()): row for row in rows}.values())
