"""Far places where one activation of a layer is large and the others are as small as they get.

A neuron of the next layer may be on (or off) in a thin cone alone, far from where anything random
is.  Along a ray the activations grow like those of the network without its biases.  Which ray makes
one of them largest, the others weighing against it, is a mixed-integer linear program with one
binary unknown for each neuron that may be on or off; every thin cone in which the activations point to a
corner of all they can point to is met in that way.  Hints only: a place tells something when f is
asked there.

Source of the program: Tjeng, Xiao and Tedrake, Evaluating Robustness of Neural Networks with Mixed
Integer Programming, ICLR 2019.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from flint import fmpq

from exactrev.lp.mixed import MixedProgram
from exactrev.network.model import Network
from exactrev.recovery.explore import Floats, Matrices, float_matrices

#: How much the other activations weigh against the one that is sought.
_AGAINST = (1.0, 3.0)
#: How far out the places are.
_FAR = 2**20
#: Networks with more neurons below are left alone, and steps after which a program is given up.
_MOST, _STEPS = 48, 20_000


def extreme_rays(network: Network, depth: int, scale: fmpq) -> Iterator[list[fmpq]]:
    """Far points where hidden layer ``depth`` (from 1) is as lopsided as it gets, one by one."""
    widths = network.architecture[1 : depth + 1]
    if sum(widths) > _MOST:
        return
    layers = [float_matrices(network, number) for number in range(1, depth + 1)]
    for against in _AGAINST:
        for chosen in range(widths[-1]):
            goal = np.full(widths[-1], -against)
            goal[chosen] = 1.0
            ray = _ray(layers, network.inputs, goal)
            if ray is not None and ray.any():
                yield [scale * _FAR * fmpq(round(float(x) * 2**30), 2**30) for x in ray]


def _ray(layers: list[Matrices], inputs: int, goal: Floats) -> Floats | None:
    """Inputs of size 1 at most at which goal times the last layer's activations is largest.

    The layers are read without their biases.
    """
    widths = [matrices[0][1].shape[0] for matrices, _ in layers]
    inner = sum(widths)
    program = MixedProgram(inputs + 2 * inner, inner)
    program.lower[:inputs], program.upper[:inputs] = -1.0, 1.0
    program.lower[inputs:], program.upper[inputs + inner :] = 0.0, 1.0
    starts = np.cumsum([0, inputs, *widths])
    for number, (matrices, _) in enumerate(layers, 1):
        first = int(starts[number])
        for j in range(widths[number - 1]):
            terms = {
                int(starts[source]) + i: float(x)
                for source, matrix in matrices
                for i, x in enumerate(matrix[j])
            }
            _activation(program, terms, first + j, first + inner + j)
    program.cost[starts[-2] : starts[-1]] = goal
    found = program.solve(steps=_STEPS)
    return None if found is None else found[:inputs]


def _activation(program: MixedProgram, terms: dict[int, float], value: int, on: int) -> None:
    """Say that an unknown is relu of a sum of others, whose bounds are known; ``on`` is 0 or 1."""
    ends = [(w * program.lower[i], w * program.upper[i]) for i, w in terms.items()]
    low, high = sum(map(min, ends)), sum(map(max, ends))
    program.upper[value] = max(high, 0.0)
    if high <= 0:
        return
    program.row({value: 1.0, **{i: -w for i, w in terms.items()}}, low=0.0)
    if low >= 0:
        program.row({value: 1.0, **{i: -w for i, w in terms.items()}}, high=0.0)
        return
    below = {value: 1.0, on: -low, **{i: -w for i, w in terms.items()}}
    program.row(below, high=-low)
    program.row({value: 1.0, on: -high}, high=0.0)
