"""Domains in files and on the command line: read exactly, or refused in one line."""

from __future__ import annotations

import argparse
import gzip
import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from exactrev.cli.arguments import Parser
from exactrev.cli.domains import add_domain_options, domain_from_options
from exactrev.domain import read_domain
from exactrev.errors import FormatError, InputError
from exactrev.lp.polyhedron import Polyhedron
from tests.vnnlib_texts import COORDINATES, evaluate, formulas, rational, text

DECLARED = "(declare-const X_0 Real)\n(declare-const X_1 Real)\n(declare-const Y_0 Real)\n"


def options(*arguments: str) -> argparse.Namespace:
    parser = Parser(prog="exactrev test", allow_abbrev=False)
    parser.add_argument("network")
    parser.add_argument("--json", action="store_true")
    add_domain_options(parser)
    return parser.parse_args(["net.json", *arguments])


def written(path: Path, content: Any) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def rows(*entries: tuple[list[Any], Any], **changes: Any) -> dict[str, Any]:
    listed = [{"coefficients": a, "bound": b} for a, b in entries]
    return {"format": "exactrev-domain", "version": 1, "rows": listed} | changes


def refused(path: Path, inputs: int, *words: str, start: str = ": ") -> None:
    with pytest.raises(FormatError) as caught:
        read_domain(path, inputs)
    message = str(caught.value)
    assert message.startswith(f"{path}{start}"), message
    assert "\n" not in message
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    ("low", "high"),
    [("0", "1"), ("0.1", "1/3"), ("-1", "1"), ("-1/2", "-1/3"), ("-1e-3", "1e3"), ("-.5", ".5"),
     ("2", "2")],
)  # fmt: skip
@pytest.mark.parametrize("inputs", [1, 3])
def test_a_box(low: str, high: str, inputs: int) -> None:
    for arguments in ["--box", low, high, "--json"], ["--json", "--box", low, high]:
        domain = domain_from_options(options(*arguments), inputs)
        assert domain is not None
        lowest, highest = (rational(Fraction(number)) for number in (low, high))
        tiny = fmpq(1, 10**9)
        assert domain.dimension == inputs
        assert len(domain.rows) == 2 * inputs
        for j in range(inputs):
            for x, inside in [(lowest, True), (highest, True), ((lowest + highest) / 2, True),
                              (lowest - tiny, False), (highest + tiny, False)]:  # fmt: skip
                point = [lowest] * inputs
                point[j] = x
                assert domain.contains(point) is inside


def test_no_domain() -> None:
    assert domain_from_options(options(), 3) is None
    assert domain_from_options(options("--json"), 3) is None


@pytest.mark.parametrize(
    "arguments",
    [["--box", "0"], ["--box", "0", "nan"], ["--box", "-inf", "1"], ["--box", "0", "1/0"],
     ["--box", "0", "1e999999999"], ["--box", "a", "b"], ["--box", "0", "1", "2"], ["--domain"],
     ["--box", "0", "1", "--domain", "a.json"], ["--box", "0,1"], ["--box"]],
)  # fmt: skip
def test_bad_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        options(*arguments)
    assert caught.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1


def test_a_box_without_points() -> None:
    with pytest.raises(InputError, match=r"^--box 1/3 -1/2: "):
        domain_from_options(options("--box", "1/3", "-1/2"), 2)


def test_a_domain_file_by_option(tmp_path: Path) -> None:
    path = written(tmp_path / "d.json", rows((["1", "-1/2"], "3")))
    expected = Polyhedron(2, ((fmpq(-1), fmpq(1, 2), fmpq(3)),))
    assert domain_from_options(options("--domain", str(path)), 2) == expected
    for missing in tmp_path / "none.json", tmp_path / "none.vnnlib", tmp_path:
        with pytest.raises(InputError) as caught:
            domain_from_options(options("--domain", str(missing)), 2)
        assert str(caught.value).startswith(f"{missing}: ")


