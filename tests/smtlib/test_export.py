"""Exported certificates: z3 confirms the true ones whole, and no false claim."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from flint import fmpq
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from exactrev.arrangement import Exploration
from exactrev.certificate import isomorphism_certificate
from exactrev.equivalence import Agreement, Comparison, Deviation, equiv
from exactrev.errors import InputError
from exactrev.lp import Polyhedron
from exactrev.network import Layer, Network
from exactrev.network.reduction import reduce_structurally
from exactrev.network.symmetry import transform
from exactrev.smtlib import EXPORTED, export
from exactrev.verification import Search
from tests.equivalence.pairs import moved, random_forms, random_network, tournament
from tests.region_proofs import counts
from tests.smtlib.scripts import all_unsat, answers
from tests.strategies import isomorphisms, networks, perturbed
from tests.test_checker_regions import LINE
from tests.verification.reference import SIGNS, instance, satisfiable
from tests.verification.test_certificates import FLAT, FLAT_PROOF, PROOF, STATEMENT, lines_of
from tests.verification.test_verify import searched
from tests.vnnlib_texts import formulas

GOLDEN = Path(__file__).parent.parent / "golden"
KINDS = (
    "isomorphic",
    "equal",
    "equal-trees",
    "regions",
    "equal-on",
    "within",
    "within-boxes",
    "within-polyhedron",
)


def golden(name: str) -> str:
    return (GOLDEN / f"{name}.cert").read_text(encoding="ascii")


def sealed(text: str) -> str:
    """The text with the sha256 of its networks put right."""

    def seal(match: re.Match[str]) -> str:
        return f"{match[1]} {hashlib.sha256(match[2].encode()).hexdigest()}\n{match[2]}"

    following = r"(?=network B |domain |scale |parts |proof\n)"
    return re.sub(rf"(network [AB]) \S*\n(.*?){following}", seal, text, flags=re.S)


def refused_or_doubted(text: str) -> bool:
    """Whether there is no script, or z3 does not confirm it."""
    try:
        return not all_unsat(text)
    except InputError:
        return True


# -- golden files ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_golden_certificates(kind: str) -> None:
    assert all_unsat(golden(kind))
    assert refused_or_doubted(golden(f"{kind}.refused"))
    if kind not in ("equal", "equal-trees", "equal-on"):  # there the exporter refuses too
        assert answers(golden(f"{kind}.refused"))["sat"]


@pytest.mark.parametrize("kind", KINDS)
def test_no_step_can_be_left_out(kind: str) -> None:
    lines = golden(kind).splitlines(keepends=True)
    for place in range(lines.index("proof\n"), len(lines)):
        if not lines[place].startswith(("attained", "reached", "sum")):  # all holds without them
            rest = "".join(lines[:place] + lines[place + 1 :])
            assert refused_or_doubted(rest), lines[place]


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("regions", "off 2 1 0 1 -1", "on 2 1 0 1 -1"),
        ("regions", "on 3 1 0\n", "off 3 1 0\n"),
        ("regions", "zero 3", "on 3 1 0"),
        ("regions", "cell 2 1\n", "cell 1 1\n"),
        ("regions", "empty 0 2 1 3 -1\ncell 1 2", "cell 1 2\nempty 0 2 1 3 -1"),
        ("regions", "count 3 2", "count 3 1"),
        ("regions", "split 3\n", ""),
        ("regions", "bias 0 -1\n", "bias 0 -2\n"),
        ("regions", "row 1 3", "row 1 -3"),
        ("equal-on", "same", "empty 0"),
        ("equal-on", "shift -1/2", "shift -1/3"),
        ("equal-on", "merge 1:2 1:1 2", "merge 1:2 1:1 3"),
        ("equal-on", "on 3 1 0 1 1\n", "off 3 1 0 1 1\n"),
        ("equal-on", "off 2 1", "on 2 1"),
        ("within", "bounds -1/3 1/6", "bounds -1/4 1/6"),
        ("within", "bounds -1/3 1/6", "bounds -1/3 1/7"),
        ("within", "attained 0 1 1", "attained 0 2 1"),
        ("within", "attained 0 1 1", "attained 0 1 2"),
        ("within", "row 1 1\n", "row 1 2\n"),
        ("within", "bias 1/3", "bias 1/2"),
        ("within-boxes", "bounds -1/1000", "bounds 1/1000"),
        ("within-boxes", "63/500", "12/100"),
        ("within-boxes", "bias -1/4", "bias -1/3"),
        ("within-polyhedron", "cut 1 4 -3", "cut 1 4 -1"),
        ("within-polyhedron", "63/500", "12/100"),
    ],
)
def test_what_is_false_is_not_confirmed(kind: str, old: str, new: str) -> None:
    text = golden(kind)
    assert old in text
    assert refused_or_doubted(sealed(text.replace(old, new, 1)))


def test_multipliers_are_not_needed() -> None:
    assert all_unsat(LINE.replace("off 2 3 1\n", "off 2 1 0\n"))


# -- generated -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_regions(seed: int) -> None:
    random = Random(seed)
    sizes = [random.randint(1, 3), *(random.randint(1, 4) for _ in range(random.randint(1, 2))), 1]
    network = random_network(sizes, random, size=2)
    domain = None if seed % 2 else Polyhedron.box(-1, "4/3", network.inputs)
    assert all_unsat(Exploration(network, domain, min(seed % 3, network.inputs)).lines())


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**6), networks(max_inputs=2, max_width=3, max_depth=1))
def test_damaged_region_proofs_confirm_nothing_false(seed: int, network: Network) -> None:
    lines = list(Exploration(network, None, 1).lines())
    random, start = Random(seed), lines.index("proof") + 1
    place = random.randrange(start, len(lines) - 1)
    words = lines[place].split(" ")
    if random.random() < 0.5 and len(words) > 1:
        words[random.randrange(1, len(words))] = str(random.randint(0, 5))
    else:
        words[0] = random.choice(["on", "off", "split", "empty", "cell", "zero"])
    damaged = [*lines[:place], " ".join(words), *lines[place + 1 :]]
    try:
        confirmed = all_unsat(damaged)
    except InputError:
        return
    if confirmed:
        stated = [int(x) for x in damaged[-2].split(" ")[1:]]
        assert stated == counts(network, [], 1)


@pytest.mark.parametrize("seed", range(5))
def test_equality(seed: int) -> None:
    random = Random(seed)
    forms = random_forms(4, 2, random, 4)
    a, b = tournament(forms, [0, 1, 2, 3]), tournament(forms, [2, 0, 3, 1])
    domain = None if seed % 2 else Polyhedron.box(-1, 1, 2)
    lines = list(Agreement(Comparison.of(a, b), domain).lines())
    assert all_unsat(lines)
    other = moved(b, len(b.layers), fmpq(1, 1 << 30)) if b.is_dense else None
    text = "".join(f"{line}\n" for line in lines)
    head, middle, tail = text.partition("network B ")
    changed = re.sub(r"\nbias (\S+)\n(?=from|scale)", r"\nbias 1/97\n", middle + tail, count=1)
    assert other is None and refused_or_doubted(sealed(head + changed))


@pytest.mark.parametrize("seed", range(5))
def test_bounds(seed: int) -> None:
    random = Random(seed)
    a, b = (random_network([2, 3, 2], random, 3) for _ in range(2))
    search = Deviation(Comparison.of(a, b, ["1/2"] * 2, [1, 0]), Polyhedron.box(-1, 1, 2))
    lines = list(search.lines())
    assert all_unsat(lines)
    text = "".join(f"{line}\n" for line in lines)
    (stated,) = re.findall(r"^bounds (.*)$", text, flags=re.M)
    numbers = [Fraction(x) for x in stated.split(" ")]
    for place, by in ((0, 1), (1, -1), (2, 1), (3, -1)):
        closer = [x + Fraction(by, 1000) if k == place else x for k, x in enumerate(numbers)]
        false = text.replace(f"bounds {stated}", f"bounds {' '.join(map(str, closer))}")
        assert refused_or_doubted(re.sub(r"^attained.*\n", "", false, flags=re.M))


def test_a_property_by_hand() -> None:
    assert all_unsat(lines_of(STATEMENT, PROOF))
    for old, new in (
        ("positive 0 1 -1\n", "nonnegative 0 1 -1\n"),
        ("positive 0 -1 -1/2", "nonnegative 0 -1 -1/2"),
        ("row -1 2", "row -1 3"),
        ("violated 1 0 5 1 6 1\n", ""),
        ("off 3 1 0 2 1\n", "on 3 1 0 2 1\n"),
    ):
        assert refused_or_doubted(text_of(lines_of((STATEMENT + PROOF).replace(old, new, 1), "")))


def test_parts_without_splits_follow_each_other() -> None:
    one = Network.dense([([[1]], [0])])
    part = "domain 1\nrow 1 0\nconjunctions 1\nconjunction 1\npositive 0 -1 -1\n"
    proof = "part\ninside 1\nviolated 0 0 0 1 1 1\n"
    text = ["exactrev-certificate 1", "semantics real", "claim unsatisfied A"]
    text += [f"network A {one.sha256}", *one.text(), "parts 2"]
    assert all_unsat([*text, *(part * 2 + "proof\n" + proof * 2 + "end").splitlines()])


def test_a_flat_domain() -> None:
    one = Network.dense([([[1]], [0])])
    head = ["exactrev-certificate 1", "semantics real", "claim unsatisfied A B"]
    for letter in "AB":
        head += [f"network {letter} {one.sha256}", *one.text()]
    assert all_unsat([*head, *(FLAT + FLAT_PROOF).splitlines()])
    false = (FLAT + FLAT_PROOF).replace("positive 1 0 0 1 -1", "nonnegative 1 0 0 1 -1")
    assert refused_or_doubted(text_of([*head, *false.splitlines()]))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_properties(data: st.DataObject) -> None:
    network = data.draw(networks(max_inputs=2, max_width=3, max_depth=2))
    box = [(sign, ("var", "X", i), b) for i in range(network.inputs)
           for sign, b in ((">=", "-1"), ("<=", "1"))]  # fmt: skip
    tree = ("and", *box, data.draw(formulas(network.inputs, network.outputs, SIGNS)))
    assume(not satisfiable(network, tree))
    _, lines = searched(Search(instance(network, tree)))
    assert all_unsat(lines)


RELU = Network.dense([([[1]], [0]), ([[1]], [0])])
#: x + relu(-x), a neuron that is off, one that is on and one that nothing reads
SAME = Network(
    1,
    (
        Layer.of({0: [[-1], [0], [0], [1]]}, [0, -1, 2, 0]),
        Layer.of({0: [[1]], 1: [[1, 3, 1, 0]]}, [-2]),
    ),
)
REDUCED = """scale 1
shift 0
reductions 6
unread 1:4
off 1:2
on 1:3
flip 1:1
merge 1:1 1:0 1
unread 1:0
domain 0
depth 0
proof
same
end
"""


def test_every_reduction() -> None:
    head = ["exactrev-certificate 1", "semantics real", "claim equal-on A B"]
    for letter, network in (("A", RELU), ("B", SAME)):
        head += [f"network {letter} {network.sha256}", *network.text()]
    assert answers([*head, *REDUCED.splitlines()]) == {"unsat": 5}
    for old, new in (("off 1:2", "off 1:3"), ("merge 1:1 1:0 1", "merge 1:1 1:0 2"),
                     ("flip 1:1", "flip 1:2"), ("on 1:3", "unread 1:3")):  # fmt: skip
        assert refused_or_doubted(text_of([*head, *REDUCED.replace(old, new).splitlines()]))


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_matches(data: st.DataObject) -> None:
    network = data.draw(networks())
    isomorphism = data.draw(isomorphisms(network))
    other = transform(network, isomorphism)
    assert all_unsat(isomorphism_certificate(network, other, isomorphism))
    wrong = data.draw(perturbed(other))
    assert not all_unsat(isomorphism_certificate(network, wrong, isomorphism))
    found = equiv(network, reduce_structurally(other, orient=True).network)
    lines = found.certificate()
    assert lines is not None and all_unsat(lines)


@settings(max_examples=25, deadline=None)
@given(networks(max_inputs=2, max_width=3, max_depth=2))
def test_reduced_networks(network: Network) -> None:
    other = reduce_structurally(network, orient=True).network
    assert all_unsat(Agreement(Comparison.of(network, other)).lines())


# -- the frame -------------------------------------------------------------------------------------


def text_of(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def test_gzip_and_comments() -> None:
    lines: list[str] = []
    found = export(io.BytesIO(gzip.compress(LINE.encode())), lines.append)
    assert found.claim == "regions" and found.claim in EXPORTED
    asked = [k for k, line in enumerate(lines) if line == "(check-sat)"]
    for k in asked:  # each check says of which line of the certificate it speaks
        start = max(j for j in range(k) if lines[j] == "(push 1)")
        assert re.match(r"; (line \d+|reduction )", lines[start - 1])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "ends before"),
        (b"\x1f\x8b\x08", "compression"),
        (golden("different").encode(), "only these claims"),
        (golden("regions").encode()[:-4], "ends before"),
        (golden("regions").replace("inputs 1", "inputs 2").encode(), "."),
        (golden("regions").encode() + b"more\n", "follows"),
        (golden("regions").replace("bias 0 -1", "bias 0 -2").encode(), "sha256"),
    ],
)
def test_what_cannot_be_exported(content: bytes, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        export(io.BytesIO(content), lambda line: None)


def test_a_difference_on_a_flat_domain() -> None:
    """Ranges on the triangle x + y + z = 1, and nothing false is confirmed."""
    a = Network.dense([([[1, -1, 0]], [0]), ([[1]], [0])])
    b = Network.dense([([[0, 0, 1]], [0])])
    rows = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [-1, -1, -1, 1], [1, 1, 1, -1]]
    lines: list[str] = []
    assert Deviation(Comparison.of(a, b), Polyhedron.of(3, rows)).run(lines.extend)
    text = text_of(lines)
    assert all_unsat(text) and "bounds -1 1\n" in text
    for old, new in (("bounds -1 1\n", "bounds -1 1/2\n"), ("row 1 1 1 -1\n", "row 1 1 1 -2\n")):
        assert refused_or_doubted(text.replace(old, new))
