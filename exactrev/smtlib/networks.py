"""Whole networks as definitions, every relu an ite."""

from __future__ import annotations

from collections.abc import Sequence

from exactrev.checker.network import Layered
from exactrev.smtlib.script import Script, linear, relu


def define_network(
    script: Script, network: Layered, prefix: str, inputs: Sequence[str]
) -> list[str]:
    """Define every value of a network at the inputs of these names; the names of its outputs."""
    names = dict(enumerate(inputs))
    for value, layer, index in network.hidden():
        z = f"{prefix}z{layer}.{index}"
        script.define(z, linear(network.row(layer, index), names))
        names[value] = f"{prefix}a{layer}.{index}"
        script.define(names[value], relu(z))
    outputs = []
    for index, row in enumerate(network.output_rows()):
        outputs.append(f"{prefix}y{index}")
        script.define(outputs[-1], linear(row, names))
    return outputs
