"""The .nnet format: decimals are exactly those decimals, and every dialect that exists is read."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given

from exactrev.errors import FormatError, InputError
from exactrev.formats import read_network, write_network
from exactrev.formats.decimals import decimal
from exactrev.formats.nnet_reader import read_nnet
from exactrev.network import Layer, Network
from tests.formats.random_networks import decimals, dense_networks, doubles, rationals
from tests.formats.refusals import damaged, damages, only_input_errors, refused

NETS = Path(__file__).parents[2] / "examples" / "nets"
REAL = sorted(path.name for path in NETS.glob("*.nnet"))

#: 2-2-1; header lines are 0 to 6, weights and biases of layer 1 7 to 10, of layer 2 11 and 12
GOOD = [
    "2,2,1,2,",
    "2,2,1,",
    "0,",
    "-1,-2,",
    "1,2,",
    "10,0.5,3,",
    "2,4,8,",
    "0.1,-2e0,",
    "3,.5,",
    "1.,",
    "-0.25,",
    "1e-1,+1E1,",
    "7,",
]


def written(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


def with_line(number: int, line: str) -> list[str]:
    return [*GOOD[:number], line, *GOOD[number + 1 :]]


def numpy_layers(path: Path) -> list[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
    """Weights and biases by an independent float reader that only counts numbers."""
    lines = [line for line in path.read_text().splitlines() if not line.startswith("//")]
    sizes = [int(x) for x in lines[1].strip(",").split(",")]
    stream = [float(x) for line in lines[7:] for x in line.split(",") if x.strip()]
    layers = []
    for n, m in pairwise(sizes):
        weight = np.array(stream[: n * m]).reshape(m, n)
        layers.append((weight, np.array(stream[n * m : n * m + m])))
        stream = stream[n * m + m :]
    assert not stream
    return layers


@pytest.mark.parametrize("name", REAL)
def test_agrees_with_a_float_reader(name: str) -> None:
    """Against a float forward pass: the tolerance is that pass's own rounding."""
    network, layers = read_network(NETS / name), numpy_layers(NETS / name)
    for x in np.random.default_rng(0).normal(size=(5, network.inputs)):
        a = x
        for k, (weight, bias) in enumerate(layers):
            a = weight @ a + bias
            a = np.maximum(a, 0) if k + 1 < len(layers) else a
        exact = [int(y.p) / int(y.q) for y in network(x.tolist())]
        assert np.allclose(a, exact, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("name", REAL)
def test_every_real_file_survives_writing(tmp_path: Path, name: str) -> None:
    network = read_network(NETS / name)
    assert write_network(network, tmp_path / "n.nnet") is True
    assert read_network(tmp_path / "n.nnet") == network
    assert read_network(tmp_path / "n.nnet").notes == ()


def test_decimals_are_exact(tmp_path: Path) -> None:
    network = read_network(written(tmp_path / "n.nnet", GOOD))
    assert network == Network.dense(
        [
            ([[fmpq(1, 10), -2], [3, fmpq(1, 2)]], [1, fmpq(-1, 4)]),
            ([[fmpq(1, 10), 10]], [7]),
        ]
    )


def test_raw_by_default_with_a_note(tmp_path: Path) -> None:
    notes = read_network(written(tmp_path / "n.nnet", GOOD)).notes
    assert any("not enforced" in note and "[-1, 1], [-2, 2]" in note for note in notes)
    assert any("not applied" in note and "means 10, 0.5" in note for note in notes)


def test_normalisation_can_be_folded(tmp_path: Path) -> None:
    """Means 10, 1/2 | 3 and ranges 2, 4 | 8: folded(x) = 8 raw((x - mean) / range) + 3."""
    path = written(tmp_path / "n.nnet", GOOD)
    raw, folded = read_nnet(path), read_nnet(path, normalisation="fold")
    for x, y in [(0, 0), (1, 2), (-7, 5), (13, -11)]:
        inner = [fmpq(x - 10, 2), (y - fmpq(1, 2)) / 4]
        assert folded([x, y])[0] == 8 * raw(inner)[0] + 3
    assert any("folded exactly" in note for note in folded.notes)
    with pytest.raises(InputError, match="'ignore' or 'fold'"):
        read_nnet(path, normalisation="both")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("means", "ranges", "shift", "scale"),
    [
        ("10,0.5", "2,4", (0, 0), (1, 1)),  # no output entry
        ("10,0.5,3", "2,4,8", (3, 3), (8, 8)),  # one for all outputs
        ("10,0.5,3,4", "2,4,8,9", (3, 4), (8, 9)),  # one for each output
        ("10,0.5,0,0,0,5", "2,4,1,1,1,6", (5, 5), (6, 6)),  # more: the last is the outputs'
    ],
)
def test_output_normalisation_dialects(
    tmp_path: Path, means: str, ranges: str, shift: tuple[int, int], scale: tuple[int, int]
) -> None:
    lines = ["1,2,2,2", "2,2", "0", "0,0", "1,1", means, ranges, "1,0", "0,1", "0", "0"]
    folded = read_nnet(written(tmp_path / "n.nnet", lines), normalisation="fold")
    assert folded([12, fmpq(17, 2)]) == (shift[0] + scale[0], shift[1] + 2 * scale[1])


