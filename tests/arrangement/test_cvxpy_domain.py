"""Regions on a domain that is given as cvxpy constraints."""

from __future__ import annotations

import cvxpy as cp
import pytest

from exactrev.arrangement import regions
from exactrev.errors import InputError
from exactrev.lp.polyhedron import Polyhedron
from tests.arrangement.networks import plain


def test_constraints_are_the_polyhedron_they_describe() -> None:
    network = plain("gaussian", (2, 6, 4, 1), 3)
    x = cp.Variable(2)
    told = regions(network, [x >= -1, x <= 0.5, cp.sum(x) <= 0.25])
    rows = [[1, 0, 1], [0, 1, 1], [-1, 0, "1/2"], [0, -1, "1/2"], [-1, -1, "1/4"]]
    assert set(told.patterns()) == set(regions(network, Polyhedron.of(2, rows)).patterns())


def test_what_is_not_affine_is_refused() -> None:
    x = cp.Variable(2)
    with pytest.raises(InputError):
        regions(plain("gaussian", (2, 3, 1), 0), [cp.sum_squares(x) <= 1])
