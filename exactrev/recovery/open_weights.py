"""Weights below the last hidden layer, over a single layer, that no boundary showed.

They are found once the layers above are known from the cells where they do not matter.  Across
the boundary of a neuron i, f bends by the sum of D_j w_ji over the neurons j that read it and are
on there, where D_j, how f changes with neuron j's activation, is that of the network found so
far: right where no open weight matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flint import fmpq, fmpq_mat, fmpz

from exactrev.exact.linear import LinearSystem, matrix_rows, row_vector
from exactrev.network.evaluation import activation_pattern
from exactrev.network.model import Layer as NetworkLayer
from exactrev.network.model import Network
from exactrev.network.reduction import Name
from exactrev.recovery.assembly import hidden_part
from exactrev.recovery.geometry import Form, in_scale_of
from exactrev.recovery.layer import Layer
from exactrev.recovery.local import bend_at, combined, normal, unit_scale
from exactrev.recovery.neuron import Neuron
from exactrev.recovery.reach import Reach
from exactrev.recovery.survey import Survey
from exactrev.recovery.together import GivenUp, Together

#: Points of a boundary that are considered, and places among them where f is asked.
_MANY_POINTS = 400
_ENOUGH_PLACES = 24
#: After so many seconds a thorough search is given up.
_SECONDS = 30.0


@dataclass(frozen=True)
class OpenWeight:
    """The weight with which a neuron of hidden layer ``number`` (from 1) reads one below."""

    number: int
    neuron: int
    below: int


def open_weights(layers: Sequence[Layer]) -> list[OpenWeight]:
    """The open weights below the last of these layers."""
    return [
        OpenWeight(number, j, i)
        for number, layer in enumerate(layers[:-1], 1)
        for j, neuron in enumerate(layer.neurons)
        if not layer.prefix.wide
        for i in sorted(neuron.unknown)
    ]


def filled(
    survey: Survey,
    reach: Reach,
    layers: Sequence[Layer],
    network: Network,
    thorough: bool = False,
) -> tuple[Network, tuple[OpenWeight, ...]]:
    """The network with its open weights set from f's bends, and those that nothing showed.

    A ``thorough`` search misses no place, as long as there are few cells to go through.
    """
    missing: list[OpenWeight] = []
    opened = open_weights(layers)
    for number, below in dict.fromkeys((weight.number, weight.below) for weight in opened):
        readers = [w.neuron for w in opened if (w.number, w.below) == (number, below)]
        values: list[fmpq | None] = [None] * len(readers)
        if below not in _in_sums(layers[number - 1]):
            values = _solved(survey, reach, layers, network, number, below, readers, thorough)
        for j, value in zip(readers, values, strict=True):
            if value is None:
                missing.append(OpenWeight(number, j, below))
            else:
                network = _with_weight(network, number, j, below, value)
    return network, tuple(missing)


def _in_sums(layer: Layer) -> set[int]:
    """The values of which some neuron's weight is open together with others."""
    rows = [d.row for neuron in layer.neurons for d in neuron.open if not d.is_weight]
    return {value for row in rows for value, x in enumerate(row.entries()) if x}


def keep_filled(layers: Sequence[Layer], network: Network, missing: Sequence[OpenWeight]) -> bool:
    """Give the layers below the last their open weights, but those ``missing``, from a network.

    Returns whether there were any; the layers above still stand on what was known before.
    """
    kept = False
    for number, layer in enumerate(layers[:-1], 1):
        if layer.prefix.wide:
            continue
        rows = matrix_rows(network.weight(number))
        for j, neuron in enumerate(layer.neurons):
            if not all(direction.is_weight for direction in neuron.open):
                continue
            left = frozenset(w.below for w in missing if (w.number, w.neuron) == (number, j))
            entries = neuron.row.entries()
            pivot = next((k for k, x in enumerate(entries[:-1]) if x), None)
            if left < neuron.unknown and pivot is not None:
                # the network's row may be turned round
                sign = entries[pivot] / rows[j][pivot]
                for i in neuron.unknown - left:
                    entries[i] = sign * rows[j][i]
                layer.neurons[j] = Neuron.partly(row_vector(entries), left)
                kept = True
    return kept


