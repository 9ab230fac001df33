"""The whole job: ask an oracle, reconstruct the network, and prove the result where there is a
NET.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

from exactrev.errors import InputError
from exactrev.network.convolutional import Convolutional, convolutional
from exactrev.network.model import Network
from exactrev.network.reduction import without_unread
from exactrev.recovery.assembly import hidden_part
from exactrev.recovery.explanation import missing_of, unresolved_of
from exactrev.recovery.layer import known
from exactrev.recovery.oracle import Oracle
from exactrev.recovery.outcome import End, Findings, Recovery, ended, judged
from exactrev.recovery.plainest import plainest
from exactrev.recovery.probe import probe_called
from exactrev.recovery.reconstruction import Reconstruction
from exactrev.recovery.sharing.attempt import Sharing
from exactrev.recovery.survey import Survey

#: How often a search is begun anew on other lines, as long as so few queries were asked.
_BEGUN_ANEW, _FEW_QUERIES = 2, 6000


def recover(
    target: Network | Callable[[Sequence[Fraction]], Sequence[Any]],
    *,
    inputs: int | None = None,
    seed: int = 0,
    max_queries: int | None = None,
    timeout: float | None = None,
    progress: Callable[[str], None] | None = None,
    probe: str = "packed",
    shape: Sequence[int] | None = None,
    sharing: bool = True,
) -> Recovery:
    """Recover a ReLU network, of any layers that read any before, from its exact outputs at chosen
    exact points.

    ``target`` is a Network, or a function from a list of ``inputs`` Fractions to the exact outputs.
    ``progress`` is called with lines of text.  ``probe`` is ``packed`` (one long query reads value
    and gradient) or ``plain`` (n+1 short ones).  ``max_queries`` and ``timeout`` (seconds), as well
    as Ctrl-C, end the search with what was found so far.  ``shape`` is the layout of the inputs,
    (channels, *grid), for layers that are convolutions; without it likely ones are tried.  Unless
    ``sharing`` is False, boundaries that are shifted copies of others are predicted from few.

    Raises InputError if a callable comes without ``inputs`` or returns inexact numbers, or if the
    shape is not one of the inputs.
    Source: Rolnick and Kording, ICML 2020, sections 3 and 4, with exact queries.
    """
    oracle = Oracle.of_target(target, inputs, max_queries=max_queries, timeout=timeout)
    survey = Survey(probe_called(probe, oracle), Random(seed))
    if progress is not None:
        survey.report = lambda text: progress(f"{text}, {oracle.queries} queries")
    layout = None if shape is None else _layout(shape, oracle.inputs)
    attempt = Sharing(survey, layout)
    reconstruction = Reconstruction(survey, sharing=attempt if sharing else None)
    end = ended(reconstruction.run)
    reconstruction, end = _anew(reconstruction, end)
    unresolved = unresolved_of(reconstruction, end.reason)
    if reconstruction.network is None and isinstance(target, Network):
        unresolved += missing_of(target, reconstruction, seed)
    layers = reconstruction.layers
    found = None if reconstruction.network is None else plainest(reconstruction.network)
    seen = _convolutional(found, layout or next(iter(attempt.shapes), None))
    findings = Findings(
        network=found if seen is None else seen.network,
        hidden_layers=hidden_part(reconstruction.prefix) if layers else None,
        neurons=tuple(len(layer.neurons) for layer in layers),
        unresolved=unresolved,
    )
    if found is not None and isinstance(target, Network):
        survey.report("a network is found: proving that it is the given one")
    recovery = judged(target, findings, oracle, seed, end)
    return recovery if seen is None else replace(recovery, convolutions=seen.convolutions)


def _anew(first: Reconstruction, end: End) -> tuple[Reconstruction, End]:
    """The search that found most, of the first and others on other lines where it found no network,
    and how it ended.
    """
    best, survey = first, first.survey
    oracle = survey.probe.oracle
    for _ in range(_BEGUN_ANEW):
        few = oracle.queries < _FEW_QUERIES
        if best.network is not None or not best.layers or end.cut_short or not few:
            break
        survey.report("no network was found on these lines: begun anew on others")
        again = Reconstruction(Survey(survey.probe, survey.random, survey.report))
        ending = ended(again.run)
        if again.network is not None or known(again.layers) > known(best.layers):
            best, end = again, ending
        if ending.cut_short:
            break
    return best, end


def _layout(shape: Sequence[int], inputs: int) -> tuple[int, ...]:
    if len(shape) < 2 or min(shape) < 1 or math.prod(shape) != inputs:
        text = "x".join(map(str, shape))
        raise InputError(f"recover: {inputs} inputs are no channels and grid of shape {text}")
    return tuple(shape)


def _convolutional(network: Network | None, shape: Sequence[int] | None) -> Convolutional | None:
    """The network listed so that its convolutions can be seen; None where there are none."""
    if network is None or shape is None:
        return None
    seen = convolutional(without_unread(network), shape)
    return seen if any(seen.convolutions) else None