@given(st.data())
@settings(max_examples=50)
def test_rows_are_the_points_below_every_bound(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    inputs = data.draw(st.integers(1, 3))
    numbers = COORDINATES
    matrix = data.draw(st.lists(st.lists(numbers, min_size=inputs, max_size=inputs), max_size=4))
    bounds = [data.draw(numbers) for _ in matrix]
    entries = zip(matrix, bounds, strict=True)
    document = rows(*(([str(x) for x in a], str(b)) for a, b in entries))
    path = tmp_path_factory.mktemp("rows") / "d.json"
    domain = read_domain(written(path, document), inputs)
    assert domain.dimension == inputs
    for _ in range(4):
        point = [data.draw(COORDINATES) for _ in range(inputs)]
        inside = all(
            sum(a * x for a, x in zip(row, point, strict=True)) <= b
            for row, b in zip(matrix, bounds, strict=True)
        )
        assert domain.contains([rational(x) for x in point]) == inside


GOOD = (["1", "0"], "3")
JSON_FAULTS: dict[str, tuple[Any, str]] = {
    "nothing": ("", "empty"),
    "not JSON": ("{", "not JSON"),
    "a list": ([], "not an object"),
    "a network": ({"format": "exactrev-network", "version": 1}, "exactrev-domain"),
    "no version": (rows(GOOD, version=None), "version"),
    "version 2": (rows(GOOD, version=2), "version 2"),
    "no rows": ({"format": "exactrev-domain", "version": 1}, "rows"),
    "rows that are no list": (rows(rows={"0": 1}), "rows"),
    "an unknown key": (rows(GOOD, strict=True), "'strict'"),
    "a row that is no object": (rows(rows=[["1", "0", "3"]]), "row 0"),
    "an unknown key of a row": (
        rows(rows=[{"coefficients": ["1", "0"], "bound": "1", "sense": ">="}]), "'sense'"),
    "no bound": (rows(GOOD, rows=[{"coefficients": ["1", "0"]}]), "row 0"),
    "no coefficients": (rows(rows=[{"bound": "1"}]), "row 0"),
    "coefficients that are no list": (rows(GOOD, ("1", "2")), "row 1"),
    "too few coefficients": (rows(GOOD, (["1"], "2")), "row 1: 1 coefficients, but"),
    "too many coefficients": (rows(GOOD, GOOD, (["1"] * 3, "2")), "row 2: 3 coefficients, but"),
    "a float": (rows((["1", 0.5], "2")), "exact"),
    "a float bound": (rows((["1", "0"], 2.5)), "exact"),
    "nan": (rows((["1", "nan"], "2")), "nan"),
    "NaN": (rows((["1", float("nan")], "2")), "NaN"),
    "infinity": (rows((["1", "0"], float("inf"))), "Infinity"),
    "no number": (rows((["1", None], "2")), "row 0"),
    "a zero denominator": (rows((["1", "1/0"], "2")), "1/0"),
    "nesting": ("[" * 100_000, "nested"),
    "a key twice": ('{"format": "exactrev-domain", "format": 1}', "twice"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "word"), JSON_FAULTS.values(), ids=JSON_FAULTS)
def test_faults_of_json(tmp_path: Path, content: Any, word: str) -> None:
    refused(written(tmp_path / "d.json", content), 2, word)


def test_json_without_rows_is_the_whole_space(tmp_path: Path) -> None:
    assert read_domain(written(tmp_path / "d.JSON", rows()), 7) == Polyhedron(7, ())


@settings(max_examples=50)
@given(
    st.lists(formulas(2, 0, ("<=", ">=", "=")), max_size=3),
    st.lists(st.tuples(COORDINATES, COORDINATES), min_size=4, max_size=4),
)
def test_vnnlib_is_the_points_where_all_assertions_hold(
    tmp_path_factory: pytest.TempPathFactory, trees: list[Any], points: list[Any]
) -> None:
    names = {("X", 0): "X_0", ("X", 1): "X_1"}
    asserted = "\n".join(f"(assert {text(tree, names)})" for tree in trees)
    path = tmp_path_factory.mktemp("vnnlib") / "d.vnnlib"
    written(path, DECLARED + asserted)
    if "(or" in asserted:  # a domain, or a refusal where more than one part is left
        try:
            domain = read_domain(path, 2)
        except FormatError as error:
            assert "disjunction" in str(error)
            return
    else:
        domain = read_domain(path, 2)
    for point in points:
        place = {("X", 0): point[0], ("X", 1): point[1]}
        inside = all(evaluate(tree, place) for tree in trees)
        assert domain.contains([rational(x) for x in point]) == inside


VNNLIB_FAULTS = {
    "or": ("(assert (<= X_0 1))\n (assert (and (<= X_0 1) $(or (<= X_0 1) (<= X_1 1))))",
           "disjunction"),
    "unequal": ("(assert $(!= X_0 1))", "disjunction"),
    "strict": ("(assert (and (<= X_0 1) $(< X_1 1)))", "strict"),
    "an output": ("(assert $(<= X_0 Y_0))", "Y_0 is not an input"),
    "syntax": ("(assert (<= X_0 $nan))", "nan"),
}  # fmt: skip


@pytest.mark.parametrize(("marked", "word"), VNNLIB_FAULTS.values(), ids=VNNLIB_FAULTS)
def test_vnnlib_that_is_not_one_polyhedron_of_inputs(
    tmp_path: Path, marked: str, word: str
) -> None:
    before = (DECLARED + marked[: marked.index("$")]).split("\n")
    place = f":{len(before)}:{len(before[-1]) + 1}: "
    content = DECLARED + marked.replace("$", "")
    refused(written(tmp_path / "d.vnnlib", content), 2, word, start=place)
    packed = tmp_path / "d.vnnlib.gz"
    packed.write_bytes(gzip.compress(content.encode()))
    refused(packed, 2, word, start=place)


def test_vnnlib_of_another_space(tmp_path: Path) -> None:
    path = written(tmp_path / "d.vnnlib", DECLARED)
    assert read_domain(path, 2) == Polyhedron(2, ())
    refused(path, 3, "2 inputs", "3")
    network = "(declare-network {} (declare-input {} real [2]) (declare-output {} real [1]))"
    two = network.format("f", "A", "B") + network.format("g", "C", "D")
    refused(written(path, two), 2, "2 networks")
    one = network.format("f", "A", "B") + "(assert (<= A[1] 1/3))"
    assert read_domain(written(path, one), 2).rows == ((fmpq(0), fmpq(-1), fmpq(1, 3)),)


@pytest.mark.parametrize("name", ["domain", "d.txt", "d.onnx", "d.gz", "d.json.gz", "vnnlib"])
def test_other_endings(tmp_path: Path, name: str) -> None:
    refused(written(tmp_path / name, rows()), 2, ".vnnlib")


def test_the_examples_of_the_documentation(tmp_path: Path) -> None:
    page = (Path(__file__).parent.parent / "docs" / "domains.md").read_text(encoding="utf-8")
    blocks = re.findall(r"(?:^    .*\n)+", page, re.MULTILINE)
    rows_block, assertions_block = blocks
    domain = read_domain(written(tmp_path / "d.json", rows_block), 2)
    assert domain == Polyhedron.of(2, [["-1", "1/2", "3"], ["1", "0", "1/4"]])
    domain = read_domain(written(tmp_path / "d.vnnlib", assertions_block), 2)
    assert domain == Polyhedron.of(2, [[1, 0, "1/2"], [-1, 0, "1/2"], [-1, -2, "1/1000"]])
