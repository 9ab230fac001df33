"""Graphs of an arrangement as JSON and GraphML, every number exact.

Rationals become strings ``p/q``.  GraphML knows no lists: there an attribute that is one (a point,
a pattern) is its JSON text.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import networkx as nx
from flint import fmpq


def to_json(graph: nx.Graph) -> dict[str, Any]:
    """The graph as JSON values: ``graph`` (its own attributes), ``nodes`` and ``edges``.

    A node is its attributes and ``id``; an edge its attributes, ``source`` and ``target``.
    """
    return {
        "graph": plain(graph.graph),
        "nodes": [{"id": node, **plain(data)} for node, data in graph.nodes(data=True)],
        "edges": [
            {"source": one, "target": other, **plain(data)}
            for one, other, data in graph.edges(data=True)
        ],
    }


def write_json(graph: nx.Graph, path: str | os.PathLike[str]) -> None:
    """Write :func:`to_json` to a file."""
    Path(path).write_text(json.dumps(to_json(graph), indent=1) + "\n", encoding="utf-8")


def write_graphml(graph: nx.Graph, path: str | os.PathLike[str]) -> None:
    """Write the graph as GraphML."""
    flat = nx.Graph(**_flat(graph.graph))
    flat.add_nodes_from((node, _flat(data)) for node, data in graph.nodes(data=True))
    flat.add_edges_from((one, other, _flat(data)) for one, other, data in graph.edges(data=True))
    nx.write_graphml_xml(flat, os.fspath(path))


def plain(value: Any) -> Any:
    """A value as JSON has it: rationals as strings, tuples as lists."""
    if isinstance(value, fmpq):
        return str(value)
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return value


def _flat(attributes: dict[str, Any]) -> dict[str, Any]:
    return {
        key: json.dumps(plain(value)) if isinstance(value, list | tuple) else plain(value)
        for key, value in attributes.items()
    }
