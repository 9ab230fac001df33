"""A network restricted to a flat domain, its outputs replaced by the bounds of a part."""

from __future__ import annotations

from flint import fmpq_mat

from exactrev.domain.flatten import Flat
from exactrev.network.model import Layer, Network
from exactrev.verification.instance import Part


def restricted(joint: Network, part: Part, flat: Flat) -> Network:
    """The network from a part's free inputs to the values of its bounds, in their order."""
    forms = [bound.form for conjunction in part.conjunctions for bound in conjunction]
    n, width = joint.inputs, joint.inputs + joint.outputs + 1
    entries = [x for form in forms for x in form]

    def columns(start: int, stop: int) -> fmpq_mat:
        some = [entries[i * width + j] for i in range(len(forms)) for j in range(start, stop)]
        return fmpq_mat(len(forms), stop - start, some)

    bounds = _with_outputs(joint, columns(0, n), columns(n, width - 1), columns(width - 1, width))
    return flat.restricted(bounds)


def _with_outputs(
    network: Network, inputs: fmpq_mat, outputs: fmpq_mat, constants: fmpq_mat
) -> Network:
    """The network whose outputs are ``inputs`` x + ``outputs`` y + ``constants``."""
    last = network.layers[-1]
    blocks = {source: outputs * matrix for source, matrix in last.weights}
    blocks[0] = blocks[0] + inputs if 0 in blocks else inputs
    bias = outputs * last.bias + constants
    return Network(network.inputs, (*network.layers[:-1], Layer.of(blocks, bias.entries())))
