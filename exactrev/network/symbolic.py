"""Exact sympy views: a network's outputs, one region, and all regions as a Piecewise.

>>> net = Network.dense([([[1, -1]], [0]), ([["1/3"]], [2])])
>>> to_sympy(net)
(Max(0, x0 - x1)/3 + 2,)
>>> from exactrev.arrangement import Region
>>> view = region_to_sympy(Region(net, pattern=((True,),), point=(fmpq(1), fmpq(0))))
>>> view.conditions, view.outputs
(x0 - x1 >= 0, (x0/3 - x1/3 + 2,))
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flint import fmpq

from exactrev.errors import InputError
from exactrev.network.evaluation import Pattern, layer_maps
from exactrev.network.model import Layer, Network

if TYPE_CHECKING:
    from exactrev.arrangement import Region, Regions

#: A sympy expression; sympy is loaded only when a view is asked for, and has no types.
Expression = Any


@dataclass(frozen=True)
class SymbolicRegion:
    """A closed region: the inequalities that describe it, and the network's affine outputs on it.

    ``conditions`` is a sympy And of non-strict inequalities, one a neuron and none twice, a single
    inequality, or ``true`` for all of R^n.
    """

    conditions: Expression
    outputs: tuple[Expression, ...]


def to_sympy(
    network: Network, symbols: Sequence[Expression] | None = None
) -> tuple[Expression, ...]:
    """The network's outputs as sympy expressions with rational coefficients and ``Max(0, z)``.

    ``symbols`` stand for the inputs; by default the real symbols x0, x1, ...  The Max are left as
    they are written: sympy may simplify them on request, and does so when numbers are put in.
    Raises InputError unless there is one symbol for every input.
    """
    values: list[Sequence[Expression]] = [_symbols(network, symbols)]
    for layer in network.hidden:
        values.append([_rectified(z) for z in _preactivations(layer, values)])
    return tuple(_preactivations(network.layers[-1], values))


def region_to_sympy(region: Region, symbols: Sequence[Expression] | None = None) -> SymbolicRegion:
    """A region with its faces, and the network's outputs there.

    The conditions hold on the closure of the region and nowhere else; the outputs are those of the
    network there, on the faces too.  Raises InputError as :func:`to_sympy` does.
    """
    return _region(region.network, region.pattern, _symbols(region.network, symbols))


def _region(network: Network, pattern: Pattern, inputs: Sequence[Expression]) -> SymbolicRegion:
    *hidden, last = layer_maps(network, pattern)
    signed = [
        z if on else -z
        for affine, bits in zip(hidden, pattern, strict=True)
        for z, on in zip(_forms(affine, inputs), bits, strict=True)
    ]
    return SymbolicRegion(_all_nonnegative(signed), tuple(_forms(last, inputs)))


def piecewise(
    found: Regions, symbols: Sequence[Expression] | None = None
) -> tuple[Expression, ...]:
    """The network's outputs as one sympy Piecewise each, with an affine piece a region.

    Equal to the network on the domain that was searched, and undefined (nan) outside it.  Meant
    for small networks: sympy walks through the pieces one by one.  Raises InputError if the
    regions are not complete, and as :func:`to_sympy` does.
    """
    import sympy

    if not found.complete:
        raise InputError("a Piecewise needs all regions, and some branches are open")
    inputs = _symbols(found.network, symbols)
    domain = _all_nonnegative([_affine(row[:-1], row[-1], inputs) for row in found.domain.rows])
    pieces = [_region(found.network, pattern, inputs) for pattern in found.patterns()]
    conditions = [_both(piece.conditions, domain) for piece in pieces]
    return tuple(
        sympy.Piecewise(
            *((piece.outputs[k], where) for piece, where in zip(pieces, conditions, strict=True)),
            evaluate=False,
        )
        for k in range(found.network.outputs)
    )


def rational(x: fmpq) -> Expression:
    """The sympy Rational of this value, whatever ground types sympy has chosen."""
    import sympy

    return sympy.Rational(int(x.p), int(x.q))


def _symbols(network: Network, symbols: Sequence[Expression] | None) -> Sequence[Expression]:
    import sympy

    if symbols is None:
        return [sympy.Symbol(f"x{j}", real=True) for j in range(network.inputs)]
    if len(symbols) != network.inputs:
        raise InputError(f"{len(symbols)} symbols where {network.inputs} inputs need one each")
    return symbols


def _preactivations(layer: Layer, values: Sequence[Sequence[Expression]]) -> list[Expression]:
    rows: list[list[fmpq]] = [[] for _ in range(layer.size)]
    read: list[Expression] = []
    for source, matrix in layer.weights:
        read += values[source]
        for i, row in enumerate(rows):
            row += [matrix[i, j] for j in range(matrix.ncols())]
    biases = layer.bias.entries()
    return [_affine(row, bias, read) for row, bias in zip(rows, biases, strict=True)]


def _affine(row: Iterable[fmpq], constant: fmpq, read: Sequence[Expression]) -> Expression:
    import sympy

    terms = [rational(w) * a for w, a in zip(row, read, strict=True) if w]
    return sympy.Add(*terms, rational(constant))


def _forms(affine: Any, inputs: Sequence[Expression]) -> list[Expression]:
    linear, constants = affine.linear, affine.constant.entries()
    return [
        _affine([linear[i, j] for j in range(linear.ncols())], constant, inputs)
        for i, constant in enumerate(constants)
    ]


def _rectified(z: Expression) -> Expression:
    """relu(z), worked out only where z is a number: sympy's own comparisons take minutes."""
    import sympy

    return sympy.Max(0, z, evaluate=bool(z.is_Rational))


def _all_nonnegative(forms: Iterable[Expression]) -> Expression:
    import sympy

    conditions = dict.fromkeys(sympy.Ge(form, 0) for form in forms)
    conditions.pop(sympy.true, None)
    if sympy.false in conditions:
        return sympy.false
    return _conjunction(list(conditions))


def _both(one: Expression, other: Expression) -> Expression:
    import sympy

    parts = [part for whole in (one, other) for part in sympy.And.make_args(whole)]
    return _conjunction(list(dict.fromkeys(part for part in parts if part != sympy.true)))


def _conjunction(conditions: list[Expression]) -> Expression:
    """And without sympy's search for contradictions, of which there are none to find."""
    import sympy

    if len(conditions) < 2:
        return conditions[0] if conditions else sympy.true
    return sympy.And(*conditions, evaluate=False)
