"""A prefix knows the cells of its layers: compared with splitting lines by brute force."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from random import Random

import pytest
from flint import fmpq_mat

from exactrev.recovery.lines import Line
from exactrev.recovery.neuron import Neuron
from exactrev.recovery.prefix import Prefix
from tests.recovery import reference
from tests.recovery.reference import Plain

SIZES = ((2, 4, 1), (3, 5, 4, 2), (2, 3, 3, 3, 1), (1, 4, 3, 1))
KINDS = ("dyadic", "integer", "decimal")
ENDS = (Fraction(-20), Fraction(20))


def row_matrix(rows: list[list[Fraction]], biases: list[Fraction]) -> fmpq_mat:
    return fmpq_mat([
        [*map(reference.rational, row), reference.rational(b)]
        for row, b in zip(rows, biases, strict=True)
    ])


def prefix_of(layers: Plain) -> Prefix:
    """The prefix of all hidden layers."""
    prefix = Prefix(len(layers[0][0][0]))
    for rows, biases in layers[:-1]:
        prefix = prefix.with_layer(row_matrix(rows, biases))
    return prefix


def case(
    random: Random, sizes: tuple[int, ...], kind: str
) -> tuple[Plain, tuple[list[Fraction], list[Fraction]]]:
    layers = reference.random_plain(random, sizes, kind)
    base, direction = (
        [Fraction(2 * random.randint(-2000, 2000) + 1, 1024) for _ in range(sizes[0])]
        for _ in range(2)
    )
    return layers, (base, direction)


def line_of(vectors: Sequence[list[Fraction]]) -> Line:
    base, direction = (tuple(map(reference.rational, vector)) for vector in vectors)
    return Line(base, direction, *map(reference.rational, ENDS))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sizes", SIZES)
def test_a_path_is_the_true_sequence_of_cells(sizes: tuple[int, ...], kind: str) -> None:
    random = Random(f"path {sizes} {kind}")
    for _ in range(5):
        layers, vectors = case(random, sizes, kind)
        prefix, line = prefix_of(layers), line_of(vectors)
        truth = reference.stretches(layers, *vectors, *ENDS)
        path = prefix.path(line)
        assert path == prefix.path(line) == prefix.path(line, keep=False)
        assert [(reference.fraction(s.start), reference.fraction(s.stop)) for s in path] == [
            (part.start, part.stop) for part in truth
        ]
        for segment, part in zip(path, truth, strict=True):
            assert segment.cell.signs == part.bits
            for depth, forms in enumerate(part.forms[:-1]):
                for neuron, form in enumerate(forms):
                    mine = segment.cell.form(depth, neuron).entries()
                    assert tuple(map(reference.fraction, mine)) == form
            middle = line.at((segment.start + segment.stop) / 2)
            assert prefix.cell(middle) == segment.cell


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sizes", SIZES)
def test_crossings_are_the_zeros_of_a_next_neuron(sizes: tuple[int, ...], kind: str) -> None:
    """Zeros of the first output, as if it were a neuron of the next layer."""
    random = Random(f"crossings {sizes} {kind}")
    for _ in range(5):
        layers, vectors = case(random, sizes, kind)
        rows, biases = layers[-1]
        expected = []
        for part in reference.stretches(layers, *vectors, *ENDS):
            form = list(part.piece[0])
            start = reference.at(form, vectors[0])
            rate = reference.at([*form[:-1], Fraction(0)], vectors[1])
            if rate and part.start < -start / rate <= part.stop:
                expected.append((-start / rate, tuple(form)))
        found = prefix_of(layers).crossings(line_of(vectors), row_matrix(rows[:1], biases[:1]))
        assert [
            (reference.fraction(t), tuple(map(reference.fraction, form.entries())))
            for t, form in found
        ] == expected


def test_crossings_keep_off_cells_where_an_unknown_weight_matters() -> None:
    random = Random("unknown")
    seen = 0
    for _ in range(20):
        layers, vectors = case(random, (3, 5, 1), "dyadic")
        rows, biases = layers[-1]
        hidden = [*rows[0]]
        hidden[2] = Fraction(0)
        expected = []
        for part in reference.stretches(layers, *vectors, *ENDS):
            form = list(part.piece[0])
            start = reference.at(form, vectors[0])
            rate = reference.at([*form[:-1], Fraction(0)], vectors[1])
            if rate and part.start < -start / rate < part.stop and not part.bits[0][2]:
                expected.append(-start / rate)
        neuron = Neuron.partly(row_matrix([hidden], biases), {2})
        found = neuron.crossings(prefix_of(layers), line_of(vectors))
        assert [reference.fraction(t) for t, _ in found] == expected
        seen += len(expected)
    assert seen >= 5


def test_an_empty_prefix_has_one_cell_and_crossings_are_those_of_the_row() -> None:
    prefix = Prefix(2)
    line = line_of([[Fraction(0), Fraction(1)], [Fraction(2), Fraction(-1)]])
    (segment,) = prefix.path(line)
    assert (segment.start, segment.stop) == (line.start, line.stop)
    row = row_matrix([[Fraction(1), Fraction(3)]], [Fraction(1, 2)])
    ((t, form),) = prefix.crossings(line, row)
    assert reference.fraction(t) == Fraction(7, 2)  # 2t + 3 (1 - t) + 1/2 = 0
    assert form == row
    assert (prefix.depth, prefix.width, prefix.layers) == (0, 2, [])


def test_on_a_boundary_the_bit_is_off() -> None:
    layers: Plain = [([[Fraction(1)], [Fraction(-1)]], [Fraction(-1, 3), Fraction(1, 3)])]
    layers.append(([[Fraction(1), Fraction(1)]], [Fraction(0)]))
    assert prefix_of(layers).cell([reference.rational(Fraction(1, 3))]).signs == ((False, False),)


def test_an_oriented_prefix_has_the_flagged_rows_negated() -> None:
    layers, _ = case(Random(1), (3, 3, 2, 1), "decimal")
    prefix = prefix_of(layers)
    turned = prefix.oriented([True, False])
    rows, biases = layers[1]
    assert turned.row(0) == row_matrix([[-w for w in rows[0]]], [-biases[0]])
    assert turned.row(1) == prefix.row(1)
    assert turned.below is prefix.below
    assert [layer.depth for layer in turned.layers] == [1, 2]
