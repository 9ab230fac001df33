"""Networks inside a certificate (proofs/certificate-format.md, sections 3 and 5).

Values are numbered: the inputs 0, 1, ..., then the neurons of layer 1, of layer 2, ..., the outputs
last.  The row of a value is a dict from value numbers to nonzero coefficients, the bias under ONE.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from math import gcd, lcm

from exactrev.checker.lines import Lines, Ratio, Refused, natural, ratio, require_numbers

#: The value number of the constant 1, whose coefficient is the bias.
ONE = -1

Row = dict[int, Ratio]

#: What the line after a network may begin with.
_AFTER_A_NETWORK = ("network", "scale", "reductions", "domain", "parts", "proof")


class Layered:
    """Layers of values; what the rows of a layer are, :meth:`row` says."""

    def __init__(self, inputs: int) -> None:
        self.sizes = [inputs]
        self.first = [0]

    def grow(self, size: int) -> None:
        """One more layer, of so many values."""
        self.first.append(self.first[-1] + self.sizes[-1])
        self.sizes.append(size)

    @property
    def inputs(self) -> int:
        return self.sizes[0]

    @property
    def outputs(self) -> int:
        return self.sizes[-1]

    @property
    def layers(self) -> int:
        return len(self.sizes) - 1

    def row(self, layer: int, index: int) -> Row:
        """The row of one neuron or output."""
        raise NotImplementedError

    def hidden(self) -> Iterator[tuple[int, int, int]]:
        """(value number, layer, index) of every hidden neuron, in ascending order."""
        for layer in range(1, self.layers):
            for index in range(self.sizes[layer]):
                yield self.first[layer] + index, layer, index

    def output_rows(self) -> list[Row]:
        """The rows of the outputs."""
        return [self.row(self.layers, index) for index in range(self.outputs)]

    def evaluate(self, point: list[Ratio]) -> list[Ratio]:
        """The exact outputs at a point."""
        values = {ONE: (1, 1), **dict(enumerate(point))}
        for number, layer, index in self.hidden():
            z = combination(self.row(layer, index), values)
            values[number] = z if z[0] > 0 else (0, 1)
        return [combination(row, values) for row in self.output_rows()]


class Network(Layered):
    """A network as read: its text is kept and a row is parsed when asked for."""

    def __init__(self, sha: str, inputs: int) -> None:
        super().__init__(inputs)
        self.sha256 = sha
        self._biases: list[list[str]] = [[]]
        self._blocks: list[list[tuple[int, list[str]]]] = [[]]
        self._unread: set[tuple[int, int]] = set()

    def add_layer(self, biases: list[str], blocks: list[tuple[int, list[str]]]) -> None:
        """One more layer: its biases, and per source the text of its rows."""
        self.grow(len(biases))
        self._biases.append(biases)
        self._blocks.append(blocks)
        self._unread |= {(self.layers, index) for index in range(len(biases))}

    def read_rest(self) -> None:
        """Refused if a number that nothing has asked for is not in lowest terms."""
        for layer, index in sorted(self._unread):
            self.row(layer, index)

    def row(self, layer: int, index: int) -> Row:
        """The row of one neuron or output, read from the text."""
        self._unread.discard((layer, index))
        row = {ONE: ratio(self._biases[layer][index])}
        if row[ONE][0] == 0:
            del row[ONE]
        for source, lines in self._blocks[layer]:
            for value, token in enumerate(lines[index].split(" "), self.first[source]):
                if token != "0":
                    row[value] = ratio(token)
        return row


def combination(row: Row, values: Mapping[int, Ratio]) -> Ratio:
    """The sum of coefficient times value, in lowest terms."""
    terms = []
    for value, (p, q) in row.items():
        x, y = values[value]
        if x:
            terms.append((p * x, q * y))
    common = lcm(*(q for _, q in terms))
    total = sum(p * (common // q) for p, q in terms)
    factor = gcd(total, common)
    return total // factor, common // factor


def read_network(lines: Lines, name: str) -> Network:
    """The network of this name, whose lines are next; its sha256 is the one stated."""
    word, _, stated = lines.take().rpartition(" ")
    if word != f"network {name}":
        raise Refused(f"expected the line 'network {name}' with its sha256")
    digest = sha256()

    def take() -> str:
        line = lines.take()
        digest.update(line.encode("ascii") + b"\n")
        return line

    if take() != "exactrev-network 1":
        raise Refused("expected the line 'exactrev-network 1'")
    network = Network(stated, _size(take(), "inputs"))
    while lines.peek().startswith("layer "):
        size = _size(take(), "layer")
        biases = _biases(take(), size)
        blocks: list[tuple[int, list[str]]] = []
        while lines.peek().startswith("from "):
            source = _size(take(), "from")
            if source >= len(network.sizes) or (blocks and source <= blocks[-1][0]):
                raise Refused("a layer reads earlier layers, in ascending order")
            rows = [_weights(take(), network.sizes[source]) for _ in range(size)]
            if not any(row.strip("0 ") for row in rows):
                raise Refused("a block that is entirely zero must be left out")
            blocks.append((source, rows))
        network.add_layer(biases, blocks)
    if lines.peek().partition(" ")[0] not in _AFTER_A_NETWORK:
        raise Refused("expected 'from', 'layer' or the end of the network")
    if network.layers == 0 or network.inputs == 0 or network.outputs == 0:
        raise Refused(f"network {name} needs a layer, an input and an output")
    if digest.hexdigest() != stated:
        raise Refused(f"network {name} does not have the sha256 stated for it")
    return network


def _size(line: str, word: str) -> int:
    head, _, count = line.partition(" ")
    if head != word:
        raise Refused(f"expected a line '{word}' with a natural number")
    return natural(count)


def _biases(line: str, size: int) -> list[str]:
    word, *biases = line.split(" ")
    if word != "bias" or len(biases) != size:
        raise Refused(f"expected a line 'bias' with {size} numbers")
    if biases:
        require_numbers(line[len("bias ") :])
    return biases


def _weights(line: str, width: int) -> str:
    require_numbers(line)
    if line.count(" ") + 1 != width:
        raise Refused(f"expected a row of {width} weights")
    return line
