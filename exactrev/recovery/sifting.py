"""Neurons that were taken for ones of a layer and prove to be of a deeper one: they read a peer."""

from __future__ import annotations

from exactrev.recovery.layer import Layer
from exactrev.recovery.survey import Survey
from exactrev.recovery.trials import straight_across, straight_already

#: Neurons of its own layer at whose boundaries a new neuron's must be seen not to bend.
_PEERS = 3


def sift(survey: Survey, layer: Layer, old: int = 0) -> bool:
    """Take out neurons that prove to read one of their peers; whether there were any.

    The first ``old`` are left alone.  Each of the others is tried with a few peers, but with none
    again, until it went straight on at some; what the scanned lines show of that is free.
    """
    known = straight_already(survey, layer.prefix, layer.neurons)
    keys = [surface.kink.key for surface in layer.surfaces]
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
