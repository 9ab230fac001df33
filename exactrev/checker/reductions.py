"""The steps that leave a network's function as it is, as lines say them (format, section 6)."""

from __future__ import annotations

from exactrev.checker.lines import Refused, natural, number
from exactrev.checker.network import Layered
from exactrev.checker.rows import WorkingForm


def reduce(network: Layered, form: WorkingForm, rule: str, operands: list[str]) -> None:
    """Apply one rule to the working form of a network, whose neurons the operands name."""
    if rule == "merge" and len(operands) == 3:
        neuron, into = neuron_number(network, operands[0]), neuron_number(network, operands[1])
        form.merge(neuron, into, number(operands[2]))
        return
    simple = {"unread": form.unread, "off": form.off, "on": form.on, "flip": form.flip}
    if rule not in simple or len(operands) != 1:
        raise Refused("expected a step of this claim")
    simple[rule](neuron_number(network, operands[0]))


def neuron_number(network: Layered, token: str) -> int:
    """The value number of the neuron ``L:i``."""
    layer_token, _, index_token = token.partition(":")
    layer, index = natural(layer_token), natural(index_token)
    if not 1 <= layer < network.layers or index >= network.sizes[layer]:
        raise Refused("the network has no such hidden neuron")
    return network.first[layer] + index
