"""Keras models: what Keras wrote computes what Keras computed, and nothing is executed."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings

from exactrev.errors import FormatError, UnsupportedOperator
from exactrev.formats import read_network
from exactrev.network import Network
from tests.formats.refusals import damaged, damages, only_input_errors, refused

DATA = Path(__file__).parent / "data"
OUTPUTS = json.loads((DATA / "outputs.json").read_text())

Edit = Callable[[dict[str, Any], h5py.File], None]


@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize(
    ("name", "architecture"),
    [
        ("sequential", (3, 4, 5, 2)), ("skip", (4, 3, 3, 2)),
        ("series", (16, 24, 9, 9, 4, 2)),
        ("images", (60, 84, 108, 48, 24, 12, 16, 8, 4, 6, 3, 2)),
    ],
)
def test_agrees_with_keras(name: str, ending: str, architecture: tuple[int, ...]) -> None:
    """Keras computed in float32: the tolerance is its rounding."""
    network = read_network(DATA / f"{name}.{ending}")
    assert network.architecture == architecture
    assert network.is_dense is (name == "sequential")
    for x, y in zip(OUTPUTS[name]["x"], OUTPUTS[name]["y"], strict=True):
        assert np.allclose([int(v.p) / int(v.q) for v in network(x)], y, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["sequential", "skip", "series", "images"])
def test_both_endings_hold_the_same_network(name: str) -> None:
    assert read_network(DATA / f"{name}.keras") == read_network(DATA / f"{name}.h5")


def test_a_lambda_is_refused_by_name() -> None:
    refused(DATA / "lambda.keras", "layer class Lambda is not supported",
            kind=UnsupportedOperator)


# -- models by hand, in the layout of Keras 3 and of Keras 2 ----------------------------------


def layer(kind: str, name: str, module: str | None = "keras.layers", **config: Any) -> Any:
    entry = {"class_name": kind, "config": {"name": name, **config}, "registered_name": None}
    return entry if module is None else {**entry, "module": module}


def model() -> dict[str, Any]:
    """relu(x A + a) B with A = [[1, 2], [3, 4]], a = (5, 6), B = [[7], [8]]."""
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {
            "name": "s",
            "layers": [
                layer("InputLayer", "i", batch_shape=[None, 2]),
                layer("Dense", "d1", activation="relu", units=2),
                layer("Dense", "d2", activation="linear", units=1, use_bias=False),
            ],
        },
    }


EXPECTED = Network.dense([([[1, 3], [2, 4]], [5, 6]), ([[7, 8]], [0])])


def weights(file: h5py.File) -> None:
    file["layers/dense/vars/0"] = np.float32([[1, 2], [3, 4]])
    file["layers/dense/vars/1"] = np.float32([5, 6])
    file["layers/dense_1/vars/0"] = np.float32([[7], [8]])


def archive(edit: Edit | None = None, drop: str = "") -> bytes:
    """The model as a .keras archive, after an edit of its configuration and weights."""
    configuration, inner, outer = model(), io.BytesIO(), io.BytesIO()
    with h5py.File(inner, "w") as file:
        weights(file)
        if edit:
            edit(configuration, file)
    members = {
        "metadata.json": b"{}",
        "config.json": json.dumps(configuration).encode(),
        "model.weights.h5": inner.getvalue(),
    }
    with zipfile.ZipFile(outer, "w") as zipped:
        for name, data in members.items():
            if name != drop:
                zipped.writestr(name, data)
    return outer.getvalue()


def test_a_model_by_hand(tmp_path: Path) -> None:
    (tmp_path / "n.keras").write_bytes(archive())
    assert read_network(tmp_path / "n.keras") == EXPECTED


def test_a_keras_2_file(tmp_path: Path) -> None:
    """Layout of tf.keras 2: shape in the first layer, a bytes attribute, names ending in ":0"."""
    configuration = {
        "class_name": "Sequential",
        "config": {"layers": [
            layer("Dense", "d1", None, activation="relu",
                  batch_input_shape={"class_name": "__tuple__", "items": [None, 2]}),
            layer("Dense", "d2", None, activation="linear", use_bias=False),
        ]},
    }
    with h5py.File(tmp_path / "n.h5", "w") as file:
        file.attrs["model_config"] = json.dumps(configuration).encode()
        for name, arrays in [
            ("d1", {"kernel:0": [[1, 2], [3, 4]], "bias:0": [5, 6]}),
            ("d2", {"kernel:0": [[7], [8]]}),
        ]:
            group = file.create_group(f"model_weights/{name}")
            group.attrs["weight_names"] = [f"{name}/{key}".encode() for key in arrays]
            for key, values in arrays.items():
                group[f"{name}/{key}"] = np.float64(values)
    assert read_network(tmp_path / "n.h5") == EXPECTED


def test_a_keras_2_functional_graph(tmp_path: Path) -> None:
    """x + relu(x A + a), inbound nodes as lists."""
    def edit(configuration: dict[str, Any], file: h5py.File) -> None:
        first, second = configuration["config"]["layers"][:2]
        configuration["class_name"] = "Functional"
        configuration["config"]["layers"] = [
            {**layer("Add", "sum", None), "inbound_nodes": [[["i", 0, 0, {}], ["d1", 0, 0, {}]]]},
            {**first, "inbound_nodes": []},
            {**second, "inbound_nodes": [[["i", 0, 0, {}]]]},
        ]
        configuration["config"]["output_layers"] = [["sum", 0, 0]]

    (tmp_path / "n.keras").write_bytes(archive(edit))
    assert read_network(tmp_path / "n.keras")([1, -1]) == (fmpq(1 + 3), fmpq(-1 + 4))


@pytest.mark.parametrize("dtype", ["<f2", ">f4", "<f8", "<i4"])
def test_every_number_type_is_exact(tmp_path: Path, dtype: str) -> None:
    def edit(_: dict[str, Any], file: h5py.File) -> None:
        del file["layers/dense/vars/1"]
        file["layers/dense/vars/1"] = np.array([5, 6], dtype)

    (tmp_path / "n.keras").write_bytes(archive(edit))
    assert read_network(tmp_path / "n.keras") == EXPECTED


def configured(number: int, **changes: Any) -> Edit:
    """An edit of one layer's configuration."""
    def edit(configuration: dict[str, Any], _: h5py.File) -> None:
        configuration["config"]["layers"][number]["config"].update(changes)

    return edit


