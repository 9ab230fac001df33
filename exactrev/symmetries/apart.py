"""A proof that two networks are not isomorphic: values in which their varied networks differ.

In a varied network every weight and bias is raised to a power, and relu is replaced by a function
with other slopes on the two sides of 0.  What permutes and scales the neurons of a network does so
with the varied one, too.  So isomorphic networks have the same outputs when varied; and in each
layer as many neurons whose preactivations at some points are positive multiples of given numbers.
Networks that are the same function are nearly always told apart so.  The rule is in
proofs/certificate-format.md, section 8.

>>> one = Network.dense([([[1], [1]], [0, 1]), ([[2, 3]], [0])])
>>> other = Network.dense([([[4], [1]], [4, 0]), ([["3/4", 2]], [0])])
>>> told_apart(one, other) is None
True
>>> split = Network.dense([([[1], [1]], [0, 0]), ([[2, 3]], [0])])
>>> again = Network.dense([([[1], [1]], [0, 0]), ([[1, 4]], [0])])
>>> told_apart(split, again), split([3]) == again([3])
(('power 2', 'slopes 1 3', 'point -33', 'output 0 -1287'), True)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from random import Random

from flint import fmpq, fmpq_mat

from exactrev.network.model import Network

#: What is tried in turn: a power, and the slopes above and below 0.
_VARIATIONS = ((1, (1, 2)), (2, (1, 3)), (3, (2, 1)), (1, (3, -1)), (2, (2, -1)), (5, (1, 3)))

#: For every neuron of a layer, its z at the points.
_Values = list[tuple[fmpq, ...]]


def told_apart(a: Network, b: Network) -> tuple[str, ...] | None:
    """The steps that prove that two networks with the same numbers of inputs and outputs are not
    isomorphic; None if they are, and in rare cases where they are not."""
    if len(a.layers) != len(b.layers):
        return ("layers",)
    for number, (mine, theirs) in enumerate(zip(a.hidden, b.hidden, strict=True), 1):
        if mine.size != theirs.size:
            return ("power 1", "slopes 1 0", f"neurons {number}")
    points = _two_points(a.inputs)
    for power, slopes in _VARIATIONS:
        values = [_varied_values(network, power, slopes, points) for network in (a, b)]
        found = _difference(*values)
        if found is not None:
            place, stated = found
            shown = [_line("point", point) for point in points[: len(stated)]]
            return (f"power {power}", _line("slopes", slopes), *shown, _line(place, stated))
    return None


def _line(word: str, numbers: Iterable[object]) -> str:
    return " ".join([word, *map(str, numbers)])


def _difference(a: list[_Values], b: list[_Values]) -> tuple[str, tuple[fmpq, ...]] | None:
    """The first place in which values differ up to scaling and order, and values that show it."""
    for i, (mine, theirs) in enumerate(zip(a[-1], b[-1], strict=True)):
        for points in (1, 2):
            if mine[:points] != theirs[:points]:
                return f"output {i}", mine[:points]
    for number, (layer, other) in enumerate(zip(a[:-1], b[:-1], strict=True), 1):
        ours, others = (Counter(map(_ray, rows)) for rows in (layer, other))
        for row in (*layer, *other):
            if ours[_ray(row)] != others[_ray(row)]:
                return f"neurons {number}", _ray(row)
    return None


def _ray(values: tuple[fmpq, ...]) -> tuple[fmpq, ...]:
    """The positive multiple whose first entry other than 0 is 1 or -1."""
    size = next((abs(x) for x in values if x), fmpq(1))
    return tuple(x / size for x in values)


def _two_points(inputs: int) -> tuple[tuple[int, ...], ...]:
    """Two points in general position, always the same ones."""
    dice = Random(inputs)
    return tuple(tuple(dice.randint(-50, 50) for _ in range(inputs)) for _ in range(2))


@lru_cache(maxsize=32)
def _varied_values(
    network: Network, power: int, slopes: tuple[int, int], points: tuple[tuple[int, ...], ...]
) -> list[_Values]:
    """z of every layer, the output last, in the varied network."""
    count = len(points)
    values = [fmpq_mat([list(column) for column in zip(*points, strict=True)])]
    found = []
    for layer in network.layers:
        biases = _raised(layer.bias, power).entries()
        z = fmpq_mat(layer.size, count, [b for b in biases for _ in range(count)])
        for source, matrix in layer.weights:
            z = z + _raised(matrix, power) * values[source]
        entries = z.entries()
        found.append([tuple(entries[k : k + count]) for k in range(0, len(entries), count)])
        bent = [x * slopes[0 if x >= 0 else 1] for x in entries]
        values.append(fmpq_mat(layer.size, count, bent))
    return found


def _raised(matrix: fmpq_mat, power: int) -> fmpq_mat:
    """Every entry raised to the power."""
    if power == 1:
        return matrix
    return fmpq_mat(matrix.nrows(), matrix.ncols(), [x**power for x in matrix.entries()])
