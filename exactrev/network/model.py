"""The network: affine layers over Q with ReLU between them, every layer reading any earlier one.

Layer k (1-based) computes ``z_k = sum over sources l < k of W_(k,l) a_l + b_k`` where ``a_0`` is
the input and ``a_l = relu(z_l)``; the last layer is the output and has no ReLU.  A plain dense
network has the single source k-1 at every layer; skip connections are further sources.

>>> net = Network.dense([([[1, -1]], [0]), ([["1/3"]], [2])])
>>> net.architecture
(2, 1, 1)
>>> [str(y) for y in net([4, 1])]
['3']
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flint import fmpq, fmpq_mat

from exactrev.errors import InputError
from exactrev.exact.rational import to_rational

TEXT_HEADER = "exactrev-network 1"


def rational_matrix(rows: Any, width: int | None = None) -> fmpq_mat:
    """An exact matrix from nested sequences or an array of numbers; ``width`` fixes the columns.

    Raises InputError when rows differ in length or an entry is not a finite number.
    """
    if isinstance(rows, fmpq_mat):
        entries, height, found = None, rows.nrows(), rows.ncols()
    else:
        if hasattr(rows, "tolist"):
            rows = _array_rows(rows)
        listed = [list(row) for row in rows]
        height = len(listed)
        found = len(listed[0]) if listed else (width or 0)
        if any(len(row) != found for row in listed):
            raise InputError("ragged matrix: its rows differ in length")
        entries = [to_rational(x) for row in listed for x in row]
    if width is not None and found != width:
        raise InputError(f"matrix has {found} columns where {width} are needed")
    return rows if entries is None else fmpq_mat(height, found, entries)


def _array_rows(array: Any) -> Any:
    """Rows of a numpy array as Python numbers; tolist() is exact for every float up to 64 bits."""
    if array.ndim != 2:
        raise InputError(f"matrix has {array.ndim} dimensions where 2 are needed")
    return array.tolist() if array.dtype.itemsize <= 8 else list(array)


def _row_text(row: Sequence[fmpq]) -> str:
    """The numbers as ``str`` writes them; Python's integers are written faster than flint's."""
    try:
        return " ".join([_short_text(int(x.p), int(x.q)) if x else "0" for x in row])
    except ValueError:  # Python does not write integers of thousands of digits
        return " ".join(map(str, row))


def _short_text(p: int, q: int) -> str:
    return f"{p}/{q}" if q > 1 else str(p)


@dataclass(frozen=True)
class Layer:
    """One affine layer: its bias (n x 1) and, per source layer, an (n x n_source) weight matrix.

    ``weights`` is ascending in the source and holds no all-zero matrix.
    """

    bias: fmpq_mat
    weights: tuple[tuple[int, fmpq_mat], ...]

    @staticmethod
    def of(weights: Mapping[int, Any], bias: Iterable[Any]) -> Layer:
        """A layer from matrices of numbers keyed by source layer (0 is the input)."""
        column = [to_rational(b) for b in bias]
        blocks = []
        for source in sorted(weights):
            matrix = rational_matrix(weights[source])
            if matrix.nrows() != len(column):
                raise InputError(f"{matrix.nrows()} weight rows but {len(column)} biases")
            if matrix != fmpq_mat(matrix.nrows(), matrix.ncols()):
                blocks.append((source, matrix))
        return Layer(fmpq_mat(len(column), 1, column), tuple(blocks))

    @property
    def size(self) -> int:
        """The number of neurons."""
        return int(self.bias.nrows())

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled by its numbers, for matrices of python-flint cannot be."""
        blocks = {source: matrix.tolist() for source, matrix in self.weights}
        return Layer.of, (blocks, self.bias.entries())

    def weight(self, source: int) -> fmpq_mat | None:
        """The matrix that reads ``source``, or None where it reads nothing of it."""
        return dict(self.weights).get(source)


