"""What is not VNN-LIB is refused in one line that says where, and nothing crashes."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exactrev.errors import FormatError, InputError
from exactrev.vnnlib import parse_vnnlib, read_vnnlib
from tests.formats.refusals import damaged, damages

ONE = "(declare-const X_0 Real) (declare-const Y_0 Real)\n"
TWO = "(declare-network f (declare-input X real [1,3]) (declare-output Y real []))\n"

# A $ marks the place that must be named; it is taken out before the text is read.
ASSERTIONS = {
    "unknown operator": ("(assert ($not (<= X_0 1)))", "not"),
    "division": ("(assert (<= ($/ X_0 2) 1))", "/"),
    "let": ("(assert ($let ((a 1)) (<= X_0 a)))", "let"),
    "unknown command": ("($check-sat)", "check-sat"),
    "a function": ("(declare-fun X_1 ($Real) Real)", "Real is not a command"),
    "a function of nothing at all": ("($declare-fun X_1 Real)", "()"),
    "a constant of nothing": ("(declare-const X_1 ($) Real)", "must follow"),
    "no command": ("($(<= X_0 1))", "must follow"),
    "empty brackets": ("(assert ($))", "must follow"),
    "words outside": ("$X_0", "X_0"),
    "bracket too many": ("(assert (<= X_0 1))$)", "outside"),
    "bracket missing": ("$(assert (<= X_0 1)", "not closed"),
    "command inside": ("(assert (and ($assert (<= X_0 1))))", "inside"),
    "operator outside": ("($<= X_0 1)", "outside"),
    "declaration outside": ("($declare-input X real [1])", "outside"),
    "undeclared": ("(assert (<= $X_1 1))", "X_1"),
    "undeclared output": ("(assert (<= $Y_7 1))", "Y_7"),
    "case matters": ("(assert (<= $x_0 1))", "x_0"),
    "leading zero": ("(assert (<= $X_00 1))", "X_00"),
    "nan": ("(assert (<= X_0 $nan))", "nan"),
    "inf": ("(assert (<= X_0 $-inf))", "-inf"),
    "not a number": ("(assert (<= X_0 $1.2.3))", "1.2.3"),
    "hexadecimal": ("(assert (<= X_0 $0x1p3))", "0x1p3"),
    "underscore": ("(assert (<= X_0 $1_000))", "1_000"),
    "other digits": ("(assert (<= X_0 $1\u0663))", "not an exact number"),
    "zero denominator": ("(assert (<= X_0 $1/0))", "1/0"),
    "absurd exponent": ("(assert (<= X_0 $1e999999999))", "exponent"),
    "negated variable": ("(assert (<= $-X_0 1))", "-X_0"),
    "square": ("(assert (<= $(* X_0 X_0) 1))", "not linear"),
    "product even by zero": ("(assert (<= $(* 0 X_0 Y_0) 1))", "not linear"),
    "one term": ("(assert $(<= X_0))", "two terms"),
    "three terms": ("(assert $(<= 0 X_0 1))", "two terms"),
    "no terms": ("(assert $(<=))", "nothing"),
    "empty and": ("(assert $(and))", "nothing"),
    "empty sum": ("(assert (<= $(+) 1))", "nothing"),
    "a term where a formula is needed": ("(assert (or (<= X_0 1) $(+ X_0 1)))", "formula"),
    "a variable as a formula": ("(assert $X_0)", "formula"),
    "a formula where a term is needed": ("(assert (<= $(<= X_0 1) 1))", "<="),
    "two formulas": ("($assert (<= X_0 1) (<= X_0 2))", "2 formulas"),
    "no formula": ("($assert)", "0 formulas"),
    "string as a term": ('(assert (<= $"X_0" 1))', "<="),
    "string without end": ('(assert (<= X_0 $"1))', "does not end"),
    "indices in 1.0": ("(assert (<= $X_0[0] 1))", "indices"),
    "indices of a number": ("(assert (<= $1[0] X_0))", "indices"),
    "indices of nothing": ("(assert (<= $[0] X_0))", "needs"),
    "comma": ("(assert (<= X_0$, 1))", "comma"),
    "2.0 inside 1.0": ("($declare-network f (declare-input X real [1]))", "2.0"),
    "the version comes first": ("($vnnlib-version <1.0>)", "first"),
    "another type": ("(declare-const X_1 $Int)", "Int"),
    "another name": ("(declare-const $Z_0 Real)", "Z_0"),
    "declared twice": ("(declare-const $X_0 Real)", "twice"),
    "declared with a gap": ("(declare-const $X_2 Real)", "X_1 is not"),
    "too few words": ("($declare-const X_1)", "a name and a type"),
    "too many words": ("($declare-const X_1 Real Real)", "a name and a type"),
    "a bracket in the middle of indices": ("(assert (<= X_0[$(+ 1 2)] 1))", "among indices"),
}  # fmt: skip

NETWORKS = {
    "index too large": (TWO + "(assert (<= $X[0,3] 1))", "3"),
    "index negative": (TWO + "(assert (<= X[0,$-1] 1))", "-1"),
    "index of a scalar": (TWO + "(assert (<= $Y[0] 1))", "0 indices"),
    "empty index of a scalar": (TWO + "(assert (<= $Y[] 1))", "0 indices"),
    "too few indices": (TWO + "(assert (<= $X[0] 1))", "2 indices"),
    "no indices": (TWO + "(assert (<= $X 1))", "2 indices"),
    "a comma too many": (TWO + "(assert (<= X[0,1,$] 1))", "comma"),
    "a comma too few": (TWO + "(assert (<= X[0 $1] 1))", "comma"),
    "no end of indices": (TWO + "(assert (<= X[0,1$) 1)", "]"),
    "no start of indices": (TWO + "(assert (<= X 0$] 1))", "] without ["),
    "the name of a network": (TWO + "(assert (<= $f 1))", "f is neither"),
    "1.0 names": (TWO + "(assert (<= $X_0 1))", "X_0"),
    "1.0 inside 2.0, as a function": (TWO + "($declare-fun X_0 () Real)", "1.0"),
    "1.0 inside 2.0": (TWO + "($declare-const X_0 Real)", "1.0"),
    "a network after an assertion": (
        TWO + "(assert (<= Y 1)) ($declare-network g (declare-input A real [1])"
        " (declare-output B real [1]))", "before"),
    "a name twice": (TWO + "(declare-network g (declare-input A real [1])"
                     " (declare-output $X real [1]))", "twice"),
    "a network twice": (TWO + "(declare-network $f (declare-input A real [1])"
                        " (declare-output B real [1]))", "twice"),
    "no output": ("(declare-network $f (declare-input A real [1]))", "output"),
    "no input": ("(declare-network $f (declare-output A real [1]))", "input"),
    "no name": ("($declare-network (declare-input A real [1]) (declare-output B real []))", "name"),
    "order": ("(declare-network f (declare-output A real [1]) $(declare-input B real [1]))",
              "order"),
    "a relation after inputs": ("(declare-network f (declare-input B real [1]) $(equal-to g)"
                                " (declare-output A real [1]))", "order"),
    "an integer type": ("(declare-network f (declare-input A $int8 [1]))", "int8"),
    "an unknown type": ("(declare-network f (declare-input A $float33 [1]))", "float33"),
    "real and float": ("(declare-network f (declare-input A real [1])"
                       " (declare-output $B float32 [1]))", "real"),
    "no shape": ("(declare-network f (declare-input A real $3))", "shape"),
    "shape missing": ("(declare-network f ($declare-input A real))", "shape"),
    "no elements": ("(declare-network f (declare-input $A real [3,0]))", "no elements"),
    "far too many": ("(declare-network f (declare-input $A real [99999,99999]))", "too large"),
    "a fraction of an element": ("(declare-network f (declare-input A real [$1.5]))", "1.5"),
    "absurd extents": (f"(declare-network f (declare-input A real [${'9' * 9999}]))", "extent"),
    "dimensions": (f"(declare-network f (declare-input A real [{'1,' * 99}1$]))", "dimensions"),
    "a name with a dot": ("(declare-network f (declare-input $A.b real [1]))", "A.b"),
    "a number as a name": ("(declare-network f (declare-input $7 real [1]))", "7"),
    "a hidden value without a node": ("(declare-network f (declare-input A real [])"
                                      " ($declare-hidden H real [1]))", "ONNX node"),
    "a node without quotes": ("(declare-network f (declare-input A real [] $in))", "ONNX node"),
    "more than a node": ('(declare-network f (declare-input A real [] "in" $[1]))', "ends"),
    "a word among declarations": ("(declare-network f (declare-input A real []) $B)", "needs"),
    "a term among declarations": ("(declare-network f $(+ 1 2))", "needs"),
    "related to none": ("(declare-network g ($equal-to f) (declare-input A real [1])"
                        " (declare-output B real [1]))", "before"),
    "related to itself": ("(declare-network g ($equal-to g) (declare-input A real [1])"
                          " (declare-output B real [1]))", "before"),
    "twice related": (TWO + "(declare-network g (equal-to f) ($isomorphic-to f)"
                      " (declare-input A real [1,3]) (declare-output B real []))", "second"),
    "related at second hand": (
        TWO + "(declare-network g (equal-to f) (declare-input A real [1,3])"
        " (declare-output B real [])) (declare-network h ($isomorphic-to g)"
        " (declare-input C real [1,3]) (declare-output D real []))", "itself"),
    "related to another shape": (TWO + "(declare-network g ($isomorphic-to f)"
                                 " (declare-input A real [3]) (declare-output B real []))", "like"),
    "related with more outputs": (
        TWO + "(declare-network g ($isomorphic-to f) (declare-input A real [1,3])"
        " (declare-output B real []) (declare-output C real []))", "like"),
    "types that meet": (
        "(declare-network f (declare-input A float32 []) (declare-output B float64 []))"
        "(assert $(<= (+ A 1) B))", "float32 meets float64"),
    "hidden values that differ": (
        '(declare-network f (declare-input A real []) (declare-hidden H real [2] "h")'
        " (declare-output B real []))"
        '(declare-network g ($equal-to f) (declare-input C real []) (declare-hidden K real [3] "h")'
        " (declare-output D real []))", "K is not like H"),
    "an unknown version": ("(vnnlib-version $<3.0>)", "3.0"),
    "no version": ("(vnnlib-version $two)", "two"),
    "two versions": ("(vnnlib-version <2.0>)($vnnlib-version <2.0>)", "once"),
    "2.0 that says 1.0": ("(vnnlib-version <1.0>)($declare-network f)", "2.0"),
    "1.0 that says 2.0": ("(vnnlib-version <2.0>)($declare-const X_0 Real)", "1.0"),
    "an assertion first": ("($assert (<= 0 1))", "before any declaration"),
}  # fmt: skip


def refused(marked: str, word: str) -> None:
    text = marked.replace("$", "")
    before = marked[: marked.index("$")]
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    with pytest.raises(FormatError) as caught:
        parse_vnnlib(text.splitlines(keepends=True), "some/query.vnnlib")
    message = str(caught.value)
    assert message.startswith(f"some/query.vnnlib:{line}:{column}: "), message
    assert word in message.split(": ", 1)[1]
    assert "\n" not in message
    assert len(message) < 500


@pytest.mark.parametrize(("marked", "word"), ASSERTIONS.values(), ids=ASSERTIONS)
def test_what_is_not_1_0(marked: str, word: str) -> None:
    refused(ONE + "  (assert (<= X_0 2)) ; fine\n\t" + marked, word)


@pytest.mark.parametrize(("marked", "word"), NETWORKS.values(), ids=NETWORKS)
def test_what_is_not_2_0(marked: str, word: str) -> None:
    refused("; a comment (with brackets\n " + marked, word)


@pytest.mark.parametrize("operator", ["and", "or", "+", "-", "<="])
def test_deep_nesting_is_refused_and_does_not_crash(operator: str) -> None:
    deep = f"({operator} " * 100_000
    with pytest.raises(FormatError, match=r"^q:2:\d+: brackets nested more than"):
        parse_vnnlib([ONE, "(assert " + deep], "q")
    with pytest.raises(FormatError, match=r"^q:2:\d+: and, or alternate more than"):
        parse_vnnlib([ONE, "(assert " + "(and (or " * 1000], "q")


def test_nesting_that_means_nothing_is_flattened() -> None:
    deep = "(and " * 1000 + "(<= X_0 1)" + ")" * 1000
    flat = parse_vnnlib([ONE, "(assert (<= X_0 1))"])
    assert parse_vnnlib([ONE, f"(assert {deep})"]).assertion == flat.assertion


@pytest.mark.parametrize("text", ["", "; only a comment", "\n\n", "(vnnlib-version <2.0>)"])
def test_a_text_that_declares_nothing(text: str) -> None:
    with pytest.raises(FormatError, match=r"^q: not VNN-LIB"):
        parse_vnnlib(text.splitlines(keepends=True), "q")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    whole = gzip.compress((ONE + "(assert (<= X_0 1))\n" * 1000).encode())
    contents = {
        "latin.vnnlib": b"; \xe9\n" + ONE.encode(),
        "packed.vnnlib": whole,
        "plain.vnnlib.gz": ONE.encode(),
        "cut.vnnlib.gz": whole[:-20],
        "changed.vnnlib.gz": whole[:40] + b"\0\0\0\0" + whole[44:],
        "empty.vnnlib.gz": b"",
    }
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    for path in [tmp_path, tmp_path / "missing.vnnlib", *(tmp_path / name for name in contents)]:
        with pytest.raises(FormatError) as caught:
            read_vnnlib(path)
        assert re.match(re.escape(str(path)) + r"(:\d+:\d+)?: \S", str(caught.value))
        assert "\n" not in str(caught.value)
    with pytest.raises(FormatError):
        read_vnnlib("a\0b.vnnlib")


def test_what_a_file_unpacks_to_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exactrev.vnnlib.source.MAX_LINE", 1000)
    monkeypatch.setattr("exactrev.vnnlib.source.MAX_BYTES", 10_000)
    path = tmp_path / "bomb.vnnlib.gz"
    for text, word in [(" " * 2000, "a line of"), ((" " * 500 + "\n") * 50, "more than")]:
        path.write_bytes(gzip.compress(text.encode()))
        with pytest.raises(FormatError, match=word):
            read_vnnlib(path)


SOUND = (
    ONE + '(assert (or (and (<= X_0 1e-3) (> (+ X_0 (* -2.5 Y_0) 1) 0)) (!= X_0 1/3)))\n',
    "(vnnlib-version <2.0>)\n" + TWO + '(declare-network g (equal-to f) (declare-input A real'
    ' [1,3]) (declare-hidden H real [2] "h") (declare-output B real []))\n'
    "(assert (or (<= X[0,1] A[0,2]) (== (- Y B H[1]) 0.1)))\n",
)  # fmt: skip


@pytest.mark.parametrize("text", SOUND)
def test_the_texts_that_are_damaged_below_are_sound(text: str) -> None:
    assert parse_vnnlib(text.splitlines(keepends=True)).networks


@settings(max_examples=150)
@given(st.sampled_from(SOUND), damages)
def test_damaged_files_give_a_query_or_a_proper_refusal(text: str, damage: object) -> None:
    data = damaged(text.encode(), damage)  # type: ignore[arg-type]
    try:
        parse_vnnlib(data.decode("latin-1").splitlines(keepends=True), "q")
    except InputError as error:
        assert re.match(r"q(:\d+:\d+)?: \S", str(error))
        assert "\n" not in str(error)


@settings(max_examples=150)
@given(st.lists(st.sampled_from(
    ["(", ")", "[", "]", ",", '"', "assert", "and", "<=", "+", "*", "X_0", "X", "1", "-", "\n",
     "declare-const", "Real", "declare-network", "declare-input", "real", "equal-to", "f", ";"]
), max_size=30))
def test_shuffled_tokens_give_a_query_or_a_proper_refusal(words: list[str]) -> None:
    for start in (ONE, TWO):
        text = start + " ".join(words)
        try:
            parse_vnnlib(text.splitlines(keepends=True), "q")
        except InputError as error:
            assert re.match(r"q:\d+:\d+: \S", str(error))
