"""The whole network over the hidden layers found: output layer, open weights filled in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exactrev.network.model import Network
from exactrev.recovery.layer import Layer
from exactrev.recovery.open_weights import OpenWeight, filled, keep_filled, open_weights
from exactrev.recovery.output_layer import Misfit, finish, output_weights
from exactrev.recovery.reach import Reach
from exactrev.recovery.settled import reads_everything, settled
from exactrev.recovery.survey import Survey


@dataclass(frozen=True)
class Whole:
    """A network that may be f.

    ``assumed`` are the weights that no place showed and that it takes to be 0; ``outgrown`` says
    whether weights were found that the layers above do not know of yet.
    """

    network: Network
    assumed: tuple[OpenWeight, ...] = ()
    outgrown: bool = False


def whole_network(
    survey: Survey, reach: Reach, layers: Sequence[Layer], beyond: bool, thorough: bool
) -> Whole | Misfit | None:
    """The network over the hidden layers ``layers``, of which there is at least one.

    ``beyond``: the output reads everything, past open weights of the last layer.  None if no output
    layer shows; the pieces that contradict each other where one does not fit.
    """
    top = layers[-1]
    columns = output_weights(survey, top)
    if columns is None:
        return None
    # the output may read everything, too; along lines it shows where a neuron has both sides
    plane = survey.probe.oracle.inputs == 2 and reads_everything(top)
    if plane or beyond:
        top = settled(reach, top)
    found = finish(survey, reach, top, columns, thorough)
    if isinstance(found, Misfit):
        return found
    assumed = tuple(OpenWeight(len(layers), j, i) for j, i in found.assumed)
    if not open_weights(layers):
        return Whole(found.network, assumed)
    network, missing = filled(survey, reach, layers, found.network, thorough)
    return Whole(network, assumed + missing, keep_filled(layers, network, missing))