def entry(number: int, **changes: Any) -> Edit:
    """An edit of one layer's entry."""
    def edit(configuration: dict[str, Any], _: h5py.File) -> None:
        configuration["config"]["layers"][number].update(changes)

    return edit


def appended(kind: str, **config: Any) -> Edit:
    def edit(configuration: dict[str, Any], _: h5py.File) -> None:
        configuration["config"]["layers"].append(layer(kind, "added", **config))

    return edit


def top(**changes: Any) -> Edit:
    def edit(configuration: dict[str, Any], _: h5py.File) -> None:
        configuration.update(changes)

    return edit


PIECES: dict[str, tuple[Edit, list[str]]] = {
    "relu 6": (appended("ReLU", max_value=6.0), ["0", "1/2", "6"]),
    "leaky, Keras 3": (appended("LeakyReLU", negative_slope=0.25), ["-1/2", "1/2", "7"]),
    "leaky, Keras 2": (appended("LeakyReLU", alpha=0.5), ["-1", "1/2", "7"]),
    "ReLU with a slope": (appended("ReLU", negative_slope=0.25), ["-1/2", "1/2", "7"]),
    "both": (appended("ReLU", negative_slope=0.25, max_value=1), ["-1/2", "1/2", "1"]),
    "activation relu6": (appended("Activation", activation="relu6"), ["0", "1/2", "6"]),
}


