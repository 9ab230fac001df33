"""The benchmark judges a result apart from its proof, and its networks are what it says."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks.networks import GAUSSIAN, gaussian, gaussian_arrays, parse_shape, subjects
from benchmarks.recovery import main
from exactrev.network import Network
from exactrev.network.symmetry import permute


def test_gaussian_networks_are_reproducible_and_exact() -> None:
    sizes = parse_shape("10-20-1")
    network = gaussian(sizes, 5)
    assert network == gaussian(sizes, 5) != gaussian(sizes, 6)
    weight, bias = gaussian_arrays(sizes, 5)[0]
    assert network.weight(1)[3, 7] == to_exact(weight[3, 7])
    assert network.bias(1)[3, 0] == to_exact(bias[3])


def to_exact(value: float) -> Any:
    numerator, denominator = float(value).as_integer_ratio()
    return Network.dense([([[f"{numerator}/{denominator}"]], [0])]).weight(1)[0, 0]


def test_gaussian_deviations() -> None:
    """A thousand by a hundred draws: three sigma of a sample deviation is 1 % and 7 %."""
    weight, bias = gaussian_arrays((100, 1000), 0)[0]
    assert weight.shape == (1000, 100)
    assert abs(np.std(weight) / 0.1 - 1) < 0.01
    assert abs(np.std(bias) / 0.3 - 1) < 0.07


def test_the_rows() -> None:
    names = [subject.name for subject in subjects()]
    assert names[: len(GAUSSIAN)] == list(GAUSSIAN)
    assert {"iris.npz", "diabetes.npz", "twin_ladder.nnet"} <= set(names)
    for subject in subjects(quick=True):
        assert subject.load(0).parameters > 0


def answer(network: Network, **changes: Any) -> SimpleNamespace:
    """A flawless recovery, but for ``changes``."""
    facts = {
        "verdict": "recovered", "network": network, "isomorphic": True, "equal": True,
        "proof": "isomorphism", "queries": 70, "query_bits": 900, "total_query_bits": 9000,
        "neurons": network.architecture[1:-1], "unresolved": (),
    }  # fmt: skip
    return SimpleNamespace(**{**facts, **changes})


Outcome = tuple[int, list[dict[str, Any]], str]


def bench(monkeypatch: pytest.MonkeyPatch, capsys: Any, tmp_path: Path, recover: Any) -> Outcome:
    """Run the benchmark on 4-6-1 with this function in the place of the recovery."""
    monkeypatch.setattr(
        "exactrev.recovery.recover", lambda net, **options: recover(net), raising=False
    )
    path = tmp_path / "runs.json"
    code = main(["--only", "4-6-1", "--seeds", "2", "--json", str(path)])
    return code, json.loads(path.read_text()), capsys.readouterr().out


def test_a_right_result(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, runs, out = bench(
        monkeypatch, capsys, tmp_path, lambda net: answer(permute(net, 1, [5, 4, 3, 2, 1, 0]))
    )
    assert code == 0 and not any(run["wrong"] for run in runs)
    row = [cell.strip() for cell in out.splitlines()[2].strip("| ").split("|")]
    assert row[:7] == ["4-6-1", "12 of 12", "2 of 2", "2 of 2", "2 of 2", "0", "70/70"]
    assert row[7] == f"{70 / 37:.2f}/{70 / 37:.2f}"


def test_a_wrong_result_called_recovered_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    stranger = gaussian((4, 6, 1), 99)
    code, runs, out = bench(monkeypatch, capsys, tmp_path, lambda net: answer(stranger))
    assert code == 1 and all(run["wrong"] for run in runs)
    assert "| 0 of 2" in out


def test_a_partial_result_without_reasons_is_not_resolved(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    gap = SimpleNamespace(what="1:3", reason="never on")

    def partial(net: Network) -> SimpleNamespace:
        reasons = (gap,) if net == gaussian((4, 6, 1), 0) else ()
        return answer(
            net, verdict="partial", isomorphic=False, equal=False, proof="none",
            neurons=(5,), unresolved=reasons,
        )  # fmt: skip

    code, _, out = bench(monkeypatch, capsys, tmp_path, partial)
    assert code == 0
    row = [cell.strip() for cell in out.splitlines()[2].strip("| ").split("|")]
    # every number is in the result, so that nothing is missing; it is not proved
    assert row[1:6] == ["10 of 12", "1 of 2", "2 of 2", "0 of 2", "0"]


def test_what_is_missing_for_no_known_reason_is_not_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    gap = SimpleNamespace(what="layer 1", reason="the limit of 1 seconds is reached")
    changes = {"verdict": "partial", "isomorphic": False, "equal": False, "proof": "none"}
    stranger = gaussian((4, 6, 1), 99)
    _, runs, out = bench(
        monkeypatch, capsys, tmp_path,
        lambda net: answer(stranger, unresolved=(gap,), **changes),
    )  # fmt: skip
    row = [cell.strip() for cell in out.splitlines()[2].strip("| ").split("|")]
    assert row[2:5] == ["2 of 2", "0 of 2", "0 of 2"]
    assert all(run["unexplained"] == 6 + 37 for run in runs)


def test_the_regions_table_has_a_row_a_network(capsys: pytest.CaptureFixture[str]) -> None:
    from benchmarks.regions import main

    assert main(["--only", "2-3-2-1", "--only", "ternary, 2-20-20-1", "--depth", "1"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[2].startswith("| 2-3-2-1 | ") and rows[3].startswith("| ternary, 2-20-20-1 | ")
