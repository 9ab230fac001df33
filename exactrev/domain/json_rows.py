"""Domains as JSON: the points x with a.x <= b for every row (a, b).

    {"format": "exactrev-domain", "version": 1,
     "rows": [{"coefficients": ["1", "-1/2"], "bound": "3"}]}

The format is described in docs/domains.md.
"""

from __future__ import annotations

from typing import Any

from exactrev.errors import FormatError
from exactrev.formats.exact_json import demand_known, exact_numbers, read_document
from exactrev.formats.files import PathLike, names_file
from exactrev.lp.polyhedron import Form, Polyhedron

FORMAT, VERSION = "exactrev-domain", 1
_ROW_KEYS = {"coefficients", "bound"}


@names_file
def read_rows(path: PathLike, inputs: int) -> Polyhedron:
    """The polyhedron of a ``.json`` file; FormatError names the file and the row at fault."""
    document = read_document(path, FORMAT, VERSION, {"format", "version", "rows"})
    if not isinstance(document.get("rows"), list):
        raise FormatError('"rows" is missing or not a list')
    return Polyhedron(
        inputs, tuple(_row(entry, i, inputs) for i, entry in enumerate(document["rows"]))
    )


def _row(entry: Any, number: int, inputs: int) -> Form:
    """The form b - a.x, which is at least zero where a.x <= b."""
    where = f"row {number}"
    if not isinstance(entry, dict):
        raise FormatError(f"{where} is not an object")
    demand_known(entry, _ROW_KEYS, f"{where}: ")
    if len(entry) < len(_ROW_KEYS):
        raise FormatError(f'{where} needs "coefficients" and "bound"')
    coefficients = exact_numbers(entry["coefficients"], f'{where} "coefficients"')
    (bound,) = exact_numbers([entry["bound"]], f'{where} "bound"')
    if len(coefficients) != inputs:
        raise FormatError(
            f"{where}: {len(coefficients)} coefficients, but the network has {inputs} inputs"
        )
    return (*(-a for a in coefficients), bound)
