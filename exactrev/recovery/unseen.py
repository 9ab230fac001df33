"""A neuron that no line shows, because it is hardly ever off (or on), told by what reads it.

Its row, but for the bias and a factor, is what two boundaries tell (:mod:`.readers`); a
kink where the boundary of such a row is parallel to it gives the bias.  If none is seen and no
value that it reads has a weight of the other sign, it is taken to be on always.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flint import fmpq, fmpq_mat

from exactrev.exact.linear import matrix_rows, row_vector
from exactrev.recovery.assembly import hidden_part
from exactrev.recovery.explore import extreme_places
from exactrev.recovery.geometry import Bend, Form, Kink, homogeneous, rationals, rounded
from exactrev.recovery.layer import Layer
from exactrev.recovery.local import GRID, combined
from exactrev.recovery.neuron import Neuron
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.proportions import by_depth
from exactrev.recovery.readers import Hint, Reader, hint, reader
from exactrev.recovery.surface import Surface
from exactrev.recovery.survey import Survey
from exactrev.recovery.walk import Walker

#: Layers with more neurons than this are not tried: all their bits are, for two boundaries.
_WIDEST = 10
#: Boundaries followed at most in one attempt, with those that turn out to be deeper ones.
_FOLLOWED, _BEGUN = 4, 12
#: Neurons that one has to be known not to read in order to be of their layer.
_FEWEST = 3
#: Lines that are scanned for a neuron whose row is known.
_LINES = 2
#: The dimension of the space of forms on a cell from which on parallel boundaries tell something.
_TELLING = 3


class Unseen:
    """Looks for a neuron that the last layer lacks; what was followed for one serves the next time.
    """

    def __init__(self, survey: Survey, walker: Walker) -> None:
        self.survey = survey
        self.walker = walker
        self._begin(Prefix(survey.probe.oracle.inputs))

    def _begin(self, prefix: Prefix) -> None:
        self._prefix = prefix
        self._readers: list[Reader] = []
        self._surfaces: list[Surface] = []
        # rows for which lines were scanned
        self._sought: list[Form] = []

    def neuron(
        self, layer: Layer, kinks: Sequence[Kink], followed: Sequence[Surface]
    ) -> tuple[Neuron, Surface] | None:
        """A neuron that the layer lacks, with its boundary; None if none is told.

        The boundaries through these kinks are followed to find it, as well as those ``followed``
        already over the layer.
        """
        prefix = layer.extended()
        if prefix.size > _WIDEST or prefix.dormant or prefix.open or prefix.wide:
            return None
        if prefix.below is not self._prefix.below or prefix.rows != self._prefix.rows:
            self._begin(prefix)
        for surface in self._followed(kinks, followed):
            if self._is_peer(surface):
                neuron = _without_peers(surface, layer.prefix.width)
                return neuron, Surface(layer.prefix, surface.kink, oriented=True)
            told = self._hint(surface)
            if told is not None:
                return self._located(layer, told)
        return None

    def _followed(self, kinks: Sequence[Kink], followed: Sequence[Surface]) -> Iterator[Surface]:
        """Boundaries followed as ones that may read what the last layer reads, too."""
        wide = self._prefix.wider()[0]
        begun = [surface.retold(wide, oriented=True) for surface in followed]
        groups = by_depth(kinks)
        fresh = (Surface(wide, kink, oriented=True) for group in groups for kink in group)
        count = 0
        for number, surface in enumerate((*begun, *fresh)):
            if count == _FOLLOWED or number == len(begun) + _BEGUN:
                break
            if not surface.consistent or any(s.contains(surface.kink) for s in self._surfaces):
                continue
            tally = self.walker.complete(surface)
            if not surface.consistent or tally.turned:
                continue
            count += 1
            self._surfaces.append(surface)
            yield surface

    def _is_peer(self, surface: Surface) -> bool:
        """Whether a boundary's neuron reads none of the last layer, and all it reads is known."""
        width = surface.prefix.width - self._prefix.size
        weights = [surface.weight(width + k) for k in range(self._prefix.size)]
        known = all(surface.system.unit(v) is not None for v in range(width))
        bias = surface.system.unit(surface.prefix.width)
        return known and bias is not None and not any(weights) and weights.count(fmpq(0)) >= _FEWEST

    def _hint(self, surface: Surface) -> Hint | None:
        """What this boundary and another one tell together of a neuron that is missing."""
        told = reader(surface, self._prefix.size)
        if told is None or self._prefix.rows is None:
            return None
        rows = matrix_rows(self._prefix.rows)
        found = (hint(told, other, rows) for other in list(self._readers))
        self._readers.append(told)
        return next((each for each in found if each is not None), None)

    def _located(self, layer: Layer, told: Hint) -> tuple[Neuron, Surface] | None:
        """The neuron with such a row, with the bias that a kink tells, and its boundary there.

        If none of the kinks known lies on its boundary a line is scanned from where the row is
        least to where it is largest; not again for the same row.
        """
        lines = 0 if told.row in self._sought else _LINES
        self._sought.append(told.row)
        for attempt in range(lines + 1):
            if attempt:
                here, there = _farthest(self.survey, layer.prefix, told.row)
                self.survey.scan_line(self.survey.line(here, combined(there, fmpq(-1), here)))
            found = self._on_a_boundary(layer, told)
            if found is not None:
                kink, bias = found
                neuron = Neuron(row_vector([*told.row.entries()[:-1], bias]))
                return neuron, Surface(layer.prefix, kink, oriented=True)
        return _always_on(self.survey, layer.prefix, told.row)

    def _on_a_boundary(self, layer: Layer, told: Hint) -> tuple[Kink, fmpq] | None:
        """A kink on a boundary of a neuron with this row, and the bias that most such kinks tell.

        It must not be where all else in the layer is off: there every boundary of the next one is
        parallel to the neuron's.
        """
        prefix = layer.prefix
        found: dict[fmpq, list[Kink]] = {}
        for kink in self.survey.kinks:
            cell = self._prefix.cell(rationals(kink.point))
            on = any(side != bool(bit) for side, bit in zip(cell.top_signs, told.bits, strict=True))
            # where hardly anything below is on, all boundaries are parallel
            if not on or not prefix.certain(cell) or prefix.span(cell) < _TELLING:
                continue
            *own, constant = kink.form.entries()
            *form, rest = prefix.local_form(cell, told.row).entries()
            pivot = next(k for k, x in enumerate(own) if x)
            factor = form[pivot] / own[pivot]
            if factor and all(x == factor * y for x, y in zip(form, own, strict=True)):
                found.setdefault(factor * constant - rest, []).append(kink)
        if not found:
            return None
        bias = max(found, key=lambda each: len(found[each]))
        return found[bias][0], bias


