"""The whole job from boundaries: layers from unlabelled cells, the output from few values, proof.

The search sees the cells and the oracle's answers.  The network itself, where one was given, is
opened only afterwards, to prove (or fail to prove) that the result is it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Literal

from exactrev.boundaries.cells import BoundaryCell
from exactrev.boundaries.layers import Layers
from exactrev.boundaries.output import output_network
from exactrev.boundaries.ridges import ridges
from exactrev.equivalence import Equivalence
from exactrev.errors import InputError, RecoveryError
from exactrev.network.model import Network
from exactrev.network.reduction import without_unread
from exactrev.recovery.assembly import hidden_part
from exactrev.recovery.explanation import Unresolved, unproved_reasons
from exactrev.recovery.oracle import Oracle
from exactrev.recovery.probe import Probe
from exactrev.recovery.proof import proved_against
from exactrev.recovery.recover import PROBES, Recovery

Verdict = Literal["recovered", "partial", "failed"]


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
    if probe not in PROBES:
        raise InputError(f"no such probe: {probe}")
    oracle = _oracle(target, inputs, max_queries=max_queries, timeout=timeout)
    if any(cell.dimension != oracle.inputs for cell in cells):
        raise InputError(f"boundary cells of a network with {oracle.inputs} inputs are needed")
    asked = PROBES[probe](oracle)
    attempts = [Layers(cells, (), oracle.inputs)]
    network, stopped = None, ""
    try:
        met = ridges(cells, oracle.check_time)
        for partial in (False, True):
            found = Layers(cells, met, oracle.inputs, partial)
            found.check_time, found.report = oracle.check_time, progress or found.report
            attempts.append(found)
            found.run()
            network = _with_output(found, asked, seed)
            if network is not None:
                break
    except RecoveryError as reason:
        stopped = str(reason)
    except KeyboardInterrupt:
        stopped = "interrupted"
    best = attempts[-1]
    if network is None:
        best = min(attempts, key=lambda found: len(found.open_cells))
    return _judged(target, best, network, oracle, seed, stopped)


def _with_output(found: Layers, probe: Probe, seed: int) -> Network | None:
    """The whole network if every cell is explained and every weight determined."""
    if found.open_cells or not all(layer.complete for layer in found.layers):
        return None
    last = found.layers[-1] if found.layers else None
    return output_network(probe, found.inputs, last, found.cells_of_last_layer(), seed)


def _oracle(target: Any, inputs: int | None, **limits: Any) -> Oracle:
    if isinstance(target, Network):
        return Oracle.of_network(target, **limits)
    if not callable(target) or not isinstance(inputs, int) or inputs < 1:
        raise InputError("recovery needs a Network, or a function and its number of inputs")
    return Oracle.of_callable(target, inputs, **limits)


def _judged(
    target: Any, found: Layers, network: Network | None, oracle: Oracle, seed: int, stopped: str
) -> Recovery:
    """The outcome, with the proof against the given network where that is possible."""
    network = None if network is None else without_unread(network)
    unresolved = _unresolved(found, stopped) if network is None else ()
    proved: Equivalence | None = None
    if network is not None and isinstance(target, Network):
        proved = proved_against(target, network, seed)
        unresolved = () if proved.same_function else unproved_reasons(proved, seed)
    proof = _proof(network, proved)
    equal = proof in ("isomorphism", "equality")
    some: Verdict = "partial" if network is not None or found.layers else "failed"
    widths = tuple(len(layer.neurons) for layer in found.layers)
    return Recovery(
        verdict="recovered" if equal else some,
        network=network,
        isomorphic=proof == "isomorphism",
        equal=equal,
        proof=proof,
        queries=oracle.queries,
        query_bits=oracle.query_bits,
        total_query_bits=oracle.total_query_bits,
        seconds=oracle.seconds,
        neurons=widths if network is None else network.architecture[1:-1],
        parameters=target.parameters if isinstance(target, Network) else 0,
        unresolved=unresolved,
        equivalence=proved,
        hidden_layers=hidden_part(found.prefix) if network is None and found.layers else None,
    )


def _proof(
    network: Network | None, proved: Equivalence | None
) -> Literal["isomorphism", "equality", "unproved", "none"]:
    if network is None or (proved is not None and not proved.same_function):
        return "none"
    if proved is None:
        return "unproved"
    return "isomorphism" if proved.verdict == "isomorphic" else "equality"


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
