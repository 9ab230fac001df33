"""The output layer over layers that share weights, and the test of the whole network."""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq

from exactrev.network.model import Network
from exactrev.recovery.agreement import agrees_at
from exactrev.recovery.geometry import rationals, rounded
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.sharing.sides import place_on_side
from exactrev.recovery.sharing.sweep import Sweep
from exactrev.recovery.sharing.top import TopEquations, assembled
from exactrev.recovery.survey import Survey

#: One fresh place for so many parameters, but not fewer than the least.
_PARAMETERS_A_PLACE = 5
_LEAST_PLACES = 12
_GRID = 64


def concluded(
    survey: Survey, prefix: Prefix, channels: int, sweeps: Sequence[Sweep]
) -> Network | None:
    """The network whose output layer, over the prefix, the pieces of f on the lines determine.

    ``channels`` are those of the last hidden layer.  None if no output layer fits.
    """
    equations = TopEquations(prefix, channels)
    known = [
        (sweep.line.at(station.t), station.piece) for sweep in sweeps for station in sweep.stations
    ]
    survey.random.shuffle(known)
    for point, piece in known:
        if not equations.determined:
            equations.take(point, piece)
    for neuron, side in equations.one_sided:
        place = place_on_side(survey, prefix, neuron, side)
        if place is not None and not equations.determined:
            equations.take(rationals(place), survey.probe.piece(place))
    found = equations.solution()
    return None if found is None else assembled(prefix, found)


def agreeing(survey: Survey, candidate: Network, free: int) -> bool:
    """Whether a candidate is f at fresh places, one for some of its free parameters.

    ``free`` are those of its hidden layers.
    """
    free += candidate.outputs * (candidate.architecture[-2] + 1)
    for k in range(max(_LEAST_PLACES, free // _PARAMETERS_A_PLACE)):
        size = fmpq(4) ** (k % 4 - 1)
        place = rounded([size * x for x in survey.random_point()], _GRID)
        if not agrees_at(candidate, rationals(place), survey.probe.piece(place)):
            return False
    return True
