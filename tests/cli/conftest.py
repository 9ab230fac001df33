"""Running the command line in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exactrev.cli.main import main
from tests.cli.said import Run, Said


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``exactrev`` with these arguments."""

    def run(*arguments: object) -> Said:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return run


@pytest.fixture
def write_json(tmp_path: Path) -> Callable[..., Path]:
    """Write a ``.json`` network from (weight, bias) pairs and return its path."""

    def write(name: str, *layers: tuple[list[list[Any]], list[Any]]) -> Path:
        document = {
            "format": "exactrev-network",
            "version": 1,
            "layers": [{"weight": weight, "bias": bias} for weight, bias in layers],
        }
        path = tmp_path / name
        path.write_text(json.dumps(document))
        return path

    return write


HIDDEN = ([["1", "-2"], ["1/3", "1"], ["-1", "1"]], ["1", "-2", "1/2"])
OUTPUT = ([["1", "2", "-3"]], ["1/7"])


@pytest.fixture
def small(write_json: Callable[..., Path]) -> Path:
    """A 2-3-1 network."""
    return write_json("small.json", HIDDEN, OUTPUT)


@pytest.fixture
def shuffled(write_json: Callable[..., Path]) -> Path:
    """The same 2-3-1 network with its neurons in another order and one of them scaled by 2."""
    hidden = ([["-2", "2"], ["1", "-2"], ["1/3", "1"]], ["1", "1", "-2"])
    return write_json("shuffled.json", hidden, ([["-3/2", "1", "2"]], ["1/7"]))


@pytest.fixture
def different(write_json: Callable[..., Path]) -> Path:
    """The 2-3-1 network with another output bias."""
    return write_json("different.json", HIDDEN, (OUTPUT[0], ["1/8"]))
