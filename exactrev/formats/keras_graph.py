"""The JSON graph of a Keras model, Sequential or Functional, executed on exact affine forms.

The configurations of Keras 3 and of Keras 2 (tf.keras) are both understood.  Classes that are not
Keras's own are refused by name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from exactrev.errors import FormatError, InputError, UnsupportedOperator
from exactrev.formats.floats import Array, rationals
from exactrev.formats.keras_layer import GraphLayer
from exactrev.formats.keras_layers import INPUT_COUNTS_VARY, LAYERS, REWRITTEN
from exactrev.formats.unrolling import Unrolling
from exactrev.network import Network

VariableReader = Callable[[GraphLayer], dict[str, Array]]


@dataclass(frozen=True)
class Graph:
    """The layers in the order of the file, and the name of the one whose output is the model's."""

    layers: tuple[GraphLayer, ...]
    output: str


def read_graph(model: Any) -> Graph:
    """The layers of a Sequential or Functional model.

    Raises UnsupportedOperator for foreign and unknown classes; FormatError for what is not a graph
    with one input and one output.
    """
    try:
        graph = _graph(model)
    except InputError:
        raise
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, RecursionError):
        raise FormatError("the model configuration is damaged") from None
    names = [layer.name for layer in graph.layers]
    if len(set(names)) < len(names):
        raise FormatError("two layers have the same name")
    return graph


def _graph(model: Any) -> Graph:
    config = model.get("config") if isinstance(model, dict) else None
    kind = model.get("class_name") if isinstance(model, dict) else None
    if isinstance(config, list):  # Sequential, as old as Keras 2.2
        config = {"layers": config}
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        raise FormatError("the model configuration lists no layers")
    if kind not in ("Sequential", "Functional", "Model"):
        raise UnsupportedOperator(f"model class {kind!r} is not supported")
    entries = config["layers"]
    if not entries or not all(_is_entry(entry) for entry in entries):
        raise FormatError("the model configuration lists no layers, or damaged ones")
    return _sequence(entries) if kind == "Sequential" else _functional(entries, config)


def _is_entry(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("class_name"), str)
        and isinstance(entry.get("config"), dict)
    )


def _kind(entry: dict[str, Any]) -> str:
    """The class name of a layer of Keras's own; UnsupportedOperator for any other."""
    kind, module = entry["class_name"], entry.get("module")
    registered = entry.get("registered_name")
    own = module is None or str(module).split(".")[0] in ("keras", "tf_keras")
    if not own or registered not in (None, kind) or kind not in LAYERS:
        raise UnsupportedOperator(f"layer class {registered or kind} is not supported")
    return str(kind)


def _name(entry: dict[str, Any]) -> str:
    name = entry["config"].get("name") or entry.get("name")
    if not isinstance(name, str):
        raise FormatError("a layer has no name")
    return name


def _sequence(entries: list[dict[str, Any]]) -> Graph:
    layers: list[GraphLayer] = []
    for entry in entries:
        kind, config = _kind(entry), entry["config"]
        if not layers and kind != "InputLayer":  # Keras 2 writes the shape into the first layer
            layers.append(GraphLayer("InputLayer", "the input of the sequence", config, ()))
        if layers and kind == "InputLayer":
            raise FormatError("a second input layer")
        sources = (layers[-1].name,) if layers else ()
        layers.append(GraphLayer(kind, _name(entry), config, sources))
    return Graph(tuple(layers), layers[-1].name)


def _functional(entries: list[dict[str, Any]], config: dict[str, Any]) -> Graph:
    layers = []
    for entry in entries:
        nodes = entry.get("inbound_nodes", [])
        if not isinstance(nodes, list) or len(nodes) > 1:
            raise UnsupportedOperator(f"layer {_name(entry)!r} is used more than once")
        sources = tuple(_histories(nodes))
        layers.append(GraphLayer(_kind(entry), _name(entry), entry["config"], sources))
    ends = tuple(_histories(config.get("output_layers")))
    if len(ends) != 1 or len([x for x in layers if x.kind == "InputLayer"]) != 1:
        raise FormatError("a model needs one input and one output here")
    return Graph(tuple(layers), ends[0])


def _histories(value: Any) -> Iterator[str]:
    """The names of the layers whose outputs are mentioned in a part of the configuration."""
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            yield from _histories(value["config"]["keras_history"])
        else:
            for key, member in value.items():
                if key != "kwargs":
                    yield from _histories(member)
                elif any(v not in (None, False) for v in member.values()):
                    raise UnsupportedOperator("a layer is called with keyword arguments")
    elif isinstance(value, list):
        if len(value) in (3, 4) and isinstance(value[0], str):
            if value[1:3] != [0, 0]:
                raise UnsupportedOperator(f"layer {value[0]!r} is used more than once")
            if any(v not in (None, False) for v in (value[3] if len(value) == 4 else {}).values()):
                raise UnsupportedOperator("a layer is called with keyword arguments")
            yield value[0]
        else:
            for member in value:
                yield from _histories(member)


def execute(graph: Graph, variables: VariableReader) -> Network:
    """The network the layers compute, given a reader of each layer's variables."""
    unrolling = Unrolling()
    tensors: dict[str, Array] = {}
    waiting = list(graph.layers)
    while waiting:  # files list layers in any order
        layer = next((x for x in waiting if all(s in tensors for s in x.sources)), None)
        if layer is None:
            raise FormatError(f"layer {waiting[0].name!r} reads a layer that is not there")
        waiting.remove(layer)
        try:
            inputs = [tensors[source] for source in layer.sources]
            if len(inputs) != 1 and layer.kind not in INPUT_COUNTS_VARY:
                raise FormatError(f"reads {len(inputs)} tensors where one is needed")
            found = variables(layer) if layer.roles else {}
            found = {role: rationals(numbers) for role, numbers in found.items()}
            tensors[layer.name] = LAYERS[layer.kind](layer, inputs, found, unrolling)
        except InputError as error:
            raise type(error)(f"layer {layer.name!r} ({layer.kind}): {error}") from None
        except (ValueError, TypeError, IndexError, KeyError, AttributeError) as error:
            raise FormatError(f"layer {layer.name!r} ({layer.kind}): {error}") from None
    if graph.output not in tensors:
        raise FormatError(f"the output layer {graph.output!r} is not there")
    return unrolling.network(tensors[graph.output], _notes(graph))


def _notes(graph: Graph) -> list[str]:
    counts = Counter(layer.kind for layer in graph.layers)
    plain = {"InputLayer", "Dense", "Activation", "ReLU", "Dropout", *REWRITTEN}
    folded = [f"{kind} x{count}" for kind, count in counts.items() if kind not in plain]
    rewritten = [
        f"{kind} x{count} as {REWRITTEN[kind]}"
        for kind, count in counts.items() if kind in REWRITTEN
    ]
    notes = ["the batch dimension was taken as 1"]
    if folded:
        notes.append("folded exactly into affine layers: " + ", ".join(folded))
    if rewritten:
        notes.append("rewritten exactly with ReLU: " + ", ".join(rewritten))
    if any("Dropout" in kind for kind in counts):
        notes.append("Dropout was taken as the identity (inference)")
    return notes
