"""exactrev's own ``.json``: exact rationals as text, for every network of the general model.

    {"format": "exactrev-network", "version": 1,
     "layers": [{"weight": [["1/3", "-2"]], "bias": ["0"]},
                {"weights": {"0": [["1", "0"]], "1": [["1/2"]]}, "bias": ["1"]}]}

The format is described in docs/formats.md.  Every fault is a FormatError: nothing is guessed,
and a key the reader does not know is refused, since it might change what the network computes.
"""

from __future__ import annotations

import math
from typing import Any

from flint import fmpq, fmpq_mat

from exactrev.errors import FormatError
from exactrev.formats.exact_json import Integer, exact_numbers, read_document
from exactrev.formats.files import MAX_EXTENT, PathLike, names_file, one_line
from exactrev.formats.forms import demand_size
from exactrev.formats.json_blocks import integers, read_block, read_convolution
from exactrev.network import Layer, Network

FORMAT, VERSION = "exactrev-network", 1
_FILE_KEYS = {"format", "version", "layers", "inputs", "notes", "shapes"}
_LAYER_KEYS = {"weight", "weights", "bias"}


@names_file
def read_json(path: PathLike) -> Network:
    """The network in a ``.json`` file; FormatError names the file and the fault."""
    document = read_document(path, FORMAT, VERSION, _FILE_KEYS)
    if not isinstance(document.get("layers"), list) or not document["layers"]:
        raise FormatError('"layers" is missing, empty or not a list')
    layers: list[Layer] = []
    sizes = [_inputs(document)]
    for number, entry in enumerate(document["layers"], 1):
        layers.append(_layer(entry, number, sizes))
        sizes.append(layers[-1].size)
    return Network(sizes[0], tuple(layers), _notes(document), _shapes(document))


def _inputs(document: dict[str, Any]) -> int:
    """The number of inputs: "inputs" where given, else the row length of the first layer."""
    given = document.get("inputs")
    if given is not None:
        if not isinstance(given, Integer) or len(given) > 9 or not (
            1 <= int(given) <= MAX_EXTENT
        ):
            raise FormatError(f'"inputs" is not an integer from 1 to {MAX_EXTENT}')
        return int(given)
    first = document["layers"][0]
    _check_layer(first, 1)
    rows = first.get("weight")
    if isinstance(first.get("weights"), dict):
        rows = first["weights"].get("0")
    if isinstance(rows, dict) and "conv" in rows:
        return math.prod(read_convolution(rows["conv"], "layer 1").input_shape)
    if not isinstance(rows, list) or not rows:
        raise FormatError('layer 1 has no weight row to tell the inputs from; give "inputs"')
    if not isinstance(rows[0], list):
        raise FormatError("layer 1: the first weight row is not a list of numbers")
    return len(rows[0])


def _notes(document: dict[str, Any]) -> tuple[str, ...]:
    notes = document.get("notes", [])
    if not isinstance(notes, list) or not all(type(note) is str for note in notes):
        raise FormatError('"notes" is not a list of strings')
    return tuple(one_line(note) for note in notes)


def _shapes(document: dict[str, Any]) -> tuple[tuple[int, ...], ...]:
    shapes = document.get("shapes", [])
    if not isinstance(shapes, list):
        raise FormatError('"shapes" is not a list of shapes')
    return tuple(tuple(integers(shape, '"shapes"')) for shape in shapes)


def _check_layer(entry: Any, number: int) -> None:
    where = f"layer {number}"
    if not isinstance(entry, dict):
        raise FormatError(f"{where} is not an object")
    unknown = sorted(set(entry) - _LAYER_KEYS)
    if unknown:
        raise FormatError(f"{where}: unknown key {unknown[0]!r}")
    if ("weight" in entry) == ("weights" in entry) or "bias" not in entry:
        raise FormatError(f'{where} needs "bias" and one of "weight" and "weights"')


def _layer(entry: Any, number: int, sizes: list[int]) -> Layer:
    _check_layer(entry, number)
    where = f"layer {number}"
    bias = _bias(entry["bias"], f'{where} "bias"')
    blocks = {}
    for source, rows in _blocks(entry, number).items():
        label = f'{where} "weight"' if "weight" in entry else f'{where} "weights" from {source}'
        blocks[source] = _matrix(rows, len(bias), sizes[source], label)
    return Layer.of(blocks, bias)


def _bias(entry: Any, where: str) -> list[fmpq]:
    """One number a neuron, or one a channel and how many neurons in a row each is for."""
    if not isinstance(entry, dict):
        return exact_numbers(entry, where)
    if set(entry) != {"channels", "each"}:
        raise FormatError(f'{where} is neither a list nor an object of "channels" and "each"')
    numbers = exact_numbers(entry["channels"], where)
    (each,) = integers([entry["each"]], where)
    demand_size((len(numbers), each))
    return [number for number in numbers for _ in range(each)]


def _blocks(entry: dict[str, Any], number: int) -> dict[int, Any]:
    if "weight" in entry:
        return {number - 1: entry["weight"]}
    if not isinstance(entry["weights"], dict):
        raise FormatError(f'layer {number}: "weights" is not an object')
    known = {str(source): source for source in range(number)}
    for source in entry["weights"]:
        if source not in known:
            raise FormatError(f"layer {number} reads layer {source!r}, which is not before it")
    return {known[source]: rows for source, rows in entry["weights"].items()}


def _matrix(rows: Any, height: int, width: int, where: str) -> fmpq_mat:
    if isinstance(rows, dict):
        return read_block(rows, height, width, where)
    if not isinstance(rows, list):
        raise FormatError(f"{where} is not a list of rows")
    if len(rows) != height:
        raise FormatError(f"{where} has {len(rows)} rows but there are {height} biases")
    entries: list[fmpq] = []
    for i, row in enumerate(rows):
        numbers = exact_numbers(row, f"{where} row {i}")
        if len(numbers) != width:
            raise FormatError(f"{where} row {i}: {len(numbers)} entries where {width} are needed")
        entries += numbers
    return fmpq_mat(height, width, entries)
