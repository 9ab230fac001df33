"""The only door to the network under recovery: exact outputs at exact points, each counted once.

A point is dyadic: integer numerators over a power of two.  Asking the same point again is free.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from math import inf
from typing import Any

import numpy as np
from flint import fmpq

from exactrev.errors import InputError, QueryBudgetExceeded, TimeLimitExceeded
from exactrev.exact.rational import to_rational
from exactrev.network.evaluation import evaluate_batch
from exactrev.network.model import Network
from exactrev.recovery.points import Point

Answer = tuple[fmpq, ...]


class Oracle:
    """Counts what is asked of ``answer`` and stops when a budget is used up.

    Attributes: ``queries`` distinct points asked; ``query_bits`` the longest coordinate so far;
    ``total_query_bits`` over all coordinates of all points (numerators only).
    """

    def __init__(
        self,
        answer: Callable[[Point], Answer],
        inputs: int,
        *,
        max_queries: int | None = None,
        timeout: float | None = None,
    ) -> None:
        self.inputs = inputs
        self.queries = 0
        self.query_bits = 0
        self.total_query_bits = 0
        self.started = time.monotonic()
        self._answer = answer
        self._max_queries = max_queries
        self._timeout = timeout
        self._known: dict[bytes, Answer] = {}
        self._outputs = 0

    @staticmethod
    def of_target(target: Any, inputs: int | None, **limits: Any) -> Oracle:
        """An oracle from a Network, or from a function and its number of inputs.

        Raises InputError for anything else.
        """
        if isinstance(target, Network):
            return Oracle.of_network(target, **limits)
        if not callable(target):
            raise InputError("recover: the target is neither a Network nor a function")
        if not isinstance(inputs, int) or inputs < 1:
            raise InputError("recover: a function needs its number of inputs, at least 1")
        return Oracle.of_callable(target, inputs, **limits)

    @staticmethod
    def of_network(network: Network, **limits: Any) -> Oracle:
        """An oracle that evaluates a network exactly and shows nothing else of it."""

        def answer(point: Point) -> Answer:
            return evaluate_batch(network, point.batch()).columns()[0]

        return Oracle(answer, network.inputs, **limits)

    @staticmethod
    def of_callable(
        function: Callable[[Sequence[Fraction]], Sequence[Any]], inputs: int, **limits: Any
    ) -> Oracle:
        """An oracle from a function of a list of Fractions that returns exact numbers."""

        def answer(point: Point) -> Answer:
            denominator = 1 << point.exponent
            values = function([Fraction(int(x), denominator) for x in point.numerators])
            return _exact_values(values)

        return Oracle(answer, inputs, **limits)

    @property
    def seconds(self) -> float:
        """Seconds since the oracle was made."""
        return time.monotonic() - self.started

    @property
    def remaining(self) -> float:
        """Seconds until the limit of time, negative beyond it; inf if there is none."""
        return inf if self._timeout is None else self._timeout - self.seconds

    def check_time(self) -> None:
        """Raise TimeLimitExceeded if the time is used up; long work without queries calls this."""
        if self.remaining < 0:
            raise TimeLimitExceeded(f"the limit of {self._timeout} seconds is reached")

    def ask(self, point: Point) -> Answer:
        """The outputs at a point.

        Raises InputError if they are not exact numbers, or not as many as before.
        Raises QueryBudgetExceeded or TimeLimitExceeded instead of asking beyond a limit.
        """
        key = point.digest()
        if key in self._known:
            return self._known[key]
        if self._max_queries is not None and self.queries >= self._max_queries:
            raise QueryBudgetExceeded(f"the limit of {self._max_queries} queries is reached")
        self.check_time()
        self.queries += 1
        self.query_bits = max(self.query_bits, point.bits)
        self.total_query_bits += point.total_bits
        value = self._answer(point)
        if len(value) != self._outputs:
            if self._outputs:
                raise InputError("the oracle does not always return the same number of outputs")
            self._outputs = len(value)
        self._known[key] = value
        return value


def _exact_values(values: Any) -> Answer:
    """A function's outputs as rationals; InputError unless they are exact numbers in a sequence."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise InputError("the oracle must return a sequence of exact numbers")
    listed = list(values)
    if not listed:
        raise InputError("the oracle returned no outputs")
    if any(isinstance(value, (float, np.inexact)) for value in listed):
        raise InputError("the oracle must return exact numbers, not floats")
    return tuple(to_rational(value) for value in listed)
