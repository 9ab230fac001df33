"""Symbolic execution: affine runs collapse exactly, ReLU opens a layer, old layers are skips."""

from __future__ import annotations

import numpy as np
import pytest
from flint import fmpq, fmpq_mat
from hypothesis import given
from hypothesis import strategies as st

from exactrev.errors import FormatError
from exactrev.formats.floats import rationals
from exactrev.formats.forms import Form, combinations, demand_size, matmul
from exactrev.formats.unrolling import Unrolling

small = st.integers(-5, 5).map(fmpq)


def test_affine_runs_collapse_into_one_layer() -> None:
    """((x A + b) C - d) / 3 for 1 x 2 x, worked out by hand at x = (1, 2)."""
    unrolling = Unrolling()
    x = unrolling.input((1, 2))
    a, c = rationals(np.array([[1, 2], [3, 4]])), rationals(np.array([[1, 0], [1, 1]]))
    y = (matmul(matmul(x, a) + fmpq(1), c) - fmpq(2)) / fmpq(3)
    network = unrolling.network(y)
    assert network.architecture == (2, 2)
    # x A + 1 = (8, 11); times C = (19, 11); minus 2, over 3 = (17/3, 3)
    assert network([1, 2]) == (fmpq(17, 3), fmpq(3))


def test_skip_connections_and_parallel_layers() -> None:
    unrolling = Unrolling()
    x = unrolling.input((2,))
    a = unrolling.relu(x - fmpq(1))
    b = unrolling.relu(-x)
    network = unrolling.network(np.asarray(a + b * fmpq(10) + x))
    assert network.architecture == (2, 2, 2, 2)
    assert not network.is_dense
    assert network([3, -2]) == (fmpq(2 + 0 + 3), fmpq(0 + 20 - 2))


def test_relu_of_a_constant_is_a_constant() -> None:
    unrolling = Unrolling()
    x = unrolling.input((2,))
    c = unrolling.relu(rationals(np.array([-1.5, 2.5])))
    network = unrolling.network(x + c)
    assert network.architecture == (2, 2)
    assert network([0, 0]) == (fmpq(0), fmpq(5, 2))


@given(st.data())
def test_dense_and_sparse_combinations_agree_with_matrices(data: st.DataObject) -> None:
    """Rows of W applied to forms M a + c are W M a + W c, whatever the forms look like."""
    k, m, n = (data.draw(st.integers(1, 7)) for _ in range(3))
    entry = data.draw(st.sampled_from([small, st.sampled_from([fmpq(0)] * 4 + [fmpq(1)])]))
    grid = [[data.draw(entry) for _ in range(n)] for _ in range(k)]
    constants = [data.draw(small) for _ in range(k)]
    weights = [[data.draw(small) for _ in range(k)] for _ in range(m)]
    forms = [
        Form({(0, j): w for j, w in enumerate(row) if w}, c)
        for row, c in zip(grid, constants, strict=True)
    ]
    product = fmpq_mat(weights) * fmpq_mat(grid)
    shifts = fmpq_mat(weights) * fmpq_mat(k, 1, constants)
    for i, form in enumerate(combinations(forms, weights)):
        assert [form.terms.get((0, j), 0) for j in range(n)] == [product[i, j] for j in range(n)]
        assert form.constant == shifts[i, 0]


@pytest.mark.parametrize(
    ("left", "right"),
    [((3,), (3, 2)), ((2, 3), (3,)), ((3,), (3,)), ((4, 1, 3), (3, 2)), ((2, 3), (5, 3, 4)),
     ((5, 1, 2, 3), (4, 3, 2))],
)
@pytest.mark.parametrize("signal_first", [True, False])
def test_matmul_has_numpy_shapes(
    left: tuple[int, ...], right: tuple[int, ...], signal_first: bool
) -> None:
    rng = np.random.default_rng(0)
    a, b = rng.integers(-4, 5, left), rng.integers(-4, 5, right)
    signal, values = (a, b) if signal_first else (b, a)
    unrolling = Unrolling()
    x = unrolling.input(signal.shape)
    constant = rationals(values)
    y = matmul(x, constant) if signal_first else matmul(constant, x)
    assert y.shape == (a @ b).shape
    network = unrolling.network(y)
    assert [int(v.p) for v in network(signal.ravel().tolist())] == (a @ b).ravel().tolist()


def test_products_of_signals_are_refused() -> None:
    x = Unrolling().input((1, 1))
    with pytest.raises(FormatError, match="both depend"):
        x * x
    with pytest.raises(FormatError, match="divides by"):
        rationals(np.ones((1, 1))) / x
    with pytest.raises(FormatError, match="divides by"):
        x / x
    with pytest.raises(FormatError, match="constant"):
        matmul(x, x)


def test_shapes_that_do_not_fit_are_refused() -> None:
    x = Unrolling().input((1, 2))
    with pytest.raises(FormatError, match="shapes"):
        matmul(x, rationals(np.ones((3, 1))))
    with pytest.raises(FormatError, match="too large"):
        demand_size((10**6, 10**6))
    with pytest.raises(FormatError, match="too large"):
        demand_size((-1, 4))
