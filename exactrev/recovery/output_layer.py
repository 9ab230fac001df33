"""The output layer, and the signs of the last hidden one.

Near a kink of neuron j of the last hidden layer f = lower + jump relu(form), so that the output
weights C_j are the jump in the scale of z_j, the same at each of its kinks.  With the bits s_j of
a cell, its piece is sum_j C_j (s_j - o_j) z_j + b, linear in the unknown bits o_j and in b.  If
no bits satisfy this, f holds a further part that is linear in what the last hidden layer reads:
neurons that are always on, or pairs of opposite ones, leave one.  It becomes a direct connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import fmpq

from exactrev.exact.lattice import binary_solution
from exactrev.exact.linear import LinearSystem, matrix_rows
from exactrev.network.model import Layer, Network
from exactrev.recovery.geometry import Bend, Form, form_key, rationals, rounded
from exactrev.recovery.hidden_layer import Layer as HiddenLayer
from exactrev.recovery.prefix import Cell, Prefix
from exactrev.recovery.probe import Piece
from exactrev.recovery.survey import Survey

_PIECES = 4
#: Random places tried for each that is wanted.
_DRAWS = 25


@dataclass(frozen=True)
class Sample:
    """The piece of f at a place, and the prefix's cell there."""

    place: tuple[fmpq, ...]
    cell: Cell
    piece: Piece


def affine_network(inputs: int, piece: Piece) -> Network:
    """The network without hidden layers that computes a piece."""
    rows = matrix_rows(piece)
    return Network(inputs, (Layer.of({0: [r[:-1] for r in rows]}, [r[-1] for r in rows]),))


def output_weights(survey: Survey, layer: HiddenLayer) -> list[list[fmpq]] | None:
    """C as one list per neuron of a layer, or None if the kinks do not agree on it.

    They disagree where there is a further layer between this one and the output.
    """
    columns: list[list[fmpq]] = []
    for neuron in layer.neurons:
        seen = set()
        for scanned in survey.lines:
            kinks = {kink.position: kink for kink in scanned.kinks}
            for t, form in neuron.crossings(layer.prefix, scanned.line):
                if t in kinks and form_key(kinks[t].form) == form_key(form):
                    seen.add(in_scale_of(kinks[t].bend, form))
        if len(seen) != 1:
            return None
        columns.append(list(next(iter(seen))))
    return columns


def in_scale_of(bend: Bend, form: Form) -> tuple[fmpq, ...]:
    """The jump of a bend when its form is written as ``form``, a multiple of it."""
    pivot = next(j for j, x in enumerate(bend.form.entries()) if x)
    factor = abs(form.entries()[pivot] / bend.form.entries()[pivot])
    return tuple(jump / factor for jump in bend.jump.entries())


def samples_of(survey: Survey, prefix: Prefix, count: int = _PIECES) -> list[Sample]:
    """Up to ``count`` pieces of f at random places, near and far, where the prefix is certain."""
    samples: list[Sample] = []
    for k in range(_DRAWS * count):
        size = fmpq(4) ** (k % 3)
        place = rounded([size * x for x in survey.random_point()], 64)
        point = rationals(place)
        cell = prefix.cell(point)
        if prefix.certain(cell):
            samples.append(Sample(tuple(point), cell, survey.probe.piece(place)))
        if len(samples) == count:
            break
    return samples


@dataclass(frozen=True)
class Misfit:
    """Two places whose pieces of f no output layer explains together: something lies between."""

    here: tuple[fmpq, ...]
    there: tuple[fmpq, ...]


def finish(survey: Survey, prefix: Prefix, weights: list[list[fmpq]]) -> Network | Misfit:
    """The network made of the prefix and an output layer that agrees with samples of f."""
    samples = samples_of(survey, prefix)
    bits = output_bits(samples, weights)
    if bits is not None:
        oriented = prefix.oriented([bool(bit) for bit in bits])
        return _assembled(oriented, weights, samples, direct=False, bits=bits)
    assert prefix.below is not None
    samples += samples_of(survey, prefix, 2 * prefix.below.width + 2)
    return _assembled(prefix, weights, samples, direct=True, bits=[0] * prefix.width)


