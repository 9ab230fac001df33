"""Recovery from rounded answers: nearly, exactly where weights are short, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.networks import gaussian
from exactrev.checker import check
from exactrev.equivalence import equiv
from exactrev.errors import InputError
from exactrev.floating import recover_from_floats
from exactrev.floating.accuracy import largest_error
from exactrev.network.model import Network
from tests.floating.networks import short


@pytest.mark.parametrize("shape", [(4, 6, 1), (6, 4, 3), (4, 10, 3), (6, 5, 4, 2)])
def test_weights_of_doubles_are_found_nearly(shape: tuple[int, ...]) -> None:
    network = gaussian(shape, 3)
    found = recover_from_floats(network, seed=1)
    assert (found.verdict, found.proof, found.short) == ("partial", "unproved", False)
    assert found.architecture == shape
    assert found.weight_error is not None
    assert found.weight_error < 1e-9
    assert found.misfit < 8
    assert [item.what for item in found.unresolved] == ["weights"]


@pytest.mark.parametrize("shape", [(5, 4, 2), (6, 5, 4, 1)])
def test_weights_of_float32_are_found_exactly_and_proved(
    shape: tuple[int, ...], tmp_path: Path
) -> None:
    network = short(gaussian(shape, 2))
    found = recover_from_floats(network, seed=0)
    assert (found.verdict, found.isomorphic, found.short) == ("recovered", True, True)
    assert found.network is not None
    assert equiv(network, found.network).verdict == "isomorphic"
    assert found.certificate is not None
    path = tmp_path / "found.cert"
    lines = list(found.certificate)
    path.write_text("\n".join(lines) + "\n")
    assert check(path).accepted
    # another neuron named for one of them
    damaged = [line.replace("match 1:0", "match 1:1", 1) for line in lines]
    path.write_text("\n".join(damaged) + "\n")
    assert not check(path).accepted


def test_answers_of_float32_tell_less() -> None:
    network = gaussian((4, 5, 3), 0)
    found = recover_from_floats(network, precision="float32")
    assert found.verdict == "partial"
    assert 1e-9 < found.noise < 1e-4
    if found.network is not None:
        assert found.weight_error is None or found.weight_error < 1e-2


def test_a_function_needs_nothing_but_its_answers() -> None:
    def function(x: np.ndarray) -> np.ndarray:
        return np.maximum(x @ np.array([[1.0, 2.0], [-0.5, 0.25]]) + np.array([0.5, -1]), 0)

    found = recover_from_floats(function, inputs=2)
    assert (found.proof, found.parameters) == ("unproved", 0)
    assert found.network is not None
    wanted = Network.dense([
        ([["1", "-1/2"], ["2", "1/4"]], ["1/2", -1]), ([[1, 0], [0, 1]], [0, 0])
    ])  # fmt: skip
    error = largest_error(wanted, found.network)
    assert error is not None
    assert error < 1e-10


def test_limits_end_with_what_was_found() -> None:
    found = recover_from_floats(gaussian((6, 8, 1), 0), max_queries=400)
    assert (found.verdict, found.network) == ("partial", None)
    assert "limit of 400 queries" in found.unresolved[0].reason


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda x: x[:, :1] * np.nan, "nan or infinity"),
        (lambda x: x[:1], "array"),
        (lambda x: "no", "array of numbers"),
        (lambda x: np.zeros((len(x), 0)), "array"),
    ],
)
def test_answers_that_are_none_are_refused(answer, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match=said):
        recover_from_floats(answer, inputs=3)


def test_a_function_without_inputs_is_refused() -> None:
    with pytest.raises(InputError, match="number of inputs"):
        recover_from_floats(lambda x: x)