def test_a_tiny_acas_file_uses_the_last_output_entry() -> None:
    """Its header is of a network with seven inputs; the output mean is 7.5188840201005975."""
    raw = read_nnet(NETS / "acas_tiny_5-5-5.nnet")
    folded = read_nnet(NETS / "acas_tiny_5-5-5.nnet", normalisation="fold")
    centre = [Fraction("1.9791091e+04"), 0, 0, 650, 600]
    for y, z in zip(raw([0] * 5), folded(centre), strict=True):
        assert z == y * fmpq(37394992, 10**5) + fmpq(75188840201005975, 10**16)


@pytest.mark.parametrize(
    "lines",
    [
        ["// one", *GOOD[:7], "// two", "", *GOOD[7:], "// three", "", ""],
        [line.rstrip(",") for line in GOOD],
        [f"  {line.replace(',', ' , ')}\t" for line in GOOD],
        ["2,2,1,999", *GOOD[1:]],  # nothing depends on the largest layer size
        ["2,2,1", *GOOD[1:]],
    ],
)
def test_dialects(tmp_path: Path, lines: list[str]) -> None:
    expected = read_network(written(tmp_path / "good.nnet", GOOD))
    assert read_network(written(tmp_path / "n.nnet", lines)) == expected


def test_line_ends(tmp_path: Path) -> None:
    expected = read_network(written(tmp_path / "good.nnet", GOOD))
    for text in ["\r\n".join(GOOD), "\n".join(GOOD), "\ufeff" + "\n".join(GOOD)]:
        (tmp_path / "n.nnet").write_bytes(text.encode())
        assert read_network(tmp_path / "n.nnet") == expected


def test_the_onnx_and_nnet_of_one_network_are_close_but_not_equal() -> None:
    one, other = (read_network(NETS / f"acasxu_1_1.{e}") for e in ("nnet", "onnx"))
    assert one.architecture == other.architecture
    assert one != other
    for number in range(1, 8):
        for x, y in zip(
            one.weight(number).entries(), other.weight(number).entries(), strict=True
        ):
            assert abs(x - y) <= abs(y) * fmpq(1, 2**24)  # half a unit in the last place


