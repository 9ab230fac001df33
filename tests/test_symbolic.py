"""The sympy views say what the network says, exactly."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest
from flint import fmpq

from exactrev.arrangement import regions
from exactrev.errors import InputError
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network import Network
from exactrev.network.evaluation import Pattern
from exactrev.network.symbolic import piecewise, rational, region_to_sympy, to_sympy
from tests.arrangement.networks import EMPTY_SHAPES, KINDS, RECIPES, plain
from tests.recovery.reference import fraction, value

sympy = pytest.importorskip("sympy")

SIZES = ((1, 3, 1), (2, 3, 2), (2, 2, 2, 1), (3, 2, 2, 1))


def drawn(recipe: str) -> list[Network]:
    """Two networks of the recipe, in other sizes for the next recipe."""
    first = list(RECIPES).index(recipe)
    kinds = list(KINDS)
    return [
        RECIPES[recipe](kinds[s % len(kinds)], SIZES[s % len(SIZES)], s) for s in (first, first + 1)
    ]


def points(network: Network, count: int) -> list[list[Fraction]]:
    """Random points, and the points of faces of every codimension."""
    random = Random(count)
    chosen = [
        [Fraction(random.randint(-40, 40), 9) for _ in range(network.inputs)] for _ in range(count)
    ]
    found = regions(network, depth=network.inputs)
    for codimension in range(network.inputs + 1):
        faces = list(found.face_points(codimension))
        some = random.sample(faces, min(2, len(faces)))
        chosen += [[fraction(x) for x in point] for point in some]
    return chosen


def at(expression: Any, point: list[Fraction]) -> Any:
    """The value of an expression in x0, x1, ... at a point; truth values as they are."""
    numbers = {
        sympy.Symbol(f"x{j}", real=True): sympy.Rational(x.numerator, x.denominator)
        for j, x in enumerate(point)
    }
    result = sympy.sympify(expression).subs(numbers)
    return Fraction(int(result.p), int(result.q)) if result.is_Rational else result


@pytest.mark.parametrize("recipe", RECIPES)
def test_expressions_are_the_network(recipe: str) -> None:
    for network in drawn(recipe):
        outputs = network.to_sympy()
        assert len(outputs) == network.outputs
        for point in points(network, 2):
            assert [at(y, point) for y in outputs] == value(network, point)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_region_holds_where_its_signs_do_and_its_outputs_are_right_there(recipe: str) -> None:
    for network in drawn(recipe)[:1]:
        found = regions(network)
        tested = points(network, 2)
        for region in list(found)[:4]:
            view = region_to_sympy(region)
            inside = [fraction(x) for x in region.point]
            assert at(view.conditions, inside) == sympy.true
            for point in [inside, *tested]:
                holds = in_closure(network, region.pattern, point)
                assert at(view.conditions, point) == sympy.sympify(holds)
                if holds:
                    assert [at(y, point) for y in view.outputs] == value(network, point)


def in_closure(network: Network, pattern: Pattern, point: list[Fraction]) -> bool:
    """Whether no neuron's form on the pattern has the wrong sign at the point."""
    values = [point]
    for layer, bits in zip(network.hidden, pattern, strict=True):
        total = [fraction(b) for b in layer.bias.entries()]
        for source, matrix in layer.weights:
            for i in range(matrix.nrows()):
                row = (fraction(matrix[i, j]) for j in range(matrix.ncols()))
                total[i] += sum(
                    (w * a for w, a in zip(row, values[source], strict=True)), Fraction(0)
                )
        if any(z < 0 if on else z > 0 for z, on in zip(total, bits, strict=True)):
            return False
        values.append([z if on else Fraction(0) for z, on in zip(total, bits, strict=True)])
    return True


@pytest.mark.parametrize("recipe", ["plain", "duplicated", "concurrent", "dead", "rank one"])
def test_the_pieces_cover_everything(recipe: str) -> None:
    for network in drawn(recipe):
        outputs = piecewise(regions(network))
        for point in points(network, 2):
            assert [at(y, point) for y in outputs] == value(network, point)


def test_pieces_are_undefined_outside_the_domain() -> None:
    network = plain("integer", (2, 3, 1), 4)
    (output,) = piecewise(regions(network, Polyhedron.box(-1, "1/2", 2)))
    inside, border, outside = ([Fraction(x), Fraction(1, 3)] for x in ("0", "1/2", "2"))
    assert [at(output, inside)] == value(network, inside)
    assert [at(output, border)] == value(network, border)
    assert at(output, outside) is sympy.nan


def test_the_conditions_of_an_absolute_value() -> None:
    """relu(x) + relu(-x): two regions, no third one where both are off."""
    network = Network.dense([([[1], [-1]], [0, 0]), ([[1, 1]], [0])])
    x = sympy.Symbol("x0", real=True)
    views = [region_to_sympy(region) for region in regions(network)]
    assert {view.outputs[0] for view in views} == {x, -x}
    assert all(view.conditions.subs(x, 0) == sympy.true for view in views)
    (output,) = piecewise(regions(network))
    assert output.subs(x, 0) == 0 and output.subs(x, sympy.Rational(-7, 3)) == sympy.Rational(7, 3)


def test_constant_neurons_are_numbers() -> None:
    network = Network.dense([([[0, 0], [0, 0]], ["2/3", -5]), ([[3, 7]], [1])])
    assert to_sympy(network) == (sympy.Integer(3),)
    (region,) = regions(network)
    view = region_to_sympy(region)
    assert view.conditions == sympy.true and view.outputs == (sympy.Integer(3),)


@pytest.mark.parametrize("sizes", EMPTY_SHAPES)
def test_layers_without_neurons(sizes: tuple[int, ...]) -> None:
    network = plain("eighths", sizes, 2)
    point = [Fraction(1, 3)] * network.inputs
    assert [at(y, point) for y in to_sympy(network)] == value(network, point)


def test_numbers_are_sympy_rationals_of_python_integers() -> None:
    huge = fmpq(3**200, 2**150)
    number = rational(huge)
    assert isinstance(number, sympy.Rational) and not number.atoms(sympy.Float)
    assert (int(number.p), int(number.q)) == (3**200, 2**150)
    network = Network.dense([([[0.1, huge]], [1]), ([[1]], [0])])
    assert not to_sympy(network)[0].atoms(sympy.Float)


def test_symbols_of_ones_own() -> None:
    network = Network.dense([([[1, -1]], [0]), ([["1/3"]], [2])])
    u, v = sympy.symbols("u v", real=True)
    (output,) = network.to_sympy([u, v])
    assert output == sympy.Max(0, u - v) / 3 + 2
    for wrong in ([u], [u, v, u]):
        with pytest.raises(InputError, match="2 inputs"):
            network.to_sympy(wrong)
        with pytest.raises(InputError, match="2 inputs"):
            region_to_sympy(regions(network)[0], wrong)
        with pytest.raises(InputError, match="2 inputs"):
            piecewise(regions(network), wrong)


def test_unfinished_regions_are_refused() -> None:
    found = regions(plain("integer", (2, 4, 1), 1), stop=lambda: True)
    assert not found.complete
    with pytest.raises(InputError, match="open"):
        piecewise(found)
