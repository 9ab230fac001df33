"""Networks from nothing but their unlabelled boundary cells (and values for the output layer)."""

from __future__ import annotations

from functools import lru_cache
from random import Random

import pytest
from flint import fmpq

from exactrev.boundaries import BoundaryCell, recover_from_boundaries
from exactrev.errors import InputError
from exactrev.network.model import Network
from exactrev.network.symmetry import transform
from tests.boundaries.cells_by_force import boundary_cells
from tests.boundaries.networks import gaussian, gaussian_layers


@lru_cache
def example(sizes: tuple[int, ...], seed: int) -> tuple[Network, tuple[BoundaryCell, ...]]:
    network = gaussian(sizes, seed)
    return network, tuple(boundary_cells(network, seed))


@pytest.mark.parametrize(
    ("sizes", "seed"),
    [
        ((1, 4, 2), 0),
        ((2, 4, 1), 0),
        ((2, 4, 1), 1),
        ((2, 3, 3, 2), 4),
        ((2, 3, 3, 2), 5),
        ((3, 4, 3, 1), 0),
        ((3, 4, 3, 2), 4),
        ((3, 4, 3, 3, 1), 4),
    ],
)
def test_the_network_comes_back(sizes: tuple[int, ...], seed: int) -> None:
    network, cells = example(sizes, seed)
    found = recover_from_boundaries(cells, network)
    assert (found.verdict, found.proof, found.unresolved) == ("recovered", "isomorphism", ())
    assert found.architecture == sizes and found.neurons == sizes[1:-1]
    assert found.equivalence is not None and found.equivalence.isomorphism is not None
    assert found.network == transform(network, found.equivalence.isomorphism)
    assert 0 < found.queries <= 3 * sizes[-2] + 12
    assert found.certificate is not None


def test_the_order_of_the_cells_and_the_points_in_them_do_not_matter() -> None:
    network, cells = example((3, 4, 3, 1), 0)
    random = Random(7)
    moved = []
    for cell in random.sample(cells, len(cells)):
        target = [fmpq(random.randrange(-5, 6)) for _ in cell.point]
        target[cell.pivot] -= sum(
            (h * x for h, x in zip(cell.hyperplane, target, strict=False)), cell.hyperplane[-1]
        )
        step = fmpq(1)
        while True:
            point = [x + step * (y - x) for x, y in zip(cell.point, target, strict=True)]
            try:
                moved.append(BoundaryCell.of(cell.hyperplane, cell.rows, point))
                break
            except InputError:
                step /= 2
    assert recover_from_boundaries(moved, network).proof == "isomorphism"


def test_a_neuron_that_never_shows_is_left_out_and_the_rest_proved_equal() -> None:
    layers = gaussian_layers((2, 4, 1), 3)
    layers[0][0][2] = [fmpq(0), fmpq(0)]
    network = Network.dense(layers)
    found = recover_from_boundaries(boundary_cells(network), network)
    assert (found.verdict, found.proof, found.architecture) == ("recovered", "equality", (2, 3, 1))


@pytest.mark.parametrize("factor", [3, -3])
def test_parallel_boundaries(factor: int) -> None:
    layers = gaussian_layers((2, 4, 1), 0)
    layers[0][0][1] = [factor * x for x in layers[0][0][0]]
    network = Network.dense(layers)
    found = recover_from_boundaries(boundary_cells(network), network)
    assert found.proof == "isomorphism"


def test_no_boundary_at_all() -> None:
    network = Network.dense([([[1, 2]], [3])])
    found = recover_from_boundaries([], network)
    assert found.proof == "isomorphism" and found.network == network


def test_a_weight_that_no_boundary_shows_is_named_not_guessed() -> None:
    network, cells = example((2, 3, 3, 2), 0)
    found = recover_from_boundaries(cells, network)
    assert found.verdict == "partial" and found.network is None and found.queries == 0
    assert found.neurons == (3, 3) and found.hidden_layers is not None
    (item,) = found.unresolved
    assert item.what == "weight 2:2 of 1:1" and "not seen to meet" in item.reason


def test_opposite_neurons_hide_a_linear_part_and_are_not_recovered() -> None:
    layers = gaussian_layers((3, 3, 2, 1), 0)
    layers[0][0][1], layers[0][1][1] = [-x for x in layers[0][0][0]], -layers[0][1][0]
    network = Network.dense(layers)
    found = recover_from_boundaries(boundary_cells(network), network)
    assert found.verdict == "partial" and found.unresolved


def test_on_a_box_only_what_shows_there_is_found() -> None:
    network, everywhere = example((2, 4, 1), 1)
    unit = [[0, 1, 0], [0, -1, 1], [1, 0, 0], [-1, 0, 1]]
    box = [tuple(fmpq(x) for x in row) for row in unit]
    inside = boundary_cells(network, domain=box)
    assert 0 < len(inside) < len(everywhere)
    shown = {cell.hyperplane for cell in inside}
    found = recover_from_boundaries(inside, network)
    assert len(shown) < 4 and found.neurons == (len(shown),)
    assert found.verdict == "partial" and found.unresolved


def test_missing_cells_are_never_made_up() -> None:
    network, cells = example((3, 4, 3, 1), 0)
    found = recover_from_boundaries(cells[: len(cells) // 2], network)
    assert found.verdict == "partial" and found.unresolved
    first = {cells[0].hyperplane}
    lonely = [cell for cell in cells if cell.hyperplane not in first]
    assert recover_from_boundaries(lonely, network).verdict == "partial"


def test_values_of_another_network_are_not_explained() -> None:
    _, cells = example((2, 4, 1), 0)
    other, _ = example((2, 4, 1), 1)
    found = recover_from_boundaries(cells, other)
    assert found.verdict == "partial" and found.network is None
    assert [item.what for item in found.unresolved] == ["output layer"]


def test_a_function_leaves_nothing_to_prove_against() -> None:
    network, cells = example((2, 4, 1), 0)
    found = recover_from_boundaries(cells, network.__call__, inputs=2)
    assert (found.verdict, found.proof, found.architecture) == ("partial", "unproved", (2, 4, 1))


def test_limits_keep_what_was_found() -> None:
    network, cells = example((3, 4, 3, 1), 0)
    found = recover_from_boundaries(cells, network, max_queries=3)
    assert found.verdict == "partial" and found.queries == 3 and found.neurons == (4, 3)
    assert "3 queries" in found.unresolved[0].reason


def test_refuses_bad_input() -> None:
    network, cells = example((2, 4, 1), 0)
    with pytest.raises(InputError):
        recover_from_boundaries(cells, gaussian((3, 2, 1), 0))
    with pytest.raises(InputError):
        recover_from_boundaries(cells, network.__call__)
    with pytest.raises(InputError):
        recover_from_boundaries(cells, network, probe="none")


def test_a_limit_reached_before_anything_is_found_is_partial() -> None:
    network, cells = example((3, 4, 3, 1), 0)
    found = recover_from_boundaries(cells, network, timeout=0.0)
    assert (found.verdict, found.network, found.neurons) == ("partial", None, ())
    assert any("limit" in item.reason for item in found.unresolved)


def test_an_interrupt_before_anything_is_found_is_partial() -> None:
    network, cells = example((2, 4, 1), 0)

    def interrupt(text: str) -> None:
        raise KeyboardInterrupt

    found = recover_from_boundaries(cells, network, progress=interrupt)
    assert found.verdict == "partial" and found.network is None
    assert any("interrupted" in item.reason for item in found.unresolved)
