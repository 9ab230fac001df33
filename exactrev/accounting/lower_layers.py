"""What stands in the way of neurons of a network with too many regions to list: facts, from all of
the regions of the layers below a neuron alone.

Whether a neuron is ever on, or ever off, is the same in the whole network.  Its boundary is part of
where its preactivation vanishes: if that is of one sign wherever another neuron's vanishes, the
boundary is nowhere on both sides of the other one.

>>> hidden = ([[1], [1]], [0, 1]), ([[-1, 1], [-1, 0]], [3, 2])     # relu(x + 1) - relu(x) + 3 > 0
>>> lower = LowerLayers(Network.dense([*hidden, ([[1, 1]], [0])]), seconds=10)
>>> lower.never_switches(Name(2, 0)), lower.never_switches(Name(2, 1))
(('it is always on',), ())
>>> plane = [([[1, 0], [0, 1]], [0, 0]), ([[1, 0], [1, 1]], [-1, -1]), ([[1, 1]], [0])]
>>> [str(name) for name in LowerLayers(Network.dense(plane), 10).uncrossed(Name(2, 1))]
[]
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import comb
from random import Random
from time import monotonic

from exactrev.arrangement import Exploration, Regions
from exactrev.arrangement.forms import ON
from exactrev.arrangement.incidence import plain_signs
from exactrev.exact.linear import matrix_rows
from exactrev.network.model import Layer, Network
from exactrev.network.reduction import Name
from exactrev.recovery.missing import SAMPLES, times_on

#: Regions, and faces of codimension 0 and 1 together, at which a search is given up.
_REGIONS, _FACES = 60_000, 60_000
#: No search goes on after so long in all.
LOWER_SECONDS = 40.0


class LowerLayers:
    """The regions of the layers below one neuron or another of a network.

    Searches end once ``seconds`` have passed; what they did not tell stays unknown.
    """

    def __init__(self, network: Network, seconds: float) -> None:
        self._network = network
        self._end = monotonic() + seconds
        self._constant: dict[int, dict[Name, str]] = {}
        # from which layer on there are too many faces, down to either codimension
        few = _most_regions(network) <= _REGIONS
        self._too_many = [len(network.layers) if few else 1] * 2

    def never_switches(self, name: Name) -> tuple[str, ...]:
        """That a neuron is never on, or always on; nothing if it is neither or that is not known.
        """
        if name.layer not in self._constant:
            self._constant[name.layer] = self._never_switching(name.layer)
        said = self._constant[name.layer].get(name)
        return () if said is None else (said,)

    def uncrossed(self, name: Name) -> tuple[Name, ...]:
        """Neurons that a neuron reads from the layer below whose boundaries its own does not cross.

        Nothing if that is not known.
        """
        number = name.layer
        found = self._searched(number, [name.place], 1, _FACES) if number > 1 else None
        if found is None:
            return ()
        start = sum(layer.size for layer in self._network.hidden[: number - 2])
        weights = matrix_rows(self._network.weight(number))[name.place]
        signs = plain_signs(found.face_signs(1))
        along = [set(signs[signs[:, start + k] == 0, -1].tolist()) for k in range(len(weights))]
        return tuple(
            Name(number - 1, k)
            for k, weight in enumerate(weights)
            if weight and along[k] in ({1}, {-1})
        )

    def _never_switching(self, number: int) -> dict[Name, str]:
        """What is known of the neurons of a layer that a sample shows always on, or always off."""
        counts = self._sample[number - 1]
        places = [k for k, count in enumerate(counts) if count in (0, SAMPLES)]
        found = self._searched(number, places, 0, _REGIONS) if places else None
        if found is None:
            return {}
        signs = found.signs[:, found.signs.shape[1] - len(places) :]
        said = {}
        for k, own in zip(places, signs.T, strict=True):
            if not (own == ON).any():
                said[Name(number, k)] = "it is never on"
            elif (own == ON).all():
                said[Name(number, k)] = "it is always on"
        return said

    @cached_property
    def _sample(self) -> list[list[int]]:
        return times_on(self._network, Random(0))

    def _searched(
        self, number: int, places: Sequence[int], depth: int, most: int
    ) -> Regions | None:
        """The faces of the layers below a layer and of these of its neurons; None if too many."""
        if number >= self._too_many[depth]:
            return None
        cut = cut_to(self._network, number, places)
        search: Exploration = Exploration(
            cut, None, depth, lambda: sum(search.found.counts) > most or monotonic() > self._end
        )
        for _ in search.lines():
            pass
        found = search.result()
        if not found.complete:
            self._too_many[depth] = number
        return found if found.complete else None


def _most_regions(network: Network) -> int:
    """How many regions the first layer can have: as many hyperplanes in general position."""
    planes = network.architecture[1]
    return sum(comb(planes, k) for k in range(network.inputs + 1))


def cut_to(network: Network, number: int, places: Sequence[int]) -> Network:
    """The hidden layers below a layer, and these of its neurons under an output that adds them."""
    own = network.layers[number - 1]
    blocks = {
        source: [matrix_rows(matrix)[place] for place in places] for source, matrix in own.weights
    }
    last = Layer.of(blocks, [own.bias[place, 0] for place in places])
    output = Layer.of({number: [[1] * len(places)]}, [0])
    return Network(network.inputs, (*network.layers[: number - 1], last, output))