def output_bits(
    samples: Sequence[Sample], weights: list[list[fmpq]]
) -> tuple[int, ...] | None:
    """The bits o_j that the samples determine, or None if there are none."""
    outputs, width = len(weights[0]), len(weights)
    system = LinearSystem(outputs + width)
    for taken in samples:
        forms = matrix_rows(taken.cell.forms[-1])
        signs = taken.cell.top_signs
        for r, target in enumerate(matrix_rows(taken.piece)):
            for c, value in enumerate(target):
                terms = [weights[j][r] * forms[j][c] for j in range(width)]
                on = sum((x for x, bit in zip(terms, signs, strict=True) if bit), fmpq(0))
                constant = [fmpq(int(r == k and c == len(target) - 1)) for k in range(outputs)]
                if not system.add([*constant, *(-x for x in terms)], value - on):
                    return None
    equations = [
        (row[outputs:-1], row[-1]) for row in system.rows() if not any(row[:outputs])
    ]
    return binary_solution(equations, width)


def _assembled(
    prefix: Prefix,
    weights: list[list[fmpq]],
    samples: Sequence[Sample],
    *,
    direct: bool,
    bits: Sequence[int],
) -> Network | Misfit:
    """The network over an oriented prefix; b and any direct connection are fitted to the
    samples.
    """
    assert prefix.below is not None
    outputs, width, deep = len(weights[0]), len(weights), prefix.depth
    reads = prefix.below.width if direct else 0
    systems = [LinearSystem(reads + 1) for _ in range(outputs)]
    for taken in samples:
        inner = _inner_forms(prefix, taken.cell)[:reads]
        rest = _without_last_layer(taken, weights, bits)
        for system, values in zip(systems, rest, strict=True):
            for c, value in enumerate(values):
                last = fmpq(int(c == prefix.inputs))
                if not system.add([*(row[c] for row in inner), last], value):
                    return Misfit(taken.place, samples[0].place)
    fitted = [system.solution() for system in systems]
    sources = {deep: [[weights[j][r] for j in range(width)] for r in range(outputs)]}
    if direct:
        sources[deep - 1] = [row[:-1] for row in fitted]
    output = Layer.of(sources, [row[-1] for row in fitted])
    return Network(prefix.inputs, (*_hidden_layers(prefix), output))


def _without_last_layer(
    taken: Sample, weights: list[list[fmpq]], bits: Sequence[int]
) -> list[list[fmpq]]:
    """The rows of a piece less what the last hidden layer, turned by the bits, adds to them."""
    forms = matrix_rows(taken.cell.forms[-1])
    on = [j for j, bit in enumerate(bits) if taken.cell.top_signs[j] != bool(bit)]
    return [
        [
            value - sum((weights[j][r] * forms[j][c] * (1 - 2 * bits[j]) for j in on), fmpq(0))
            for c, value in enumerate(row)
        ]
        for r, row in enumerate(matrix_rows(taken.piece))
    ]


def _hidden_layers(prefix: Prefix) -> list[Layer]:
    layers = []
    for number, known in enumerate(prefix.layers):
        assert known.rows is not None
        rows = matrix_rows(known.rows)
        layers.append(Layer.of({number: [r[:-1] for r in rows]}, [r[-1] for r in rows]))
    return layers


def hidden_part(prefix: Prefix) -> Network:
    """A network with the prefix's hidden layers and an output that reads nothing."""
    return Network(prefix.inputs, (*_hidden_layers(prefix), Layer.of({}, [0])))


def _inner_forms(prefix: Prefix, cell: Cell) -> list[list[fmpq]]:
    """What the last hidden layer reads, as forms on a cell: relu of the layer below, or the
    input.
    """
    if prefix.depth > 1:
        lower = Cell(cell.forms[:-1], cell.signs[:-1])
        return matrix_rows(lower.activations())
    n = prefix.inputs
    return [[fmpq(int(i == j)) for j in range(n + 1)] for i in range(n)]
