"""Which layer to look at next, and when all is found: the search through lines and layers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from exactrev.errors import RecoveryError
from exactrev.floating.departure import line_to_departure
from exactrev.floating.hidden_layer import LayerSearch, first_layer, unexplained
from exactrev.floating.model import Model, polished
from exactrev.floating.oracle import FloatOracle, Floats
from exactrev.floating.output_layer import with_output_layer
from exactrev.floating.prefix import Prefix
from exactrev.floating.samples import ScannedLine, random_line

FITS = 8.0  # noises: what answers may differ by from the network they come from
_FIRST_LINES = 4
_AWAY = (0.1, 1.0, 0.3, 3.0)  # from the middle, line after line
_MOST_LINES = 24
_FEW = 0.15  # of the kinks: they may be of first-layer neurons that few lines met ...
_SOME_LINES = 8  # ... before so many are scanned
_LARGEST_FIT = 3000  # parameters; polishing larger networks takes too much memory, ...
_ROUGH = 1e7  # ... so that they fit to so many noises only
_ANSWERS_EACH = 8  # per parameter, in a fit
_FRESH = 200
_ROUNDS = 4  # of a fit, each with further answers


class Search:
    """Finds layers until all kinks seen are explained and all answers fit.

    ``prefix`` holds the hidden layers found, ``model`` the network once there is one that fits.
    """

    def __init__(
        self, oracle: FloatOracle, random: np.random.Generator, report: Callable[[str], None]
    ) -> None:
        self._oracle, self._random, self._report = oracle, random, report
        self._lines: list[ScannedLine] = []
        self._levels: list[LayerSearch] = []
        self.prefix = Prefix(oracle.inputs)
        self.model: Model | None = None
        self._open: list[int] = []

    def run(self) -> None:
        """Search; raises RecoveryError where no line shows anything new and the answers do not
        fit."""
        for _ in range(_FIRST_LINES):
            self._scan()
        self.prefix = first_layer(self._lines, self._oracle.inputs)
        self._tell()
        while True:
            share = self._unexplained()
            if share > (_FEW if len(self._lines) < _SOME_LINES and not self._levels else 0):
                if self._deepen():
                    self._tell()
                    continue
            elif not share and self._fits():
                return
            if len(self._lines) >= _MOST_LINES:
                raise RecoveryError(self._reason())
            self._scan()
            first = first_layer(self._lines, self._oracle.inputs)
            if not self._levels or first.widths != self.prefix.widths[:1]:
                self._levels.clear()
                self.prefix = first
                self._tell()

    def worst(self, model: Model) -> float:
        """The largest distance from fresh answers, in units of the noise."""
        points = self._random.normal(size=(_FRESH, self._oracle.inputs)) * 3
        rest = np.abs(self._oracle.ask(points) - model.outputs(points)).max(axis=1)
        return float((rest / self._doubt(points)).max())

    # -- steps ---------------------------------------------------------------------------------

    def _tell(self) -> None:
        widths = "-".join(map(str, [self._oracle.inputs, *self.prefix.widths]))
        self._report(f"{widths} so far, {len(self._lines)} lines, {self._oracle.queries} queries")

    def _scan(self) -> None:
        """One more line: to where the answers do not fit, or anywhere."""
        if len(self._lines) > _FIRST_LINES and self.prefix.layers and len(self._lines) % 2:
            way = line_to_departure(self._oracle, self.prefix, self._random)
            if way is not None:
                line, length = way
                self._lines.append(ScannedLine.scan(self._oracle, line, (0.0, length)))
                return
        away = _AWAY[len(self._lines) % len(_AWAY)]
        line = random_line(self._random, self._oracle.inputs, away)
        self._lines.append(ScannedLine.scan(self._oracle, line))

    def _unexplained(self) -> float:
        """The share of kinks on no known boundary."""
        kinks = sum(len(scanned.kinks) for scanned in self._lines)
        rest = sum(len(unexplained(scanned, self.prefix)) for scanned in self._lines)
        return rest / max(kinks, 1)

    def _reason(self) -> str:
        seen = sum(bool(unexplained(scanned, self.prefix)) for scanned in self._lines)
        if seen:
            return f"{seen} of {len(self._lines)} lines bend at boundaries that were not followed"
        return "the neurons found do not explain all answers: others were not met"

    def _deepen(self) -> bool:
        """Whether a neuron was found on the boundary of a kink that nothing explains so far."""
        if not self.prefix.widths[0]:
            return False
        below = Prefix(self._oracle.inputs, self.prefix.layers[:1])
        for number in range(len(self.prefix.layers)):
            if number == len(self._levels):
                self._levels.append(LayerSearch(self._oracle, below, self._random))
            level = self._levels[number]
            if level.search(self._lines, self.prefix):
                try:
                    self.prefix, self._open = level.extended(self._lines)
                except RecoveryError:  # too few neurons as yet to tell the signs
                    return False
                del self._levels[number + 1 :]
                return True
            below = Prefix(self._oracle.inputs, self.prefix.layers[: number + 2])
        return False

    def _fits(self) -> bool:
        """Whether an output layer on what is known explains all answers; it is polished then."""
        points, answers = self._oracle.log()
        doubt = self._doubt(points)
        try:
            told = self._told(points)
            model = with_output_layer(self.prefix, points[told], answers[told], doubt[told])
        except RecoveryError:
            return False
        for _ in range(_ROUNDS):
            if model.parameters <= _LARGEST_FIT:
                points, answers = self._oracle.log()
                some = self._some(len(points), model.parameters)
                doubt = self._doubt(points[some])
                model = polished(model, points[some], answers[some], doubt)
            if self.worst(model) <= (FITS if model.parameters <= _LARGEST_FIT else _ROUGH):
                self.model = model
                return True
        return False

    def _told(self, points: Floats) -> NDArray[np.bool_]:
        """At which points no neuron with an open weight is on."""
        if not self._open:
            return np.ones(len(points), dtype=bool)
        below = Prefix(self.prefix.inputs, self.prefix.layers[:-1])
        return np.asarray((below.values(points)[:, below.last][:, self._open] <= 0).all(axis=1))

    def _some(self, count: int, parameters: int) -> NDArray[np.int64]:
        """The latest answers, which are far apart, and of the others as many as a fit needs."""
        wanted, latest = _ANSWERS_EACH * parameters, min(count, _ROUNDS * _FRESH)
        early = self._random.permutation(count - latest)[:wanted]
        return np.concatenate([early, np.arange(count - latest, count)])

    def _doubt(self, points: Floats) -> Floats:
        return self._oracle.doubt(points) / float(np.abs(self._oracle.mixture).sum())
