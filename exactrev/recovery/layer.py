"""What was found of one hidden layer so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from flint import fmpq

from exactrev.exact.linear import matrix_rows, stack
from exactrev.recovery.geometry import Kink, rationals
from exactrev.recovery.neuron import Neuron
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.surface import Surface

#: A hyperplane, as ``form_key`` gives it.
Key = tuple[fmpq, ...]


@dataclass
class Layer:
    """What was found of the layer above ``prefix`` (whose last layer is oriented).

    ``surfaces`` are the boundaries behind the neurons, in the same order; a first layer has none.
    ``parts`` are boundaries of neurons of which too little is known to stand among the neurons.
    ``followed`` says at what rank of its equations walks along a part last found nothing more.
    ``refused`` are hyperplanes (``form_key``) that are not of this layer; ``tried`` pairs of
    surfaces, by the hyperplanes they began with, of which the first was looked at where it meets
    the other, and ``straight`` those where it was seen to go straight on.
    """

    prefix: Prefix
    neurons: list[Neuron] = field(default_factory=list)
    surfaces: list[Surface] = field(default_factory=list)
    parts: list[Surface] = field(default_factory=list)
    followed: dict[Key, int] = field(default_factory=dict)
    refused: set[Key] = field(default_factory=set)
    tried: set[tuple[Key, Key]] = field(default_factory=set)
    straight: set[tuple[Key, Key]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._explained: dict[int, tuple[Kink, tuple[Neuron, ...], bool]] = {}

    @property
    def complete(self) -> bool:
        """Whether every weight found is determined."""
        return not any(neuron.unknown for neuron in self.neurons)

    @property
    def finished(self) -> bool:
        """Whether that is so, and there are no boundaries that show too little."""
        return self.complete and not self.parts

    def extended(self) -> Prefix:
        """The prefix with this layer on top, not oriented yet."""
        rows = stack([neuron.row for neuron in self.neurons])
        directions = [(j, d) for j, neuron in enumerate(self.neurons) for d in neuron.open]
        open = [direction.row for _, direction in directions if not direction.dormant]
        dormant = [(j, direction.row) for j, direction in directions if direction.dormant]
        return self.prefix.with_layer(rows, open, dormant)

    def explains(self, kink: Kink) -> bool:
        """Whether the kink lies on a boundary of this layer's neurons or of one below.

        A kink where weights that are not known matter counts as explained.
        """
        # the answer is kept with the kink itself, so that its id stays its own
        neurons = tuple(self.neurons)
        _, then, explained = self._explained.get(id(kink), (None, None, False))
        if then != neurons:
            explained = self._is_on_a_boundary(kink)
            self._explained[id(kink)] = (kink, neurons, explained)
        return explained

    def _is_on_a_boundary(self, kink: Kink) -> bool:
        cell = self.prefix.cell(rationals(kink.point))
        if not self.prefix.certain(cell):
            return True
        forms = list(cell.forms)
        rows = [neuron.row for neuron in self.neurons if neuron.known_on(self.prefix, cell)]
        if rows:
            forms.append(self.prefix.local_form(cell, stack(rows)))
        return any(kink.lies_on(form) for matrix in forms for form in matrix_rows(matrix))

    def over(self, below: Layer) -> Layer:
        """The same neurons over a layer below of which more weights are known than before."""
        old = self.prefix.rows
        assert old is not None
        pairs = zip(matrix_rows(old), below.neurons, strict=True)
        flips = [turned(row, neuron.row.entries()) for row, neuron in pairs]
        prefix = below.extended().oriented(flips).reading(self.prefix.reads)
        surfaces = [surface.reoriented(prefix) for surface in self.surfaces]
        return replace(self, prefix=prefix, surfaces=surfaces)


def turned(a: list[fmpq], b: list[fmpq]) -> bool:
    """Whether two rows point apart, one a multiple of the other where both are known.

    The second may have more weights, after those of the first.
    """
    return any(x * y < 0 for x, y in zip(a[:-1], b, strict=False))


def known(layers: Sequence[Layer]) -> int:
    """How many neurons are known, and weights of them."""
    neurons = [neuron for layer in layers for neuron in layer.neurons]
    return sum(1 + neuron.row.ncols() - len(neuron.unknown) for neuron in neurons)


def stand_anew(layers: list[Layer]) -> None:
    """Put the layers on all that is known by now of those below them."""
    for depth in range(1, len(layers)):
        layers[depth] = layers[depth].over(layers[depth - 1])
