"""Convolutions as matrices, by brute force; and found again when rows are shuffled and scaled."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product

import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from exactrev.errors import InputError
from exactrev.network import Network
from exactrev.network.convolution import Convolution, sparse_rows
from exactrev.network.convolutional import convolutional
from exactrev.network.recognition import layouts, recognise
from exactrev.network.symmetry import Isomorphism, transform
from exactrev.network.windows import Windows

positive = st.builds(fmpq, st.integers(1, 9), st.integers(1, 9))
weights = st.builds(fmpq, st.integers(-9, 9), st.integers(1, 5))


@st.composite
def geometries(draw: Callable[..., object], axes: int | None = None) -> Windows:
    """Windows on small grids, with everything, all of at least one position."""
    count = draw(st.integers(1, 2)) if axes is None else axes
    chosen = []
    for _ in range(count):
        size, stride, dilation = draw(st.tuples(*[st.integers(1, 3)] * 3))
        reach = (size - 1) * dilation + 1
        before, after = draw(st.tuples(*[st.integers(0, reach - 1)] * 2))
        extent = draw(st.integers(max(1, reach - before - after), 7))
        chosen.append((extent, size, stride, dilation, before, after))
    grid, kernel, strides, dilations, before, after = zip(*chosen, strict=True)
    return Windows.over(grid, kernel, strides, dilations, [*before, *after])


@st.composite
def convolutions(draw: Callable[..., object], windows: Windows) -> Convolution:
    groups = draw(st.integers(1, 2))
    outs, deep = draw(st.integers(1, 2)) * groups, draw(st.integers(1, 2))
    shape = (outs, deep, *windows.kernel)
    size = math.prod(shape)
    kernel = draw(st.lists(weights, min_size=size, max_size=size))
    return Convolution(tuple(kernel), shape, windows, groups)


@given(st.data())
def test_the_matrix_is_the_definition(data: st.DataObject) -> None:
    """y[m, p] = sum over channels and taps of K[m, c, t] x[c, p stride + t dilation - before]."""
    windows = data.draw(geometries())
    convolution = data.draw(convolutions(windows))
    channels, *grid = convolution.input_shape
    outs, *positions = convolution.output_shape
    matrix, axes = convolution.matrix(), range(len(grid))
    deep = convolution.shape[1]
    inputs = {place: j for j, place in enumerate(product(range(channels), *map(range, grid)))}
    for i, (m, *p) in enumerate(product(range(outs), *map(range, positions))):
        expected = [fmpq(0)] * matrix.ncols()
        group = m // (outs // convolution.groups)
        for tap, weight in zip(
            product(range(deep), *map(range, windows.kernel)),
            convolution.kernel[m * len(convolution.kernel) // outs:], strict=False,
        ):
            at = tuple(p[a] * windows.strides[a] + tap[1 + a] * windows.dilations[a]
                       - windows.before[a] for a in axes)
            if (group * deep + tap[0], *at) in inputs:
                expected[inputs[group * deep + tap[0], *at]] += weight
        assert [matrix[i, j] for j in range(matrix.ncols())] == expected


@given(st.data())
@settings(max_examples=60)
def test_what_is_recognised_is_proved(data: st.DataObject) -> None:
    """Shuffled and scaled rows of any convolution: an answer rebuilds them, and is no longer."""
    convolution = data.draw(convolutions(data.draw(geometries())))
    rows = list(convolution.rows())
    outs = convolution.shape[0]
    shared = data.draw(st.lists(weights, min_size=outs, max_size=outs))
    order = data.draw(st.permutations(range(len(rows))))
    scales = [data.draw(positive) for _ in rows]
    listed = list(zip(order, scales, strict=True))
    given_rows = [{j: w * s for j, w in rows[i].items()} for i, s in listed]
    biases = [shared[i * outs // len(rows)] * s for i, s in listed]
    found = recognise(given_rows, biases, convolution.input_shape)
    whole = any(min(under) >= 0 for under in convolution.windows.entries().tolist())
    shares = convolution.parameters < sum(map(len, rows))
    if whole and shares and all(convolution.kernel):
        assert found is not None
        assert found.parameters <= convolution.parameters + outs
    if found is not None:
        rebuilt = list(found.convolution.rows())
        for t, (i, scale) in enumerate(zip(found.order, found.scales, strict=True)):
            assert scale > 0
            assert {j: w * scale for j, w in given_rows[i].items()} == rebuilt[t]
            assert biases[i] * scale == found.biases[t * len(found.biases) // len(rows)]
        assert sorted(found.order) == list(range(len(rows)))


PLAIN = Convolution(tuple(map(fmpq, range(1, 19))), (2, 1, 3, 3), Windows.over([5, 4], [3, 3]))


def test_the_layout_is_found() -> None:
    rows = list(PLAIN.rows())
    found = recognise(rows[::-1], None, 20)
    assert found is not None
    assert found.convolution.windows == PLAIN.windows
    assert found.convolution.shape == PLAIN.shape


def test_layouts() -> None:
    assert sorted(layouts(6)) == [[1, 2, 3], [1, 3, 2], [1, 6], [2, 3], [3, 2]]
    assert layouts(1) == []


def test_a_wrong_entry_is_no_convolution() -> None:
    """One weight, one bias, one row too many, one too few: not shared any more."""
    rows = list(PLAIN.rows())
    ones = [fmpq(1)] * len(rows)
    assert recognise(rows, ones, [1, 5, 4]) is not None
    one_off = [dict(row) for row in rows]
    one_off[3][next(iter(one_off[3]))] += fmpq(1, 10**30)
    assert recognise(one_off, ones, [1, 5, 4]) is None
    assert recognise(rows, [fmpq(2), *ones[1:]], [1, 5, 4]) is None
    assert recognise(rows[1:], ones[1:], [1, 5, 4]) is None
    assert recognise([*rows, rows[0]], [*ones, ones[0]], [1, 5, 4]) is None
    assert recognise([{j: -w for j, w in rows[0].items()}, *rows[1:]], ones, [1, 5, 4]) is None


def test_dense_and_empty_blocks_are_no_convolutions() -> None:
    dense = [{j: fmpq(3 * i + j * j + 1) for j in range(6)} for i in range(4)]
    assert recognise(dense, None, 6) is None
    assert recognise([{}, {}], None, 6) is None
    assert recognise([], None, 6) is None


def test_windows_that_do_not_fit() -> None:
    for arguments in ([[3], [4]], [[3], [1, 1]], [[3], [0]], [[3], [1], [0]], [[3, 3], [1]]):
        with pytest.raises(InputError):
            Windows.over(*arguments)
    with pytest.raises(InputError):
        Convolution((fmpq(1),), (1, 1, 2), Windows.over([3], [2]))


def test_two_convolutions_behind_each_other() -> None:
    """Both are found in a network that is shuffled and scaled, and the listing is isomorphic."""
    first = Convolution(tuple(map(fmpq, range(1, 28))), (3, 1, 3, 3), Windows.over([5, 5], [3, 3]))
    second = Convolution(
        tuple(fmpq(1, n) for n in range(1, 25)), (2, 3, 2, 2),
        Windows.over([3, 3], [2, 2], pads=[0, 0, 1, 1]),
    )
    out = [[(3 * i + j) % 7 for j in range(18)] for i in range(2)]
    network = Network.dense([
        (first.matrix(), [c for c in range(3) for _ in range(9)]),
        (second.matrix(), [-c for c in range(2) for _ in range(9)]),
        (out, [0, 1]),
    ])
    shuffled = transform(network, Isomorphism(tuple(
        tuple(((7 * i + 3) % n, fmpq(i + 1, 3)) for i in range(n)) for n in (27, 18)
    )))
    found = convolutional(shuffled)
    assert found.network.shapes == ((1, 5, 5), (3, 3, 3), (2, 3, 3), (2,))
    assert [c and c.windows for c in found.convolutions] == [first.windows, second.windows]
    assert transform(shuffled, found.isomorphism) == found.network
    for number, convolution in enumerate(found.convolutions, 1):
        assert convolution is not None
        assert sparse_rows(found.network.weight(number)) == list(convolution.rows())
    assert convolutional(Network.dense([(out, [0, 1]), ([[1, 2]], [0])])).convolutions == (None,)
