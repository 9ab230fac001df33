"""Residual, convolutional and pooled networks from files, through every command and the checker."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flint import fmpq

from exactrev.cli import verified
from exactrev.formats import read_network, write_network
from exactrev.formats.decimals import decimal
from exactrev.network import Layer, Network
from exactrev.network.convolutional import convolutional
from exactrev.network.symmetry import Isomorphism, transform
from tests.arrangement import brute_force
from tests.cli.said import Run
from tests.formats.onnx_graphs import graph, node, save

RNG = np.random.default_rng(5)


def eighths(*shape: int) -> np.ndarray[Any, Any]:
    return (RNG.integers(-16, 17, shape) / 8).astype(np.float32)


IDENTITY = {"w1": eighths(2, 4), "b1": eighths(4), "w2": eighths(4, 4), "b2": eighths(4),
            "w3": eighths(4, 1)}
MODELS = {
    "convolution": graph(
        [node("Conv", "x k b", "a"), node("Relu", "a", "c"), node("Flatten", "c", "d"),
         node("Gemm", "d w v")],
        {"k": eighths(2, 1, 3, 3), "b": eighths(2), "w": eighths(8, 2), "v": eighths(2)},
        [1, 1, 4, 4],
    ),
    "residual": graph(
        [node("Gemm", "x w1 b1", "a"), node("Relu", "a", "c"), node("Gemm", "c w2 b2", "d"),
         node("Add", "d c", "e"), node("Relu", "e", "g"), node("Add", "g c", "h"),
         node("Gemm", "h w3")], IDENTITY, [1, 2],
    ),
    "concatenated": graph(
        [node("Gemm", "x w1 b1", "a"), node("Relu", "a", "c"), node("Concat", "c x", "d", axis=1),
         node("Gemm", "d w2 b2", "e"), node("Relu", "e", "g"), node("Concat", "g x", "h", axis=1),
         node("Gemm", "h w3")],
        {**IDENTITY, "w2": eighths(6, 4), "w3": eighths(6, 1)}, [1, 2],
    ),
    "pooled": graph(
        [node("Conv", "x k b", "a", pads=[1, 1]), node("Relu", "a", "c"),
         node("MaxPool", "c", "d", kernel_shape=[2], strides=[2]), node("Flatten", "d", "e"),
         node("Gemm", "e w")],
        {"k": eighths(1, 1, 3), "b": eighths(1), "w": eighths(2, 1)}, [1, 1, 4],
    ),
    "leaky, absolute, clipped": graph(
        [node("Gemm", "x w1 b1", "a"), node("LeakyRelu", "a", "c", alpha=0.25),
         node("Gemm", "c w b", "d"), node("Abs", "d", "e"), node("Clip", "e l h")],
        {**IDENTITY, "w": eighths(4, 1), "b": eighths(1), "l": np.float32(0.5),
         "h": np.float32(2)}, [1, 2],
    ),
}


@pytest.fixture(params=MODELS)
def victim(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Each of the networks as an ONNX file."""
    return save(tmp_path / "net.onnx", MODELS[request.param])


def shuffled(network: Network) -> Network:
    """Every hidden layer turned by one place, neuron i scaled by (i + 1) / 3."""
    return transform(network, Isomorphism(tuple(
        tuple(((i + 1) % layer.size, fmpq(i + 1, 3)) for i in range(layer.size))
        for layer in network.hidden
    )))


def lifted(network: Network, height: fmpq) -> Network:
    """The network plus a constant."""
    *hidden, last = network.layers
    bias = [b + height for b in last.bias.entries()]
    return Network(network.inputs, (*hidden, Layer.of(dict(last.weights), bias)))


#: claims that the extracted checker knows
EXTRACTED = ("claim isomorphic ", "claim regions ")


def assert_accepted(run: Run, certificate: Path) -> None:
    """By the checker, and by the extracted one where it is built; not after a change."""
    assert run("check", certificate).code == 0
    known = any(line.startswith(EXTRACTED) for line in certificate.read_text().splitlines())
    if known and verified._BUILT.exists():
        assert run("check", certificate, "--verified").code == 0
    lines = certificate.read_text().splitlines()
    place = next(i for i, line in enumerate(lines) if line.startswith("bias "))
    lines[place] = lines[place].replace("bias ", "bias 1", 1)
    certificate.write_text("\n".join(lines) + "\n")
    assert run("check", certificate).code == 1


