"""The next hidden layer: orient the last known one, then find the neurons that read it.

Every kink not explained so far lies on the boundary of a neuron of the next layer or of a deeper
one.  A deeper boundary cannot pass for one of the next layer for long: it bends where it crosses
the next layer's boundaries, so that it is missed past some crossing, or the row it leads to
predicts kinks on the scanned lines that are not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from flint import fmpq, fmpq_mat

from exactrev.exact.linear import matrix_rows, row_vector, stack
from exactrev.recovery.geometry import Kink, form_key, rationals
from exactrev.recovery.neuron import Neuron
from exactrev.recovery.orientation import Contradiction, orientation
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.surface import Surface
from exactrev.recovery.survey import Survey
from exactrev.recovery.trials import holds, sightings, straight_across, straight_already
from exactrev.recovery.walk import Walker

#: A hyperplane, as ``form_key`` gives it.
Key = tuple[fmpq, ...]

#: Boundaries followed at most in one attempt to orient a layer.
_ORIENTING = 6
#: With more lines scanned, kinks that look like the last layer's are tried in every layer.
_LINES_TO_WAIT = 7
#: Neurons of its own layer at whose boundaries a new neuron's must be seen not to bend.
_PEERS = 3


@dataclass
class Layer:
    """What was found of the layer above ``prefix`` (whose last layer is oriented).

    ``surfaces`` are the boundaries behind the neurons, in the same order; a first layer has none.
    ``refused`` are hyperplanes (``form_key``) that are not of this layer; ``tried`` pairs of
    surfaces, by the hyperplanes they began with, of which the first was looked at where it meets
    the other, and ``straight`` those where it was seen to go straight on.
    """

    prefix: Prefix
    neurons: list[Neuron] = field(default_factory=list)
    surfaces: list[Surface] = field(default_factory=list)
    refused: set[Key] = field(default_factory=set)
    tried: set[tuple[Key, Key]] = field(default_factory=set)
    straight: set[tuple[Key, Key]] = field(default_factory=set)

    @property
    def complete(self) -> bool:
        """Whether every weight found is determined."""
        return not any(neuron.unknown for neuron in self.neurons)

    def extended(self) -> Prefix:
        """The prefix with this layer on top, not oriented yet."""
        rows = stack([neuron.row for neuron in self.neurons])
        return self.prefix.with_layer(rows, [neuron.unknown for neuron in self.neurons])

    def explains(self, kink: Kink) -> bool:
        """Whether the kink lies on a boundary of this layer's neurons or of one below.

        A kink where weights that are not known matter counts as explained.
        """
        cell = self.prefix.cell(rationals(kink.point))
        if not self.prefix.certain(cell):
            return True
        forms = [row for matrix in cell.forms for row in matrix_rows(matrix)]
        forms += [
            self.prefix.local_form(cell, neuron.row).entries()
            for neuron in self.neurons
            if neuron.known_on(cell)
        ]
        key = form_key(kink.form)
        return any(any(form[:-1]) and form_key(row_vector(form)) == key for form in forms)


def orient(
    survey: Survey, walker: Walker, prefix: Prefix, kinks: list[Kink]
) -> tuple[Prefix, list[Surface]] | None:
    """The prefix with its last layer oriented by the boundaries through these kinks.

    With it come the boundaries that were followed on the way, already over that prefix.  None if
    the boundaries do not tell.
    """
    kinks = [
        kink
        for group in by_depth(kinks)
        for kink in group
        if prefix.certain(prefix.cell(rationals(kink.point)))
    ]
    surfaces = [Surface(prefix, kink, oriented=False) for kink in kinks]
    surfaces = [surface for surface in surfaces if surface.consistent]
    flips = _agreed(surfaces, prefix.width)
    walked: list[Surface] = []
    for surface in surfaces[:_ORIENTING]:
        if flips is not None:
            break
        tally = walker.complete(surface)
        if surface.consistent and not tally.turned:
            walked.append(surface)
            flips = _agreed([surface], prefix.width) or _agreed(walked, prefix.width)
            survey.report(f"layer {prefix.depth}: orienting, {len(walked)} boundaries followed")
    if flips is None:
        return None
    oriented = prefix.oriented(flips)
    return oriented, [surface.reoriented(oriented) for surface in walked]


def _agreed(surfaces: list[Surface], width: int) -> list[bool] | None:
    try:
        return orientation(surfaces, width)
    except Contradiction:
        return None


def grow(
    survey: Survey, walker: Walker, layer: Layer, kinks: list[Kink], begun: Iterable[Surface] = ()
) -> bool:
    """Add the neurons behind these kinks that read the layer's prefix; whether any was added.

    ``begun`` are boundaries followed before over the same prefix.  Boundaries met on the way are
    tried too.  A kink refused once is not tried again over this layer.
    """
    learned = _learn_more(walker, layer, kinks)
    count = len(layer.neurons)
    known = {form_key(surface.kink.form): surface for surface in begun}
    sooner, later = by_depth(kinks, layer.prefix)
    doubtful = _follow_all(survey, walker, layer, sooner, kinks, known)
    if len(survey.lines) > _LINES_TO_WAIT or not layer.neurons or may_be_last(survey, layer):
        doubtful += _follow_all(survey, walker, layer, later, kinks, known)
    for surface in _merged(layer, doubtful):
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
    """Add the neurons behind the ``waiting`` kinks; the surfaces of those with open weights."""
    doubtful: list[Surface] = []
    waiting = list(waiting)
    while waiting:
        kink = waiting.pop(0)
        key = form_key(kink.form)
        if key in layer.refused or layer.explains(kink):
            continue
        surface = begun.get(key) or Surface(layer.prefix, kink, oriented=True)
        met = len(survey.extra)
        neuron = _followed(survey, walker, layer, surface, kinks)
        if neuron is None:
            layer.refused.add(key)
        elif neuron.unknown:
            doubtful.append(surface)
        else:
            _add(survey, layer, surface, neuron)
        waiting = survey.extra[met:] + waiting
    return doubtful


def by_depth(kinks: Sequence[Kink], prefix: Prefix | None = None) -> tuple[list[Kink], list[Kink]]:
    """The kinks split into others and those that are likely the last hidden layer's.

    Where a neuron of the last hidden layer bends f, the outputs jump in one and the same
    proportion; for a neuron below that depends on what is on above it.  So a proportion that
    different hyperplanes share speaks for the last layer, unless over the ``prefix`` one neuron of
    its next layer can be behind both.  A single output shows nothing.
    """
    groups: dict[Key, list[Kink]] = {}
    for kink in kinks:
        groups.setdefault(_proportion(kink), []).append(kink)
    sooner: list[Kink] = []
    later: list[Kink] = []
    for kink in kinks:
        key = form_key(kink.form)
        others = [k for k in groups[_proportion(kink)] if form_key(k.form) != key]
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
        len({_proportion(kink) for kink, _ in sightings(survey, layer.prefix, neuron)}) < 2
        for neuron in layer.neurons
    )


def _proportion(kink: Kink) -> Key:
    jump = kink.bend.jump.entries()
    lead = next(x for x in jump if x)
    return tuple(x / lead for x in jump)


def _learn_more(walker: Walker, layer: Layer, kinks: list[Kink]) -> bool:
    """Let neurons with open weights take in what is of their boundary; whether any learned."""
    learned = False
    for index, neuron in enumerate(layer.neurons):
        if not neuron.unknown:
            continue
        surface = layer.surfaces[index]
        absorbed = [surface.absorb(kink) for kink in kinks]
        if any(absorbed):
            walker.complete(surface, kinks, layer.neurons)
            layer.neurons[index] = surface_neuron(surface) or neuron
            learned |= layer.neurons[index].unknown != neuron.unknown
    return learned


def sift(survey: Survey, layer: Layer, old: int = 0) -> bool:
    """Take out neurons that prove to read one of their peers; whether there were any.

    The first ``old`` are left alone.  Each of the others is tried with a few peers, but with none
    again, until it went straight on at some; what the scanned lines show of that is free.
    """
    known = straight_already(survey, layer.prefix, layer.neurons)
    keys = [form_key(surface.kink.form) for surface in layer.surfaces]
    bent: list[int] = []
    for index in range(old, len(layer.neurons)):
        straight = set(known[index])
        straight |= {k for k, key in enumerate(keys) if (keys[index], key) in layer.straight}
        others = [k for k in range(len(keys)) if k not in straight and k not in (index, *bent)]
        open_to = [k for k in others if (keys[index], keys[k]) not in layer.tried]
        wanted = min(len(open_to), max(0, _PEERS - len(straight)))
        for k in survey.random.sample(open_to, wanted):
            across = straight_across(survey, layer.surfaces[index], layer.neurons[k])
            layer.tried.add((keys[index], keys[k]))
            if across:
                layer.straight.add((keys[index], keys[k]))
            if across is False:
                bent.append(index)
                break
    for index in reversed(bent):
        layer.refused.add(keys[index])
        del layer.neurons[index], layer.surfaces[index]
        survey.report(f"layer {layer.prefix.depth + 1}: {len(layer.neurons)} neurons")
    return bool(bent)


def _followed(
    survey: Survey, walker: Walker, layer: Layer, surface: Surface, kinks: list[Kink]
) -> Neuron | None:
    """The neuron behind a boundary, with the weights that could be determined, or None."""
    tally = walker.complete(surface, kinks, layer.neurons)
    if not surface.consistent or tally.turned or tally.missed > tally.seen:
        return None
    neuron = surface_neuron(surface)
    if neuron is None or neuron.unknown or _believed(survey, layer, surface, neuron):
        return neuron
    return None


def surface_neuron(surface: Surface) -> Neuron | None:
    """What a surface says of its neuron, scaled; None while its bias is not determined."""
    width = surface.prefix.width
    values = [surface.system.unit(i) for i in range(width + 1)]
    if values[width] is None or not any(values[:width]):
        return None
    unknown = frozenset(i for i in range(width) if values[i] is None)
    row = fmpq_mat(1, width + 1, [fmpq(0) if value is None else value for value in values])
    lead = next(x for x in row.entries() if x)
    return Neuron(row * (1 / abs(lead)), unknown)


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
    kept: list[Surface] = []
    for surface in surfaces:
        for index, neuron in enumerate(layer.neurons):
            if neuron.unknown and layer.surfaces[index].merge(surface):
                layer.neurons[index] = surface_neuron(layer.surfaces[index]) or neuron
                break
        else:
            if not any(other.merge(surface) for other in kept):
                kept.append(surface)
    return kept


def _add_partial(
    survey: Survey, walker: Walker, layer: Layer, surface: Surface, kinks: list[Kink]
) -> None:
    """Add a neuron some of whose weights no boundary shows, unless it is there already."""
    if layer.explains(surface.kink) or _another_part(survey, layer, surface.kink):
        return
    walker.complete(surface, kinks, layer.neurons)
    neuron = surface_neuron(surface)
    if neuron is not None and _believed(survey, layer, surface, neuron):
        _add(survey, layer, surface, neuron)


def _another_part(survey: Survey, layer: Layer, kink: Kink) -> bool:
    """Whether a kink is likely on the boundary of a neuron whose weights are not all known.

    In the last hidden layer the outputs jump in the neuron's own proportion there.
    """
    return kink.bend.jump.nrows() > 1 and may_be_last(survey, layer) and any(
        neuron.unknown and _proportion(surface.kink) == _proportion(kink)
        for neuron, surface in zip(layer.neurons, layer.surfaces, strict=True)
    )


def _believed(survey: Survey, layer: Layer, surface: Surface, neuron: Neuron) -> bool:
    """Whether f bends where such a neuron would make it bend.

    All predictions on the scanned lines cost nothing.  If some fail, because the neuron is
    hidden there or is not one of this layer, its boundary is followed to see whether it turns.
    """
    predicted = sum(
        len(neuron.crossings(layer.prefix, scanned.line)) for scanned in survey.lines
    )
    seen = len(sightings(survey, layer.prefix, neuron))
    if seen == predicted and seen > 1:
        return True
    if 4 * seen < predicted:
        return False
    return holds(survey, surface, layer.neurons)
