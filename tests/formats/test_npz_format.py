"""The .npz format: exact for every float width, and nothing is unpickled."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given

from exactrev.errors import InputError
from exactrev.formats import read_network, write_network
from exactrev.network import Layer, Network
from tests.formats.random_networks import dense_networks, doubles
from tests.formats.refusals import damaged, damages, only_input_errors, refused

NETS = Path(__file__).parents[2] / "examples" / "nets"
GOOD: dict[str, Any] = {
    "W0": np.array([[0.1, -2.0, 3.0], [4.0, 5.0, -6.0]]),
    "b0": np.array([0.5, -0.25]),
    "W1": np.array([[1.0, 0.1]]),
    "b1": np.array([7.0]),
}


@pytest.mark.parametrize("name", ["victim", "extracted12p", "extracted14p"])
def test_agrees_with_numpy(name: str) -> None:
    """Against a float forward pass: the tolerance is that pass's own rounding."""
    path = NETS / f"{name}_32-2-2-1.npz"
    network, arrays = read_network(path), np.load(path)
    for x in np.random.default_rng(0).normal(size=(20, 32)):
        a = x
        for k in range(3):
            a = arrays[f"W{k}"] @ a + arrays[f"b{k}"]
            a = np.maximum(a, 0) if k < 2 else a
        exact = [int(y.p) / int(y.q) for y in network(x.tolist())]
        assert np.allclose(a, exact, rtol=1e-9, atol=1e-9)


def test_a_float_is_its_dyadic_rational(tmp_path: Path) -> None:
    np.savez(tmp_path / "n.npz", **GOOD)
    weight = read_network(tmp_path / "n.npz").weight(1)
    assert weight[0, 0] == fmpq(3602879701896397, 2**55)  # 0.1 in IEEE 754 binary64
    assert weight[0, 0] != fmpq(1, 10)


@pytest.mark.parametrize(
    ("dtype", "tenth"),
    [
        ("<f2", fmpq(1638, 2**14)),  # 0.1 in binary16 is 1.599609375 / 16
        (">f2", fmpq(1638, 2**14)),
        ("<f4", fmpq(13421773, 2**27)),
        (">f4", fmpq(13421773, 2**27)),
        (">f8", fmpq(3602879701896397, 2**55)),
        ("i1", fmpq(0)),
        ("<u8", fmpq(0)),
    ],
)
def test_every_width_and_byte_order(tmp_path: Path, dtype: str, tenth: fmpq) -> None:
    arrays = {name: np.abs(array).astype(dtype) for name, array in GOOD.items()}
    np.savez_compressed(tmp_path / "n.npz", **arrays)
    network = read_network(tmp_path / "n.npz")
    assert network.weight(1)[0, 0] == tenth
    assert network.weight(1)[1, 2] == 6


def test_large_integers_are_exact(tmp_path: Path) -> None:
    np.savez(tmp_path / "n.npz", W0=np.array([[2**63 - 1]]), b0=np.array([2**64 - 1], np.uint64))
    assert read_network(tmp_path / "n.npz")([1]) == (fmpq(2**63 - 1 + 2**64 - 1),)


def test_fortran_order(tmp_path: Path) -> None:
    np.savez(tmp_path / "c.npz", **GOOD)
    np.savez(tmp_path / "f.npz", **{name: np.asfortranarray(a) for name, a in GOOD.items()})
    assert read_network(tmp_path / "c.npz") == read_network(tmp_path / "f.npz")


def test_numpy_reads_what_is_written(tmp_path: Path) -> None:
    np.savez(tmp_path / "n.npz", **GOOD)
    assert write_network(read_network(tmp_path / "n.npz"), tmp_path / "m.npz") is True
    written = np.load(tmp_path / "m.npz", allow_pickle=False)
    assert set(written.files) == set(GOOD)
    for name, array in GOOD.items():
        assert written[name].dtype == np.float64
        assert (written[name] == array).all()


@given(dense_networks(doubles, least=0))
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, network: Network) -> None:
    path = tmp_path_factory.mktemp("npz") / "n.npz"
    assert write_network(network, path) is True
    assert read_network(path) == network


def test_skip_connections_cannot_be_written(tmp_path: Path) -> None:
    skip = Network(1, (Layer.of({0: [[1]]}, [0]), Layer.of({0: [[1]], 1: [[1]]}, [0])))
    with pytest.raises(InputError, match="skip connections"):
        write_network(skip, tmp_path / "n.npz")
    assert not (tmp_path / "n.npz").exists()


def test_a_weight_beyond_float64_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="too large"):
        write_network(Network.dense([([["1e400"]], [0])]), tmp_path / "n.npz")


def test_a_weight_below_float64_is_rounded_to_zero(tmp_path: Path) -> None:
    assert write_network(Network.dense([([["1e-400"]], [0])]), tmp_path / "n.npz") is False
    assert read_network(tmp_path / "n.npz")([1]) == (fmpq(0),)


