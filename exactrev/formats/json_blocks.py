"""The blocks of a ``.json`` layer that are not lists of rows: convolutions and sparse matrices.

    {"conv": {"input": [1, 28, 28], "kernel": [[[["1/2", "0"], ...]]], "strides": [1, 1], ...}}
    {"sparse": [[0, 5, "1/2"], [3, 0, "-1"]]}

Both say the same as the matrix they stand for (docs/formats.md), in a small fraction of the text.
"""

from __future__ import annotations

import math
from typing import Any

from flint import fmpq, fmpq_mat

from exactrev.errors import FormatError, InputError
from exactrev.formats.exact_json import Integer, demand_known, exact_numbers
from exactrev.formats.files import MAX_EXTENT
from exactrev.formats.forms import demand_size
from exactrev.formats.unrolling import MAX_WEIGHTS
from exactrev.network.convolution import Convolution
from exactrev.network.windows import Windows

_CONVOLUTION_KEYS = {"input", "kernel", "strides", "dilations", "pads", "groups"}


def read_block(block: dict[str, Any], height: int, width: int, where: str) -> fmpq_mat:
    """The matrix (height x width) that a block object stands for; FormatError says where."""
    demand_known(block, {"conv", "sparse"}, f"{where}: ")
    if len(block) != 1:
        raise FormatError(f'{where} needs one of "conv" and "sparse"')
    demand_size((height, width), MAX_WEIGHTS)
    if "sparse" in block:
        return _sparse(block["sparse"], height, width, where)
    convolution = read_convolution(block["conv"], where)
    sizes = math.prod(convolution.output_shape), math.prod(convolution.input_shape)
    if sizes != (height, width):
        raise FormatError(
            f"{where}: the convolution makes {sizes[0]} values of {sizes[1]} where {height} of "
            f"{width} are needed"
        )
    return convolution.matrix()


def read_convolution(entry: Any, where: str) -> Convolution:
    """A "conv" object; FormatError, which says where, for anything that does not fit."""
    if not isinstance(entry, dict) or not {"input", "kernel"} <= set(entry):
        raise FormatError(f'{where}: "conv" is not an object with "input" and "kernel"')
    demand_known(entry, _CONVOLUTION_KEYS, f"{where}: ")
    given = {
        key: integers(entry[key], f'{where} "{key}"')
        for key in ("strides", "dilations", "pads") if key in entry
    }
    (groups,) = integers([entry.get("groups", Integer("1"))], f'{where} "groups"')
    channels, *grid = integers(entry["input"], f'{where} "input"') or [0]
    shape, kernel = _nested(entry["kernel"], f'{where} "kernel"')
    try:
        windows = Windows.over(
            grid, shape[2:], given.get("strides"), given.get("dilations"),
            given.get("pads", [0] * (2 * len(grid))),
        )
        convolution = Convolution(tuple(kernel), shape, windows, groups)
    except InputError as error:
        raise FormatError(f"{where}: {error}") from None
    if convolution.input_shape != (channels, *grid):
        raise FormatError(
            f"{where}: a kernel of shape {list(shape)} in {groups} groups does not fit "
            f"{channels} channels"
        )
    return convolution


def integers(value: Any, where: str) -> list[int]:
    """A JSON list of natural numbers, none absurdly large."""
    if not isinstance(value, list):
        raise FormatError(f"{where} is not a list of natural numbers")
    for x in value:
        if not isinstance(x, Integer) or len(x) > 9 or not 0 <= int(x) <= MAX_EXTENT:
            raise FormatError(f"{where} is not a list of natural numbers")
    return [int(x) for x in value]


def _nested(value: Any, where: str) -> tuple[tuple[int, ...], list[fmpq]]:
    """The shape and the numbers, in C order, of nested lists that are all of one shape."""
    shape: list[int] = []
    level = [value]
    while level and isinstance(level[0], list):
        extent = len(level[0])
        if any(not isinstance(x, list) or len(x) != extent for x in level):
            raise FormatError(f"{where} is ragged")
        shape.append(extent)
        level = [x for inner in level for x in inner]
    if len(shape) < 3 or min(shape) < 1:
        raise FormatError(f"{where} is not nested lists (out channels, in channels, *window)")
    return tuple(shape), exact_numbers(level, where)


def _sparse(entries: Any, height: int, width: int, where: str) -> fmpq_mat:
    if not isinstance(entries, list) or any(
        not isinstance(entry, list) or len(entry) != 3 for entry in entries
    ):
        raise FormatError(f'{where}: "sparse" is not a list of [row, column, weight]')
    numbers = exact_numbers([weight for *_, weight in entries], where)
    matrix = fmpq_mat(height, width)
    seen: set[tuple[int, int]] = set()
    for (row, column, _), weight in zip(entries, numbers, strict=True):
        i, j = integers([row, column], f"{where} (row, column)")
        if i >= height or j >= width or (i, j) in seen:
            raise FormatError(f"{where}: entry ({i}, {j}) is outside or given twice")
        seen.add((i, j))
        matrix[i, j] = weight
    return matrix
