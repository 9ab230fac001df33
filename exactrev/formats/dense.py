"""Dense networks from named arrays."""

from __future__ import annotations

from flint import fmpq, fmpq_mat

from exactrev.errors import FormatError
from exactrev.formats.floats import Array, rationals
from exactrev.network import Layer, Network


def dense_from_arrays(
    layers: list[tuple[str, Array, str, Array]], notes: tuple[str, ...] = ()
) -> Network:
    """A dense network from named (outputs, inputs) weight and (outputs,) bias arrays, exactly."""
    built: list[Layer] = []
    width: int | None = None
    for weight_name, weight, bias_name, bias in layers:
        if weight.ndim != 2:
            raise FormatError(f"{weight_name} has {weight.ndim} dimensions where 2 are needed")
        rows, columns = weight.shape
        if width is not None and columns != width:
            raise FormatError(f"{weight_name} has {columns} columns where {width} are needed")
        if bias.shape != (rows,):
            raise FormatError(f"{bias_name} has shape {bias.shape} where ({rows},) is needed")
        matrix = fmpq_mat(rows, columns, _entries(weight_name, weight))
        built.append(Layer.of({len(built): matrix}, _entries(bias_name, bias)))
        width = rows
    return Network(layers[0][1].shape[1], tuple(built), notes)


def _entries(name: str, array: Array) -> list[fmpq]:
    try:
        return list(rationals(array).ravel().tolist())
    except FormatError as error:
        raise FormatError(f"{name} {error}") from None
