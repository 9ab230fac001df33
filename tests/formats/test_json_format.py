"""The .json format: exact round trips of every network, and refusal of everything unclear."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from exactrev.formats import read_network, write_network
from exactrev.network import Layer, Network
from exactrev.network.convolution import Convolution
from exactrev.network.windows import Windows
from tests.formats.random_networks import dense_networks, rationals, skip_networks
from tests.formats.refusals import damaged, damages, only_input_errors, refused

DENSE = {
    "format": "exactrev-network",
    "version": 1,
    "layers": [
        {"weight": [["1/3", "-2"], [4, "0.25"]], "bias": ["0", "-1e-2"]},
        {"weight": [["+7", "-3/6"]], "bias": [0]},
    ],
}


def changed(path: tuple[Any, ...], value: Any, document: Any) -> dict[str, Any]:
    """A document with the value at a path of keys replaced."""
    copy = json.loads(json.dumps(document))
    place = copy
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    result: dict[str, Any] = copy
    return result


def with_(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """DENSE with the value at a path of keys replaced."""
    return changed(path, value, DENSE)


def test_the_entries_are_exact(tmp_path: Path) -> None:
    (tmp_path / "n.json").write_text(json.dumps(DENSE))
    network = read_network(tmp_path / "n.json")
    assert network == Network.dense(
        [
            ([[fmpq(1, 3), -2], [4, fmpq(1, 4)]], [0, fmpq(-1, 100)]),
            ([[7, fmpq(-1, 2)]], [0]),
        ]
    )


def test_skip_connections(tmp_path: Path) -> None:
    """z_2 = 5 x_1 + 2 relu(x_1 - x_2) + 1, worked out by hand."""
    document = with_(("layers", 0), {"weight": [[1, -1]], "bias": [0]})
    document["layers"][1] = {"weights": {"0": [["5", 0]], "1": [[2]]}, "bias": [1]}
    (tmp_path / "n.json").write_text(json.dumps(document))
    network = read_network(tmp_path / "n.json")
    assert not network.is_dense
    assert network([3, 1]) == (fmpq(5 * 3 + 2 * 2 + 1),)
    assert network([1, 3]) == (fmpq(5 * 1 + 0 + 1),)


def test_integers_of_any_length(tmp_path: Path) -> None:
    digits = "7" * 5000
    text = json.dumps(DENSE).replace('"1/3"', digits).replace('"-2"', f'"1/{digits}"')
    (tmp_path / "n.json").write_text(text)
    weight = read_network(tmp_path / "n.json").weight(1)
    assert weight[0, 0] * weight[0, 1] == 1
    assert (weight[0, 0] * 9 + 7) == 7 * fmpq(10) ** 5000


def test_a_dense_file_has_only_the_documented_keys(tmp_path: Path) -> None:
    write_network(Network.dense([([[1, 2]], [0]), ([[0]], ["1/3"])]), tmp_path / "n.json")
    assert json.loads((tmp_path / "n.json").read_text()) == {
        "format": "exactrev-network",
        "version": 1,
        "layers": [
            {"weight": [["1", "2"]], "bias": ["0"]},
            {"weight": [["0"]], "bias": ["1/3"]},
        ],
    }


def test_notes_are_kept(tmp_path: Path) -> None:
    layer = Network.dense([([[1]], [0])]).layers[0]
    write_network(Network(1, (layer,), ('folded "Sub"', "é")), tmp_path / "n.json")
    assert read_network(tmp_path / "n.json").notes == ('folded "Sub"', "é")


def test_a_layer_without_neurons(tmp_path: Path) -> None:
    network = Network(3, (Layer.of({}, []), Layer.of({}, ["1/2"])))
    assert write_network(network, tmp_path / "n.json")
    assert read_network(tmp_path / "n.json") == network


@given(st.one_of(dense_networks(rationals, least=0), skip_networks(rationals)))
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, network: Network) -> None:
    path = tmp_path_factory.mktemp("json") / "n.json"
    assert write_network(network, path) is True
    assert read_network(path) == network


CONVOLUTION = {
    "format": "exactrev-network", "version": 1, "shapes": [[1, 2, 3], [2, 2, 2], [1]],
    "layers": [
        {"weight": {"conv": {"input": [1, 2, 3], "pads": [0, 0, 1, 0], "kernel":
                             [[[["1/2", 1], [2, 3]]], [[[0, "-1"], [0, 0]]]]}},
         "bias": {"channels": [5, "1/3"], "each": 4}},
        {"weights": {"0": {"sparse": [[0, 5, "7"], [0, 1, -1]]}, "1": [[1, 1, 1, 1, 1, 1, 1, 1]]},
         "bias": [0]},
    ],
}


def block(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """CONVOLUTION with the value at a path of keys replaced."""
    return changed(path, value, CONVOLUTION)


def test_convolutions_and_sparse_blocks(tmp_path: Path) -> None:
    """Windows 2 x 2 on 2 x 3 with a row of zeros below, written out by hand."""
    (tmp_path / "n.json").write_text(json.dumps(CONVOLUTION))
    network = read_network(tmp_path / "n.json")
    h = fmpq(1, 2)
    assert network == Network(6, (
        Layer.of({0: [
            [h, 1, 0, 2, 3, 0], [0, h, 1, 0, 2, 3], [0, 0, 0, h, 1, 0], [0, 0, 0, 0, h, 1],
            [0, -1, 0, 0, 0, 0], [0, 0, -1, 0, 0, 0], [0, 0, 0, 0, -1, 0], [0, 0, 0, 0, 0, -1],
        ]}, [5] * 4 + ["1/3"] * 4),
        Layer.of({0: [[0, -1, 0, 0, 0, 7]], 1: [[1] * 8]}, [0]),
    ))
    assert network.shapes == ((1, 2, 3), (2, 2, 2), (1,))


@pytest.mark.parametrize("groups", [1, 2])
def test_large_sparse_blocks_are_written_short(tmp_path: Path, groups: int) -> None:
    windows = Windows.over([9, 8], [3, 2], [2, 1], None, [1, 0, 1, 0])
    kernel = tuple(fmpq(i + 1, 7) for i in range(4 * 2 // groups * 6))
    convolution = Convolution(kernel, (4, 2 // groups, 3, 2), windows, groups)
    matrix = convolution.matrix()
    bias = [fmpq(c, 3) for c in range(4) for _ in range(matrix.nrows() // 4)]
    out = [[0] * (matrix.nrows() - 1) + [1]] * 3
    shapes = ((2, 9, 8), convolution.output_shape, (3,))
    layers = (Layer.of({0: matrix}, bias), Layer.of({1: out}, [0, 0, 1]))
    network = Network(144, layers, (), shapes)
    path = tmp_path / "n.json"
    for shown, word in [(network, '"conv"'), (Network(144, layers), '"sparse"')]:
        assert write_network(shown, path) is True
        assert word in path.read_text() and '"sparse"' in path.read_text()
        assert path.stat().st_size < 40_000
        assert read_network(path) == network
        assert read_network(path).shapes == shown.shapes


CONV = ("layers", 0, "weight", "conv")
SPARSE = ("layers", 1, "weights", "0", "sparse")
REFUSED_BLOCKS = {
    "key": (block((*CONV, "stride"), [1, 1]), "unknown key 'stride'"),
    "block key": (block(CONV[:-1], {"convolution": {}}), "layer 1"),
    "both": (block(CONV[:-1], {"conv": {}, "sparse": []}), "layer 1"),
    "list": (block(CONV, []), "conv"),
    "no kernel": (block(CONV, {"input": [1, 2, 3]}), "kernel"),
    "ragged": (block((*CONV, "kernel", 0, 0, 0), [1]), "ragged"),
    "flat": (block((*CONV, "kernel"), [[1, 2]]), "nested lists"),
    "float": (block((*CONV, "kernel", 0, 0, 0, 0), 0.5), "must be a string"),
    "channels": (block((*CONV, "input"), [2, 2, 3]), "2 channels"),
    "grid": (block((*CONV, "input"), [1, 6]), "does not fit"),
    "groups": (block((*CONV, "groups"), 3), "3 groups"),
    "no groups": (block((*CONV, "groups"), 0), "layer 1"),
    "stride": (block((*CONV, "strides"), [0, 1]), "positive"),
    "negative pads": (block((*CONV, "pads"), [0, 0, -1, 0]), "natural numbers"),
    "outputs": (block((*CONV, "pads"), [0, 0, 0, 0]), "makes 4 values of 6 where 8 of 6"),
    "giant": (block((*CONV, "input"), [1, 9999999, 9999999]), "too"),
    "giant pads": (block((*CONV, "pads"), [10**7] * 4), "makes"),
    "each": (block(("layers", 0, "bias", "each"), 10**8), "natural numbers"),
    "bias keys": (block(("layers", 0, "bias"), {"channels": [1]}), "each"),
    "place": (block((*SPARSE, 0), [0, 6, 1]), "(0, 6) is outside"),
    "twice": (block((*SPARSE, 0), [0, 1, 1]), "given twice"),
    "triple": (block((*SPARSE, 0), [0, 1]), "row, column, weight"),
    "negative": (block((*SPARSE, 0), [0, -1, 1]), "natural numbers"),
    "shapes": (block(("shapes", 0), [6, 2]), "shapes"),
    "shapes text": (block(("shapes",), "a"), '"shapes"'),
    "sparse alone": (block(("layers", 0), {"weight": {"sparse": []}, "bias": [1]}), '"inputs"'),
}


@pytest.mark.parametrize("case", REFUSED_BLOCKS)
def test_refused_blocks(tmp_path: Path, case: str) -> None:
    document, word = REFUSED_BLOCKS[case]
    (tmp_path / "n.json").write_text(json.dumps(document))
    refused(tmp_path / "n.json", word)


LAYER = ("layers", 0)
REFUSED = {
    "format": (with_(("format",), "onnx"), "not an exactrev network"),
    "version 2": (with_(("version",), 2), "version 2 is unknown"),
    "version text": (with_(("version",), "1"), '"version"'),
    "version true": (with_(("version",), True), '"version"'),
    "version 1.0": (with_(("version",), 1.0), '"version"'),
    "extra key": (with_(("activation",), "tanh"), "unknown key 'activation'"),
    "no layers": (with_(("layers",), []), '"layers"'),
    "layers object": (with_(("layers",), {}), '"layers"'),
    "layer list": (with_(LAYER, []), "layer 1"),
    "layer key": (with_((*LAYER, "relu"), False), "layer 1: unknown key 'relu'"),
    "both": (with_((*LAYER, "weights"), {}), 'one of "weight" and "weights"'),
    "no bias": (with_(LAYER, {"weight": [[1]]}), 'needs "bias"'),
    "float": (with_((*LAYER, "weight", 0, 0), 0.1), '0.1 must be a string ("0.1")'),
    "null": (with_((*LAYER, "weight", 0, 0), None), "neither a string nor an integer"),
    "boolean": (with_((*LAYER, "weight", 0, 0), True), "neither a string nor an integer"),
    "list": (with_((*LAYER, "weight", 0, 0), [1]), "neither a string nor an integer"),
    "nan": (with_((*LAYER, "weight", 0, 0), float("nan")), "NaN"),
    "infinity": (with_((*LAYER, "bias", 0), float("-inf")), "-Infinity"),
    "text nan": (with_((*LAYER, "bias", 0), "nan"), "not an exact number: 'nan'"),
    "hexadecimal": (with_((*LAYER, "bias", 0), "0x10"), "not an exact number"),
    "other digits": (with_((*LAYER, "bias", 0), "٣"), "not an exact number"),
    "1/0": (with_((*LAYER, "bias", 0), "1/0"), "zero denominator"),
    "huge exponent": (with_((*LAYER, "bias", 0), "1e999999999"), "exponent out of range"),
    "ragged": (with_((*LAYER, "weight", 1), [1]), "row 1: 1 entries where 2 are needed"),
    "rows and biases": (with_((*LAYER, "bias"), [1, 2, 3]), "2 rows but there are 3 biases"),
    "mismatch": (with_(("layers", 1, "weight"), [[1, 2, 3]]), "layer 2"),
    "string row": (with_((*LAYER, "weight", 0), "12"), "not a list of numbers"),
    "reads itself": (with_(("layers", 1), {"weights": {"2": [[1]]}, "bias": [0]}), "reads layer"),
    "reads -1": (with_(("layers", 1), {"weights": {"-1": [[1]]}, "bias": [0]}), "reads layer"),
    "reads 00": (with_(("layers", 1), {"weights": {"00": [[1]]}, "bias": [0]}), "reads layer"),
    "inputs": (with_(("inputs",), 3), "layer 1"),
    "no inputs": (with_(("inputs",), 0), '"inputs"'),
    "many inputs": (with_(("inputs",), 10**12), '"inputs"'),
    "unknown inputs": (with_(LAYER, {"weight": [], "bias": []}), '"inputs"'),
    "notes": (with_(("notes",), "a"), '"notes"'),
    "no outputs": (with_(("layers", 1), {"weight": [], "bias": []}), "one output"),
    "array": ([DENSE], "not an object"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(tmp_path: Path, case: str) -> None:
    document, word = REFUSED[case]
    path = tmp_path / "n.json"
    path.write_text(json.dumps(document, ensure_ascii=False))
    refused(path, word)


TEXTS = {
    "truncated": (json.dumps(DENSE)[:-3].encode(), "not JSON"),
    "trailing": (json.dumps(DENSE).encode() + b"{}", "not JSON"),
    "not UTF-8": (json.dumps(DENSE).encode()[:-1] + b"\xff}", "not UTF-8"),
    "UTF-16": (json.dumps(DENSE).encode("utf-16"), "not UTF-8"),
    "nested": (b'{"layers": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", "nested too deeply"),
    "nested objects": (b'{"a":' * 200_000 + b"1" + b"}" * 200_000, "nested too deeply"),
    "key twice": (json.dumps(DENSE).encode()[:-1] + b', "version": 1}', "'version' occurs twice"),
    "inner key twice": (
        json.dumps(DENSE).encode().replace(b'"bias"', b'"bias": [], "bias"', 1),
        "'bias' occurs twice",
    ),
}


@pytest.mark.parametrize("case", TEXTS)
def test_refused_texts(tmp_path: Path, case: str) -> None:
    text, word = TEXTS[case]
    (tmp_path / "n.json").write_bytes(text)
    refused(tmp_path / "n.json", word)


@given(damage=damages)
def test_damage(tmp_path_factory: pytest.TempPathFactory, damage: Any) -> None:
    path = tmp_path_factory.mktemp("json") / "n.json"
    for document in (DENSE, CONVOLUTION):
        only_input_errors(path, damaged(json.dumps(document).encode(), damage))
