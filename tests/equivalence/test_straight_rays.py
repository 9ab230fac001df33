"""Rays on which two networks move apart for ever: found where there are some, and accepted."""

from __future__ import annotations

from random import Random

import pytest

from exactrev.equivalence.comparison import Comparison
from exactrev.equivalence.deviation import Deviation
from exactrev.equivalence.ground import Ground
from exactrev.equivalence.straight_rays import moving_apart
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network import Network
from tests.equivalence.pairs import judged

RELU = Network.dense([([[1]], [0]), ([[1]], [0])])
BUMP = Network.dense([([[1], [1], [1]], [1, 0, -1]), ([[1, -2, 1]], [0])])  # 0 but near x = 0


def _drawn(seed: int) -> Network:
    random = Random(seed)
    return Network.dense(
        [
            ([[random.randint(-9, 9) for _ in range(columns)] for _ in range(rows)],
             [random.randint(-9, 9) for _ in range(rows)])
            for columns, rows in ((3, 5), (5, 4), (4, 2))
        ]
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_the_deviation_grows_on_the_ray(seed: int) -> None:
    a, b = _drawn(seed), _drawn(seed + 100)
    comparison = Comparison.of(a, b)
    ray = moving_apart(comparison, Ground.of(3, None))
    assert ray is not None
    at = [
        comparison.differences([x + t * d for x, d in zip(ray.point, ray.direction, strict=True)])
        for t in range(3)
    ]
    first, second = (at[t + 1][ray.output] - at[t][ray.output] for t in range(2))
    assert first == second != 0
    search = Deviation(comparison)
    assert not search.run() and search.escape == ray
    assert judged(search.escape_certificate()).accepted


def test_none_where_the_deviation_is_bounded() -> None:
    zero = Network.dense([([[0]], [0])])
    assert moving_apart(Comparison.of(BUMP, zero), Ground.of(1, None)) is None
    search = Deviation(Comparison.of(BUMP, zero))
    assert search.run() and search.ranges() == [(0, 1)]
    assert moving_apart(Comparison.of(RELU, zero), Ground.of(1, Polyhedron.box(-1, 1, 1))) is None


def test_the_ray_stays_in_the_domain() -> None:
    zero = Network.dense([([[0]], [0])])
    below = Ground.of(1, Polyhedron.of(1, [[-1, 7]]))  # x <= 7: relu is 0 far out
    assert moving_apart(Comparison.of(RELU, zero), below) is None
    above = Ground.of(1, Polyhedron.of(1, [[1, 7]]))  # x >= -7
    ray = moving_apart(Comparison.of(RELU, zero), above)
    assert ray is not None and ray.direction == (1,) and ray.point[0] >= -7