@pytest.mark.parametrize("case", PIECES)
def test_pieces_of_relu_by_hand(tmp_path: Path, case: str) -> None:
    """At -2, 1/2 and 7: d1 is made the identity, so x + 6 is positive, and d2 takes 6 off."""
    def identity(configuration: dict[str, Any], file: h5py.File) -> None:
        PIECES[case][0](configuration, file)
        configuration["config"]["layers"][2]["config"]["use_bias"] = True
        for path, value in [("dense/vars/0", [[1, 0], [0, 1]]), ("dense/vars/1", [6, 0]),
                            ("dense_1/vars/0", [[1], [0]])]:
            del file[f"layers/{path}"]
            file[f"layers/{path}"] = np.float32(value)
        file["layers/dense_1/vars/1"] = np.float32([-6])

    (tmp_path / "n.keras").write_bytes(archive(identity))
    network = read_network(tmp_path / "n.keras")
    assert [str(network([x, 0])[0]) for x in (-2, "1/2", 7)] == PIECES[case][1]


UNSUPPORTED: dict[str, tuple[Edit, str]] = {
    "custom class": (entry(1, registered_name="Mine>Dense"), "Mine>Dense"),
    "foreign module": (entry(1, module="mine.layers"), "layer class Dense"),
    "lambda": (appended("Lambda", function="x"), "Lambda"),
    "recurrence": (appended("LSTM"), "LSTM"),
    "bilinear": (appended("UpSampling2D", interpolation="bilinear"), "'bilinear'"),
    "nested model": (appended("Sequential"), "Sequential"),
    "model class": (top(class_name="Mine"), "'Mine'"),
    "tanh": (configured(1, activation="tanh"), "activation 'tanh'"),
    "activation object": (configured(1, activation={"class_name": "function"}), "activation"),
    "activation layer": (appended("Activation", activation="softmax"), "'softmax'"),
    "ceiling below zero": (appended("ReLU", max_value=-1.0), "ceiling -1"),
    "threshold": (appended("ReLU", threshold=1.0), "threshold = 1.0"),
    "quantised": (configured(1, quantization_config={"mode": "int8"}), "quantization_config"),
}


@pytest.mark.parametrize("case", UNSUPPORTED)
def test_unsupported_layers_are_named(tmp_path: Path, case: str) -> None:
    edit, word = UNSUPPORTED[case]
    (tmp_path / "n.keras").write_bytes(archive(edit))
    refused(tmp_path / "n.keras", word, kind=UnsupportedOperator)


def replaced(path: str, value: Any) -> Edit:
    """An edit of one array of weights; None removes it."""
    def edit(_: dict[str, Any], file: h5py.File) -> None:
        del file[path]
        if value is not None:
            file[path] = value

    return edit


def group_for_array(_: dict[str, Any], file: h5py.File) -> None:
    del file["layers/dense/vars/1"]
    file.create_group("layers/dense/vars/1")


def cycle(_: dict[str, Any], file: h5py.File) -> None:
    file["layers/again"] = file["layers"]


def renamed(_: dict[str, Any], file: h5py.File) -> None:
    file["layers/dense/vars"].attrs["name"] = "d2"


def virtual(_: dict[str, Any], file: h5py.File) -> None:
    del file["layers/dense/vars/1"]
    layout = h5py.VirtualLayout((2,), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "d", (2,))
    file.create_virtual_dataset("layers/dense/vars/1", layout)


def stored_elsewhere(_: dict[str, Any], file: h5py.File) -> None:
    del file["layers/dense/vars/1"]
    file.create_dataset("layers/dense/vars/1", (2,), "f4", external=[("/etc/passwd", 0, 8)])


def hollow(_: dict[str, Any], file: h5py.File) -> None:
    del file["layers/dense/vars/1"]
    file.create_dataset("layers/dense/vars/1", (10**7,), "f8", chunks=(1000,))


