"""The tree's lines for neurons that float arithmetic has proved on or off on many cells at once."""

from __future__ import annotations

import numpy as np

from exactrev.arrangement.cells import Cells, Integers
from exactrev.arrangement.forms import Floats
from exactrev.arrangement.proofs import Answers
from exactrev.arrangement.tree import Tree


def record_proofs(
    tree: Tree,
    domain_rows: int,
    cells: Cells,
    neurons: Integers,
    signs: Floats,
    answers: Answers,
    which: Integers,
) -> None:
    """Add to the node of each cell in ``which`` the line that proves its neuron's sign."""
    numbers = np.concatenate([cells.rows[which], cells.walls[which]], axis=1)
    y = answers.y[which]
    at, column = np.nonzero(y)
    keys = numbers[at, column]
    order = np.lexsort((keys, at))
    at, keys, values = at[order], keys[order], y[at, column][order]
    tokens = list(map("%d %d".__mod__, zip(keys.tolist(), values.tolist(), strict=True)))
    heads = zip(
        cells.node[which].tolist(),
        (signs[which] > 0).tolist(),
        (neurons[which] + domain_rows).tolist(),
        answers.c[which].tolist(),
        answers.e[which].tolist(),
        np.searchsorted(at, np.arange(len(which)), side="right").tolist(),
        strict=True,
    )
    start = 0
    for node, on, row, c, e, end in heads:
        word = "on" if on else "off"
        tree.lines[node].append(" ".join([f"{word} {row} {c:.0f} {e:.0f}", *tokens[start:end]]))
        start = end
