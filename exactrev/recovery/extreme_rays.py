"""Far places where one activation of a layer is large and the others are as small as they get.

A neuron of the next layer may be on (or off) in a thin cone alone, far from where anything random
is: where one activation prevails, say, against which all others weigh.  Along a ray the activations
grow like those of the network without its biases.  Which ray makes one of them largest, the others
being subtracted, is a mixed-integer linear program with a binary unknown for each neuron; how thin
the cone is about that ray does not matter.  Hints only: a place tells something when f is asked
there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from flint import fmpq

from exactrev.lp.mixed import MixedProgram
from exactrev.network.model import Network
from exactrev.recovery.explore import Floats, Matrices, layer_in_floats

#: How much the other activations weigh against the one that is sought.
_AGAINST = (1.0, 3.0)
#: How far out the places are.
_FAR = 2**20
#: Networks with more neurons below are left alone; nodes after which a search is given up.
_MOST, _NODES = 48, 500


def extreme_rays(network: Network, depth: int, scale: fmpq) -> Iterator[list[fmpq]]:
    """Far points where hidden layer ``depth`` (from 1) is as lopsided as it gets, one by one."""
    width = network.architecture[depth]
    if sum(network.architecture[1 : depth + 1]) > _MOST:
        return
    layers = [layer_in_floats(network, number)[0] for number in range(1, depth + 1)]
    for against in _AGAINST:
        for chosen in range(width):
            goal = np.full(width, -against)
            goal[chosen] = 1.0
            ray = largest_ray(layers, network.inputs, goal)
            if ray is not None and ray.any():
                yield [scale * _FAR * fmpq(round(float(x) * 2**30), 2**30) for x in ray]


def largest_ray(layers: Sequence[Matrices], inputs: int, goal: Floats) -> Floats | None:
    """The x in [-1, 1]^inputs at which goal times the last layer's activations is largest.

    No layer has a bias.  None if the solver has no answer.
    """
    program = MixedProgram()
    values = [[program.column(-1.0, 1.0) for _ in range(inputs)]]
    for matrices in layers:
        rows = range(len(matrices[0][1]))
        values.append([_activation(program, values, matrices, j) for j in rows])
    for column, gain in zip(values[-1], goal.tolist(), strict=True):
        program.gains[column] = gain
    found = program.largest(_NODES)
    return None if found is None or found.point is None else found.point[:inputs]


def _activation(
    program: MixedProgram, values: Sequence[Sequence[int]], matrices: Matrices, j: int
) -> int:
    """The unknown that is the activation of neuron j, which reads these ``values``."""
    terms = {
        column: weight
        for source, matrix in matrices
        for column, weight in zip(values[source], matrix[j].tolist(), strict=True)
    }
    ends = [sorted((w * program.lower[i], w * program.upper[i])) for i, w in terms.items()]
    low, high = sum(low for low, _ in ends), sum(high for _, high in ends)
    if high <= 0:
        return program.column(0.0, 0.0)
    value = program.column(max(low, 0.0), high)
    if low >= 0:
        program.add({value: 1.0, **{i: -w for i, w in terms.items()}}, 0.0, 0.0)
    else:
        program.relu(value, program.column(0.0, 1.0, binary=True), terms, low, high)
    return value
