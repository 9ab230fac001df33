"""Certificates of every claim that the verified checker knows, and what damage makes of them.

``python -m tests.damaged_certificates`` compares the verdicts of both checkers on all of them.
"""

from __future__ import annotations

import hashlib
import io
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from exactrev.checker import check
from tests import test_checker_regions
from tests.boundary_texts import SEGMENT, SLICE
from tests.vanishing_texts import TEXTS as VANISHING

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"
PROGRAM = ROOT / "proofs" / "coq" / "checker" / "exactrev-check"

#: The claims that the verified checker knows (proofs/README.md).
KINDS = (
    "isomorphic",
    "equal",
    "equal-trees",
    "different",
    "not-isomorphic",
    "unscalable",
    "equal-on",
    "equal-on-cancels",
    "equal-on-flat",
    "equal-on-vanishes",
    "within",
    "within-boxes",
    "within-polyhedron",
    "within-flat",
    "unbounded",
    "same-class",
    "same-class-flat",
    "other-class",
    "regions",
    "boundaries",
    "unsatisfied",
    "satisfied",
)
TRUE = {kind: (GOLDEN / f"{kind}.cert").read_text(encoding="ascii") for kind in KINDS}
TRUE |= {f"regions of a {name}": text for name, text in test_checker_regions.TEXTS.items()}

#: Of the theorem's certificates those of boundaries in two parts and of three layers.
TRUE |= {
    f"boundaries of {name}": (ROOT / "proofs" / "theorem" / f"{file}.boundaries.cert").read_text(
        encoding="ascii"
    )
    for name, file in (("two parts", "disconnected"), ("three layers", "holds-3"))
}
TRUE |= {"boundaries of a slice": SLICE, "boundaries of a segment": SEGMENT}
TRUE |= {f"equal-on by cases: {name}": text for name, text in VANISHING.items()}

#: |x| - 1 < 1/10 where |x| <= 1, by boxes of which one holds both signs of both neurons.
TRUE["unsatisfied by boxes"] = (
    TRUE["satisfied"].partition("domain ")[0].replace("claim satisfied", "claim unsatisfied")
    + """parts 1
domain 2
row 1 1
row -1 1
conjunctions 2
conjunction 1
nonnegative 0 1 -1/10
conjunction 2
positive 0 1 -1
nonnegative 1 0 0
proof
part
cut 0 2 1
enclosed 9
cut 0 3 -2
enclosed 30
enclosed 12
end
"""
)

_AFTER_A_NETWORK = r"(?=network [B-Z] |scale |reductions |domain |parts |proof\n|\Z)"
_SEEDS = range(60)


def sealed(text: str) -> str:
    """The text with the sha256 of its networks put right, so that deeper faults are reached."""

    def seal(match: re.Match[str]) -> str:
        return f"{match[1]} {hashlib.sha256(match[2].encode()).hexdigest()}\n{match[2]}"

    return re.sub(rf"(network [A-Z]) \S*\n(.*?){_AFTER_A_NETWORK}", seal, text, flags=re.S)


#: Two hidden layers with a skip, and a neuron of B without a partner.  Of the gaps,
#: that of 1:1 is 0 on the whole domain; that of 1:0 is its z on two boxes, on the third between.
TRUE["within by boxes of two layers"] = sealed(
    """exactrev-certificate 1
semantics real
claim within A B
network A ?
exactrev-network 1
inputs 2
layer 2
bias 1 -5
from 0
1 1
1 0
layer 2
bias 0 1/2
from 0
0 1/3
0 0
from 1
1 -1
-1 1/2
layer 1
bias 0
from 2
1 2
network B ?
exactrev-network 1
inputs 2
layer 3
bias 2 -5 -1
from 0
2 2
1 1/9
1 2
layer 2
bias 0 1/2
from 0
0 1/3
0 0
from 1
1/2 -1 1/8
-1/2 1/2 0
layer 1
bias 0
from 2
1/2 1
scale 2
shift 1/9
pairs 4
pair 1:0 1:0 2
pair 1:1 1:1 1
pair 2:0 2:0 1
pair 2:1 2:1 3/4
domain 4
row 1 0 1
row -1 0 1
row 0 1 1
row 0 -1 1
proof
cut 0 3 1
cut 1 2 -1
enclosed 20
enclosed 17
enclosed 90
bounds -2 2
reached 0 3 1 2
end
"""
)

