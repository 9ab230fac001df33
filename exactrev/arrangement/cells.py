"""Cells of the arrangement while they are being split, many in one set of arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from exactrev.arrangement.forms import (
    OFF,
    ON,
    UNDECIDED,
    Floats,
    Forms,
    NetworkRows,
    Signs,
)

Integers = NDArray[np.int64]

_NO_ROW = -1


@dataclass(frozen=True)
class Cells:
    """K relatively open polyhedra of one codimension.

    ``node`` (K) is each one's place in the tree, ``signs`` (K x neurons) what is decided there,
    ``points`` (K x n) a point inside (beside it, within rounding, where the codimension is not 0).
    ``rows`` (K x M) lists the row numbers that bound it (the domain's and of neurons that split),
    -1 where there are fewer; ``walls`` (K x codimension) the row numbers that vanish on it.
    """

    node: Integers
    signs: Signs
    points: Floats
    rows: Integers
    walls: Integers

    def __len__(self) -> int:
        return len(self.node)

    @property
    def codimension(self) -> int:
        """The number of rows that vanish on each of them."""
        return int(self.walls.shape[1])

    def take(self, which: Integers | NDArray[np.bool_] | slice) -> Cells:
        """Some of the cells."""
        return Cells(
            self.node[which], self.signs[which], self.points[which], self.rows[which],
            self.walls[which],
        )  # fmt: skip

    def decided(self, neurons: Integers, signs: Signs) -> Cells:
        """The cells with one more neuron decided in each."""
        decided = self.signs.copy()
        decided[np.arange(len(self)), neurons] = signs
        return replace(self, signs=decided)

    def with_row(self, rows: Integers) -> Cells:
        """The cells with one more bounding row each."""
        used = (self.rows != _NO_ROW).sum(axis=1)
        listed = self.rows
        if not len(self) or used.max() == listed.shape[1]:
            listed = np.pad(listed, ((0, 0), (0, 2)), constant_values=_NO_ROW)
        else:
            listed = listed.copy()
        listed[np.arange(len(self)), used] = rows
        return replace(self, rows=listed)

    @staticmethod
    def joined(parts: Sequence[Cells]) -> Cells:
        """The cells of several sets (of one codimension), in this order."""
        if len(parts) == 1:
            return parts[0]
        width = max(part.rows.shape[1] for part in parts)
        return Cells(
            np.concatenate([part.node for part in parts]),
            np.concatenate([part.signs for part in parts]),
            np.concatenate([part.points for part in parts]),
            np.concatenate(
                [
                    np.pad(
                        part.rows,
                        ((0, 0), (0, width - part.rows.shape[1])),
                        constant_values=_NO_ROW,
                    )
                    for part in parts
                ]
            ),
            np.concatenate([part.walls for part in parts]),
        )

    @staticmethod
    def root(arrangement: NetworkRows, point: Floats) -> Cells:
        """The whole domain, with a point inside."""
        return Cells(
            np.zeros(1, dtype=np.int64),
            np.full((1, arrangement.neurons), UNDECIDED, dtype=np.int8),
            point[None, :],
            np.arange(arrangement.domain_rows, dtype=np.int64)[None, :],
            np.zeros((1, 0), dtype=np.int64),
        )


def signed_rows(
    arrangement: NetworkRows, cells: Cells, forms: Forms, base: Integers
) -> tuple[Forms, Forms]:
    """The bounding rows (K x M, positive inside; absent ones are the constant 1) and the walls.

    ``forms`` (B x neurons so far) holds the neurons' forms on B cells; ``base`` (K) says in which
    of these each cell lies.
    """
    domain, shift = arrangement.domain_forms, arrangement.domain_rows
    of_domain = (cells.rows < shift) & (cells.rows != _NO_ROW)
    of_neuron = cells.rows >= shift
    neuron = np.where(of_neuron, cells.rows - shift, 0)
    values = np.zeros((*cells.rows.shape, arrangement.n + 1))
    errors = np.zeros(cells.rows.shape)
    values[:, :, -1] = 1.0
    if forms.values.shape[1]:
        state = cells.signs[np.arange(len(cells))[:, None], neuron]
        sign = np.where(state == ON, 1.0, np.where(state == OFF, -1.0, 0.0))
        signed = forms.values[base[:, None], neuron] * sign[:, :, None]
        values = np.where(of_neuron[:, :, None], signed, values)
        errors = np.where(of_neuron, forms.errors[base[:, None], neuron], errors)
    if shift:
        index = np.where(of_domain, cells.rows, 0)
        values = np.where(of_domain[:, :, None], domain.values[index], values)
        errors = np.where(of_domain, domain.errors[index], errors)
    walls = cells.walls - shift
    return Forms(values, errors), Forms(
        forms.values[base[:, None], walls], forms.errors[base[:, None], walls]
    )
