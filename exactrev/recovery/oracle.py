"""The only door to the network under recovery: exact outputs at exact points, each counted once.

A point is dyadic: integer numerators over a power of two.  Asking the same point again is free.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import fmpq, fmpz, fmpz_mat

from exactrev.errors import InputError, QueryBudgetExceeded, TimeLimitExceeded
from exactrev.exact.rational import to_rational
from exactrev.network.evaluation import Batch, evaluate_batch
from exactrev.network.model import Network


@dataclass(frozen=True)
class DyadicPoint:
    """The point with coordinates ``numerators[i] / 2**exponent``."""

    numerators: tuple[fmpz, ...]
    exponent: int

    def reduced(self) -> DyadicPoint:
        """The same point with the least exponent."""
        spare = self.exponent
        for x in self.numerators:
            if x:
                spare = min(spare, (abs(x) & -abs(x)).bit_length() - 1)
            if spare <= 0:
                return self
        return DyadicPoint(tuple(x >> spare for x in self.numerators), self.exponent - spare)

    @property
    def bits(self) -> int:
        """Bits of the longest numerator or of the denominator, whichever is more."""
        return max(self.exponent, *(int(x).bit_length() for x in self.numerators))


Answer = tuple[fmpq, ...]


class Oracle:
    """Counts what is asked of ``answer`` and stops when a budget is used up.

    Attributes: ``queries`` distinct points asked; ``query_bits`` the longest coordinate so far;
    ``total_query_bits`` over all coordinates of all points (numerators only).
    """

    def __init__(
        self,
        answer: Callable[[DyadicPoint], Answer],
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

    @staticmethod
    def of_network(network: Network, **limits: Any) -> Oracle:
        """An oracle that evaluates a network exactly and shows nothing else of it."""

        def answer(point: DyadicPoint) -> Answer:
            column = fmpz_mat(len(point.numerators), 1, list(point.numerators))
            batch = Batch(column, fmpz(1) << point.exponent)
            return evaluate_batch(network, batch).columns()[0]

        return Oracle(answer, network.inputs, **limits)

    @staticmethod
    def of_callable(
        function: Callable[[Sequence[Fraction]], Sequence[Any]], inputs: int, **limits: Any
    ) -> Oracle:
        """An oracle from a function of a list of Fractions that returns exact numbers."""

        def answer(point: DyadicPoint) -> Answer:
            denominator = 1 << point.exponent
            values = function([Fraction(int(x), denominator) for x in point.numerators])
            if any(isinstance(value, float) for value in values):
                raise InputError("the oracle must return exact numbers, not floats")
            return tuple(to_rational(value) for value in values)

        return Oracle(answer, inputs, **limits)

    @property
    def seconds(self) -> float:
        """Seconds since the oracle was made."""
        return time.monotonic() - self.started

    def ask(self, point: DyadicPoint) -> Answer:
        """The outputs at a point.

        Raises QueryBudgetExceeded or TimeLimitExceeded instead of asking beyond a limit.
        """
        point = point.reduced()
        key = _digest(point)
        if key in self._known:
            return self._known[key]
        if self._max_queries is not None and self.queries >= self._max_queries:
            raise QueryBudgetExceeded(f"the limit of {self._max_queries} queries is reached")
        if self._timeout is not None and self.seconds > self._timeout:
            raise TimeLimitExceeded(f"the limit of {self._timeout} seconds is reached")
        self.queries += 1
        self.query_bits = max(self.query_bits, point.bits)
        self.total_query_bits += sum(int(x).bit_length() for x in point.numerators)
        value = self._answer(point)
        self._known[key] = value
        return value


def _digest(point: DyadicPoint) -> bytes:
    digest = hashlib.sha256(str(point.exponent).encode())
    for x in point.numerators:
        n = int(x)
        digest.update(b"," + n.to_bytes(n.bit_length() // 8 + 1, "little", signed=True))
    return digest.digest()
