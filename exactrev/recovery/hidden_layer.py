"""The neurons of the next hidden layer, over known layers that are oriented.

Every kink not explained so far lies on the boundary of a neuron of the next layer or of a deeper
one.  A deeper boundary cannot pass for one of the next layer for long: it bends where it crosses
the next layer's boundaries, so that it is missed past some crossing, or the row it leads to
predicts kinks on the scanned lines that are not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flint import fmpq, fmpq_mat

from exactrev.exact.linear import row_vector
from exactrev.recovery.geometry import Kink
from exactrev.recovery.layer import Key, Layer
from exactrev.recovery.neuron import Direction, Neuron, as_row, unit_row
from exactrev.recovery.proportions import by_depth, may_be_last, proportion
from exactrev.recovery.sifting import sift
from exactrev.recovery.standing import standing_neuron
from exactrev.recovery.surface import Surface
from exactrev.recovery.survey import Survey
from exactrev.recovery.trials import bends_at_a_peer, holds, seen_of_predicted
from exactrev.recovery.walk import Walker, absorb

#: With more lines scanned, kinks that look like the last layer's are tried in every layer.
_LINES_TO_WAIT = 4


def grow(
    survey: Survey, walker: Walker, layer: Layer, kinks: list[Kink], begun: Iterable[Surface] = ()
) -> bool:
    """Add the neurons behind these kinks that read the layer's prefix; whether any was added.

    ``begun`` are boundaries followed before over the same prefix.  Boundaries met on the way are
    tried too.  A kink refused once is not tried again over this layer.
    """
    learned = _learn_more(walker, layer, kinks)
    count = len(layer.neurons)
    known = {surface.kink.key: surface for surface in begun}
    sooner, later = by_depth(kinks, layer.prefix)
    doubtful = _follow_all(survey, walker, layer, sooner, kinks, known)
    if len(survey.lines) > _LINES_TO_WAIT or not layer.neurons or may_be_last(survey, layer):
        doubtful += _follow_all(survey, walker, layer, later, kinks, known)
    parts, layer.parts = [*layer.parts, *doubtful], []
    for surface in _merged(layer, parts):
        _add_partial(survey, walker, layer, surface, kinks)
    sift(survey, layer, count)
    return learned or len(layer.neurons) > count


def _follow_all(
    survey: Survey,
    walker: Walker,
    layer: Layer,
    waiting: Iterable[Kink],
    kinks: list[Kink],
    begun: Mapping[Key, Surface],
) -> list[Surface]:
    """Add the neurons behind the ``waiting`` kinks; the surfaces of those with open weights.

    A kink that must be of a part goes there.
    """
    doubtful: list[Surface] = []
    waiting = list(waiting)
    while waiting:
        kink = waiting.pop(0)
        key = kink.key
        if key in layer.refused or layer.explains(kink):
            continue
        if any(part.contains(kink) for part in [*layer.parts, *doubtful]):
            continue
        surface = begun.get(key) or Surface(layer.prefix, kink, oriented=True)
        met = len(survey.extra)
        followed = _followed(survey, walker, layer, surface, kinks)
        neuron = surface_neuron(surface) if followed else None
        if followed and (neuron is None or neuron.unknown):
            doubtful.append(surface)
        elif neuron is not None and _believed(survey, layer, surface, neuron):
            _add(survey, layer, surface, neuron)
        else:
            layer.refused.add(key)
        waiting = survey.extra[met:] + waiting
    return doubtful


def _learn_more(walker: Walker, layer: Layer, kinks: list[Kink]) -> bool:
    """Let neurons with open weights take in what is of their boundary; whether any learned."""
    learned = False
    for index, neuron in enumerate(layer.neurons):
        if not neuron.unknown:
            continue
        surface = layer.surfaces[index]
        before = surface.system.rank
        absorbed = [surface.absorb(kink) for kink in kinks]
        if any(absorbed):
            walker.complete(surface, kinks, layer.neurons)
        walker.seek(surface, layer.neurons)
        # a neuron may know more than its surface: which way it points, and what those above told
        if surface.system.rank > before:
            layer.neurons[index] = surface_neuron(surface) or standing_neuron(surface) or neuron
            learned |= layer.neurons[index].unknown != neuron.unknown
    return learned


def _followed(
    survey: Survey, walker: Walker, layer: Layer, surface: Surface, kinks: list[Kink]
) -> bool:
    """Follow a boundary until its weights are determined, as far as they can be.

    Whether it may be of the layer: it is where it must be, mostly, and nowhere bends at a peer's.
    """
    if bends_at_a_peer(survey, surface, layer.neurons):
        return False
    tally = walker.complete(surface, kinks, layer.neurons)
    return surface.consistent and not tally.turned and tally.missed <= tally.seen


def surface_neuron(surface: Surface) -> Neuron | None:
    """What a surface says of its neuron, scaled; None while its bias is not determined.

    Over a wide prefix it is None while no weight of a neuron below is determined.
    """
    width = surface.prefix.width
    if surface.prefix.wide:
        return _wide_neuron(surface)
    values = [surface.system.unit(i) for i in range(width + 1)]
    if values[width] is None or not any(values[:width]):
        return None
    unknown = frozenset(i for i in range(width) if values[i] is None)
    row = fmpq_mat(1, width + 1, [fmpq(0) if value is None else value for value in values])
    lead = next(x for x in row.entries() if x)
    return Neuron.partly(row * (1 / abs(lead)), unknown)


def _wide_neuron(surface: Surface) -> Neuron | None:
    values = surface.prefix.values
    known = [v for v in range(len(values)) if surface.weight(v) is not None]
    row = row_vector(surface.system.solution())
    if not any(values[v][0] and surface.weight(v) for v in known):
        return None
    lead = next(x for x in row.entries() if x)
    return Neuron(row * (1 / abs(lead)), _open_directions(surface))


def _open_directions(surface: Surface) -> tuple[Direction, ...]:
    """What a boundary over a wide prefix leaves open: mostly the neurons that it did not meet."""
    prefix, system = surface.prefix, surface.system
    found = []
    for value, (layer, _) in enumerate(prefix.values):
        if layer and surface.weight(value) is None:
            row, z = unit_row(value, system.unknowns), as_row(prefix, value)
            if system.keeps(row.entries()):
                found.append(Direction(value, row))
            elif z is not None and system.keeps((row - z).entries()):
                found.append(Direction(value, row - z, on=False))
    if len(found) == system.unknowns - system.rank:
        return tuple(found)
    changes = system.directions()
    last = [max(k for k, x in enumerate(change[:-1]) if x) for change in changes]
    return tuple(
        Direction(value, row_vector(change)) for value, change in zip(last, changes, strict=True)
    )


def _add(survey: Survey, layer: Layer, surface: Surface, neuron: Neuron) -> None:
    """Add a neuron, in the place of one that was it as far as its weights were known."""
    for index, old in enumerate(layer.neurons):
        if old.unknown and _same_where_known(old, neuron):
            layer.neurons[index], layer.surfaces[index] = neuron, surface
            return
    layer.neurons.append(neuron)
    layer.surfaces.append(surface)
    survey.report(f"layer {layer.prefix.depth + 1}: {len(layer.neurons)} neurons")


def _same_where_known(old: Neuron, new: Neuron) -> bool:
    pairs = [
        (a, b)
        for i, (a, b) in enumerate(zip(old.row.entries(), new.row.entries(), strict=True))
        if i not in old.unknown
    ]
    known = [a for a, _ in pairs if a]
    return not new.unknown and len(known) > 1 and fmpq_mat([*map(list, pairs)]).rank() == 1


def _merged(layer: Layer, surfaces: list[Surface]) -> list[Surface]:
    """The surfaces with those put together that are parts of one neuron's boundary.

    Parts of neurons of the layer that have open weights go there.
    """
    kept = [surface for surface in surfaces if not _goes_to_a_neuron(layer, surface)]
    while True:
        fewer: list[Surface] = []
        for surface in kept:
            if not any(other.merge(surface) for other in fewer):
                fewer.append(surface)
        # what could not be told of two parts alone may show when one of them has grown
        if len(fewer) == len(kept):
            return kept
        kept = fewer


def _goes_to_a_neuron(layer: Layer, surface: Surface) -> bool:
    for index, neuron in enumerate(layer.neurons):
        if neuron.unknown and layer.surfaces[index].merge(surface):
            own = layer.surfaces[index]
            layer.neurons[index] = surface_neuron(own) or standing_neuron(own) or neuron
            return True
    return False


def _add_partial(
    survey: Survey, walker: Walker, layer: Layer, surface: Surface, kinks: list[Kink]
) -> None:
    """Add a neuron some of whose weights no boundary shows, unless it is there already.

    Where not even its bias is determined its surface is kept as a part, to be put together with
    others: a boundary may consist of several that lie apart.
    """
    if layer.explains(surface.kink) or _another_part(survey, layer, surface.kink):
        return
    key = surface.kink.key
    absorb(surface, kinks)
    if layer.followed.get(key) == surface.system.rank:
        layer.parts.append(surface)
        return
    walker.complete(surface, kinks, layer.neurons)
    if surface_neuron(surface) is not None and not walker.seek(surface, layer.neurons):
        layer.refused.add(surface.kink.key)
        return
    neuron = surface_neuron(surface)
    if neuron is not None and _believed(survey, layer, surface, neuron):
        _add(survey, layer, surface, neuron)
    elif neuron is None and surface.consistent and holds(survey, surface, layer.neurons):
        layer.parts.append(surface)
        layer.followed[key] = surface.system.rank
    elif neuron is None:
        layer.refused.add(key)


def _another_part(survey: Survey, layer: Layer, kink: Kink) -> bool:
    """Whether a kink is likely on the boundary of a neuron whose weights are not all known.

    In the last hidden layer the outputs jump in the neuron's own proportion there.
    """
    return kink.bend.jump.nrows() > 1 and may_be_last(survey, layer) and any(
        neuron.unknown and proportion(surface.kink) == proportion(kink)
        for neuron, surface in zip(layer.neurons, layer.surfaces, strict=True)
    )


def _believed(survey: Survey, layer: Layer, surface: Surface, neuron: Neuron) -> bool:
    """Whether f bends where such a neuron would make it bend.

    All predictions on the scanned lines cost nothing.  If some fail, because the neuron is
    hidden there or is not one of this layer, its boundary is followed to see whether it turns.
    """
    seen, predicted = seen_of_predicted(survey, layer.prefix, neuron)
    if seen == predicted and seen > 1:
        return True
    if 4 * seen < predicted:
        return False
    return holds(survey, surface, layer.neurons)
