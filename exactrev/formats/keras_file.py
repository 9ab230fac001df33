"""Keras models (``.keras`` and legacy ``.h5``), read as data: a JSON graph and HDF5 arrays.

Nothing of the file is executed: layers are looked up by class name in
:mod:`exactrev.formats.keras_layers`, and a class from anywhere but keras itself is refused by name.
Source: the Keras files ``saving/saving_lib.py`` and ``legacy/saving/legacy_h5_format.py``.
"""

from __future__ import annotations

import json
import re
from typing import Any

from exactrev.errors import FormatError
from exactrev.formats.files import PathLike, names_file, read_bytes, unzip
from exactrev.formats.floats import Array
from exactrev.formats.hdf5 import Hdf5, read_hdf5
from exactrev.formats.keras_graph import Graph, execute, read_graph
from exactrev.formats.keras_layer import GraphLayer
from exactrev.network import Network


@names_file
def read_keras(path: PathLike) -> Network:
    """The exact network of a ``.keras`` archive (Keras 3), inference mode, batch of one.

    Raises UnsupportedOperator for layers without an exact translation, by name; FormatError for
    damaged files; InputError when h5py is not installed.
    """
    members = unzip(read_bytes(path))
    for name in ("config.json", "model.weights.h5"):
        if name not in members:
            raise FormatError(f"not a .keras archive: it holds no {name}")
    graph = read_graph(_json(members["config.json"]))
    weights = read_hdf5(members["model.weights.h5"])
    return execute(graph, lambda layer: _variables(weights, graph, layer))


@names_file
def read_h5(path: PathLike) -> Network:
    """The exact network of a legacy ``.h5`` model; raises as :func:`read_keras`."""
    file = read_hdf5(read_bytes(path))
    config = file.attributes[""].get("model_config")
    if not isinstance(config, str):
        raise FormatError("holds no model_config: weights alone do not make a network")
    graph = read_graph(_json(config))
    return execute(graph, lambda layer: _legacy_variables(file, layer))


def _json(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"the model configuration is not JSON: {error}") from None


def _variables(file: Hdf5, graph: Graph, layer: GraphLayer) -> dict[str, Array]:
    """The variables in ``layers/<class>[_<count>]/vars/0, 1, ...`` by their roles."""
    same = [other for other in graph.layers if _snake(other) == _snake(layer)]
    index = next(i for i, other in enumerate(same) if other is layer)
    place = f"layers/{_snake(layer)}" + (f"_{index}" if index else "")
    if f"{place}/vars" not in file.attributes:
        raise FormatError(f"the weights of layer {layer.name!r} ({place}) are missing")
    recorded = file.attributes[f"{place}/vars"].get("name", layer.name)
    if recorded != layer.name:
        raise FormatError(f"weights {place} belong to layer {recorded!r}, not {layer.name!r}")
    found, roles = len(file.below(f"{place}/vars")), layer.roles
    if found != len(roles):
        raise FormatError(f"{place} has {found} variables where {len(roles)} are needed")
    return {role: file.numbers(f"{place}/vars/{i}") for i, role in enumerate(roles)}


def _snake(layer: GraphLayer) -> str:
    """The class name as Keras spells it in a weights file: ReLU gives re_lu."""
    name = re.sub(r"\W+", "", layer.kind)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def _legacy_variables(file: Hdf5, layer: GraphLayer) -> dict[str, Array]:
    """The variables in ``model_weights/<layer>`` that its ``weight_names`` list."""
    place = f"model_weights/{layer.name}"
    if place not in file.attributes:
        raise FormatError(f"the weights of layer {layer.name!r} are missing")
    found: dict[str, Array] = {}
    for path in file.attributes[place].get("weight_names", ()):
        role = path.rpartition("/")[2].removesuffix(":0")
        if layer.kind.startswith("DepthwiseConv"):
            role = role.removeprefix("depthwise_")  # as Keras 2 says
        if role not in layer.roles or role in found:
            raise FormatError(f"layer {layer.name!r} has an unexpected variable {path!r}")
        found[role] = file.numbers(f"{place}/{path}")
    for role in layer.roles:
        if role not in found:
            raise FormatError(f"variable {role} of layer {layer.name!r} is missing")
    return found
