"""The boundary cells of a small network by brute force: every pattern, an exact simplex, no float.

Slow, and independent of what it is used to test: regions are found by splitting on one neuron
after the other, facets by asking for a point on each row, bends by comparing affine maps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from flint import fmpq

from exactrev.boundaries.cells import BoundaryCell
from exactrev.network.evaluation import (
    AffineMap,
    Pattern,
    activation_pattern,
    affine_map,
    layer_maps,
)
from exactrev.network.model import Network

Row = tuple[fmpq, ...]


def boundary_cells(
    network: Network, seed: int = 0, domain: Sequence[Row] = ()
) -> list[BoundaryCell]:
    """All facets inside a domain across which f bends, in an order that tells nothing."""
    cells = {}
    for pattern, rows in regions(network, domain):
        for index, row in enumerate(rows):
            if index < len(domain):
                continue
            others = [other for k, other in enumerate(rows) if k != index]
            cell = _facet(network, pattern, row, others)
            if cell is not None:
                cells.setdefault((cell.hyperplane, cell.rows), cell)
    listed = [cells[key] for key in sorted(cells)]
    Random(seed).shuffle(listed)
    return listed


def regions(
    network: Network, domain: Sequence[Row] = ()
) -> Iterator[tuple[Pattern, list[Row]]]:
    """Every activation pattern that has an interior, with the rows that are positive there: first
    the domain's, then a row for each neuron that is not constant there.
    """

    def grow(pattern: Pattern, rows: list[Row]) -> Iterator[tuple[Pattern, list[Row]]]:
        if len(pattern) == len(network.hidden):
            yield pattern, rows
            return
        # what is not decided yet does not matter to the next layer
        rest = tuple((False,) * layer.size for layer in network.hidden[len(pattern) :])
        maps = layer_maps(network, (*pattern, *rest))
        forms = _forms(maps[len(pattern)], network.inputs)
        for bits, inner in split(forms, rows):
            yield from grow((*pattern, bits), inner)

    def split(forms: list[Row], rows: list[Row]) -> Iterator[tuple[tuple[bool, ...], list[Row]]]:
        if not forms:
            yield (), rows
            return
        form = forms[0]
        if not any(form[:-1]):
            for bits, inner in split(forms[1:], rows):
                yield (form[-1] > 0, *bits), inner
            return
        for on in (False, True):
            side = [*rows, form if on else tuple(-x for x in form)]
            if interior_point(side, network.inputs) is not None:
                for bits, inner in split(forms[1:], side):
                    yield (on, *bits), inner

    yield from grow((), list(domain))


def _forms(affine: AffineMap, inputs: int) -> list[Row]:
    linear, constant = affine.linear.entries(), affine.constant.entries()
    return [
        (*linear[i * inputs : (i + 1) * inputs], constant[i]) for i in range(len(constant))
    ]


def _facet(
    network: Network, pattern: Pattern, row: Row, others: list[Row]
) -> BoundaryCell | None:
    """The facet of a region on this row if it has one, and if f bends there."""
    pivot = next(j for j, x in enumerate(row) if x)

    def inside(form: Row) -> Row:
        factor = form[pivot] / row[pivot]
        return tuple(a - factor * h for a, h in zip(form, row, strict=True))

    within = [inside(form) for form in others if any(inside(form)[:-1])]
    constants = [inside(form)[-1] for form in others if not any(inside(form)[:-1])]
    if any(c < 0 for c in constants):
        return None
    point = interior_point(within, network.inputs)
    if point is None:
        return None
    point[pivot] = fmpq(0)
    point[pivot] = -sum((a * x for a, x in zip(row, point, strict=False)), row[-1]) / row[pivot]
    beyond = [x - a / (1 << 400) for x, a in zip(point, row, strict=False)]
    if affine_map(network, activation_pattern(network, beyond)) == affine_map(network, pattern):
        return None
    return BoundaryCell.of(row, _irredundant(within, network.inputs), point)


def _irredundant(rows: list[Row], inputs: int) -> list[Row]:
    scaled = {}
    for row in rows:
        lead = next(abs(x) for x in row if x)
        scaled[tuple(x / lead for x in row)] = row
    kept = list(scaled)
    for row in list(kept):
        others = [other for other in kept if other != row]
        if interior_point([*others, tuple(-x for x in row)], inputs) is None:
            kept = others
    return kept


def interior_point(rows: Sequence[Row], inputs: int) -> list[fmpq] | None:
    """A point where every row is positive, or None: maximise t <= 1 with every row >= t.

    The primal simplex method in dictionary form with Bland's rule.
    """
    if not rows:
        return [fmpq(0)] * inputs
    # x = 0, t = min(constants) is feasible; variables x (free, as differences) and t
    low = min(fmpq(1), *(row[-1] for row in rows))
    # with t = low + s, s >= 0: row.x + (b - low) - s >= 0 and 1 - low - s >= 0
    table = [[*row[:-1], *(-a for a in row[:-1]), fmpq(-1), row[-1] - low] for row in rows]
    table.append([*([fmpq(0)] * (2 * inputs)), fmpq(-1), 1 - low])
    values, s = _maximise_last(table)
    if low + s <= 0:
        return None
    return [values[j] - values[inputs + j] for j in range(inputs)]


def _maximise_last(table: list[list[fmpq]]) -> tuple[list[fmpq], fmpq]:
    """max y_last over y >= 0 with table (y, 1) >= 0, from the feasible y = 0; Bland's rule."""
    columns = len(table[0]) - 1
    outside = list(range(columns))
    basis = [columns + i for i in range(len(table))]
    objective = [fmpq(int(j == columns - 1)) for j in range(columns)] + [fmpq(0)]
    while True:
        entering = min(
            (j for j in range(columns) if objective[j] > 0), key=lambda j: outside[j], default=None
        )
        if entering is None:
            break
        limits = [
            (row[-1] / -row[entering], basis[i], i)
            for i, row in enumerate(table)
            if row[entering] < 0
        ]
        _, _, leaving = min(limits)
        old = table[leaving]
        pivot = old[entering]
        solved = [-x / pivot for x in old]
        solved[entering] = 1 / pivot
        table[leaving] = solved
        for k, row in enumerate([*table, objective]):
            factor = row[entering]
            if k == leaving or not factor:
                continue
            row[entering] = fmpq(0)
            for j in range(columns + 1):
                row[j] += factor * solved[j]
        outside[entering], basis[leaving] = basis[leaving], outside[entering]
    values = [fmpq(0)] * (columns + len(table))
    for i, variable in enumerate(basis):
        values[variable] = table[i][-1]
    return values[:columns], values[columns - 1]
