"""Bounds over boxes: those that the format states, true ones, and nearly those of the floats."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from exactrev.bounds.intervals import middle_and_radius, ratios
from exactrev.bounds.stages import network_stages
from exactrev.bounds.zonotope import FloatStages
from exactrev.checker.enclosure import bounds
from exactrev.checker.packed import sums
from tests.bounds.rules import fraction, output_bounds
from tests.strategies import fractions, networks


@st.composite
def boxes(draw: Any, inputs: int) -> list[tuple[fmpq, fmpq]]:
    lows = [draw(fractions) for _ in range(inputs)]
    return [(low, low + abs(draw(fractions)) / draw(st.integers(1, 9))) for low in lows]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_sums_are_those_entry_by_entry(data: st.DataObject) -> None:
    entries = st.one_of(st.integers(-3, 3), st.integers(-(1 << 70), 1 << 70))
    vectors = data.draw(st.lists(st.lists(entries, min_size=1, max_size=5), max_size=4))
    length = max(map(len, vectors), default=1) + data.draw(st.integers(0, 2))
    rows = data.draw(
        st.lists(st.lists(entries, min_size=len(vectors), max_size=len(vectors)), max_size=3)
    )
    norm = max((sum(map(abs, row)) for row in rows), default=0)
    padded = [[*vector, *[0] * (length - len(vector))] for vector in vectors]
    expected = [
        [sum(w * vector[j] for w, vector in zip(row, padded, strict=True)) for j in range(length)]
        for row in rows
    ]
    assert sums(rows, vectors, norm, length) == expected


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_bounds_are_those_of_the_format_and_hold(data: st.DataObject) -> None:
    network = data.draw(networks())
    box = data.draw(boxes(network.inputs))
    places = data.draw(st.integers(0, 60))
    found = bounds(network_stages(network), ratios(box), places)
    intervals = [(fraction(low), fraction(high)) for low, high in box]
    assert found == output_bounds(network, intervals, places)
    for _ in range(10):
        shares = [data.draw(st.sampled_from([0, 1, fmpq(1, 2), fmpq(1, 7)])) for _ in box]
        point = [low + t * (high - low) for t, (low, high) in zip(shares, box, strict=True)]
        for y, (low, high) in zip(network(point), found, strict=True):
            assert low <= y * 2**places <= high


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_floats_come_near_to_them(data: st.DataObject) -> None:
    network = data.draw(networks())
    some = [data.draw(boxes(network.inputs)) for _ in range(data.draw(st.integers(1, 3)))]
    stages = network_stages(network)
    floats = FloatStages(stages, network.inputs)
    ends = [middle_and_radius(box) for box in some]
    near = floats.over(np.array([m for m, _ in ends]), np.array([r for _, r in ends]))
    for box, found in zip(some, near, strict=True):
        exact = bounds(stages, ratios(box), 90)
        size = 1 + max(abs(float(Fraction(x, 2**90))) for pair in exact for x in pair)
        for (low, high), bottom, top in zip(exact, found.lowest, found.highest, strict=True):
            assert abs(float(Fraction(low, 2**90)) - bottom) <= 0.01 * size
            assert abs(float(Fraction(high, 2**90)) - top) <= 0.01 * size


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_float_values_are_the_outputs(data: st.DataObject) -> None:
    network = data.draw(networks())
    points = [[data.draw(fractions) for _ in range(network.inputs)] for _ in range(3)]
    floats = np.array([[float(fraction(x)) for x in point] for point in points])
    found = FloatStages(network_stages(network), network.inputs).values(floats)
    for point, values in zip(points, found, strict=True):
        exact = [float(fraction(y)) for y in network(point)]
        assert np.allclose(values, exact, rtol=1e-9, atol=1e-6)
