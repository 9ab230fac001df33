"""Recovery of a network of convolutions: kernels from the first kinks, all else from predictions.

A line is searched until some boundaries prove to be shifted copies of others.  All further copies
are predicted, and the line shows which of them are there.  What else lies on it belongs to deeper
layers, whose kernels a few kinks tell (:mod:`exactrev.recovery.sharing.patches`).  Once everything
on the line is accounted for, the pieces of f seen on it determine the output layer.  The result
counts only if it agrees with f at fresh places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from exactrev.exact.linear import stack
from exactrev.network.model import Network
from exactrev.recovery.geometry import Form, Kink
from exactrev.recovery.local import bend_at, onto
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.sharing.conclusion import agreeing, concluded
from exactrev.recovery.sharing.kernel import Family, Shape, expected, families, likely_shape
from exactrev.recovery.sharing.layout import layout
from exactrev.recovery.sharing.patches import Patch, directions, next_families
from exactrev.recovery.sharing.predictions import predictions
from exactrev.recovery.sharing.sweep import Sweep
from exactrev.recovery.survey import Survey

#: How often each kernel is to be seen, on the average, before copies are predicted.
_SIGHTS = 5
#: Lines searched at most.
_LINES = 4
#: Lines searched at most for a first kernel of a layer.
_LINES_IN_VAIN = 3
#: Places at which a predicted first-layer boundary is looked at, if no line shows it.
_LOOKS = 3


@dataclass
class Sharing:
    """The state of an attempt.

    Attributes: ``shapes`` the layouts of the input and of each hidden layer known; ``kernels`` the
    families of each; ``seen`` per layer how many of its neurons were met, of how many predicted;
    ``first`` what a failed attempt found of the first layer.
    """

    survey: Survey
    shape: Shape | None = None
    shapes: list[Shape] = field(default_factory=list)
    kernels: list[list[Family]] = field(default_factory=list)
    seen: list[tuple[int, int]] = field(default_factory=list)
    first: list[Form] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._sweeps: list[Sweep] = []
        self._prefix = Prefix(self.survey.probe.oracle.inputs)

    def attempt(self) -> Network | None:
        """The network, if all of its hidden layers share weights and it agrees with f.

        Otherwise the lines asked are the survey's first, but for the kinks of ``first``.
        """
        line = self.survey.random_line()
        sweep = Sweep(self.survey, line, self.survey.stations, "line 1")
        sweep.search(self._enough)
        self._sweeps.append(sweep)
        found = self._first_families(sweep.kinks)
        network = self._climbed(found) if found else None
        if network is None and self.kernels:
            self._hand_over()
        elif network is None:
            sweep.search(lambda kinks: False)
            self.survey.keep(line, _in_order(sweep.kinks))
        return network

    def _climbed(self, found: list[Family]) -> Network | None:
        """The network whose first layer has these kernels, or None."""
        while found and self._add_layer(found):
            if len(self.kernels) == 1 and (more := self._more_families(found)):
                self._drop_layer()
                found = [*found, *more]
                continue
            if not self._unknown_kinks():
                network = self._concluded()
                if network is not None or len(self._sweeps) >= _LINES or len(self.kernels) < 2:
                    return network
                self._add_line()  # a kernel of the last layer shows nowhere on those there are
                self._drop_layer()
            found = self._next_families()
        return None

    def _drop_layer(self) -> None:
        """Take off the last layer."""
        assert self._prefix.below is not None
        self._prefix = self._prefix.below
        del self.shapes[-1], self.kernels[-1], self.seen[-1]

    def _hand_over(self) -> None:
        """Leave the first layer, as far as it was met, and the lines to those who come after."""
        known = self._prefix.layers[0]
        met = self._met_of(known)
        forms = [known.row(i) for i in range(known.width)]
        self.first = [
            form for i, form in enumerate(forms) if i in met or _bends(self.survey, form)
        ]
        self._prefix = known
        for sweep, kinks in self._unknown_kinks().items():
            self.survey.keep(sweep.line, _in_order(kinks))

    # -- the first layer -----------------------------------------------------------------------

    def _enough(self, kinks: list[Kink]) -> bool:
        forms = [kink.form for kink in kinks]
        inputs = self.survey.probe.oracle.inputs
        if not families(forms, (1, inputs)):
            return False
        found = self._first_families(kinks)
        sights = sum(len(family.corners) for family in found)
        return bool(found) and sights >= _SIGHTS * (len(found) + 1)

    def _first_families(self, kinks: Sequence[Kink]) -> list[Family]:
        forms = [kink.form for kink in kinks]
        shape = self.shape or likely_shape(forms)
        self.shapes = [] if shape is None else [shape]
        return [] if shape is None else families(forms, shape)

    def _more_families(self, found: list[Family]) -> list[Family]:
        """Kernels of the first layer that are as small as those found, of what else was seen."""
        forms = [kink.form for kinks in self._unknown_kinks().values() for kink in kinks]
        known = {family.kernel for family in found}
        most = [max(x) for x in zip(*(kernel.size for kernel in known), strict=True)]
        return [
            family for family in families(forms, self.shapes[0])
            if family.kernel not in known
            and all(a <= b for a, b in zip(family.kernel.size, most, strict=True))
        ]

    # -- a layer -------------------------------------------------------------------------------

    def _add_layer(self, found: list[Family]) -> bool:
        """Put the layer that the families lead to expect on top; whether they lead to one."""
        rows = expected(found, self.shapes[-1])
        seen = self._met_of(self._prefix.with_layer(stack(list(rows.values()))))
        met = {key for number, key in enumerate(rows) if number in seen}
        laid_out = layout(found, met, list(rows), self.shapes[-1])
        if laid_out is None:
            return False
        shape, kept = laid_out
        self._prefix = self._prefix.with_layer(stack([rows[key] for key in kept]))
        self.shapes.append(shape)
        self.kernels.append(found)
        self.seen.append((len(met & set(kept)), len(kept)))
        number = len(self.kernels)
        self.survey.report(f"layer {number}: {len(found)} kernels, {len(kept)} neurons")
        return True

    def _met_of(self, trial: Prefix) -> set[int]:
        """Which neurons of a prefix's last layer the lines show."""
        assert trial.below is not None
        seen: set[int] = set()
        for sweep in self._sweeps:
            seen |= sweep.settle(predictions(trial, sweep.line)).seen
        first = sum(layer.width for layer in trial.below.layers)
        return {number - first for number in seen if number >= first}

    def _unknown_kinks(self) -> dict[Sweep, list[Kink]]:
        """Per line that has any, what lies on it beside the boundaries of the known layers."""
        found = {}
        for sweep in self._sweeps:
            settled = sweep.settle(predictions(self._prefix, sweep.line))
            kinks = [kink for part in settled.unknown for kink in sweep.resolve(*part)]
            if kinks:
                found[sweep] = kinks
        return found

    def _next_families(self) -> list[Family]:
        """The kernels of the next layer, over the last one, which is oriented by them.

        Lines are added while kinks are left that may be of further kernels like these.
        """
        shape, known = self.shapes[-1], self._prefix
        found: list[Family] = []
        while True:
            self._prefix = known
            kinks = [kink for kinks in self._unknown_kinks().values() for kink in kinks]
            patches = [Patch.of(known, self.shapes[0], kink) for kink in kinks]
            choices = [
                (next_families(patches, flips, shape), flips)
                for flips in directions(patches, shape)
            ]
            found, flips = max(choices, key=lambda choice: _evidence(choice[0]), default=([], []))
            if found:
                self._prefix = known.oriented(flips)
            left = not found or _left(known, flips, patches, found, shape)
            most = _LINES if found else _LINES_IN_VAIN
            if not left or len(self._sweeps) >= most:
                return found
            self._add_line()

    def _add_line(self) -> None:
        line, name = self.survey.random_line(), f"line {len(self._sweeps) + 1}"
        self._sweeps.append(Sweep(self.survey, line, self.survey.stations, name))

    # -- the whole -----------------------------------------------------------------------------

    def _concluded(self) -> Network | None:
        """The network whose output layer the known pieces of f determine, if it agrees with f."""
        candidate = concluded(self.survey, self._prefix, self.shapes[-1][0], self._sweeps)
        free = sum(family.kernel.parameters for found in self.kernels for family in found)
        agrees = candidate is not None and agreeing(self.survey, candidate, free)
        return candidate if agrees else None


def _left(
    prefix: Prefix,
    flips: Sequence[bool],
    patches: Sequence[Patch],
    found: Sequence[Family],
    shape: Shape,
) -> bool:
    """Whether there are kinks of further kernels of these sizes."""
    rows = stack(list(expected(found, shape).values()))
    size = [max(x) for x in zip(*(family.kernel.size for family in found), strict=True)]
    oriented = prefix.oriented(flips)
    return any(
        patch.weights(flips) is not None
        and patch.fits(shape, size)
        and not patch.lies_on(oriented, rows)
        for patch in patches
    )


def _evidence(found: Sequence[Family]) -> int:
    """How many weights the sights of kernels have confirmed."""
    return sum((len(family.corners) - 1) * len(family.kernel.taps) for family in found)


def _bends(survey: Survey, form: Form) -> bool:
    """Whether f is seen to bend across a predicted boundary of the first layer."""
    places = (onto(form, survey.random_point()) for _ in range(_LOOKS))
    return any(bend_at(survey.probe, form, place) is not None for place in places)


def _in_order(kinks: Sequence[Kink]) -> list[Kink]:
    return sorted(kinks, key=lambda kink: kink.position)
