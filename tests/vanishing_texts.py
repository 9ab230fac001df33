"""Certificates ``equal-on`` with leaves ``vanishes``, written by hand.

The networks of all of them write a function in two ways that no reduction makes the same, as
max(a, b) = a + relu(b - a) = b + relu(a - b).
"""

from __future__ import annotations

import hashlib


def network(name: str, inputs: int, *layers: list[str]) -> str:
    """Rows of weights of all that stands before, the inputs first, then the bias."""
    lines, sizes = ["exactrev-network 1", f"inputs {inputs}"], [inputs]
    for layer in layers:
        rows = [row.split() for row in layer]
        lines += [f"layer {len(rows)}", " ".join(["bias", *(row[-1] for row in rows)])]
        for source, size in enumerate(sizes):
            block = [row[sum(sizes[:source]) :][:size] for row in rows]
            if any(word != "0" for row in block for word in row):
                lines += [f"from {source}", *map(" ".join, block)]
        sizes.append(len(rows))
    text = "".join(f"{line}\n" for line in lines)
    return f"network {name} {hashlib.sha256(text.encode()).hexdigest()}\n{text}"


def certificate(a: str, b: str, outputs: int, before: str, proof: str) -> str:
    """The certificate of this proof; ``before`` are the lines before it, but scale and shift."""
    ones, zeros = " ".join("1" * outputs), " ".join("0" * outputs)
    head = f"exactrev-certificate 1\nsemantics real\nclaim equal-on A B\n{a}{b}"
    middle = f"scale {ones}\nshift {zeros}\n{before}\nproof\n"
    return head + middle + proof.strip() + "\nend\n"


#: d is x + relu(x - 1) less 2 x - 1 + relu(1 - x).  Where x > 1, d is -relu(1 - x); elsewhere it is
#: -(relu(1 - x) - (1 - x)).
LINE = certificate(
    network("A", 1, ["1 -1"], ["1 1 0"]),
    network("B", 1, ["-1 1"], ["2 1 -1"]),
    1,
    "reductions 0\ndomain 0\ndepth 0",
    """
vanishes
case 1:0
never 1 0 1:1 1
never 1 0 above 1:1 1
case 1:1
never 1 0 1:0 1
never 1 0 above 1:0 1
""",
)

#: The outputs are max(x, y) and -2 max(x, y), at every real input; the first tree has the halves of
#: both cases' numbers, the second is decided by the neuron that the first is not.
PLANE = certificate(
    network("A", 2, ["-1 1 0"], ["1 0 1 0", "-2 0 -2 0"]),
    network("B", 2, ["1 -1 0"], ["0 1 1 0", "0 -2 -2 0"]),
    2,
    "reductions 0\ndomain 0\ndepth 0",
    """
vanishes
case 1:0
never 1/2 0 1:1 1/2
never 1/2 0 above 1:1 1/2
case 1:1
never 1 0 1:0 1
never 1 0 above 1:0 1
case 1:1
never 1/2 0 1:0 1
never 1/2 0 above 1:0 1
case 1:0
never 1 0 1:1 2
never 1 0 above 1:1 2
""",
)

#: Where x >= 1, relu(x) + relu(y - 1) is x + relu(2 y - 2)/2; it is not where x < 0.
ROWS = certificate(
    network("A", 2, ["1 0 0", "0 1 -1"], ["0 0 1 1 0"]),
    network("B", 2, ["0 2 -2"], ["1 0 1/2 0"]),
    1,
    "reductions 0\ndomain 2\nrow 1 0 -1\nrow 0 1 0\ndepth 0",
    """
vanishes
case 1:0
case 1:1
case 1:2
never 1 0
never 1 0 1:1 1 1:2 1
never 1 0 1:2 1/2
never 0 0 1:0 1 rows 0 1
case 1:1
case 1:2
never 1 0 above 1:0 1
never 0 0 1:1 1 1:2 1/2
case 1:2
never 1 0 1:1 1 above 1:0 1
never 1 0 above 1:0 1
""",
)

