"""Any network as exactrev's own ``.json`` text, exactly (docs/formats.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from flint import fmpq, fmpq_mat

from exactrev.formats.files import PathLike, names_file, write_bytes
from exactrev.formats.json_reader import FORMAT, VERSION
from exactrev.network import Network
from exactrev.network.convolution import Convolution, sparse_rows
from exactrev.network.recognition import recognise

#: a matrix with fewer entries is written whole, whatever it holds
_SMALL = 256


@names_file
def write_json(path: PathLike, network: Network) -> bool:
    """Write any network, exactly; returns True.

    Large sparse matrices are written as the convolution they are, where the network's ``shapes``
    show one, else by their nonzero entries.
    """
    write_bytes(path, "".join(_lines(network)).encode())
    return True


def _lines(network: Network) -> Iterator[str]:
    yield f'{{"format": "{FORMAT}", "version": {VERSION},\n'
    blocks = [_weight_text(network, number) for number in range(1, len(network.layers) + 1)]
    if network.layers[0].size == 0 or '"sparse"' in blocks[0]:  # no row whose length would tell
        yield f' "inputs": {network.inputs},\n'
    if network.notes:
        yield f' "notes": {json.dumps(list(network.notes))},\n'
    if any(len(shape) > 1 for shape in network.shapes):
        yield f' "shapes": {json.dumps([list(shape) for shape in network.shapes])},\n'
    yield ' "layers": [\n'
    for number, block in enumerate(blocks, 1):
        yield "  {" + block
        yield f',\n   "bias": {_bias_text(network, number)}}}'
        yield ",\n" if number < len(network.layers) else "\n"
    yield " ]}\n"


def _weight_text(network: Network, number: int) -> str:
    blocks = network.layers[number - 1].weights
    if all(source == number - 1 for source, _ in blocks):
        return f'"weight": {_block_text(network, number, number - 1)}'
    inner = ",\n    ".join(
        f'"{source}": {_block_text(network, number, source)}' for source, _ in blocks
    )
    return f'"weights": {{{inner}}}'


def _block_text(network: Network, number: int, source: int) -> str:
    """The shortest of what says the same: a convolution, the nonzero entries, all rows."""
    matrix = network.weight(number, source)
    size = matrix.nrows() * matrix.ncols()
    if size < _SMALL:
        return _rows(matrix)
    rows = sparse_rows(matrix)
    filled = sum(map(len, rows))
    if 4 * filled > size:
        return _rows(matrix)
    shape = network.shapes[source] if network.shapes else ()
    found = recognise(rows, None, shape) if len(shape) > 1 else None
    if found is not None and found.order == tuple(range(len(rows))) and set(found.scales) == {1}:
        return convolution_text(found.convolution)
    entries = [f'[{i}, {j}, "{w}"]' for i, row in enumerate(rows) for j, w in sorted(row.items())]
    return '{"sparse": [' + ", ".join(entries) + "]}"


def convolution_text(convolution: Convolution) -> str:
    """A convolution as a block of a layer (docs/formats.md)."""
    windows = convolution.windows
    kernel = _nested([str(w) for w in convolution.kernel], convolution.shape)
    settings = {
        "input": convolution.input_shape, "kernel": kernel, "strides": windows.strides,
        "dilations": windows.dilations, "pads": windows.before + windows.after,
        "groups": convolution.groups,
    }
    return json.dumps({"conv": settings})


def _nested(entries: Sequence[Any], shape: Sequence[int]) -> Any:
    """A flat list as nested lists of this shape."""
    if len(shape) == 1:
        return list(entries)
    step = len(entries) // shape[0]
    return [_nested(entries[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0])]


def _bias_text(network: Network, number: int) -> str:
    """One number a neuron, or one a channel where they are shared and many."""
    entries = network.bias(number).entries()
    shape = network.shapes[number] if network.shapes else ()
    if len(shape) > 1 and len(entries) >= _SMALL:
        each = len(entries) // shape[0]
        channels = entries[::each]
        if entries == [b for b in channels for _ in range(each)]:
            return f'{{"channels": {_row(channels)}, "each": {each}}}'
    return _row(entries)


def _rows(matrix: fmpq_mat) -> str:
    entries, width = matrix.entries(), matrix.ncols()
    rows = [_row(entries[i * width : (i + 1) * width]) for i in range(matrix.nrows())]
    return "[" + ",\n    ".join(rows) + "]"


def _row(entries: list[fmpq]) -> str:
    return "[" + ", ".join(f'"{x}"' for x in entries) + "]"
