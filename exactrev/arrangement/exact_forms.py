"""The exact affine forms of neurons on cells, those computed lately being kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flint import fmpq, fmpq_mat

from exactrev.arrangement.forms import OFF, ON, NetworkRows
from exactrev.lp.polyhedron import Form

_FORMS_KEPT, _VALUES_KEPT = 20_000, 2_000


@dataclass
class ExactForms:
    """What every neuron computes where the signs of the layers before its own are known."""

    arrangement: NetworkRows
    _forms: dict[tuple[int, ...], Form] = field(default_factory=dict)
    _values: dict[tuple[int, ...], fmpq_mat] = field(default_factory=dict)

    def form(self, signs: Sequence[int], neuron: int) -> Form:
        """The exact form of a neuron where the layers before its own have these signs."""
        layer = self.arrangement.layer_of(neuron)
        key = (neuron, *signs[: self.arrangement.first[layer]])
        found = self._forms.get(key)
        if found is None:
            if len(self._forms) > _FORMS_KEPT:
                self._forms.clear()
            found = self._forms[key] = self._computed(signs, layer, neuron)
        return found

    def _computed(self, signs: Sequence[int], layer: int, neuron: int) -> Form:
        rows = self.arrangement
        reads = rows.exact_reads(neuron)
        total = reads.constant
        for source, weights in reads.sources:
            total = total + weights * self._active(signs, source)
        return tuple(total.entries())

    def _active(self, signs: Sequence[int], layer: int) -> fmpq_mat:
        """The forms of a layer's values where its signs are these: 0 unless on."""
        rows = self.arrangement
        key = tuple(signs[: rows.first[layer + 1]])
        found = self._values.get(key)
        if found is None:
            if len(self._values) > _VALUES_KEPT:
                self._values.clear()
            nothing = [fmpq(0)] * (rows.n + 1)
            entries: list[fmpq] = []
            for neuron in range(rows.first[layer], rows.first[layer + 1]):
                entries += self.form(signs, neuron) if signs[neuron] == ON else nothing
            found = fmpq_mat(rows.widths[layer], rows.n + 1, entries)
            self._values[key] = found
        return found

    def signed_row(self, signs: Sequence[int], row: int) -> Form:
        """A row as it is positive on cells with these signs, or the form of a wall."""
        shift = self.arrangement.domain_rows
        if row < shift:
            return self.arrangement.domain_rows_exactly[row]
        form = self.form(signs, row - shift)
        return tuple(-x for x in form) if signs[row - shift] == OFF else form
