"""Neurons that were taken for ones of a layer and prove to be of a deeper one: they read a peer.

Part of a deeper boundary may lie where it meets none of the peers'.  Then it looks like one of the
layer, but is missed, as more lines are scanned, at most places where the layer's neuron would show,
and is seen to go straight on at no peer's boundary.
A neuron of the layer that is hidden so well is found above it in the end (``levels``).
"""

from __future__ import annotations

from exactrev.recovery.layer import Layer
from exactrev.recovery.survey import Survey
from exactrev.recovery.trials import seen_of_predicted, straight_across, straight_already

#: Neurons of its own layer at whose boundaries a new neuron's must be seen not to bend, and the
#: same of one that is in doubt.
_PEERS, _PEERS_IN_DOUBT = 3, 12
#: One is in doubt that was seen at less than one in so many of the places where it was predicted.
_MISSED = 4


def sift(survey: Survey, layer: Layer, old: int = 0) -> bool:
    """Take out neurons that prove to read one of their peers; whether there were any.

    The first ``old`` are left alone.  Each of the others is tried with a few peers, but with none
    again, until it went straight on at some; what the scanned lines show of that is free.  One that
    went straight on at none of several, and was missed at most places where it was predicted, is
    taken out for once, too.
    """
    known = straight_already(survey, layer.prefix, layer.neurons)
    keys = [surface.kink.key for surface in layer.surfaces]
    bent: list[int] = []
    for index in range(old, len(layer.neurons)):
        straight = set(known[index])
        straight |= {k for k, key in enumerate(keys) if (keys[index], key) in layer.straight}
        others = [k for k in range(len(keys)) if k not in straight and k not in (index, *bent)]
        open_to = [k for k in others if (keys[index], keys[k]) not in layer.tried]
        seen, predicted = seen_of_predicted(survey, layer.prefix, layer.neurons[index])
        # boundaries that hide each other may be missed at many
        doubtful = _MISSED * seen < predicted
        most = _PEERS_IN_DOUBT if doubtful else _PEERS
        wanted = min(len(open_to), max(0, most - len(straight)))
        for k in survey.random.sample(open_to, wanted):
            across = straight_across(survey, layer.surfaces[index], layer.neurons[k])
            layer.tried.add((keys[index], keys[k]))
            if across:
                straight.add(k)
                layer.straight.add((keys[index], keys[k]))
            if across is False:
                bent.append(index)
                break
        else:
            tried = sum((keys[index], key) in layer.tried for key in keys)
            untold = not straight and tried >= _PEERS and keys[index] not in layer.refused
            if untold and doubtful:
                bent.append(index)
    for index in reversed(bent):
        layer.refused.add(keys[index])
        del layer.neurons[index], layer.surfaces[index]
        survey.report(f"layer {layer.prefix.depth + 1}: {len(layer.neurons)} neurons")
    return bool(bent)