#: Neuron 2:2 is turned round in B: its z at the two points are 0 and 1, in A 0 and -1.
TRUE["not-isomorphic by neurons"] = sealed(
    """exactrev-certificate 1
semantics real
claim not-isomorphic A B
network A ?
exactrev-network 1
inputs 2
layer 2
bias 0 1/2
from 0
1 0
1 -1
layer 3
bias 0 0 1
from 0
0 1
0 0
-1 0
from 1
1 -1
2 3
0 0
layer 1
bias 0
from 2
1 2 3
network B ?
exactrev-network 1
inputs 2
layer 2
bias 0 1/2
from 0
1 0
1 -1
layer 3
bias 0 0 -1
from 0
0 1
0 0
1 0
from 1
1 -1
2 3
0 0
layer 1
bias 0
from 2
1 2 3
proof
power 3
slopes 1/2 -3
point 1 2
point 2 -1/2
neurons 2 0 -7
end
"""
)

#: On z = x + y, where both networks read the input through x + y: a slice of the plane.
TRUE["within on a plane with a slice"] = sealed(
    """exactrev-certificate 1
semantics real
claim within A B
network A ?
exactrev-network 1
inputs 3
layer 1
bias 0
from 0
0 0 1
layer 1
bias 0
from 1
1
network B ?
exactrev-network 1
inputs 3
layer 1
bias 0
from 0
1/2 1/2 0
scale 1
shift 0
domain 4
row -1 -1 1 0
row 1 1 -1 0
row 0 0 1 1
row -1 -1 0 1
pin 0 2 0 1 1 1
inside 1/4 1/4
reductions 0
depth 0
norm 0
coordinates 0
inverse 1
proof
split 2
lower 0 3 1
upper 0 2 0 1 1
bounded
lower 0 2 0 2 1
upper 0 2 0 0 1
bounded
bounds -4/3 1/2
attained 0 2 1 1 2
end
"""
)


def damages(name: str) -> list[str]:
    """Every damaged text made of the certificate of this name."""
    text = TRUE[name]
    made = [*_lines_moved(text), *_numbers_changed(text)]
    made += [_random_damage(text, random.Random(f"{name} {seed}")) for seed in _SEEDS]
    return list(dict.fromkeys(map(sealed, made)))


def _lines_moved(text: str) -> Iterator[str]:
    """Each line missing, doubled, or exchanged with the next one."""
    lines = text.splitlines(keepends=True)
    for i in range(len(lines)):
        yield "".join(lines[:i] + lines[i + 1 :])
        yield "".join(lines[: i + 1] + lines[i:])
        yield "".join([*lines[:i], *lines[i + 1 : i + 2], lines[i], *lines[i + 2 :]])


def _numbers_changed(text: str) -> Iterator[str]:
    """Each number one larger, one smaller, with the other sign, and long."""
    for match in re.finditer(r"(?<![\w:])-?\d+(?![\w:])", text):
        value = int(match[0])
        for other in dict.fromkeys((value + 1, value - 1, -value, 10**12)):
            yield f"{text[: match.start()]}{other}{text[match.end() :]}"


def _random_damage(text: str, dice: random.Random) -> str:
    for _ in range(dice.randint(1, 3)):
        place, length = dice.randrange(len(text) + 1), dice.randint(0, 4)
        piece = "".join(dice.choices("0123 /-:\nABend", k=dice.randint(0, 4)))
        text = text[:place] + piece + text[place + length :]
    return text


def disagreement(content: bytes, path: Path) -> str:
    """How the checkers' verdicts on a file differ, which is written at the path; empty if not."""
    path.write_bytes(content)
    outcome = check(io.BytesIO(content))
    done = subprocess.run([PROGRAM, path], capture_output=True, text=True, check=False, timeout=60)
    if done.returncode == (0 if outcome.accepted else 1):
        return ""
    return f"Python: {outcome.claim or outcome.reason}; verified: {done.stdout or done.stderr}"


def main() -> int:
    """Compare all verdicts and say how many there are; 1 if two differ."""
    compared = accepted = differing = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.cert"
        for name in TRUE:
            for text in (TRUE[name], *damages(name)):
                compared += 1
                accepted += check(io.BytesIO(text.encode())).accepted
                found = disagreement(text.encode(), path)
                if found:
                    differing += 1
                    print(f"{name}: {found}\n{text}", file=sys.stderr)
            print(f"{name}: {compared} compared so far, {differing} differ", file=sys.stderr)
    print(f"{compared} certificates, {accepted} of them accepted, {differing} verdicts differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
