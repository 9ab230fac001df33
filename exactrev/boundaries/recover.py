"""The whole job from boundaries: layers from unlabelled cells, the output from few values, proof.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from exactrev.boundaries.cells import BoundaryCell
from exactrev.boundaries.layers import Layers
from exactrev.boundaries.output import output_network
from exactrev.boundaries.ridges import ridges
from exactrev.errors import InputError
from exactrev.network.model import Network
from exactrev.recovery.assembly import hidden_part
from exactrev.recovery.explanation import Unresolved
from exactrev.recovery.oracle import Oracle
from exactrev.recovery.outcome import Findings, Recovery, ended, judged
from exactrev.recovery.probe import Probe, probe_called


def recover_from_boundaries(
    cells: Sequence[BoundaryCell],
    target: Network | Callable[[Sequence[Fraction]], Sequence[Any]],
    *,
    inputs: int | None = None,
    seed: int = 0,
    max_queries: int | None = None,
    timeout: float | None = None,
    progress: Callable[[str], None] | None = None,
    probe: str = "packed",
) -> Recovery:
    """Recover a dense ReLU network from the cells of its boundaries.

    ``target`` is a Network, or a function from a list of ``inputs`` Fractions to the exact
    outputs.  Its values are asked for the output layer only; ``queries`` counts them.  The verdict
    is ``recovered`` only with a proof that the result equals the given network.

    Raises InputError if cells have different dimensions or another one than the target.
    Source: Rolnick and Kording, ICML 2020, theorem 2 and section 3.
    """
    oracle = Oracle.of_target(target, inputs, max_queries=max_queries, timeout=timeout)
    asked = probe_called(probe, oracle)
    if any(cell.dimension != oracle.inputs for cell in cells):
        raise InputError(f"boundary cells of a network with {oracle.inputs} inputs are needed")
    search = _Search(cells, asked, seed, progress or (lambda text: None))
    end = ended(search.run)
    best = search.best
    network = search.network
    findings = Findings(
        network=network,
        hidden_layers=hidden_part(best.prefix) if best.layers else None,
        neurons=tuple(len(layer.neurons) for layer in best.layers),
        unresolved=_unresolved(best, end.reason) if network is None else (),
    )
    return judged(target, findings, oracle, seed, end)


class _Search:
    """Attempts at the layers, without and with weights left open, until one gives a network."""

    def __init__(
        self,
        cells: Sequence[BoundaryCell],
        probe: Probe,
        seed: int,
        report: Callable[[str], None],
    ) -> None:
        self.cells, self.probe, self.seed, self.report = cells, probe, seed, report
        self.network: Network | None = None
        self._attempts = [Layers(cells, (), probe.oracle.inputs)]

    def run(self) -> None:
        """Go on until ``network`` is found or both attempts have been made."""
        oracle = self.probe.oracle
        met = ridges(self.cells, oracle.check_time)
        for partial in (False, True):
            found = Layers(self.cells, met, oracle.inputs, partial)
            found.check_time, found.report = oracle.check_time, self.report
            self._attempts.append(found)
            found.run()
            self.network = _with_output(found, self.probe, self.seed)
            if self.network is not None:
                return

    @property
    def best(self) -> Layers:
        """The attempt that gave the network, or left the fewest cells unexplained."""
        if self.network is not None:
            return self._attempts[-1]
        return min(self._attempts, key=lambda found: len(found.open_cells))


def _with_output(found: Layers, probe: Probe, seed: int) -> Network | None:
    """The whole network if every cell is explained and every weight determined."""
    if found.open_cells or not all(layer.complete for layer in found.layers):
        return None
    last = found.layers[-1] if found.layers else None
    return output_network(probe, found.inputs, last, found.cells_of_last_layer(), seed)


def _unresolved(found: Layers, stopped: str) -> tuple[Unresolved, ...]:
    """What the search left open, each with a reason."""
    items = [Unresolved("search", stopped)] if stopped else []
    items += [
        Unresolved(
            f"weight {number}:{j} of {number - 1}:{i}",
            "the boundaries of the two neurons were not seen to meet",
        )
        for number, layer in enumerate(found.layers, 1)
        for j, neuron in enumerate(layer.neurons)
        for i in sorted(neuron.unknown)
    ]
    left, depth = len(found.open_cells), len(found.layers)
    if left:
        reason = found.stopped or "the search did not come to an end"
        items.append(Unresolved(f"layer {depth + 1} and above", f"{left} cells: {reason}"))
    elif not items:
        items.append(
            Unresolved("output layer", "no output layer over the neurons found agrees with f")
        )
    return tuple(items)