def test_regions(run: Run, victim: Path, tmp_path: Path) -> None:
    certificate = tmp_path / "regions.cert"
    said = run("regions", victim, "--json", "--certificate", certificate)
    network = read_network(victim)
    # brute force enumerates faces, too many in 16 dimensions: there 8 planes are independent
    expected = 2**8 if network.inputs == 16 else len(brute_force.regions(network))
    assert (said.json["verdict"], said.json["regions"]) == ("complete", expected)
    assert_accepted(run, certificate)


def test_isomorphic(run: Run, victim: Path, tmp_path: Path) -> None:
    other, certificate = tmp_path / "other.json", tmp_path / "isomorphic.cert"
    write_network(shuffled(read_network(victim)), other)
    said = run("equiv", victim, other, "--json", "--certificate", certificate)
    assert (said.code, said.json["verdict"]) == (0, "isomorphic")
    assert_accepted(run, certificate)
    first, second = (run("info", path, "--json").json for path in (victim, other))
    assert first["canonical_sha256"] == second["canonical_sha256"]


def test_how_far_apart(run: Run, victim: Path, tmp_path: Path) -> None:
    other, certificate = tmp_path / "other.json", tmp_path / "deviation.cert"
    write_network(lifted(shuffled(read_network(victim)), fmpq(1, 1000)), other)
    said = run("equiv", victim, other, "--deviation", "--box", -1, 1, "--json",
               "--certificate", certificate)
    assert said.json["verdict"] == "different"
    assert said.json["max_deviation"] == {"lower": "1/1000", "upper": "1/1000"}
    assert_accepted(run, certificate)


def query(path: Path, network: Network, least: fmpq) -> Path:
    """Is some output 0 over the box [-1, 1] at least ``least``?"""
    lines = [f"(declare-const X_{i} Real)" for i in range(network.inputs)]
    lines += [f"(declare-const Y_{i} Real)" for i in range(network.outputs)]
    for i in range(network.inputs):
        lines += [f"(assert (<= X_{i} 1))", f"(assert (>= X_{i} -1))"]
    number, exact = decimal(least)
    assert exact
    lines.append(f"(assert (>= Y_0 {number}))")
    path.write_text("\n".join(lines))
    return path


def ceiling(network: Network) -> fmpq:
    """An upper bound on |output 0| over the box: absolute weights on bounds of absolute values."""
    sizes = [[fmpq(1)] * network.inputs]
    for number, layer in enumerate(network.layers, 1):
        bounds = [abs(b) for b in network.bias(number).entries()]
        for source, matrix in layer.weights:
            for i in range(layer.size):
                bounds[i] += sum(
                    (abs(matrix[i, j]) * sizes[source][j] for j in range(matrix.ncols())), fmpq(0)
                )
        sizes.append(bounds)
    return sizes[-1][0]


def test_verify(run: Run, victim: Path, tmp_path: Path) -> None:
    network, certificate = read_network(victim), tmp_path / "verify.cert"
    reached = network([fmpq(1, 2)] * network.inputs)[0]
    for least, verdict in ((reached, "sat"), (ceiling(network) + 1, "unsat")):
        path = query(tmp_path / "query.vnnlib", network, least)
        said = run("verify", path, "--network", victim, "--certificate", certificate)
        assert said.verdict == verdict
        assert_accepted(run, certificate)


def test_reduce(run: Run, victim: Path, tmp_path: Path) -> None:
    """A neuron split in two that share its readers' weights is put together again."""
    network = read_network(victim)
    split, certificate = tmp_path / "split.json", tmp_path / "reduce.cert"
    write_network(with_first_neuron_split(network), split)
    output = tmp_path / "reduced.json"
    said = run("reduce", split, "--output", output, "--json", "--certificate", certificate)
    assert said.code == 0
    assert read_network(output).architecture[1] <= network.architecture[1]
    assert run("equiv", victim, output, "--json").json["verdict"] in ("isomorphic", "equal")
    assert run("check", certificate).code == 0


