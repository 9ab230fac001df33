"""Weights open below a layer, told by where its neurons bend f.

A neuron that is on where an open direction d of it matters has z + t d there with an unknown t.  A
neuron that reads it, all of whose weights that matter on a cell are known, has the form
``K + sum_m w_m t_m d_m`` there: K is without what is open, and w_m the weight with which it reads
the m-th.  So if it is behind a kink there, with the form v, then

    c v = K + sum_m w_m t_m d_m,

n + 1 equations on c and the sums.  If they have a solution though two of them or more follow from
none of the others, the kink is taken for that neuron's, and what it says of the t_m is collected.
Kinks that were seen already tell all as a rule: no query is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from flint import fmpq

from exactrev.exact.linear import LinearSystem, matrix_rows, stack
from exactrev.recovery.cells import Cell
from exactrev.recovery.geometry import Form, Kink, rationals
from exactrev.recovery.layer import Layer, stand_anew
from exactrev.recovery.neuron import Neuron
from exactrev.recovery.prefix import Prefix


@dataclass(frozen=True)
class _Awake:
    """An open direction of a neuron that is not known to be off where it matters.

    ``sign`` is -1 where the prefix has the neuron turned round.
    """

    neuron: int
    place: int
    row: Form
    sign: int


def hear(layers: list[Layer], kinks: Sequence[Kink]) -> bool:
    """Let layers take in what those above them tell of their open weights; whether any did.

    Then they stand on what is known by now.
    """
    told = [told_by_readers(below, layer, kinks) for below, layer in pairwise(layers)]
    if any(told):
        stand_anew(layers)
    return any(told)


def told_by_readers(below: Layer, layer: Layer, kinks: Sequence[Kink]) -> bool:
    """Give neurons of ``below`` what kinks of the layer that reads them tell of their open weights.

    Whether any was told.  The layer above is not changed: it is to be put ``over`` what is below.
    """
    awake = [] if layer.prefix.wide else _awake(below, layer.prefix)
    if not awake:
        return False
    told = LinearSystem(len(awake))
    for kink in kinks:
        for equation, value in _equations(layer, awake, kink):
            # a kink taken for the wrong neuron's contradicts others sooner or later
            told.add(equation, value)
        if told.rank == len(awake):
            break
    parts = [told.unit(m) for m in range(len(awake))]
    for neuron in {each.neuron for each in awake}:
        _give(below, neuron, [(a, t) for a, t in zip(awake, parts, strict=True) if t is not None])
    return any(part is not None for part in parts)


def _awake(below: Layer, prefix: Prefix) -> list[_Awake]:
    """What is open of the layer below and not dormant."""
    own = prefix.layers[-1]
    asleep = {(neuron, tuple(row.entries())) for neuron, row in own.dormant}
    return [
        _Awake(j, place, direction.row, _sign(own.row(j), neuron.row))
        for j, neuron in enumerate(below.neurons)
        for place, direction in enumerate(neuron.open)
        if (j, tuple(direction.row.entries())) not in asleep
    ]


def _sign(turned: Form, row: Form) -> int:
    pairs = zip(turned.entries(), row.entries(), strict=True)
    return 1 if next(x * y for x, y in pairs if y) > 0 else -1


def _equations(
    layer: Layer, awake: Sequence[_Awake], kink: Kink
) -> Iterator[tuple[list[fmpq], fmpq]]:
    """What a kink says of the parts, if it lies where they matter and is of the layer."""
    prefix, below = layer.prefix, layer.prefix.below
    assert below is not None
    cell = prefix.cell(rationals(kink.point))
    if not below.certain(cell):
        return
    directions = matrix_rows(below.local_form(cell, stack([each.row for each in awake])))
    here = [(m, each) for m, each in enumerate(awake) if any(directions[m])]
    if not here:
        return
    for _, each in here:
        cell = cell.with_top_bit(each.neuron, True)
    for neuron in layer.neurons:
        if neuron.known_on(prefix, cell):
            found = _of_reader(prefix, neuron, cell, kink, here, directions, len(awake))
            if found is not None:
                yield from found
                return


def _of_reader(
    prefix: Prefix,
    neuron: Neuron,
    cell: Cell,
    kink: Kink,
    here: Sequence[tuple[int, _Awake]],
    directions: Sequence[list[fmpq]],
    count: int,
) -> list[tuple[list[fmpq], fmpq]] | None:
    """What the kink says of the parts if it is of this neuron; None if it is not."""
    weights = [neuron.row[0, prefix.values.index((prefix.depth, each.neuron))] for _, each in here]
    known = prefix.local_form(cell, neuron.row).entries()
    system = LinearSystem(1 + count)
    rows = zip(kink.form.entries(), known, zip(*directions, strict=True), strict=True)
    equations = []
    for v, k, d in rows:
        row = [fmpq(0)] * (1 + count)
        row[0] = v
        for (m, each), weight in zip(here, weights, strict=True):
            row[1 + m] = -each.sign * weight * d[m]
        equations.append((row, k))
    if not all(system.add(row, value) for row, value in equations):
        return None
    # as many equations as unknowns fit anything
    if system.rank > len(equations) - 2 or not system.unit(0):
        return None
    return [(row[1:-1], row[-1]) for row in system.rows() if not row[0]]


def _give(below: Layer, neuron: int, parts: Sequence[tuple[_Awake, fmpq]]) -> None:
    """Add what was told of a neuron's open directions to its row."""
    old = below.neurons[neuron]
    row, mine = old.row, set()
    for each, part in parts:
        if each.neuron == neuron:
            row = row + each.row * part
            mine.add(each.place)
    left = tuple(direction for place, direction in enumerate(old.open) if place not in mine)
    below.neurons[neuron] = Neuron(row, left)
