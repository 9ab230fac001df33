"""The layer past one whose open weights no boundary will show: found over all that can be read."""

from __future__ import annotations

from collections.abc import Sequence

from exactrev.recovery.geometry import Kink
from exactrev.recovery.hidden_layer import grow
from exactrev.recovery.layer import Layer
from exactrev.recovery.settled import reads_everything, settled
from exactrev.recovery.surface import Surface
from exactrev.recovery.survey import Survey
from exactrev.recovery.walk import Walker


def layer_beyond(
    survey: Survey,
    walker: Walker,
    top: Layer,
    kinks: list[Kink],
    followed: Sequence[Surface] = (),
) -> tuple[Layer, Layer] | None:
    """The layer ``top`` as one that reads everything, and a layer over it, settled, that does too.

    None if no neuron of the latter is found.  ``kinks`` are those that nothing below ``top``
    explains; ``followed`` are boundaries of the latter that were followed while less of ``top`` was
    known: where f was asked it shows the same.
    """
    wide = _reading_everything(survey, walker, top, kinks)
    if not wide.neurons:
        return None
    prefix = settled(walker.reach, wide).extended()
    layer = Layer(prefix.reading(range(prefix.depth + 1)))
    rest = [kink for kink in kinks if not wide.explains(kink)]
    begun = [surface.retold(layer.prefix, oriented=True) for surface in followed]
    return (wide, layer) if grow(survey, walker, layer, rest, begun) else None


def _reading_everything(
    survey: Survey, walker: Walker, layer: Layer, kinks: list[Kink]
) -> Layer:
    """The layer found anew as one whose neurons may read all that is below."""
    if reads_everything(layer):
        return layer
    prefix = layer.prefix.reading(range(layer.prefix.depth + 1))
    wide = Layer(prefix)
    begun = [surface.over(prefix) for surface in [*layer.surfaces, *layer.parts]]
    grow(survey, walker, wide, kinks, begun)
    return wide
