"""Any network as exactrev's own ``.json`` text, exactly (docs/formats.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from flint import fmpq, fmpq_mat

from exactrev.formats.files import PathLike, names_file, write_bytes
from exactrev.formats.json_reader import FORMAT, VERSION
from exactrev.network import Network


@names_file
def write_json(path: PathLike, network: Network) -> bool:
    """Write any network, exactly; returns True."""
    write_bytes(path, "".join(_lines(network)).encode())
    return True


def _lines(network: Network) -> Iterator[str]:
    yield f'{{"format": "{FORMAT}", "version": {VERSION},\n'
    if network.layers[0].size == 0:  # no row whose length would tell
        yield f' "inputs": {network.inputs},\n'
    if network.notes:
        yield f' "notes": {json.dumps(list(network.notes))},\n'
    yield ' "layers": [\n'
    for number, layer in enumerate(network.layers, 1):
        yield "  {" + _weight_text(network, number)
        yield f',\n   "bias": {_row(layer.bias.entries())}}}'
        yield ",\n" if number < len(network.layers) else "\n"
    yield " ]}\n"


def _weight_text(network: Network, number: int) -> str:
    blocks = network.layers[number - 1].weights
    if all(source == number - 1 for source, _ in blocks):
        return f'"weight": {_rows(network.weight(number))}'
    inner = ",\n    ".join(f'"{source}": {_rows(matrix)}' for source, matrix in blocks)
    return f'"weights": {{{inner}}}'


def _rows(matrix: fmpq_mat) -> str:
    entries, width = matrix.entries(), matrix.ncols()
    rows = [_row(entries[i * width : (i + 1) * width]) for i in range(matrix.nrows())]
    return "[" + ",\n    ".join(rows) + "]"


def _row(entries: list[fmpq]) -> str:
    return "[" + ", ".join(f'"{x}"' for x in entries) + "]"
