"""What is known of the largest value of one signed output of a difference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from flint import fmpq

from exactrev.arrangement.forms import UNIT, Forms
from exactrev.equivalence.ground import Point
from exactrev.exact.rational import to_float
from exactrev.lp import Form


@dataclass
class Level:
    """An output of the difference, with a sign (1: its upper side, -1: its lower side).

    ``value`` is the bound to be proved for sign times output: the largest value seen, attained at
    the exact ``point``; or, with no point, one that was asked for.
    """

    output: int
    sign: int
    value: fmpq | None = None
    point: Point | None = None

    @property
    def side(self) -> str:
        """The certificate's word."""
        return "upper" if self.sign > 0 else "lower"

    @property
    def bound(self) -> fmpq | None:
        """The bound of the output itself."""
        return None if self.value is None else self.sign * self.value

    @property
    def reached(self) -> fmpq:
        """The value, once there is one."""
        assert self.value is not None
        return self.value

    def raise_to(self, value: fmpq, point: Point) -> None:
        """Take in a value that is attained at a point."""
        if self.value is None or value > self.value:
            self.value, self.point = value, point

    def objective(self, difference: Form) -> Form:
        """The form whose least value is the negative of what is sought."""
        return tuple(-self.sign * x for x in difference)

    def slack(self, differences: Forms) -> Forms:
        """A float below the level, less sign times output: nonnegative forms prove the level."""
        values = differences.values * -self.sign
        below = np.nextafter(np.nextafter(to_float(self.reached), -np.inf), -np.inf)
        values[..., -1] += below
        rounding = UNIT * np.abs(values[..., -1])
        return Forms(values, differences.errors + rounding)
