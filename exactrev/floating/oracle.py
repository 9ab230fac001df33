"""The only door to a function that answers in floats: points asked in batches, counted, kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import inf

import numpy as np
from numpy.typing import NDArray

from exactrev.errors import InputError, QueryBudgetExceeded, TimeLimitExceeded

Floats = NDArray[np.float64]

#: K points (K x n) in, K answers (K x m) out, both float64 or float32.
FloatFunction = Callable[[Floats], Floats]

_NOISE_POINTS = 16


class FloatOracle:
    """Asks a function of batches of points; each different point counts once.

    ``queries`` is the number of different points asked.  ``value`` is one generic combination of
    the outputs, in which every kink of any output shows.
    """

    def __init__(
        self,
        function: FloatFunction,
        inputs: int,
        *,
        seed: int = 0,
        max_queries: int | None = None,
        timeout: float | None = None,
    ) -> None:
        self.inputs = inputs
        self._function = function
        self._max_queries, self._timeout = max_queries, timeout
        self._started = time.monotonic()
        self._end = inf if timeout is None else timeout
        self._known: dict[bytes, int] = {}
        self._points: list[Floats] = []
        self._answers: list[Floats] = []
        self._random = np.random.default_rng(seed)
        first = self.ask(np.zeros((1, inputs)))
        self.outputs = first.shape[1]
        self.mixture = self._random.uniform(0.5, 1.0, self.outputs)
        self.noise = self._noise()

    @property
    def queries(self) -> int:
        """The number of different points asked."""
        return len(self._points)

    @property
    def loose(self) -> float:
        """How far, relatively, a measured place or form may be from the truth, cautiously."""
        return float(np.clip(20 * np.sqrt(self.noise), 1e-6, 1e-2))

    @property
    def query_bits(self) -> int:
        """The length of a coordinate."""
        return 64

    @property
    def total_query_bits(self) -> int:
        """Over all coordinates of all points."""
        return self.queries * self.inputs * self.query_bits

    def lift_limits(self) -> None:
        """Let a few more points be asked, to judge the result."""
        self._max_queries = self._timeout = None

    @property
    def seconds(self) -> float:
        """Seconds since the oracle was made."""
        return time.monotonic() - self._started

    @property
    def remaining(self) -> float:
        """Seconds until the limit of time, lifted or not; inf if there is none."""
        return self._end - self.seconds

    def ask(self, points: Floats) -> Floats:
        """The outputs (K x m) at points (K x n).

        Raises QueryBudgetExceeded or TimeLimitExceeded instead of asking beyond a limit, and
        InputError where the answers are not finite numbers in the right shape.
        """
        points = np.ascontiguousarray(points, dtype=np.float64) + 0.0  # no negative zeros
        keys = [point.tobytes() for point in points]
        fresh = {key: k for k, key in enumerate(keys) if key not in self._known}
        if fresh:
            self._check(len(fresh))
            asked = points[list(fresh.values())]
            answers = _checked(self._function(asked), len(asked))
            if self._answers and answers.shape[1] != len(self._answers[0]):
                raise InputError("the oracle does not always return the same number of outputs")
            for key, point, answer in zip(fresh, asked, answers, strict=True):
                self._known[key] = len(self._points)
                self._points.append(point)
                self._answers.append(answer)
        return np.array([self._answers[self._known[key]] for key in keys])

    def value(self, points: Floats) -> Floats:
        """The mixture of the outputs (K) at points (K x n)."""
        return np.asarray(self.ask(points) @ self.mixture)

    def log(self) -> tuple[Floats, Floats]:
        """All points asked so far, and the outputs there."""
        return np.array(self._points), np.array(self._answers)

    def doubt(self, points: Floats) -> Floats:
        """How far the mixture may be from the truth at points (..., n)."""
        return np.asarray(self.noise * (1 + np.abs(points).max(axis=-1)))

    def _check(self, more: int) -> None:
        if self._max_queries is not None and self.queries + more > self._max_queries:
            raise QueryBudgetExceeded(f"the limit of {self._max_queries} queries is reached")
        if self._timeout is not None and self.seconds > self._timeout:
            raise TimeLimitExceeded(f"the limit of {self._timeout} seconds is reached")

    def _noise(self) -> float:
        """The largest departure from an affine function on tiny segments, over 1 + |x|."""
        worst = 0.0
        for radius in (0.1, 1.0, 1.0, 10.0, 100.0, 1000.0):
            start = self._random.normal(size=self.inputs) * radius
            along = self._random.normal(size=self.inputs)
            steps = np.sort(self._random.uniform(size=_NOISE_POINTS)) * radius * 1e-7
            points = start + steps[:, None] * along
            design = np.stack([np.ones_like(steps), steps / steps[-1]], axis=1)
            values = self.value(points)
            fit = np.linalg.lstsq(design, values, rcond=None)[0]
            worst = max(worst, np.abs(values - design @ fit).max() / (1 + np.abs(start).max()))
        return max(6 * worst, 1e-16 * float(np.abs(self.mixture).sum()))


def _checked(answers: Floats, count: int) -> Floats:
    try:
        answers = np.asarray(answers, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError("the oracle must return an array of numbers") from None
    if answers.ndim == 1:
        answers = answers[:, None]
    if answers.ndim != 2 or len(answers) != count or not answers.shape[1]:
        raise InputError(f"the oracle returned an array {answers.shape} for {count} points")
    if not np.isfinite(answers).all():
        raise InputError("the oracle returned nan or infinity")
    return answers