def without(name: str) -> dict[str, Any]:
    return {key: array for key, array in GOOD.items() if key != name}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "nan": ({**GOOD, "b0": np.array([np.nan, 0])}, "b0 holds nan"),
    "infinity": ({**GOOD, "W1": np.array([[1, -np.inf]])}, "W1 holds nan or an infinity"),
    "complex": ({**GOOD, "b1": np.array([1j])}, "complex128"),
    "text": ({**GOOD, "b1": np.array(["1"])}, "b1 holds"),
    "boolean": ({**GOOD, "b1": np.array([True])}, "bool"),
    "dates": ({**GOOD, "b1": np.array(["2020-01-01"], "M8[D]")}, "datetime64"),
    "no arrays": ({}, "no arrays"),
    "no W0": (without("W0"), "W0"),
    "gap": ({**without("W1"), "W2": np.ones((1, 2))}, "missing"),
    "no b1": (without("b1"), "b1 is missing"),
    "b beyond": ({**GOOD, "b2": np.ones(1)}, "b2"),
    "extra": ({**GOOD, "mean": np.ones(1)}, "'mean'"),
    "W00": ({**GOOD, "W00": np.ones((1, 1))}, "'W00'"),
    "vector weight": ({**GOOD, "W1": np.ones(2)}, "W1 has 1 dimensions"),
    "scalar bias": ({**GOOD, "b1": np.float64(1)}, "b1 has shape ()"),
    "matrix bias": ({**GOOD, "b1": np.ones((1, 1))}, "b1 has shape (1, 1)"),
    "transposed": ({**GOOD, "W0": GOOD["W0"].T}, "b0 has shape"),
    "chain": ({**GOOD, "W1": np.ones((1, 3))}, "W1 has 3 columns where 2 are needed"),
    "no outputs": ({**GOOD, "W1": np.ones((0, 2)), "b1": np.ones(0)}, "one output"),
    "structured": ({**GOOD, "b1": np.zeros(1, [("x", "f8")])}, "b1"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(tmp_path: Path, case: str) -> None:
    arrays, word = REFUSED[case]
    np.savez(tmp_path / "n.npz", **arrays)
    refused(tmp_path / "n.npz", word)


def test_longdouble_is_refused(tmp_path: Path) -> None:
    if np.dtype(np.longdouble).itemsize == 8:
        pytest.skip("long double is double here")
    np.savez(tmp_path / "n.npz", **{**GOOD, "b1": np.ones(1, np.longdouble)})
    refused(tmp_path / "n.npz", "at most 64 bits")


def test_object_arrays_are_not_unpickled(tmp_path: Path) -> None:
    np.savez(tmp_path / "n.npz", **{**GOOD, "b1": np.array([1.0], dtype=object)})
    refused(tmp_path / "n.npz", "b1 is an object array")


def rewritten(name: str, data: bytes) -> bytes:
    """GOOD as a zip archive with the bytes of one member replaced or added."""
    stream = io.BytesIO()
    np.savez(stream, **GOOD)
    with zipfile.ZipFile(stream) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    members[name] = data
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return stream.getvalue()


def npy(header: str, content: bytes = b"") -> bytes:
    text = header.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + content


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "not a .npy array"),
        (b"\x93NUMPY", "not a .npy array"),
        (npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000,)}"), "truncated"),
        (npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}", b"1234567"), "truncated"),
        (npy("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 10**80)}"), "not a .npy"),
        (npy(f"{{'descr': '<f8', 'fortran_order': False, 'shape': (0, {10**80})}}"), "damaged"),
        (npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}", b"12345678"), "b1"),
        (npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", b"\x80\x04N."), "object"),
        (npy("{'descr': '<f8'}"), "not a .npy array"),
        (npy("__import__('os')"), "not a .npy array"),
        (npy("(" * 5000), "not a .npy array"),
    ],
)
def test_damaged_arrays(tmp_path: Path, data: bytes, word: str) -> None:
    (tmp_path / "n.npz").write_bytes(rewritten("b1.npy", data))
    refused(tmp_path / "n.npz", word)


def test_other_members(tmp_path: Path) -> None:
    (tmp_path / "n.npz").write_bytes(rewritten("notes.txt", b"hello"))
    refused(tmp_path / "n.npz", "'notes.txt'")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_twice(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "n.npz", "w") as archive:
        archive.writestr("W0.npy", b"")
        archive.writestr("W0.npy", b"")
    refused(tmp_path / "n.npz", "twice")


@given(damage=damages)
def test_damage(tmp_path_factory: pytest.TempPathFactory, damage: Any) -> None:
    path = tmp_path_factory.mktemp("npz") / "n.npz"
    only_input_errors(path, damaged(rewritten("b1.npy", npy("{}")), damage))
    only_input_errors(path, damaged((NETS / "victim_32-2-2-1.npz").read_bytes(), damage))
