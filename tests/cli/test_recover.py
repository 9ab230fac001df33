"""How ``exactrev recover`` reports: with results made by hand, so that every verdict occurs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import exactrev
from exactrev.accounting import Account
from exactrev.accounting.standing import Standing
from exactrev.cli.accounts import account_details
from exactrev.equivalence import equiv
from exactrev.network.reduction import Name
from tests.cli.said import Run

KEYS = {
    "verdict", "architecture", "queries", "parameters", "seconds", "neurons", "output",
    "isomorphic", "unresolved",
}  # fmt: skip


def result(network: Any, **changes: Any) -> SimpleNamespace:
    """What a recovery of ``network`` returns when all went well, but for ``changes``."""
    facts = {
        "verdict": "recovered",
        "network": network,
        "isomorphic": True,
        "equal": True,
        "proof": "isomorphism",
        "queries": 26,
        "query_bits": 900,
        "total_query_bits": 40_000,
        "seconds": 0.25,
        "neurons": (3,),
        "parameters": 13,
        "architecture": (2, 3, 1),
        "unresolved": (),
        "hidden_layers": None,
        "convolutions": (),
        "certificate": equiv(network, network).certificate() if network else None,
    }
    return SimpleNamespace(**{**facts, **changes})


def test_convolutions_are_listed(run: Run, tmp_path: Path) -> None:
    from benchmarks.convolutional import convolving

    path = tmp_path / "conv.json"
    exactrev.write_network(convolving("1x5x5-2c2x2s2p1-1", 0), path)
    told = run("recover", path, "--shape", "1x5x5", "--json", "-q").json
    assert (told["verdict"], told["isomorphic"]) == ("recovered", True)
    (found,) = told["convolutions"]
    assert (found["input"], found["output"]) == ([1, 5, 5], [2, 3, 3])
    # the last window begins at 3 and ends at 4: the padding after the grid was never needed
    assert (found["strides"], found["pads"]) == ([2, 2], [1, 1, 0, 0])
    text = run("recover", path, "-q").out
    assert "convolution 1x5x5 to 2x3x3, kernel 2x2, stride 2x2" in text


@pytest.mark.parametrize("shape", ["5x5", "25", "0x5x5", "1xx25", "1x5x5x"])
def test_a_shape_that_does_not_fit_is_bad_input(run: Run, tmp_path: Path, shape: str) -> None:
    path = tmp_path / "conv.json"
    exactrev.write_network(exactrev.Network.dense([([[1] * 30], [0]), ([[1]], [0])]), path)
    run("recover", path, "--shape", shape).assert_bad_input("grid")


def test_boundaries_take_no_shape(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "conv.json"
    exactrev.write_network(exactrev.Network.dense([([[1] * 30], [0]), ([[1]], [0])]), path)
    run("recover", path, "--from", "boundaries", "--shape", "1x5x6").assert_bad_input("--shape")


Fake = Callable[[Callable[..., Any]], list[dict[str, Any]]]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Put a function in the place of ``exactrev.recovery.recover``; returns the calls made."""

    def install(answer: Callable[..., Any]) -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = []

        def recover(target: Any, **options: Any) -> Any:
            calls.append({"target": target, **options})
            return answer(target)

        monkeypatch.setattr("exactrev.recovery.recover", recover, raising=False)
        return calls

    return install


def test_recovered(run: Run, small: Path, fake: Fake) -> None:
    fake(result)
    said = run("recover", small, "--json")
    assert said.code == 0
    assert said.json.keys() >= KEYS
    assert said.json["verdict"] == "recovered"
    assert (said.json["queries"], said.json["query_bits"]) == (26, 900)
    text = run("recover", small)
    assert text.out.startswith("recovered 2-3-1, proved isomorphic")
    assert "2.00 for each of 13 parameters" in text.out


def test_options_reach_the_recovery(run: Run, small: Path, fake: Fake) -> None:
    calls = fake(result)
    run("recover", small, "--seed", 7, "--max-queries", 50, "--timeout", 2.5)
    call = calls[-1]
    assert (call["seed"], call["max_queries"], call["timeout"]) == (7, 50, 2.5)
    assert call["target"] == exactrev.read_network(small)


