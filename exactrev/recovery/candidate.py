"""The whole network that the layers found make up, before it is tested."""

from __future__ import annotations

from dataclasses import dataclass

from exactrev.network.model import Network
from exactrev.recovery.layer import Layer
from exactrev.recovery.open_weights import OpenWeight, filled, keep_filled, open_weights
from exactrev.recovery.output_layer import Misfit, finish, output_weights
from exactrev.recovery.reach import Reach
from exactrev.recovery.settled import settled
from exactrev.recovery.survey import Survey


@dataclass(frozen=True)
class Candidate:
    """A network that has all that is known of f.

    ``assumed`` are the weights that no place showed and that it takes to be 0; ``outgrown`` says
    whether weights were found that the layers above do not know of yet.
    """

    network: Network
    assumed: tuple[OpenWeight, ...]
    outgrown: bool = False


def candidate(
    survey: Survey, reach: Reach, layers: list[Layer], open_to_all: bool, thorough: bool
) -> Candidate | Misfit | None:
    """The network with these hidden layers; None if kinks tell of a further one above them.

    The output may read everything where it is ``open_to_all``.  Open weights of the layers are
    given to them as far as they are found; a ``thorough`` search misses no place that shows one.
    """
    top = layers[-1]
    columns = output_weights(survey, top)
    if columns is None:
        return None
    if open_to_all:
        top = settled(reach, top)
    found = finish(survey, reach, top, columns, thorough)
    if isinstance(found, Misfit):
        return found
    assumed = tuple(OpenWeight(len(layers), j, i) for j, i in found.assumed)
    if not open_weights(layers):
        return Candidate(found.network, assumed)
    network, missing = filled(survey, reach, layers, found.network, found.assumed, thorough)
    return Candidate(network, (*assumed, *missing), keep_filled(layers, network, missing))
