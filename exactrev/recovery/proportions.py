"""In what proportion the outputs jump where a neuron bends f, and what that says of its layer.

Where a neuron of the last hidden layer bends f, it is always one and the same proportion; for a
neuron below that depends on what is on above it.  A single output shows nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from exactrev.recovery.geometry import Kink
from exactrev.recovery.layer import Key, Layer
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.surface import Surface
from exactrev.recovery.survey import Survey
from exactrev.recovery.trials import sightings


def proportion(kink: Kink) -> Key:
    """How the outputs jump at a kink, the first that does by 1."""
    jump = kink.bend.jump.entries()
    lead = next(x for x in jump if x)
    return tuple(x / lead for x in jump)


def by_depth(kinks: Sequence[Kink], prefix: Prefix | None = None) -> tuple[list[Kink], list[Kink]]:
    """The kinks split into others and those that are likely the last hidden layer's.

    A proportion that different hyperplanes share speaks for the last layer, unless over the
    ``prefix`` one neuron of its next layer can be behind both.
    """
    groups: dict[Key, list[int]] = {}
    for index, kink in enumerate(kinks):
        if kink.bend.jump.nrows() > 1:
            groups.setdefault(proportion(kink), []).append(index)
    last: set[int] = set()
    for group in groups.values():
        if len({kinks[i].key for i in group}) > 1:
            paired = set() if prefix is None else _paired(prefix, [kinks[i] for i in group])
            last.update(i for place, i in enumerate(group) if place not in paired)
    sooner = [kink for index, kink in enumerate(kinks) if index not in last]
    return sooner, [kinks[index] for index in sorted(last)]


def _paired(prefix: Prefix, kinks: Sequence[Kink]) -> set[int]:
    """The kinks that prove to be of one neuron that reads the prefix with another one's
    hyperplane.
    """
    paired: set[int] = set()
    for a, kink in enumerate(kinks):
        surface = Surface(prefix, kink, oriented=True)
        for b in range(a + 1, len(kinks)):
            if {a, b} <= paired or kinks[b].key == kink.key or not surface.consistent:
                continue
            if surface.absorb(kinks[b]):
                paired |= {a, b}
                surface = Surface(prefix, kink, oriented=True)
    return paired


def may_be_last(survey: Survey, layer: Layer) -> bool:
    """Whether every neuron of the layer bends f in one proportion wherever it is seen."""
    return all(
        len({proportion(kink) for kink, _ in sightings(survey, layer.prefix, neuron)}) < 2
        for neuron in layer.neurons
    )