def test_partial_says_what_is_open(run: Run, small: Path, fake: Fake) -> None:
    gap = SimpleNamespace(what="2:3", reason="never on where the layer before can be seen")
    fake(lambda net: result(
        net, verdict="partial", proof="none", isomorphic=False, equal=False, unresolved=(gap,),
        certificate=None,
    ))
    said = run("recover", small, "--json")
    assert (said.code, said.json["verdict"]) == (3, "partial")
    assert said.json["unresolved"] == [{"what": gap.what, "reason": gap.reason}]
    assert "2:3: never on" in run("recover", small).out


def test_failed(run: Run, small: Path, tmp_path: Path, fake: Fake) -> None:
    fake(lambda net: result(
        None, verdict="failed", proof="none", isomorphic=False, equal=False, architecture=(),
        neurons=(),
    ))
    out, certificate = tmp_path / "found.json", tmp_path / "found.cert"
    said = run("recover", small, "--json", "--output", out, "--certificate", certificate)
    assert (said.code, said.json["verdict"], said.json["output"]) == (1, "failed", None)
    assert said.json["certificate"] is None
    assert not out.exists() and not certificate.exists()


def test_files_are_written_and_accepted(
    run: Run, small: Path, tmp_path: Path, fake: Fake
) -> None:
    fake(result)
    out, certificate = tmp_path / "found.json", tmp_path / "found.cert.gz"
    said = run("recover", small, "--json", "--output", out, "--certificate", certificate)
    assert (said.json["output"], said.json["output_exact"]) == (str(out), True)
    assert exactrev.read_network(out) == exactrev.read_network(small)
    assert run("check", certificate, "--network", small, "--network", out).verdict == "accepted"


