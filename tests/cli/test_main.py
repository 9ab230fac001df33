"""What holds for every command: exit codes, streams, one-line faults, a quick start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.said import Run

COMMANDS = ("info", "convert", "recover", "equiv", "check")


def test_help_names_every_command(run: Run) -> None:
    said = run("--help")
    assert said.code == 0
    assert all(command in said.out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command(run: Run, command: str) -> None:
    said = run(command, "--help")
    assert said.code == 0 and "--json" in said.out


def test_help_needs_the_standard_library_only() -> None:
    blocked = "import sys; sys.modules.update(dict.fromkeys(('numpy', 'flint', 'onnx')));"
    code = blocked + "from exactrev.cli.main import main; main(['--help'])"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_importing_exactrev_loads_nothing_heavy() -> None:
    code = "import sys, exactrev; sys.exit(any(m in sys.modules for m in ('numpy', 'flint')))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_every_public_name_is_there() -> None:
    import exactrev

    for name in exactrev.__all__:
        assert getattr(exactrev, name) is not None
        assert name in dir(exactrev)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = exactrev.nonsense


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["info"],
        ["info", "a.json", "b.json"],
        ["info", "a.json", "--nonsense"],
        ["info", "a.json", "--js"],
        ["convert", "a.json"],
        ["equiv", "a.json"],
        ["recover"],
        ["recover", "a.json", "--seed", "-1"],
        ["recover", "a.json", "--seed", "1.5"],
        ["recover", "a.json", "--max-queries", "0"],
        ["recover", "a.json", "--timeout", "0"],
        ["recover", "a.json", "--timeout", "nan"],
        ["recover", "a.json", "--timeout", "inf"],
        ["recover", "a.json", "--jobs", "0"],
        ["check", "a.cert", "--sha256", "abc"],
    ],
)
def test_usage_errors_are_one_line(run: Run, arguments: list[str]) -> None:
    run(*arguments).assert_bad_input()


@pytest.mark.parametrize("command", ["info", "recover"])
@pytest.mark.parametrize("content", [b"", b"{", b"\x80\x04K\x01.", b"[" * 100_000, b"\xff\xfe"])
def test_bad_networks_are_one_line_that_names_the_file(
    run: Run, tmp_path: Path, command: str, content: bytes
) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    run(command, path).assert_bad_input(str(path))


def test_a_missing_network_is_named(run: Run, tmp_path: Path) -> None:
    run("info", tmp_path / "none.npz").assert_bad_input(str(tmp_path / "none.npz"))


def test_a_directory_is_no_network(run: Run, tmp_path: Path) -> None:
    directory = tmp_path / "dir.json"
    directory.mkdir()
    run("info", directory).assert_bad_input(str(directory))


def test_an_interrupt_ends_with_unknown(
    run: Run, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(path: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("exactrev.formats.read_network", interrupted)
    said = run("info", small, "--json")
    assert (said.code, said.json["verdict"]) == (3, "unknown")
    assert "Traceback" not in said.err


def test_a_missing_package_is_named(
    run: Run, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(path: str) -> None:
        raise ModuleNotFoundError("No module named 'onnx'", name="onnx")

    monkeypatch.setattr("exactrev.formats.read_network", lacking)
    run("info", small).assert_bad_input("onnx")


def test_a_reader_that_goes_away_changes_nothing(small: Path) -> None:
    """``exactrev info NET | head -0``: the exit code stays, and nothing is said."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    command = [sys.executable, "-m", "exactrev", "info", str(small)]
    ended = subprocess.run(command, stdout=write_end, stderr=subprocess.PIPE)
    os.close(write_end)
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_under_stdout_is_reported(small: Path) -> None:
    command = [sys.executable, "-m", "exactrev", "info", str(small)]
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE)
    assert ended.returncode == 2
    assert ended.stderr.startswith(b"exactrev: stdout: ") and ended.stderr.count(b"\n") == 1
