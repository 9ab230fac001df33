"""Where the boundaries of known neurons must cross a line."""

from __future__ import annotations

from exactrev.exact.linear import matrix_rows, row_vector
from exactrev.recovery.geometry import homogeneous, homogeneous_direction
from exactrev.recovery.lines import Line
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.sharing.sweep import Prediction


def predictions(prefix: Prefix, line: Line) -> list[Prediction]:
    """Where the boundaries of all neurons of a prefix cross a line, numbered layer by layer."""
    found: list[Prediction] = []
    first = 0
    for layer in prefix.layers:
        assert layer.below is not None and layer.rows is not None
        for segment in layer.below.path(line):
            forms = layer.below.local_form(segment.cell, layer.rows)
            at = (forms * homogeneous(line.base)).entries()
            rates = (forms * homogeneous_direction(line.direction)).entries()
            for i, (z, rate) in enumerate(zip(at, rates, strict=True)):
                if rate and segment.start < (t := -z / rate) <= segment.stop:
                    form = row_vector(matrix_rows(forms)[i])
                    found.append(Prediction(t, form, first + i))
        first += layer.rows.nrows()
    return found