#: The tree splits at x = 5 first; there the neurons 1:1 (of A) and 1:2 (of B) have to be told apart
#: from 1:0 and 1:3, whose sign is known on one side only: x - 1 is x - 5 + 4.
SPLIT = certificate(
    network("A", 1, ["1 -1", "1 -5"], ["1 1 1 0"]),
    network("B", 1, ["1 -5", "-1 1"], ["2 1 1 -1"]),
    1,
    "reductions 0\ndomain 1\nrow -1 9\ndepth 0",
    """
split 2
vanishes
case 1:0
never 1 0 1:3 1 above 1:2 1
never 0 0 1:0 1 rows 2 1
case 1:2
case 1:3
never 0 0 1:3 1 rows 2 1
never 1 0 above 1:0 1
never 0 0 1:2 1 rows 2 1
vanishes
case 1:0
never 1 0 1:2 1 1:3 1
never 1 0 1:2 1 above 1:3 1
case 1:2
never 0 0 1:2 1 rows 2 1
case 1:3
never 1 0 1:0 1
never 1 0 above 1:0 1
""",
)

#: LINE at x + y - 2 z where that is > 1; it is the coordinate of the slice y = z = 0.
SLICE = certificate(
    network("A", 3, ["1 1 -2 -1"], ["1 1 -2 1 0"]),
    network("B", 3, ["-1 -1 2 1"], ["2 2 -4 1 -1"]),
    1,
    "reductions 0\ndomain 1\nrow 1 1 -2 -1\ndepth 0\nnorm 0\ncoordinates 0\ninverse 1",
    """
vanishes
case 1:0
never 1 0 1:1 1
never 0 0 1:0 1 rows 0 1
case 1:1
never 0 0 1:1 1 rows 0 1
never 1 0 above 1:0 1
""",
)

#: With a for max(x, y), relu(a - 1) is a - 1 + relu(2 - 2 a)/2.  The neurons 1:0 and 1:1 are
#: relu(y - x) and relu(x - y); where the second is written by the first, 2:1's z is -2 times 2:0's.
SAME = certificate(
    network("A", 2, ["-1 1 0"], ["1 0 1 -1"], ["0 0 0 1 0"]),
    network("B", 2, ["1 -1 0"], ["0 -2 -2 2"], ["0 1 1 1/2 -1"]),
    1,
    "reductions 0\ndomain 0\ndepth 0",
    """
vanishes
same 1:1 1:0 -1
same 2:1 2:0 -2
never 1 0
case 1:0
same 1:1 1:0 -1
same 2:1 2:0 -2
never 1 0
same 1:1 1:0 -1
case 2:0
same 2:1 2:0 -2
never 1 0
same 2:1 2:0 -2
never 1/3 0
""",
)

#: 2 relu(x - 1) + relu(2 x - 2) is 4 relu(x - 1), on both sides of a split by another neuron.
SCALED = certificate(
    network("A", 1, ["1 -1", "2 -2", "1 -3"], ["0 2 1 1 0"]),
    network("B", 1, ["1/2 -1/2", "1 -3"], ["0 8 1 0"]),
    1,
    "reductions 0\ndomain 0\ndepth 0",
    """
split 2
vanishes
same 1:1 1:0 2
same 1:3 1:0 1/2
never 1 0 above 1:4 1
same 1:1 1:0 2
same 1:3 1:1 1/4
case 1:4
never 1 0
never 0 0 1:4 1 rows 2 1
vanishes
same 1:3 1:0 1/2
case 1:0
case 1:1
never 1 0 1:4 1
never 1 0 1:0 2 1:4 1
case 1:1
never 1 0 1:0 2 1:4 1
never 1 0 1:4 1
same 1:3 1:1 1/4
case 1:4
never 0 0 1:4 1 rows 2 1
same 1:1 1:0 2
never 1/7 0
""",
)

#: LINE, which A reads as x and B as y, where x = y >= 1; the tree has x alone, and one row.
FLAT = certificate(
    network("A", 2, ["1 0 -1"], ["1 0 1 0"]),
    network("B", 2, ["0 -1 1"], ["0 2 1 -1"]),
    1,
    "domain 3\nrow 1 -1 0\nrow 1 0 -1\nrow -1 1 0\npin 0 1 0 1 2 1\ninside 2\n"
    "reductions 0\ndepth 0",
    """
vanishes
case 1:0
never 1 0 1:1 1
never 0 0 1:0 1 rows 0 1
same 1:1 1:0 -1
never 1 0
""",
)

TEXTS = {
    "line": LINE,
    "plane": PLANE,
    "rows": ROWS,
    "split": SPLIT,
    "slice": SLICE,
    "chain": SAME,
    "scaled": SCALED,
    "flat domain": FLAT,
}