@dataclass(frozen=True, eq=False)
class Network:
    """An immutable ReLU network with exact rational weights.

    Two networks are equal (``==``) when their exact content is: same layers, same weights.
    """

    inputs: int
    layers: tuple[Layer, ...]
    #: what a reader had to fold or rewrite, one sentence each; not part of the content
    notes: tuple[str, ...] = field(default=())
    #: where a reader knows it, the tensor shapes in which the input and then every layer list their
    #: values in C order, such as (channels, height, width); not part of the content
    shapes: tuple[tuple[int, ...], ...] = field(default=())

    def __post_init__(self) -> None:
        if not self.layers:
            raise InputError("a network needs at least an output layer")
        sizes = [self.inputs]
        for number, layer in enumerate(self.layers, 1):
            for source, matrix in layer.weights:
                if not 0 <= source < number:
                    raise InputError(f"layer {number} reads layer {source}")
                if matrix.ncols() != sizes[source]:
                    raise InputError(
                        f"layer {number}: {matrix.ncols()} weights a row where layer {source} "
                        f"has {sizes[source]} values"
                    )
            sizes.append(layer.size)
        if min(sizes[0], sizes[-1]) < 1:
            raise InputError("a network needs at least one input and one output")
        if self.shapes and [math.prod(shape) for shape in self.shapes] != sizes:
            raise InputError(f"tensor shapes {self.shapes} for layers of the sizes {sizes}")

    @staticmethod
    def dense(
        layers: Iterable[tuple[Any, Any]], notes: Sequence[str] = (), inputs: int | None = None
    ) -> Network:
        """A plain dense network from (weight, bias) pairs, rows being outputs.

        ``inputs`` is needed only where the first weight matrix has no rows.
        """
        built: list[Layer] = []
        width = inputs
        for weight, bias in layers:
            matrix = rational_matrix(weight, width)
            width = matrix.ncols() if width is None else width
            inputs = width if inputs is None else inputs
            built.append(Layer.of({len(built): matrix}, bias))
            width = built[-1].size
        if inputs is None:
            raise InputError("a network needs at least an output layer")
        return Network(inputs, tuple(built), tuple(notes))

    # -- shape ---------------------------------------------------------------------------------

    @cached_property
    def architecture(self) -> tuple[int, ...]:
        """Inputs, neurons of every hidden layer, outputs."""
        return (self.inputs, *(layer.size for layer in self.layers))

    @property
    def outputs(self) -> int:
        """The number of output values."""
        return self.layers[-1].size

    @property
    def hidden(self) -> tuple[Layer, ...]:
        """The layers that end in a ReLU."""
        return self.layers[:-1]

    @property
    def parameters(self) -> int:
        """Weights and biases, each matrix counted whole (structural zeros inside it included)."""
        sizes = self.architecture
        total = 0
        for number, layer in enumerate(self.layers, 1):
            sources = {source for source, _ in layer.weights} | {number - 1}
            total += layer.size * (1 + sum(sizes[source] for source in sources))
        return total

    @property
    def is_dense(self) -> bool:
        """Whether every layer reads the one before it and nothing else."""
        return all(
            source == number - 1
            for number, layer in enumerate(self.layers, 1)
            for source, _ in layer.weights
        )

    def weight(self, number: int, source: int | None = None) -> fmpq_mat:
        """The matrix with which layer ``number`` (1-based) reads ``source`` (default: number-1)."""
        source = number - 1 if source is None else source
        matrix = self.layers[number - 1].weight(source)
        if matrix is None:
            return fmpq_mat(self.architecture[number], self.architecture[source])
        return matrix

    def bias(self, number: int) -> fmpq_mat:
        """The bias column of layer ``number`` (1-based)."""
        return self.layers[number - 1].bias

    # -- content -------------------------------------------------------------------------------

    def text(self) -> Iterator[str]:
        """The exact content, line by line (proofs/certificate-format.md, "Networks")."""
        yield TEXT_HEADER
        yield f"inputs {self.inputs}"
        for layer in self.layers:
            yield f"layer {layer.size}"
            yield " ".join(["bias", *map(str, layer.bias.entries())])
            for source, matrix in layer.weights:
                yield f"from {source}"
                entries = matrix.entries()
                width = matrix.ncols()
                for i in range(matrix.nrows()):
                    yield _row_text(entries[i * width : (i + 1) * width])

    @cached_property
    def sha256(self) -> str:
        """sha256 of the exact content: equal exactly when the networks are the same over Q."""
        digest = hashlib.sha256()
        for line in self.text():
            digest.update(line.encode() + b"\n")
        return digest.hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Network) and self.sha256 == other.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __repr__(self) -> str:
        shape = "-".join(map(str, self.architecture))
        return f"<Network {shape}, {self.parameters} parameters, sha256 {self.sha256[:12]}>"

    # -- evaluation ----------------------------------------------------------------------------

    def __call__(self, point: Iterable[Any]) -> tuple[fmpq, ...]:
        """The exact outputs at one point (any exact numbers; floats are taken as dyadics)."""
        from exactrev.network.evaluation import evaluate

        return evaluate(self, [list(point)])[0]

    def to_sympy(self, symbols: Sequence[Any] | None = None) -> tuple[Any, ...]:
        """The outputs as exact sympy expressions (:func:`exactrev.network.symbolic.to_sympy`)."""
        from exactrev.network.symbolic import to_sympy

        return to_sympy(self, symbols)
