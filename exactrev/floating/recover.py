"""The whole job with rounded answers: search, fit, name short weights, and prove what can be.

What is found is at best a network near the one that answered.  Where its weights turn out to be
numbers of few digits (float32 or shorter), these are named exactly; whether they are right, a
proof against the network says, or nothing does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from exactrev.errors import InputError
from exactrev.floating.accuracy import largest_error
from exactrev.floating.execution import float_function
from exactrev.floating.oracle import FloatFunction, FloatOracle
from exactrev.floating.search import FITS, Search
from exactrev.floating.short_weights import short_weights
from exactrev.network.model import Network
from exactrev.recovery.explanation import Unresolved
from exactrev.recovery.outcome import End, Findings, Recovery, ended, judged

PRECISIONS = {"float64": np.float64, "float32": np.float32}


@dataclass(frozen=True)
class FloatRecovery(Recovery):
    """What was found from rounded answers.  Beyond what :class:`Recovery` says:

    - ``noise``: the rounding seen in the answers, over 1 + |x|; ``misfit``: the largest distance
      from fresh answers, in units of that noise (inf where there is no network).
    - ``short``: whether the weights are the numbers of at most 24 bits that they were taken for;
      else they are floats that fit.
    - ``weight_error``: the largest error of a weight (:func:`largest_error`), where a Network was
      asked and the result has its architecture.
    """

    noise: float = 0.0
    misfit: float = float("inf")
    short: bool = False
    weight_error: float | None = None


def recover_from_floats(
    target: Network | FloatFunction,
    *,
    inputs: int | None = None,
    precision: str = "float64",
    seed: int = 0,
    max_queries: int | None = None,
    timeout: float | None = None,
    progress: Callable[[str], None] | None = None,
) -> FloatRecovery:
    """Recover a dense ReLU network from rounded outputs at float64 points.

    ``target`` is a function of K points (K x inputs, float64) that returns K answers (K x outputs,
    float64 or float32), or a Network, which is then executed in ``precision`` and not looked at
    before the result is judged.  The verdict is ``recovered`` only where short weights were named
    and proved to be the Network's.  Limits and Ctrl-C end the search with what was found so far.

    Raises InputError if a function comes without ``inputs``, or if its answers are not finite
    numbers in the right shape.
    Source: lines and boundaries are followed as in the exact recovery (R&K, section 4); N.
    Carlini, M. Jagielski, I. Mironov, CRYPTO 2020, did this first with floats.
    """
    function, inputs = _asked(target, inputs, precision)
    oracle = FloatOracle(function, inputs, seed=seed, max_queries=max_queries, timeout=timeout)
    search = Search(oracle, np.random.default_rng(seed), progress or (lambda text: None))
    end = ended(search.run)
    oracle.lift_limits()
    model, short = search.model, None
    if model is not None:
        short = short_weights(model)
        if short is not None and search.worst(short) > FITS:
            short = None
    shown = short or model
    network = None if shown is None else shown.network()
    findings = Findings(
        network, None, tuple(search.prefix.widths), _unresolved(network, short is not None, end)
    )
    # a network that merely fits is not the one asked, and no proof is worth trying
    recovery = judged(target if short else None, findings, oracle, seed, end)
    error = None
    if isinstance(target, Network) and recovery.network is not None:
        error = largest_error(target, recovery.network)
    return FloatRecovery(
        **vars(replace(recovery, parameters=getattr(target, "parameters", 0))),
        noise=oracle.noise,
        misfit=float("inf") if shown is None else search.worst(shown),
        short=short is not None,
        weight_error=error,
    )


def _asked(
    target: Network | FloatFunction, inputs: int | None, precision: str
) -> tuple[FloatFunction, int]:
    if precision not in PRECISIONS:
        raise InputError(f"no such precision: {precision}")
    if isinstance(target, Network):
        return float_function(target, PRECISIONS[precision]), target.inputs
    if not callable(target):
        raise InputError("recover: the target is neither a Network nor a function")
    if not isinstance(inputs, int) or inputs < 1:
        raise InputError("recover: a function needs its number of inputs, at least 1")
    return target, inputs


def _unresolved(network: Network | None, short: bool, end: End) -> tuple[Unresolved, ...]:
    if network is None:
        return (Unresolved("network", end.reason or "the search ended"),)
    if short:
        return ()
    return (
        Unresolved("weights", "known nearly, as rounded answers tell them; they fit, no more"),
    )