def giant(_: dict[str, Any], file: h5py.File) -> None:
    del file["layers/dense/vars/1"]
    file.create_dataset("layers/dense/vars/1", (10**12,), "f8", chunks=(1000,))


DAMAGED: dict[str, tuple[Edit, str]] = {
    "no layers": (top(config={}), "lists no layers"),
    "empty": (top(config={"layers": []}), "lists no layers"),
    "layers of numbers": (top(config={"layers": [1]}), "damaged"),
    "no name": (configured(1, name=None), "no name"),
    "same name": (configured(1, name="d2"), "same name"),
    "no shape": (configured(0, batch_shape=None), "no shape"),
    "open shape": (configured(0, batch_shape=[None, None]), "open shape"),
    "giant shape": (configured(0, batch_shape=[None, 10**12]), "too large"),
    "wrong shape": (configured(0, batch_shape=[None, 3]), "shapes"),
    "second input": (appended("InputLayer", batch_shape=[None, 2]), "second input"),
    "missing weights": (replaced("layers/dense_1", None), "are missing"),
    "missing bias": (replaced("layers/dense/vars/1", None), "1 variables where 2 are needed"),
    "group for array": (group_for_array, "1 variables where 2 are needed"),
    "kernel rank": (replaced("layers/dense/vars/0", np.float32([1, 2])), "kernel of shape"),
    "bias shape": (replaced("layers/dense/vars/1", np.float32([1, 2, 3])), "kernel of shape"),
    "nan": (replaced("layers/dense/vars/1", np.float32([1, np.nan])), "nan"),
    "infinity": (replaced("layers/dense_1/vars/0", np.float32([[1], [np.inf]])), "infinity"),
    "text": (replaced("layers/dense/vars/1", ["a", "b"]), "type object"),
    "complex": (replaced("layers/dense/vars/1", np.array([1j, 2])), "type complex128"),
    "name of another": (renamed, "belong to layer 'd2'"),
    "soft link": (replaced("layers/dense/vars/1", h5py.SoftLink("/layers/dense_1/vars/0")),
                  "leads elsewhere"),
    "external link": (replaced("layers/dense/vars/1", h5py.ExternalLink("/etc/passwd", "/")),
                      "leads elsewhere"),
    "virtual": (virtual, "another file"),
    "stored elsewhere": (stored_elsewhere, "another file"),
    "hollow": (hollow, "no numbers"),
    "giant": (giant, "too large"),
    "cycle": (cycle, "contain themselves"),
    "add of one": (appended("Add"), "Add"),
    "axis": (appended("Concatenate", axis=9), "Concatenate"),
    "unknown source": (
        lambda configuration, _: configuration.update(
            class_name="Functional",
            config={
                "layers": [
                    {**layer("InputLayer", "i", batch_shape=[None, 2]), "inbound_nodes": []},
                    {**layer("Flatten", "f"), "inbound_nodes": [[["nowhere", 0, 0, {}]]]},
                ],
                "output_layers": [["f", 0, 0]],
            },
        ),
        "not there",
    ),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_refused(tmp_path: Path, case: str) -> None:
    edit, word = DAMAGED[case]
    (tmp_path / "n.keras").write_bytes(archive(edit))
    refused(tmp_path / "n.keras", word, kind=FormatError)


def functional(nodes: Any, outputs: Any) -> Edit:
    """i -> d1 with these inbound nodes, and these outputs."""
    def edit(configuration: dict[str, Any], _: h5py.File) -> None:
        first, second = configuration["config"]["layers"][:2]
        configuration["class_name"] = "Functional"
        configuration["config"]["layers"] = [
            {**first, "inbound_nodes": []}, {**second, "inbound_nodes": nodes}
        ]
        configuration["config"]["output_layers"] = outputs

    return edit


@pytest.mark.parametrize(
    ("nodes", "outputs", "word"),
    [
        ([[["i", 0, 0, {}]], [["i", 0, 0, {}]]], [["d1", 0, 0]], "more than once"),
        ([[["i", 1, 0, {}]]], [["d1", 0, 0]], "more than once"),
        ([[["i", 0, 0, {"mask": 1}]]], [["d1", 0, 0]], "keyword arguments"),
        ([{"args": [], "kwargs": {"training": True}}], [["d1", 0, 0]], "keyword arguments"),
        ([[["i", 0, 0, {}]]], [["d1", 0, 0], ["i", 0, 0]], "one output"),
        ([[["i", 0, 0, {}]]], None, "one output"),
        ([[["i", 0, 0, {}]]], [["d9", 0, 0]], "not there"),
        ([[["d1", 0, 0, {}]]], [["d1", 0, 0]], "not there"),
        ([[["i", 0, 0, 7]]], [["d1", 0, 0]], "damaged"),
        (7, [["d1", 0, 0]], "more than once"),
    ],
)
def test_damaged_graphs(tmp_path: Path, nodes: Any, outputs: Any, word: str) -> None:
    (tmp_path / "n.keras").write_bytes(archive(functional(nodes, outputs)))
    refused(tmp_path / "n.keras", word, kind=FormatError)


@pytest.mark.parametrize("member", ["config.json", "model.weights.h5"])
def test_missing_members(tmp_path: Path, member: str) -> None:
    (tmp_path / "n.keras").write_bytes(archive(drop=member))
    refused(tmp_path / "n.keras", f"holds no {member}")


def test_deep_configurations(tmp_path: Path) -> None:
    """Deep enough for the JSON parser and too deep for a recursive walk, or too deep for both."""
    for depth in (900, 200_000):
        text = '{"class_name": "Functional", "config": {"layers": [{"class_name": "Flatten",'
        text += f'"config": {{"name": "f"}}, "inbound_nodes": {"[" * depth}{"]" * depth}}}]}}}}'
        with zipfile.ZipFile(tmp_path / "n.keras", "w") as zipped:
            zipped.writestr("config.json", text)
            zipped.writestr("model.weights.h5", b"")
        refused(tmp_path / "n.keras")


def test_weights_alone_are_no_network(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "n.h5", "w") as file:
        weights(file)
    refused(tmp_path / "n.h5", "no model_config")


def test_without_h5py(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "h5py", None)
    refused(DATA / "sequential.h5", "pip install exactrev[keras]")


@given(damage=damages)
def test_damage(tmp_path_factory: pytest.TempPathFactory, damage: Any) -> None:
    """Of the zip archive and of its configuration."""
    folder = tmp_path_factory.mktemp("keras")
    only_input_errors(folder / "n.keras", damaged(archive(), damage))
    text = damaged(json.dumps(model()).encode(), damage)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as zipped:
        zipped.writestr("config.json", text)
        zipped.writestr("model.weights.h5", b"")
    only_input_errors(folder / "n.keras", stream.getvalue())


@settings(max_examples=10)
@given(damage=damages)
def test_damaged_hdf5(tmp_path_factory: pytest.TempPathFactory, damage: Any) -> None:
    """The HDF5 library crashes on some; it is not in this process."""
    path = tmp_path_factory.mktemp("keras") / "n.h5"
    only_input_errors(path, damaged((DATA / "skip.h5").read_bytes(), damage))


def test_a_crash_of_the_library_is_a_refusal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "crash.py"
    program.write_text("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    monkeypatch.setattr(Path, "with_name", lambda *_: program)
    refused(DATA / "skip.h5", "the HDF5 library crashes on it", kind=FormatError)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.99])
def test_truncated_hdf5(tmp_path: Path, share: float) -> None:
    data = (DATA / "skip.h5").read_bytes()
    (tmp_path / "n.h5").write_bytes(data[: int(share * len(data))])
    refused(tmp_path / "n.h5")