def _solved(
    survey: Survey,
    reach: Reach,
    layers: Sequence[Layer],
    network: Network,
    number: int,
    below: int,
    readers: list[int],
    thorough: bool,
) -> list[fmpq | None]:
    system = LinearSystem(len(readers))
    weight = network.weight(number)
    places = 0
    prefix = layers[number - 1].prefix
    whole = layers[-1].extended()
    points: Iterable[list[fmpq]] = reach.boundary_points(prefix, below, _MANY_POINTS)
    if thorough:
        points = [*_searched(layers, number, below, readers), *points]
    for point in points:
        wall = prefix.cell(point).form(number - 2, below)
        v = normal(wall)
        off = combined(point, -unit_scale(v) * fmpq(1, fmpz(1) << 200), v)
        pattern = activation_pattern(network, off)
        on = [j for j, bit in enumerate(pattern[number - 1]) if bit]
        if not whole.certain(whole.cell(off)) or not any(j in on for j in readers):
            continue
        places += 1
        for row, jump in zip(
            _sensitivities(network, pattern, number),
            _jump_across(survey, wall, point, network.outputs),
            strict=True,
        ):
            known = sum((row[j] * weight[j, below] for j in on), fmpq(0))
            terms = [row[j] if j in on else fmpq(0) for j in readers]
            system.add(terms, jump - known)
        if system.rank == system.unknowns or places == _ENOUGH_PLACES:
            break
    return [system.unit(k) for k in range(len(readers))]


def _searched(
    layers: Sequence[Layer], number: int, below: int, readers: Sequence[int]
) -> Iterator[list[fmpq]]:
    """Points of the boundary of a neuron below where one that reads it is on, found exactly."""
    layer, above = layers[number - 1], layers[number].prefix
    together = Together(hidden_part(layer.prefix), _SECONDS)
    earlier = Name(layer.prefix.depth, below)
    for j in readers:
        off = {Name(*layer.prefix.values[i]): False for i in layer.neurons[j].unknown - {below}}
        row = layer.prefix.named(above.row(j))
        try:
            point = together.place(earlier, row, off, beside=True)
        except GivenUp:
            return
        if point is not None:
            yield point


def _jump_across(
    survey: Survey, wall: Form, point: Sequence[fmpq], outputs: int
) -> tuple[fmpq, ...]:
    """How much f bends across a wall, in the wall's own scale; zeros where it does not bend."""
    bend = bend_at(survey.probe, wall, point)
    return (fmpq(0),) * outputs if bend is None else in_scale_of(bend, wall)


def _sensitivities(
    network: Network, pattern: Sequence[Sequence[bool]], number: int
) -> Iterator[list[fmpq]]:
    """For each output, how it changes with the activations of a hidden layer (reverse mode)."""
    last = len(network.layers)
    outputs = network.outputs
    identity = [fmpq(int(i == j)) for i in range(outputs) for j in range(outputs)]
    gradients = {last: fmpq_mat(outputs, outputs, identity)}
    for layer in range(last - 1, number - 1, -1):
        total = fmpq_mat(outputs, network.architecture[layer])
        for reader in range(layer + 1, last + 1):
            total = total + gradients[reader] * network.weight(reader, layer)
        if layer > number:
            bits = pattern[layer - 1]
            width = len(bits)
            kept = [x if bits[k % width] else fmpq(0) for k, x in enumerate(total.entries())]
            total = fmpq_mat(outputs, width, kept)
        gradients[layer] = total
    entries, width = gradients[number].entries(), network.architecture[number]
    for r in range(outputs):
        yield entries[r * width : (r + 1) * width]


def _with_weight(network: Network, number: int, neuron: int, below: int, value: fmpq) -> Network:
    old = network.layers[number - 1]
    blocks = dict(old.weights)
    matrix = fmpq_mat(network.weight(number))
    matrix[neuron, below] = value
    blocks[number - 1] = matrix
    layer = NetworkLayer.of(blocks, old.bias.entries())
    layers = (*network.layers[: number - 1], layer, *network.layers[number:])
    return Network(network.inputs, layers)