REFUSED = {
    "only comments": (["// nothing"], "truncated"),
    "no weights": (GOOD[:7], "truncated: the file ends before layer 1 weight row 0"),
    "one bias short": (GOOD[:-1], "truncated: the file ends before layer 2 bias 0"),
    "one line more": ([*GOOD, "1,"], "line 14: more lines"),
    "long row": (with_line(7, "1,2,3,"), "line 8: layer 1 weight row 0: 3 numbers"),
    "short row": (with_line(8, "1,"), "line 9: layer 1 weight row 1: 1 numbers"),
    "two biases": (with_line(9, "1,2,"), "line 10: layer 1 bias 0: 2 numbers"),
    "word": (with_line(7, "1,two,"), "line 8: layer 1 weight row 0: not an exact number: 'two'"),
    "nan": (with_line(9, "nan,"), "not an exact number: 'nan'"),
    "inf": (with_line(9, "-inf,"), "not an exact number: '-inf'"),
    "hole": (with_line(7, "1,,"), "line 8"),
    "spaces": (with_line(7, "1 2,"), "not an exact number"),
    "1/0": (with_line(9, "1/0,"), "zero denominator"),
    "huge exponent": (with_line(9, "1e99999999,"), "exponent out of range"),
    "layers": (with_line(0, "3,2,1,2,"), "contradict the header"),
    "inputs": (with_line(0, "2,3,1,2,"), "contradict the header"),
    "outputs": (with_line(0, "2,2,5,2,"), "contradict the header"),
    "short header": (with_line(0, "2,2"), "line 1: header"),
    "zero size": (with_line(1, "2,0,1,"), "not a list of positive integers"),
    "fraction size": (with_line(1, "2,2.5,1,"), "not a list of positive integers"),
    "giant size": (with_line(1, "2,1e100,1,"), "not a list of positive integers"),
    "one size": (with_line(1, "2,"), "contradict the header"),
    "few minima": (with_line(3, "1,"), "fewer than 2"),
    "few means": (with_line(5, "1,"), "fewer than 2"),
    "zero range": (with_line(6, "2,0,8,"), "an input range is zero"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(tmp_path: Path, case: str) -> None:
    lines, word = REFUSED[case]
    refused(written(tmp_path / "n.nnet", lines), word, kind=FormatError)


def test_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "n.nnet").write_bytes("\n".join(GOOD).encode().replace(b"3", b"\xb3", 1))
    refused(tmp_path / "n.nnet", "not UTF-8")


@given(dense_networks(decimals))
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, network: Network) -> None:
    path = tmp_path_factory.mktemp("nnet") / "n.nnet"
    assert write_network(network, path) is True
    assert read_network(path) == network


@given(dense_networks(doubles))
def test_every_float_has_a_decimal(
    tmp_path_factory: pytest.TempPathFactory, network: Network
) -> None:
    path = tmp_path_factory.mktemp("nnet") / "n.nnet"
    assert write_network(network, path) is True
    assert read_network(path) == network


@given(rationals)
def test_decimal_is_exact_or_the_nearest_float(value: fmpq) -> None:
    text, exact = decimal(value)
    denominator = int(value.q)
    while denominator % 2 == 0:
        denominator //= 2
    while denominator % 5 == 0:
        denominator //= 5
    assert exact is (denominator == 1)
    fraction = Fraction(int(value.p), int(value.q))
    assert Fraction(text) == (fraction if exact else Fraction(repr(float(fraction))))


@pytest.mark.parametrize(
    ("network", "word"),
    [
        (Network(1, (Layer.of({0: [[1]]}, [0]), Layer.of({0: [[1]], 1: [[1]]}, [0]))), "skip"),
        (Network(1, (Layer.of({}, []), Layer.of({}, [0]))), "without neurons"),
        (Network.dense([([[fmpq(10) ** 400 / 3]], [0])]), "too large"),
    ],
)
def test_cannot_be_written(tmp_path: Path, network: Network, word: str) -> None:
    with pytest.raises(InputError, match=word):
        write_network(network, tmp_path / "n.nnet")


@given(damage=damages)
def test_damage(tmp_path_factory: pytest.TempPathFactory, damage: Any) -> None:
    path = tmp_path_factory.mktemp("nnet") / "n.nnet"
    only_input_errors(path, damaged("\n".join(GOOD).encode(), damage))
