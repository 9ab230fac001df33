"""Every neuron and every weight of a network, set against what a recovery found.

A neuron is *recovered* if the result has it, with all that it reads, up to the order of neurons and
positive scales; a weight or bias if the result has it between (or at) the counterparts, in their
scale.  The others are missing, and each for one of these reasons:

- *not needed*: the result is proved to be the same function and does without it, or has another
  number there;
- *assumption fails*: of the assumptions under which recovery is promised (R&K), one does not hold
  there; that is a fact about the network, seen from all of its regions or, where these are too
  many, from those of the layers below a neuron, or proved of two neurons that are never on
  together;
- *depends*: it is told only with neurons that are missing for such a reason;
- *unexplained*: none of these is known; the search gave up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from exactrev.network.reduction import Name
from exactrev.symmetries.parameters import Parameter

State = Literal["recovered", "not needed", "assumption fails", "depends", "unexplained"]


@dataclass(frozen=True)
class Standing:
    """How a neuron or weight stands, and, if it is missing, why."""

    state: State
    reason: str = ""

    @property
    def explained(self) -> bool:
        """Whether it is missing for a known reason."""
        return self.state not in ("recovered", "unexplained")


RECOVERED = Standing("recovered")


@dataclass(frozen=True)
class Account:
    """The standing of every hidden neuron and of every weight and bias of a network."""

    neurons: Mapping[Name, Standing]
    weights: Mapping[Parameter, Standing]

    def missing(self) -> Iterator[tuple[str, Standing]]:
        """What is missing: neurons, and the weights whose neurons are not."""
        for name, standing in self.neurons.items():
            if standing.state != "recovered":
                yield f"neuron {name}", standing
        for weight, standing in self.weights.items():
            ends = Name(weight.layer, weight.neuron), Name(weight.source, weight.place)
            known = (self.neurons.get(end, RECOVERED).state == "recovered" for end in ends)
            if standing.state != "recovered" and all(known):
                what = f"{weight}" if weight.source < 0 else f"weight {weight}"
                yield what, standing

    @property
    def unexplained(self) -> int:
        """How many neurons and weights are missing without a known reason."""
        standings = [*self.neurons.values(), *self.weights.values()]
        return sum(standing.state == "unexplained" for standing in standings)


def counts(standings: Iterable[Standing]) -> dict[str, int]:
    """How many there are of each state."""
    found = Counter(standing.state for standing in standings)
    return {state: found[state] for state in get_args(State)}
