"""What HiGHS proposes where some unknowns are 0 or 1: a point, in floats, that is not trusted.

Without highspy installed nothing is proposed.  One thread, its own fixed seed, and a limit of nodes
in place of seconds: a proposal depends on the program and the limit alone.

>>> program = MixedProgram()                      # maximise x <= 3 y, y being 0 or 1, x + 2 y <= 4
>>> x, y = program.column(0.0, 9.0), program.column(0.0, 1.0, binary=True)
>>> program.add({x: 1.0, y: -3.0}, high=0.0)
>>> program.add({x: 1.0, y: 2.0}, high=4.0)
>>> program.gains[x] = 1.0
>>> found = program.largest(nodes=10)
>>> found.point.round(6).tolist(), found.is_final
([2.0, 1.0], True)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

import numpy as np

from exactrev.lp.float_model import Floats
from exactrev.lp.highs import DROPPED, highspy_module, silent_highs


@dataclass(frozen=True)
class MixedProposal:
    """A point, None where none was found; whether HiGHS sees none that is better, and whether there
    is no point at all; and how many steps of the simplex method it took."""

    point: Floats | None
    is_final: bool
    steps: int


@dataclass
class MixedProgram:
    """Maximise gains.x, where lower <= x <= upper, in rows low <= terms.x <= high; some are 0 or 1.

    It is best given in units in which all of x is about 1, or less.
    """

    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    gains: list[float] = field(default_factory=list)
    binary: list[bool] = field(default_factory=list)
    _rows: list[tuple[dict[int, float], float, float]] = field(default_factory=list)

    def column(self, low: float, high: float, binary: bool = False) -> int:
        """A further unknown."""
        self.lower.append(low)
        self.upper.append(high)
        self.gains.append(0.0)
        self.binary.append(binary)
        return len(self.lower) - 1

    def add(self, terms: dict[int, float], low: float = -inf, high: float = inf) -> None:
        """A further row."""
        self._rows.append((terms, low, high))

    def relu(self, value: int, on: int, terms: dict[int, float], low: float, high: float) -> None:
        """Say that an unknown is relu of terms between ``low`` < 0 and ``high`` > 0.

        ``on`` is 0 or 1.  Source: Tjeng, Xiao and Tedrake, Evaluating Robustness of Neural Networks
        with Mixed Integer Programming, ICLR 2019.
        """
        less = {value: 1.0, **{i: -w for i, w in terms.items()}}
        self.add(less, low=0.0)
        self.add({**less, on: -low}, high=-low)
        self.add({value: 1.0, on: -high}, high=0.0)

    def largest(
        self,
        nodes: int,
        start: Sequence[float] | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> MixedProposal | None:
        """What HiGHS finds in so many nodes of its search; None if it fails.

        ``start`` is a point that it may begin with.  It ends early once ``stop`` says so; what
        ``stop`` raises ends it too, and is raised.
        """
        module = highspy_module()
        if module is None:
            return None
        highs = _new_highs(nodes)
        if self._pass(highs) != module.HighsStatus.kOk:  # a rejected model leaves debris
            return None
        if start is not None:
            known = module.HighsSolution()
            known.col_value, known.value_valid = list(start), True
            highs.setSolution(known)
        raised = _heed(module, highs, stop)
        if highs.run() == module.HighsStatus.kError and not raised:
            # as when HiGHS's threads were set up by someone else in this process
            highs.resetGlobalScheduler(True)
            highs.run()
        if raised:
            raise raised[0]
        return self._answer(module, highs)

    def _pass(self, highs: Any) -> Any:
        kept = [
            [(j, a) for j, a in terms.items() if abs(a) > DROPPED] for terms, _, _ in self._rows
        ]
        ends = np.cumsum([0, *map(len, kept)], dtype=np.int32)
        return highs.passModel(
            len(self.lower),
            len(kept),
            int(ends[-1]),
            2,  # row-wise
            -1,  # maximise
            0.0,
            np.array(self.gains),
            np.array(self.lower),
            np.array(self.upper),
            np.array([low for _, low, _ in self._rows]),
            np.array([high for _, _, high in self._rows]),
            ends,
            np.array([j for row in kept for j, _ in row], dtype=np.int32),
            np.array([a for row in kept for _, a in row], dtype=np.float64),
            np.array(self.binary, dtype=np.int32),
        )

    def _answer(self, module: Any, highs: Any) -> MixedProposal | None:
        status, known = highs.getModelStatus(), module.HighsModelStatus
        final = status in (known.kOptimal, known.kInfeasible)
        if not final and status not in (known.kSolutionLimit, known.kInterrupt):
            return None
        info = highs.getInfo()
        steps, point = int(info.simplex_iteration_count), None
        if info.primal_solution_status == module.kSolutionStatusFeasible.value:
            point = np.array(highs.getSolution().col_value)
        return MixedProposal(point, final, steps)


def _new_highs(nodes: int) -> Any:
    highs = silent_highs()
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("parallel", "off")
    highs.setOptionValue("mip_max_nodes", nodes)
    return highs


def _heed(module: Any, highs: Any, stop: Callable[[], bool]) -> list[BaseException]:
    """Let HiGHS ask now and then whether it is to stop; what is raised meanwhile will be listed."""
    raised: list[BaseException] = []

    def asked(kind: Any, message: str, told: Any, answer: Any, data: Any) -> None:
        try:
            ends = bool(raised) or stop()
        except BaseException as error:  # Ctrl-C among them; HiGHS itself would swallow it
            raised.append(error)
            ends = True
        if ends:
            answer.user_interrupt = True

    highs.setCallback(asked, None)
    highs.startCallback(module.cb.HighsCallbackType.kCallbackMipInterrupt)
    return raised
