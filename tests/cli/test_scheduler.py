"""``--scheduler ADDRESS``: the work is done by a Dask cluster, or one line says why it is not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.said import Run


def test_a_cluster_changes_nothing(run: Run, small: Path, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    alone, together = tmp_path / "alone", tmp_path / "together"
    expected = run("regions", small, "--json", "-q", "--certificate", alone).json
    with distributed.LocalCluster(
        n_workers=1, processes=False, dashboard_address=None, protocol="tcp", host="127.0.0.1"
    ) as cluster:
        address = cluster.scheduler_address
        said = run("regions", small, "--json", "-q", "--certificate", together,
                   "--scheduler", address)  # fmt: skip
    assert said.code == 0 and said.json["regions"] == expected["regions"]
    assert alone.read_bytes() == together.read_bytes()


def test_no_cluster(run: Run, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("exactrev.crews.cluster._PATIENCE", 0.5)
    run("regions", small, "--scheduler", "tcp://127.0.0.1:9").assert_bad_input(
        "--scheduler tcp://127.0.0.1:9", "no Dask scheduler"
    )


def test_no_package(run: Run, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "exactrev.crews.cluster", raising=False)
    run("regions", small, "--scheduler", "tcp://127.0.0.1:9").assert_bad_input("distributed")


def test_processes_or_a_cluster(run: Run, small: Path) -> None:
    run("regions", small, "--jobs", 2, "--scheduler", "tcp://127.0.0.1:9").assert_bad_input(
        "--scheduler", "--jobs"
    )
