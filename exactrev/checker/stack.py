"""Networks given by the rows of their layers, and what they are with inputs replaced by forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from exactrev.checker.network import ONE, Layered, Row
from exactrev.checker.rows import add_multiple


class Stack(Layered):
    """A network that is given by the rows of its layers, the outputs last."""

    def __init__(self, inputs: int, layers: list[list[Row]]) -> None:
        super().__init__(inputs)
        self._rows: list[list[Row]] = [[], *layers]
        for rows in layers:
            self.grow(len(rows))

    def row(self, layer: int, index: int) -> Row:
        return dict(self._rows[layer][index])


def in_free_inputs(network: Layered, pinned: Mapping[int, Row], free: Sequence[int]) -> Stack:
    """The network of the inputs ``free`` alone; the others are the forms ``pinned`` of them."""
    places = {ONE: ONE} | {j: place for place, j in enumerate(free)}
    values = range(network.inputs, network.first[-1])
    places |= {value: len(free) + k for k, value in enumerate(values)}
    layers = [
        [
            renamed(substituted(network.row(layer, index), pinned), places)
            for index in range(network.sizes[layer])
        ]
        for layer in range(1, network.layers + 1)
    ]
    return Stack(len(free), layers)


def renamed(row: Row, places: Mapping[int, int]) -> Row:
    """The row with its values under other numbers."""
    return {places[value]: coefficient for value, coefficient in row.items()}


def substituted(row: Row, forms: Mapping[int, Row]) -> Row:
    """The row with forms in the place of some of its values."""
    found = {value: coefficient for value, coefficient in row.items() if value not in forms}
    for value, coefficient in row.items():
        if value in forms:
            add_multiple(found, coefficient, forms[value])
    return found
