"""The ending decides, and faults of any file are one line that starts with its path."""

from __future__ import annotations

import os
import pickle
import shutil
from pathlib import Path

import pytest

from exactrev.errors import InputError
from exactrev.formats import READABLE, read_network, write_network
from exactrev.formats.files import one_line, unzip
from exactrev.network import Network
from tests.formats.refusals import refused

NETS = Path(__file__).parents[2] / "examples" / "nets"
NETWORK = Network.dense([([[1, -1]], [0]), ([["1/2"]], [2])])


def test_all_real_networks_load() -> None:
    """Shapes as in the table of examples/nets/README.md."""
    rows = [line.split("|")[1:3] for line in (NETS / "README.md").read_text().splitlines()
            if line.startswith("|") and "params" not in line and "|-|" not in line]
    assert len(rows) == 13
    for name, architecture in rows:
        sizes: list[int] = []
        for part in architecture.split("-"):
            size, _, count = part.partition("x")
            sizes += [int(size)] * int(count or 1)
        assert list(read_network(NETS / name).architecture) == sizes, name


def test_the_ending_may_be_in_capitals(tmp_path: Path) -> None:
    shutil.copy(NETS / "twin_ladder.nnet", tmp_path / "TWIN.NNET")
    assert read_network(tmp_path / "TWIN.NNET") == read_network(str(NETS / "twin_ladder.nnet"))


@pytest.mark.parametrize("ending", [".json", ".npz", ".nnet", ".onnx"])
def test_write_and_read_back(tmp_path: Path, ending: str) -> None:
    assert write_network(NETWORK, tmp_path / f"n{ending}") is True
    assert read_network(tmp_path / f"n{ending}") == NETWORK


@pytest.mark.parametrize("ending", [".json", ".npz", ".nnet", ".onnx"])
def test_writing_is_deterministic(tmp_path: Path, ending: str) -> None:
    for name in "ab":
        write_network(NETWORK, tmp_path / f"{name}{ending}")
    first, second = (tmp_path / f"{name}{ending}" for name in "ab")
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("ending", [".npz", ".nnet", ".onnx"])
def test_a_third_is_rounded_and_said_so(tmp_path: Path, ending: str) -> None:
    assert write_network(Network.dense([([["1/3"]], [0])]), tmp_path / f"n{ending}") is False
    (value,) = read_network(tmp_path / f"n{ending}")([1])
    assert value != 1 / type(value)(3)
    assert float(int(value.p) / int(value.q)) == 1 / 3


@pytest.mark.parametrize("name", ["net", "net.txt", "net.json.gz", ".json"])
def test_unknown_endings_are_refused_with_the_known_ones(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{}")
    message = refused(tmp_path / name, ".json", ".onnx", ".pth")
    assert "known" in message
    with pytest.raises(InputError, match="known"):
        write_network(NETWORK, tmp_path / name)


def test_formats_that_are_only_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot write files ending in '\.pt'"):
        write_network(NETWORK, tmp_path / "n.pt")


@pytest.mark.parametrize("ending", READABLE)
class TestEveryFormat:
    def test_missing(self, tmp_path: Path, ending: str) -> None:
        refused(tmp_path / f"absent{ending}", "No such file")

    def test_directory(self, tmp_path: Path, ending: str) -> None:
        (tmp_path / f"d{ending}").mkdir()
        refused(tmp_path / f"d{ending}", "directory")

    @pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
    def test_unreadable(self, tmp_path: Path, ending: str) -> None:
        path = tmp_path / f"n{ending}"
        path.write_text("x")
        path.chmod(0)
        refused(path, "ermission")

    def test_empty(self, tmp_path: Path, ending: str) -> None:
        (tmp_path / f"n{ending}").touch()
        refused(tmp_path / f"n{ending}", "empty")

    def test_foreign_text(self, tmp_path: Path, ending: str) -> None:
        (tmp_path / f"n{ending}").write_text("Hello, world.\n" * 20)
        refused(tmp_path / f"n{ending}")

    def test_foreign_bytes(self, tmp_path: Path, ending: str) -> None:
        (tmp_path / f"n{ending}").write_bytes(bytes(range(255, -1, -1)) * 4)
        refused(tmp_path / f"n{ending}")

    @pytest.mark.parametrize("protocol", [2, 3, 4, 5])
    def test_a_pickle_is_never_unpickled(
        self, tmp_path: Path, ending: str, protocol: int
    ) -> None:
        trap = tmp_path / "sprung"
        (tmp_path / f"n{ending}").write_bytes(pickle.dumps(_Trap(trap), protocol))
        refused(tmp_path / f"n{ending}", "pickle")
        assert not trap.exists()

    def test_an_old_pickle_is_never_unpickled(self, tmp_path: Path, ending: str) -> None:
        trap = tmp_path / "sprung"
        (tmp_path / f"n{ending}").write_bytes(pickle.dumps(_Trap(trap), 0))
        refused(tmp_path / f"n{ending}")
        assert not trap.exists()


class _Trap:
    """Unpickling it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("ending", [".json", ".npz", ".nnet", ".onnx"])
def test_unwritable(tmp_path: Path, ending: str) -> None:
    target = tmp_path / "absent" / f"n{ending}"
    with pytest.raises(InputError) as caught:
        write_network(NETWORK, target)
    assert str(caught.value).startswith(f"{target}: cannot be written")


def test_messages_are_one_printable_line() -> None:
    assert one_line("a\nb\x1b[31m\ttail") == "a b?[31m tail"
    assert len(one_line("x" * 10_000)) < 1000


def test_zip_bombs_are_not_unpacked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import io
    import zipfile

    from exactrev.formats import files

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("W0.npy", bytes(100_000))
    assert unzip(stream.getvalue()) == {"W0.npy": bytes(100_000)}
    monkeypatch.setattr(files, "MAX_BYTES", 99_999)
    (tmp_path / "bomb.npz").write_bytes(stream.getvalue())
    refused(tmp_path / "bomb.npz", "unpacks to more than")
