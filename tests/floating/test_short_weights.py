"""Rows of float32 numbers told from rows that are near any others."""

from __future__ import annotations

import numpy as np
import pytest

from exactrev.floating.short_weights import short_row


def proportional(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two rows of doubles that are short numbers are positive multiples, exactly."""
    from fractions import Fraction

    pairs = [(Fraction(x), Fraction(y)) for x, y in zip(a.tolist(), b.tolist(), strict=True)]
    k = next(i for i, (x, _) in enumerate(pairs) if x)
    ratio = pairs[k][1] / pairs[k][0]
    return ratio > 0 and all(y == ratio * x for x, y in pairs)


@pytest.mark.parametrize("seed", range(3))
def test_a_row_of_float32_numbers_is_named_from_a_scaled_row_with_errors(seed: int) -> None:
    random = np.random.default_rng(seed)
    row = random.normal(size=8).astype(np.float32).astype(np.float64)
    row[random.integers(8)] = 0.0
    near = row * random.uniform(0.1, 10)
    near += random.normal(size=8) * 1e-14 * np.abs(near).max()
    found = short_row(near)
    assert found is not None
    assert proportional(found, row)


def test_a_row_of_doubles_is_not_named() -> None:
    assert short_row(np.random.default_rng(0).normal(size=8)) is None


def test_too_few_entries_name_nothing() -> None:
    """Two float32 numbers known to 1e-10 are near many pairs of others."""
    row = np.array([0.7, 0.3]).astype(np.float32).astype(np.float64) / 3
    assert short_row(row * (1 + 1e-9 * np.array([1.0, -1.0]))) is None
