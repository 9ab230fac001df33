"""Orienting the last known layer: boundaries are followed until they tell which way it points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flint import fmpq

from exactrev.recovery.geometry import Kink, form_key, rationals
from exactrev.recovery.layer import Key
from exactrev.recovery.orientation import Contradiction, orientation
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.proportions import by_depth
from exactrev.recovery.surface import Surface
from exactrev.recovery.survey import Survey
from exactrev.recovery.unseen import Unseen
from exactrev.recovery.walk import Walker
from exactrev.recovery.woken import lacking, open_parts, sought_parts

#: Boundaries followed at most in one attempt.
_ORIENTING = 6
#: The same where another line would not help, and with those that turn out to be deeper ones.
_PATIENT = 12
_BEGUN = 36
#: Boundaries followed one after the other that tell nothing of what is open below them.
_IDLE = 3
#: Boundaries that no orientation allows for, each alone, after which there is none.
_UNLIKE = 3
#: Boundaries that do not read a neuron after which it is taken for one of a deeper layer, and
#: neurons that each of them reads.
_UNREAD, _READ = 2, 2


@dataclass(frozen=True)
class Oriented:
    """Which neurons of a last layer are negated, and what was followed to find that.

    ``parts`` are what is known now of the dormant directions, in the prefix's order.
    """

    flips: Sequence[bool]
    parts: tuple[fmpq | None, ...]
    surfaces: list[Surface]


class Orienter:
    """Orients last layers one after the other; what was followed for one serves until it is."""

    def __init__(self, survey: Survey, walker: Walker) -> None:
        self.survey = survey
        self.walker = walker
        self.unseen = Unseen(survey, walker)
        self._begin(Prefix(survey.probe.oracle.inputs))

    def _begin(self, prefix: Prefix) -> None:
        self._prefix = prefix
        self._walked: list[Surface] = []
        self._begun: set[Key] = set()

    def followed(self, prefix: Prefix) -> list[Surface]:
        """What was followed over this prefix, not oriented, since another one was tried."""
        if not _same(prefix, self._prefix):
            return []
        return [surface for surface in self._walked if surface.consistent]

    def orient(self, prefix: Prefix, kinks: list[Kink]) -> Oriented | None:
        """How the prefix's last layer is oriented, told by the boundaries through these kinks.

        None if the boundaries do not tell.
        """
        if not _same(prefix, self._prefix):
            self._begin(prefix)
        prefix = self._prefix
        surfaces = [
            Surface(prefix, kink, oriented=False)
            for group in by_depth(kinks)
            for kink in group
            if prefix.certain(prefix.cell(rationals(kink.point)))
        ]
        surfaces = [surface for surface in surfaces if surface.consistent]
        flips = _agreed(surfaces, prefix.width) or _agreed(self._walked, prefix.width)
        following = self._followed_on(surfaces)
        unlike = 0
        while flips is None and (surface := next(following, None)) is not None:
            unlike += bool(prefix.dormant) and _disagrees(surface, prefix.width)
            if unlike == _UNLIKE:
                return None
            flips = _agreed([surface], prefix.width) or _agreed(self._walked, prefix.width)
        if flips is None:
            return None
        told = open_parts(prefix, self._walked or surfaces, flips)
        idle = 0
        while lacking(prefix, flips, told) and idle < _IDLE:
            before, told = told, sought_parts(self.walker, prefix, self._walked, flips)
            idle = 0 if told.count(None) < before.count(None) else idle + 1
            if not lacking(prefix, flips, told) or next(following, None) is None:
                break
        return Oriented(flips, told, self._walked)

    def unread(self, prefix: Prefix) -> list[int]:
        """The neurons of a prefix's last layer that none of the boundaries followed reads.

        Two that read others are known to have weight 0 there, and no other weight is known.  Of
        generic neurons all are read by the layer above: these are likely of a deeper layer than it.
        """
        width = range(prefix.width)
        readers = [[surface.weight(i) for i in width] for surface in self.followed(prefix)]
        readers = [weights for weights in readers if sum(map(bool, weights)) >= _READ]
        columns = ([weights[i] for weights in readers] for i in width)
        return [
            i
            for i, known in enumerate(columns)
            if known.count(fmpq(0)) >= _UNREAD and not any(known)
        ]

    @property
    def contradicted(self) -> bool:
        """Whether no orientation allows for all that was followed over the prefix tried last."""
        try:
            orientation(self._walked, self._prefix.width)
        except Contradiction:
            return True
        return False

    def go_on_over(self, prefix: Prefix) -> None:
        """Keep what was followed, over a prefix with more neurons in the last layer or fewer."""
        walked, begun = self._walked, self._begun
        self._begin(prefix)
        twins = [surface.retold(prefix) for surface in walked if surface.consistent]
        self._walked = [twin for twin in twins if twin.consistent]
        self._begun = begun

    def _followed_on(self, surfaces: list[Surface]) -> Iterator[Surface]:
        """Some of the boundaries, one by one as each is followed."""
        if all(surface.kink.key in self._begun for surface in surfaces):
            self._begin(self._prefix)
        asleep = bool(self._prefix.dormant)
        most = _PATIENT if asleep else _ORIENTING
        followed = 0
        for _ in range(_BEGUN if asleep or self._prefix.depth == 1 else _ORIENTING):
            surface = next((one for one in surfaces if self._is_new(one)), None)
            if surface is None or followed == most:
                break
            self._begun.add(surface.kink.key)
            tally = self.walker.complete(surface)
            followed += not tally.turned
            if not surface.consistent or tally.turned:
                continue
            self._walked.append(surface)
            count = len(self._walked)
            self.survey.report(
                f"layer {self._prefix.depth}: orienting, {count} boundaries followed"
            )
            yield surface

    def _is_new(self, surface: Surface) -> bool:
        """Whether a boundary was not begun, and is not seen to be one that was followed."""
        key = surface.kink.key
        if key in self._begun:
            return False
        forms = (known.form_on(surface.waypoints[0].cell) for known in self._walked)
        return all(form is None or not any(form.entries()[:-1]) or form_key(form) != key
                   for form in forms)


def _same(a: Prefix, b: Prefix) -> bool:
    """Whether two prefixes know the same of their last layer, over the very same one below."""
    same = a.below is b.below and a.rows == b.rows and a.open == b.open
    return same and a.dormant == b.dormant


def _agreed(surfaces: list[Surface], width: int) -> list[bool] | None:
    try:
        return orientation(surfaces, width)
    except Contradiction:
        return None


def _disagrees(surface: Surface, width: int) -> bool:
    """Whether no orientation at all allows for a boundary."""
    try:
        orientation([surface], width)
    except Contradiction:
        return True
    return False