def test_progress_goes_to_stderr(
    run: Run, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def recover(network: Any, *, progress: Any, **options: Any) -> Any:
        if progress is not None:
            progress("layer 1: 3 neurons,\n26 queries")
        return result(network)

    monkeypatch.setattr("exactrev.recovery.recover", recover, raising=False)
    said = run("recover", small, "--json")
    assert said.err == "layer 1: 3 neurons, 26 queries\n"
    assert said.json["verdict"] == "recovered"
    assert run("recover", small, "--quiet").err == ""


def test_an_interrupt_is_a_partial_recovery(run: Run, small: Path, fake: Fake) -> None:
    def interrupted(network: Any) -> Any:
        raise KeyboardInterrupt

    fake(interrupted)
    said = run("recover", small, "--json")
    assert (said.code, said.json["verdict"]) == (3, "partial")
    assert said.json.keys() >= KEYS
    assert said.json["unresolved"] == [{"what": "network", "reason": "interrupted"}]


@pytest.mark.parametrize("option", ["--output", "--certificate"])
def test_unwritable_places_are_reported_before_the_work(
    run: Run, small: Path, tmp_path: Path, fake: Fake, option: str
) -> None:
    calls = fake(result)
    places = [tmp_path / "none" / "a.json", tmp_path, small]
    places += [tmp_path / "a.txt", tmp_path / "a.keras"] if option == "--output" else []
    for place in places:
        run("recover", small, option, place).assert_bad_input(str(place))
    same = tmp_path / "same.json"
    run("recover", small, "--output", same, "--certificate", same).assert_bad_input(str(same))
    assert not calls
    assert list(tmp_path.iterdir()) == [small]


@pytest.fixture
def oracles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a module of functions, in the working directory."""
    source = (
        "def hinge(point):\n    return [max(2 * point[0] - point[1], 0) + 1]\n"
        "def broken(point):\n    raise RuntimeError('line 1\\nline 2')\n"
        "number = 3\n"
    )
    (tmp_path / "some_oracles.py").write_text(source)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", list(sys.path))
    monkeypatch.delitem(sys.modules, "some_oracles", raising=False)
    return "some_oracles"


def test_a_function_can_be_the_oracle(run: Run, oracles: str, fake: Fake) -> None:
    calls = fake(lambda f: result(None, queries=f([3, 1])[0], proof="unproved", parameters=0))
    said = run("recover", "--oracle", f"{oracles}:hinge", "--inputs", 2, "--json")
    assert (said.code, said.json["queries"]) == (0, 6)
    assert calls[-1]["inputs"] == 2


def test_a_fault_of_the_oracle_is_one_line(run: Run, oracles: str, fake: Fake) -> None:
    fake(lambda f: f([0, 0]))
    said = run("recover", "--oracle", f"{oracles}:broken", "--inputs", 2)
    said.assert_bad_input(f"{oracles}:broken", "RuntimeError", "line 1 line 2")


@pytest.mark.parametrize("name", ["hinge", "some_oracles:number", "some_oracles:none", "no_such:f"])
def test_no_such_oracle(run: Run, oracles: str, fake: Fake, name: str) -> None:
    fake(result)
    run("recover", "--oracle", name, "--inputs", 2).assert_bad_input(name)


def test_one_target_and_its_inputs(run: Run, small: Path, oracles: str, fake: Fake) -> None:
    fake(result)
    run("recover", small, "--oracle", f"{oracles}:hinge", "--inputs", 2).assert_bad_input()
    run("recover", "--oracle", f"{oracles}:hinge").assert_bad_input("--inputs")
    run("recover", small, "--inputs", 2).assert_bad_input("--oracle")


def test_the_boundaries_alone_give_the_hidden_layers(
    run: Run, small: Path, tmp_path: Path
) -> None:
    certificate = tmp_path / "found.cert"
    said = run("recover", small, "--from", "boundaries", "--certificate", certificate, "--json")
    assert (said.code, said.json["verdict"]) == (0, "recovered")
    assert said.json["isomorphic"] and said.json["neurons"] == [3]
    assert said.json["queries"] < 30  # the output layer's alone
    assert run("check", certificate, "--network", small).code == 0


def test_processes_do_not_change_what_the_boundaries_give(run: Run, small: Path) -> None:
    alone, together = (
        run("recover", small, "--from", "boundaries", "--jobs", jobs, "--json").json
        for jobs in (1, 2)
    )
    assert {**alone, "seconds": 0} == {**together, "seconds": 0}


def test_boundaries_that_are_not_listed_in_time(run: Run, small: Path) -> None:
    said = run("recover", small, "--from", "boundaries", "-q", "--timeout", "0.000001", "--json")
    assert (said.code, said.json["verdict"]) == (3, "partial")
    (item,) = said.json["unresolved"]
    assert "limit of 1e-06 seconds" in item["reason"]


def test_boundaries_that_are_cylinders(run: Run, write_json: Callable[..., Path]) -> None:
    ridge = write_json("ridge.json", ([["1", "2"]], ["0"]), ([["1"]], ["0"]))
    said = run("recover", ridge, "--from", "boundaries", "-q", "--json")
    assert (said.code, said.json["verdict"]) == (1, "failed")
    assert "see 1 of 2" in said.json["unresolved"][0]["reason"]


def test_no_boundaries_at_all(run: Run, write_json: Callable[..., Path]) -> None:
    affine = write_json("affine.json", ([["1", "2"]], ["3"]))
    dead = write_json("dead.json", ([["0", "0"]], ["-1"]), ([["1"]], ["3"]))
    for network in (affine, dead):
        said = run("recover", network, "--from", "boundaries", "-q", "--json")
        assert (said.code, said.json["architecture"]) == (0, [2, 1])


def test_boundaries_are_those_of_a_network(run: Run) -> None:
    said = run("recover", "--oracle", "m:f", "--inputs", 2, "--from", "boundaries")
    assert said.code == 2
    assert "--from boundaries needs NET" in said.err


def test_what_is_missing_for_one_reason_is_one_line() -> None:
    gone, apart = Standing("unexplained", "not found"), Standing("depends", "on 1:0")
    standings = (Name(1, 0), gone), (Name(1, 1), gone), (Name(1, 2), gone), (Name(2, 0), apart)
    account = Account(dict([*standings, (Name(2, 1), gone)]), {})
    lines = [text for what, text in account_details(account) if what == "missing"]
    assert lines == [
        "neuron 1:0 to neuron 1:2 (3): not found (unexplained)",
        "neuron 2:0: on 1:0 (depends)",
        "neuron 2:1: not found (unexplained)",
    ]
