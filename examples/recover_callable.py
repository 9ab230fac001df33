"""Recover a network that only a Python function knows: ``python examples/recover_callable.py``.

The function is given one point, a list of Fractions, and must return the exact outputs (ints or
Fractions, never floats).  Nothing can be proved about a function, so the proof is "unproved": the
recovered network agrees with it exactly at fresh random points.  From the shell, in this directory:

    exactrev recover --oracle recover_callable:secret --inputs 3
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import exactrev


def secret(point: Sequence[Fraction]) -> list[Fraction]:
    """A 3-4-1 network, written out by hand."""
    x, y, z = point
    hidden = [2 * x - y + 1, x + 3 * z - 2, y - z, -x - y - z + 3]
    a, b, c, d = [max(value, Fraction(0)) for value in hidden]
    return [a - 2 * b + 5 * c + d + 7]


def main() -> None:
    """Recover ``secret`` and compare one value."""
    recovery = exactrev.recover(secret, inputs=3, seed=0)
    print(recovery.verdict, recovery.architecture, f"proof: {recovery.proof}")
    print(f"{recovery.queries} queries for {recovery.parameters} parameters")
    if recovery.network is None:
        return
    for number, layer in enumerate(recovery.network.layers, 1):
        print(f"layer {number}: bias", *layer.bias.entries())
    point = [Fraction(1, 3), Fraction(-5, 7), Fraction(2)]
    print("at (1/3, -5/7, 2):", *recovery.network(point), "and", *secret(point))


if __name__ == "__main__":
    main()
