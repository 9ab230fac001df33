"""The whole job: ask an oracle, reconstruct the network, and prove the result where there is a
NET.

The search sees nothing but the oracle's answers.  The network itself, where one was given, is
opened only after the search has stopped by itself, to prove (or fail to prove) that the result is
it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random
from typing import Any, Literal

from exactrev.equivalence import Equivalence
from exactrev.errors import InputError, QueryBudgetExceeded, RecoveryError, TimeLimitExceeded
from exactrev.network.model import Network
from exactrev.network.reduction import without_unread
from exactrev.recovery.assembly import hidden_part
from exactrev.recovery.explanation import (
    Unresolved,
    missing_of,
    unproved_reasons,
    unresolved_of,
)
from exactrev.recovery.oracle import Oracle
from exactrev.recovery.probe import PackedProbe, PlainProbe, Probe
from exactrev.recovery.proof import proved_against
from exactrev.recovery.reconstruction import Reconstruction
from exactrev.recovery.survey import Survey

PROBES: dict[str, Callable[[Oracle], Probe]] = {"packed": PackedProbe, "plain": PlainProbe}


@dataclass(frozen=True)
class Recovery:
    """What a recovery found, what it cost, and what is proved of it.

    - ``verdict``: ``recovered`` only with a proof that ``network`` equals the given network as a
      function; ``partial`` if the network or the proof is not complete, or a limit or Ctrl-C ended
      the search; ``failed`` if nothing was found.
    - ``proof``: ``isomorphism``, ``equality`` (up to neurons that cannot matter), ``unproved``
      (a callable was given: fresh queries agree exactly), or ``none``.
    - ``queries``: distinct points asked; ``query_bits``: the longest coordinate of any of them;
      ``total_query_bits``: over all coordinates of all points.
    - ``neurons``: found per hidden layer; ``parameters``: of the network that was given (0 for a
      callable); ``unresolved``: each thing left open, with a reason.
    - ``hidden_layers``: where there is no whole ``network``, the layers found (weights left open
      are 0, and the last layer's neurons may point the other way) under an output that is 0.
    """

    verdict: Literal["recovered", "partial", "failed"]
    network: Network | None
    isomorphic: bool
    equal: bool
    proof: Literal["isomorphism", "equality", "unproved", "none"]
    queries: int
    query_bits: int
    total_query_bits: int
    seconds: float
    neurons: tuple[int, ...]
    parameters: int
    unresolved: tuple[Unresolved, ...]
    equivalence: Equivalence | None = None
    hidden_layers: Network | None = None

    @property
    def architecture(self) -> tuple[int, ...]:
        """Inputs, hidden layers and outputs of the result; () where there is none."""
        return () if self.network is None else self.network.architecture

    @property
    def certificate(self) -> Iterable[str] | None:
        """The lines of the certificate that ``network`` equals the given one, or None."""
        proved = self.equivalence is not None and self.equivalence.same_function
        return self.equivalence.certificate() if self.equivalence and proved else None


def recover(
    target: Network | Callable[[Sequence[Fraction]], Sequence[Any]],
    *,
    inputs: int | None = None,
    seed: int = 0,
    max_queries: int | None = None,
    timeout: float | None = None,
    progress: Callable[[str], None] | None = None,
    probe: str = "packed",
) -> Recovery:
    """Recover a dense ReLU network from its exact outputs at chosen exact points.

    ``target`` is a Network, or a function from a list of ``inputs`` Fractions to the exact outputs.
    ``progress`` is called with lines of text.  ``probe`` is ``packed`` (one long query reads value
    and gradient) or ``plain`` (n+1 short ones).  ``max_queries`` and ``timeout`` (seconds), as well
    as Ctrl-C, end the search with what was found so far.

    Raises InputError if a callable comes without ``inputs`` or returns inexact numbers.
    Source: Rolnick and Kording, ICML 2020, sections 3 and 4, with exact queries.
    """
    if probe not in PROBES:
        raise InputError(f"no such probe: {probe}")
    oracle = _oracle(target, inputs, max_queries=max_queries, timeout=timeout)
    survey = Survey(PROBES[probe](oracle), Random(seed))
    if progress is not None:
        survey.report = lambda text: progress(f"{text}, {oracle.queries} queries")
    reconstruction = Reconstruction(survey)
    stopped, cut_short = "", True
    try:
        reconstruction.run()
    except (QueryBudgetExceeded, TimeLimitExceeded) as limit:
        stopped = str(limit)
    except KeyboardInterrupt:
        stopped = "interrupted"
    except RecoveryError as reason:
        stopped, cut_short = str(reason), False
    recovery = _judged(target, reconstruction, oracle, seed, stopped)
    if recovery.verdict == "failed" and stopped and cut_short:
        return replace(recovery, verdict="partial")
    return recovery


def _oracle(target: Any, inputs: int | None, **limits: Any) -> Oracle:
    if isinstance(target, Network):
        return Oracle.of_network(target, **limits)
    if not callable(target):
        raise InputError("recover: the target is neither a Network nor a function")
    if not isinstance(inputs, int) or inputs < 1:
        raise InputError("recover: a function needs its number of inputs, at least 1")
    return Oracle.of_callable(target, inputs, **limits)


def _judged(
    target: Any, reconstruction: Reconstruction, oracle: Oracle, seed: int, stopped: str
) -> Recovery:
    """The outcome, with the proof against the given network where that is possible."""
    found_network = reconstruction.network
    network = None if found_network is None else without_unread(found_network)
    unresolved = unresolved_of(reconstruction, stopped)
    found: Equivalence | None = None
    if network is not None and isinstance(target, Network):
        found = proved_against(target, network, seed)
        if not found.same_function:
            unresolved += unproved_reasons(found, seed)
        else:
            unresolved = ()
    if network is None and isinstance(target, Network):
        unresolved += missing_of(target, reconstruction, seed)
    verdict, proof = _verdict(network, found)
    return Recovery(
        verdict=verdict if network or reconstruction.layers else "failed",
        network=network,
        isomorphic=proof == "isomorphism",
        equal=proof in ("isomorphism", "equality"),
        proof=proof,
        queries=oracle.queries,
        query_bits=oracle.query_bits,
        total_query_bits=oracle.total_query_bits,
        seconds=oracle.seconds,
        neurons=_found(network, reconstruction),
        parameters=target.parameters if isinstance(target, Network) else 0,
        unresolved=unresolved,
        equivalence=found,
        hidden_layers=_hidden_layers(reconstruction) if network is None else None,
    )


def _found(network: Network | None, reconstruction: Reconstruction) -> tuple[int, ...]:
    if network is not None:
        return network.architecture[1:-1]
    return tuple(len(layer.neurons) for layer in reconstruction.layers)


def _hidden_layers(reconstruction: Reconstruction) -> Network | None:
    return hidden_part(reconstruction.prefix) if reconstruction.layers else None


def _verdict(
    network: Network | None, found: Equivalence | None
) -> tuple[
    Literal["recovered", "partial"], Literal["isomorphism", "equality", "unproved", "none"]
]:
    if network is None:
        return "partial", "none"
    if found is None:
        return "partial", "unproved"
    if not found.same_function:
        return "partial", "none"
    return "recovered", "isomorphism" if found.verdict == "isomorphic" else "equality"