def _without_peers(surface: Surface, width: int) -> Neuron:
    """The neuron of a boundary that reads the first ``width`` values alone."""
    row = [surface.system.unit(v) or fmpq(0) for v in (*range(width), surface.prefix.width)]
    lead = next(x for x in row if x)
    return Neuron(row_vector([x / abs(lead) for x in row]))


def _always_on(survey: Survey, prefix: Prefix, row: Form) -> tuple[Neuron, Surface] | None:
    """A neuron with this row and a bias that keeps it on; None if its weights do not show that.

    It has no boundary: what stands for that is where it has some other value than 0.
    """
    *weights, _ = row.entries()
    hidden = all(layer > 0 for layer, _ in prefix.values)
    sign = 1 if all(w >= 0 for w in weights) else -1
    if not hidden or not all(sign * w >= 0 for w in weights):
        return None
    kept = row_vector([*(sign * w for w in weights), fmpq(1)])
    point = rounded(survey.random_point(), GRID)
    form = prefix.local_form(prefix.cell(rationals(point)), kept)
    if not any(form.entries()[:-1]):
        return None
    nothing = fmpq_mat(survey.kinks[0].bend.jump.nrows(), 1)
    kink = Kink(point, Bend(form, nothing), fmpq(0))
    return Neuron(kept), Surface(prefix, kink, oriented=True)


def _farthest(survey: Survey, prefix: Prefix, row: Form) -> tuple[list[fmpq], list[fmpq]]:
    """Of many places two where a row over the values of a prefix is least, and largest."""
    places = extreme_places(hidden_part(prefix), prefix.depth, survey.scale, survey.random)
    forms = [row * prefix.value_forms(prefix.cell(place)) for place in places]
    values = [(f * homogeneous(p))[0, 0] for f, p in zip(forms, places, strict=True)]
    order = sorted(range(len(places)), key=lambda k: values[k])
    return places[order[0]], places[order[-1]]