def with_first_neuron_split(network: Network) -> Network:
    """Neuron 0 of layer 1 twice; what read it reads a third of one and two thirds of the other."""
    layers = []
    for number, layer in enumerate(network.layers, 1):
        blocks = {source: matrix.tolist() for source, matrix in layer.weights}
        bias = layer.bias.entries()
        if number == 1:
            blocks = {source: [rows[0], *rows] for source, rows in blocks.items()}
            bias = [bias[0], *bias]
        if 1 in blocks:
            blocks[1] = [[row[0] / 3, row[0] * 2 / 3, *row[1:]] for row in blocks[1]]
        layers.append(Layer.of(blocks, bias))
    return Network(network.inputs, tuple(layers))


@pytest.mark.parametrize("name", ["residual", "concatenated"])
def test_theorem_and_plot(run: Run, name: str, tmp_path: Path) -> None:
    victim = save(tmp_path / "net.onnx", MODELS[name])
    said = run("theorem", victim, "--json", "--certificate", tmp_path / "theorem.cert")
    assert said.json["verdict"] in ("holds", "fails")
    assert len(said.json["intersect"]) == 16  # layer 2 reads layer 1, whatever else it reads
    assert run("check", tmp_path / "theorem.cert").code == 0
    assert run("plot", victim, "-o", tmp_path / "net.png").verdict == "ok"
    assert (tmp_path / "net.png").read_bytes()[:4] == b"\x89PNG"


def test_info_says_what_was_rewritten_and_the_shapes(run: Run, tmp_path: Path) -> None:
    said = run("info", save(tmp_path / "net.onnx", MODELS["pooled"]))
    assert "rewritten exactly with ReLU: MaxPool x1 as trees of b + relu(a - b)" in said.out
    facts = run("info", tmp_path / "net.onnx", "--json").json
    assert facts["shapes"] == [[1, 4], [1, 4], [2], [1]]


def test_a_recovered_convolution_is_recognised(run: Run, tmp_path: Path) -> None:
    """From queries alone: neurons in any order and scale; then the kernel, and a short file."""
    victim, found = save(tmp_path / "net.onnx", MODELS["convolution"]), tmp_path / "found.json"
    assert run("recover", victim, "--output", found, "--json").json["verdict"] == "recovered"
    form = convolutional(read_network(found))
    assert form.network.shapes == ((1, 4, 4), (2, 2, 2), (2,))
    (convolution,) = form.convolutions
    assert convolution is not None
    assert (convolution.shape, convolution.windows.strides) == ((2, 1, 3, 3), (1, 1))
    write_network(form.network, tmp_path / "short.json")
    assert run("equiv", victim, tmp_path / "short.json", "--json").json["verdict"] == "isomorphic"


@pytest.mark.parametrize("ending", ["npz", "nnet"])
def test_dense_formats_refuse_skips_by_name(run: Run, tmp_path: Path, ending: str) -> None:
    victim = save(tmp_path / "net.onnx", MODELS["residual"])
    run("convert", victim, tmp_path / f"out.{ending}").assert_bad_input("skip connections")


@pytest.mark.parametrize("ending", ["json", "onnx"])
def test_the_others_hold_every_network(
    run: Run, victim: Path, tmp_path: Path, ending: str
) -> None:
    out = tmp_path / f"out.{ending}"
    assert run("convert", victim, out, "--json").json["exact"] is True
    assert read_network(out) == read_network(victim)


def test_the_json_blocks_reach_the_commands(
    run: Run, tmp_path: Path, write_json: Callable[..., Path]
) -> None:
    document = {
        "format": "exactrev-network", "version": 1,
        "layers": [
            {"weight": {"conv": {"input": [1, 3], "kernel": [[[1, -1]]]}}, "bias": [0, 0]},
            {"weight": [[1, 1]], "bias": [0]},
        ],
    }
    path = tmp_path / "edges.json"
    path.write_text(json.dumps(document))
    same = write_json("dense.json", ([[1, -1, 0], [0, 1, -1]], [0, 0]), ([[1, 1]], [0]))
    assert run("equiv", path, same, "--json").json["verdict"] == "isomorphic"
    document["layers"][0]["weight"]["conv"]["kernel"] = [[[1, 1, 1, 1]]]  # type: ignore[index]
    path.write_text(json.dumps(document))
    run("info", path).assert_bad_input("edges.json", "larger than the grid")
