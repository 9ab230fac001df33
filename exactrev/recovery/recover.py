"""The whole job: ask an oracle, reconstruct the network, and prove the result where there is a
NET.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from random import Random
from typing import Any

from exactrev.network.model import Network
from exactrev.recovery.assembly import hidden_part
from exactrev.recovery.explanation import missing_of, unresolved_of
from exactrev.recovery.oracle import Oracle
from exactrev.recovery.outcome import Findings, Recovery, ended, judged
from exactrev.recovery.plainest import plainest
from exactrev.recovery.probe import probe_called
from exactrev.recovery.reconstruction import Reconstruction
from exactrev.recovery.survey import Survey


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
    """Recover a ReLU network, of any layers that read any before, from its exact outputs at chosen
    exact points.

    ``target`` is a Network, or a function from a list of ``inputs`` Fractions to the exact outputs.
    ``progress`` is called with lines of text.  ``probe`` is ``packed`` (one long query reads value
    and gradient) or ``plain`` (n+1 short ones).  ``max_queries`` and ``timeout`` (seconds), as well
    as Ctrl-C, end the search with what was found so far.

    Raises InputError if a callable comes without ``inputs`` or returns inexact numbers.
    Source: Rolnick and Kording, ICML 2020, sections 3 and 4, with exact queries.
    """
    oracle = Oracle.of_target(target, inputs, max_queries=max_queries, timeout=timeout)
    survey = Survey(probe_called(probe, oracle), Random(seed))
    if progress is not None:
        survey.report = lambda text: progress(f"{text}, {oracle.queries} queries")
    reconstruction = Reconstruction(survey)
    end = ended(reconstruction.run)
    unresolved = unresolved_of(reconstruction, end.reason)
    if reconstruction.network is None and isinstance(target, Network):
        unresolved += missing_of(target, reconstruction, seed)
    layers = reconstruction.layers
    findings = Findings(
        network=None if reconstruction.network is None else plainest(reconstruction.network),
        hidden_layers=hidden_part(reconstruction.prefix) if layers else None,
        neurons=tuple(len(layer.neurons) for layer in layers),
        unresolved=unresolved,
    )
    return judged(target, findings, oracle, seed, end)
