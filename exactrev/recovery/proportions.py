"""In what proportion the outputs jump where a neuron bends f, and what that says of its layer.

Where a neuron of the last hidden layer bends f, it is always one and the same proportion; for a
neuron below that depends on what is on above it.  A single output shows nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from exactrev.recovery.geometry import Kink, form_key
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
    groups: dict[Key, list[Kink]] = {}
    for kink in kinks:
        groups.setdefault(proportion(kink), []).append(kink)
    sooner: list[Kink] = []
    later: list[Kink] = []
    for kink in kinks:
        key = form_key(kink.form)
        others = [k for k in groups[proportion(kink)] if form_key(k.form) != key]
        last = kink.bend.jump.nrows() > 1 and bool(others)
        if last and prefix is not None:
            last = not any(_one_neuron(prefix, kink, other) for other in others)
        (later if last else sooner).append(kink)
    return sooner, later


def _one_neuron(prefix: Prefix, kink: Kink, other: Kink) -> bool:
    """Whether two kinks prove to be of one neuron that reads the prefix, as far as they tell."""
    surface = Surface(prefix, kink, oriented=True)
    return surface.consistent and surface.absorb(other)


def may_be_last(survey: Survey, layer: Layer) -> bool:
    """Whether every neuron of the layer bends f in one proportion wherever it is seen."""
    return all(
        len({proportion(kink) for kink, _ in sightings(survey, layer.prefix, neuron)}) < 2
        for neuron in layer.neurons
    )
