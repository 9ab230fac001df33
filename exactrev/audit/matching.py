"""Which neuron of an extraction stands for which of its victim, and how far its weights are off.

Floats propose the pairs (:mod:`exactrev.equivalence.nearest_neurons`); the errors that are reported
are exact.

>>> from exactrev import Network
>>> victim = Network.dense([([[1, 2], [3, -1]], [0, 1]), ([[1, 1]], [0])])
>>> copy = Network.dense([([[6, -2], [1, 2]], [2, "1/100"]), ([["1/2", 1]], [0])])
>>> found = nearest_matching(victim, copy)
>>> [(str(m.victim), str(m.extraction), str(m.scale), str(m.error)) for m in found.layers[0]]
[('1:0', '1:1', '1', '1/200'), ('1:1', '1:0', '2', '0')]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from flint import fmpq

from exactrev.equivalence.nearest_neurons import Match, in_terms_of, nearest_neurons, row_error
from exactrev.equivalence.neuron_rows import Row, neuron_rows
from exactrev.network.model import Network
from exactrev.network.reduction import Name
from exactrev.network.symmetry import Isomorphism


@dataclass(frozen=True)
class NeuronMatch:
    """A neuron of the extraction that computes about ``scale`` times one of the victim.

    ``error`` is the largest difference of two corresponding weights or biases once the scale is
    divided out, over the largest weight of the victim's neuron; ``own_error`` is the largest such
    difference over the weight itself, None where a weight that is 0 has become another.  One of
    the neurons is None, and the rest too, where a neuron has no partner.
    """

    victim: Name | None
    extraction: Name | None
    scale: fmpq | None = None
    error: fmpq | None = None
    own_error: fmpq | None = None


@dataclass(frozen=True)
class OutputMatch:
    """How far the weights of an output are off; the errors are those of :class:`NeuronMatch`."""

    output: int
    error: fmpq
    own_error: fmpq | None


@dataclass(frozen=True)
class Matching:
    """The hidden layers' neurons, then the outputs; ``exact`` if nothing at all is off."""

    layers: tuple[tuple[NeuronMatch, ...], ...]
    outputs: tuple[OutputMatch, ...]

    @cached_property
    def errors(self) -> list[fmpq]:
        """The errors of all neurons that have a partner, and of the outputs."""
        matched = [m.error for layer in self.layers for m in layer if m.error is not None]
        return [*matched, *(m.error for m in self.outputs)]

    @property
    def largest_error(self) -> fmpq:
        """The largest error of all."""
        return max(self.errors)

    @property
    def unmatched(self) -> int:
        """How many neurons of either network have no partner."""
        return sum(m.scale is None for layer in self.layers for m in layer)

    @property
    def exact(self) -> bool:
        """Whether every neuron has a partner of which it computes an exact multiple."""
        return not self.unmatched and not self.largest_error


def nearest_matching(
    victim: Network,
    extraction: Network,
    isomorphism: Isomorphism | None = None,
    scale: Sequence[fmpq] = (),
    shift: Sequence[fmpq] = (),
) -> Matching:
    """The neurons of both networks, paired; an isomorphism from victim to extraction says how.

    The extraction's outputs are first scaled and shifted where that is asked for.
    """
    if isomorphism is None:
        matches = nearest_neurons(victim, extraction)
    else:
        matches = [
            Match(number, ours, theirs, c)
            for number, layer in enumerate(isomorphism.layers, 1)
            for ours, (theirs, c) in enumerate(layer)
        ]
    depth = max(len(victim.layers), len(extraction.layers))
    layers = [_layer(victim, extraction, number, matches) for number in range(1, depth)]
    rows = neuron_rows(victim, len(victim.layers))
    others = neuron_rows(extraction, len(extraction.layers))
    outputs = []
    for i, (row, other) in enumerate(zip(rows, others, strict=True)):
        factor, constant = scale[i] if scale else fmpq(1), shift[i] if shift else fmpq(0)
        mapped = {key: factor * w for key, w in in_terms_of(other, matches).items()}
        mapped[None] = mapped.get(None, fmpq(0)) + constant
        outputs.append(OutputMatch(i, *_errors(row, mapped, fmpq(1))))
    return Matching(tuple(layers), tuple(outputs))


def _layer(
    victim: Network, extraction: Network, number: int, matches: Sequence[Match]
) -> tuple[NeuronMatch, ...]:
    """The neurons of a hidden layer in the victim's order, then those that are left over."""
    rows = neuron_rows(victim, number) if number < len(victim.layers) else []
    others = neuron_rows(extraction, number) if number < len(extraction.layers) else []
    before = [match for match in matches if match.layer < number]
    here = {match.theirs: match for match in matches if match.layer == number}
    found = []
    for i, row in enumerate(rows):
        if i not in here:
            found.append(NeuronMatch(Name(number, i), None))
            continue
        j, scale = here[i].ours, here[i].scale
        errors = _errors(row, in_terms_of(others[j], before), scale)
        found.append(NeuronMatch(Name(number, i), Name(number, j), scale, *errors))
    left = sorted(set(range(len(others))) - {match.ours for match in here.values()})
    return (*found, *(NeuronMatch(None, Name(number, j)) for j in left))


def _errors(row: Row, other: Row, scale: fmpq) -> tuple[fmpq, fmpq | None]:
    """How far ``other`` over ``scale`` is off ``row``: over the largest weight, and over each."""
    zero = fmpq(0)
    gaps = {key: abs(other.get(key, zero) / scale - row.get(key, zero)) for key in row | other}
    error = row_error(row, other, scale)
    if any(gap and key not in row for key, gap in gaps.items()):
        return error, None
    return error, max((gap / abs(row[key]) for key, gap in gaps.items() if gap), default=zero)
