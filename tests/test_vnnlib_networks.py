"""VNN-LIB 2.0: networks, tensors, relations; and what a file of either version declares."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from flint import fmpq

from exactrev.vnnlib import (
    Constraint,
    NetworkDeclaration,
    Query,
    Relation,
    Tensor,
    Variable,
    cases,
    parse_vnnlib,
    read_vnnlib,
)

# after the examples of the standard
TEACHER = "(declare-network teacher (declare-input TX real [1,3]) (declare-output TY real [2]))"


def parsed(*lines: str) -> Query:
    return parse_vnnlib([line + "\n" for line in lines])


def test_the_example_of_the_standard() -> None:
    query = parsed(
        "(vnnlib-version <2.0>)",
        "; Network declaration",
        "(declare-network f",
        "    (declare-input  X float32 [2,2])",
        "    (declare-output Y float32 [1])",
        ")",
        "(assert (and (>= X[1,0] 0.0) (<= X[0,0] 1.0)))",
        "(assert (or (<= Y[0] -3.0) (>= Y[0] 0.0)))",
    )
    inputs, outputs = Tensor("X", "float32", (2, 2)), Tensor("Y", "float32", (1,))
    assert query.version == (2, 0)
    assert query.networks == (NetworkDeclaration("f", (inputs,), (), (outputs,)),)
    assert query.inputs == tuple(Variable("X", i) for i in range(4))
    assert query.outputs == (Variable("Y", 0),)
    left, right = cases(query)
    assert left.domain is right.domain
    assert left.domain.contains([1, 5, 0, 5])
    assert not left.domain.contains([1, 5, -1, 5])
    assert not left.domain.contains([2, 5, 0, 5])
    assert [c.holds({Variable("Y", 0): fmpq(-3)}) for c in left.constraints] == [True]
    assert [c.holds({Variable("Y", 0): fmpq(-3)}) for c in right.constraints] == [False]


def test_indices_are_row_major() -> None:
    shape = (2, 3, 4)
    tensor = Tensor("X", "real", shape)
    declared = "(declare-network f (declare-input X real [2,3,4]) (declare-output Y real []))"
    place = 0
    for i in range(2):
        for j in range(3):
            for k in range(4):
                query = parsed(declared, f"(assert (>= X[{i},{j},{k}] 0))")
                assert isinstance(query.assertion, Constraint)
                assert query.assertion.terms == ((Variable("X", place), fmpq(1)),)
                assert tensor.indices(place) == (i, j, k)
                assert query.label(Variable("X", place)) == f"X[{i},{j},{k}]"
                place += 1


@pytest.mark.parametrize("kind", ["equal-to", "isomorphic-to"])
def test_networks_that_are_related(kind: str) -> None:
    query = parsed(
        TEACHER,
        f"(declare-network student ({kind} teacher)"
        ' (declare-input SX real [1,3]) (declare-hidden H real [7] "relu_1")'
        " (declare-output SY real [2]))",
        "(assert (== TX[0,0] SX[0,0]))",
        "(assert (> (- TY[0] SY[0]) 1e-3))",
    )
    teacher, student = query.networks
    assert teacher.relation is None
    assert student.relation == Relation(kind, "teacher")  # type: ignore[arg-type]
    assert student.hidden == (Tensor("H", "real", (7,), "relu_1"),)
    assert (student.input_size, student.output_size) == (3, 2)
    assert query.inputs == tuple(Variable(name, i) for name in ("TX", "SX") for i in range(3))
    (case,) = cases(query)
    assert case.domain.contains([5, 0, 0, 5, 1, 1])
    assert not case.domain.contains([5, 0, 0, 4, 0, 0])
    (difference,) = case.constraints
    assert difference.strict
    assert difference.terms == ((Variable("SY", 0), -1), (Variable("TY", 0), 1))
    assert difference.constant == fmpq(-1, 1000)


def test_isomorphic_networks_may_have_other_types_but_equal_ones_not() -> None:
    first = "(declare-network f (declare-input A float32 [1]) (declare-output B float32 [1]))"
    second = (
        "(declare-network g ({} f)"
        " (declare-input C float16 [1]) (declare-output D float16 [1]))"
    )
    assert len(parsed(first, second.format("isomorphic-to")).networks) == 2
    with pytest.raises(ValueError, match=r":2:21: equal-to f: its inputs or outputs"):
        parsed(first, second.format("equal-to"))


def test_several_inputs_scalars_and_node_names() -> None:
    query = parsed(
        "(vnnlib-version 2.1)",
        "(declare-network f (declare-input A Real [] \"in \\\"1\\\"\") (declare-input B Real [2])"
        " (declare-output C Real []))",
        "(assert (<= A (+ B[0] B[1])))",
    )
    assert query.version == (2, 1)
    (network,) = query.networks
    assert network.inputs[0] == Tensor("A", "real", (), 'in \\"1\\"')
    assert network.inputs[0].size == 1
    assert query.inputs == (Variable("A", 0), Variable("B", 0), Variable("B", 1))
    assert query.label(Variable("A", 0)) == "A"
    (case,) = cases(query)
    assert case.domain.rows == ((fmpq(-1), fmpq(1), fmpq(1), fmpq(0)),)


def test_version_1_declares_one_network_without_a_name() -> None:
    query = parsed(
        "(declare-const Y_0 Real)", "(declare-const X_1 Real)", "(assert (<= X_1 2))",
        "(declare-fun X_0 () Real)", "(assert (<= X_0 Y_0))",
    )  # fmt: skip
    inputs, outputs = Tensor("X", "real", (2,)), Tensor("Y", "real", (1,))
    assert query.version == (1, 0)
    assert query.networks == (NetworkDeclaration("", (inputs,), (), (outputs,)),)
    assert query.label(Variable("X", 1)) == "X_1"
    (case,) = cases(query)
    assert case.domain.rows == ((fmpq(0), fmpq(-1), fmpq(2)),)
    assert [c.terms for c in case.constraints] == [((Variable("X", 0), -1), (Variable("Y", 0), 1))]


def test_files_plain_and_packed(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf(declare-const X_0 Real)\r\n; \xc3\xa9\r\n(assert (<= X_0 0.1))"
    plain, packed = tmp_path / "a.vnnlib", tmp_path / "a.vnnlib.gz"
    plain.write_bytes(text)
    packed.write_bytes(gzip.compress(text))
    assert read_vnnlib(plain) == read_vnnlib(str(packed))
    assert read_vnnlib(plain).assertion == parsed(
        "(declare-const X_0 Real)", "(assert (>= 0.1 X_0))"
    ).assertion


# the shape of the queries of VNN-COMP 2026, isomorphic_acasxu and monotonic_acasxu
def test_a_pair_of_networks_as_in_the_competition() -> None:
    query = parsed(
        "(vnnlib-version <2.0>)",
        "(declare-network f", "  (declare-input X_f real [1, 1, 1, 2])",
        "  (declare-output Y_f real [1, 2])", ")",
        "(declare-network g", "  (isomorphic-to f)", "  (declare-input X_g real [1, 1, 1, 2])",
        "  (declare-output Y_g real [1, 2])", ")",
        "(assert (and (<= X_f[0,0,0,0] 0.679857769) (>= X_f[0,0,0,0] 0.6)))",
        "(assert (== X_f[0,0,0,0] X_g[0,0,0,0]))",
        "(assert (== X_f[0,0,0,1] X_g[0,0,0,1]))",
        "(assert (or",
        "  (or (> Y_g[0,0] (+ Y_f[0,0] 0.05)) (< Y_g[0,0] (- Y_f[0,0] 0.05)))",
        "  (or (> Y_g[0,1] (+ Y_f[0,1] 0.05)) (< Y_g[0,1] (- Y_f[0,1] 0.05)))",
        "))",
    )  # fmt: skip
    found = list(cases(query))
    assert len(found) == 4
    assert all(case.domain is found[0].domain for case in found)
    assert found[0].domain.contains(["0.679857769", 7, "0.679857769", 7])
    assert not found[0].domain.contains(["0.6798577690000000001", 7, "0.6798577690000000001", 7])
    far = {Variable(f"Y_{n}", i): fmpq(0) for n in "fg" for i in range(2)}
    assert not any(c.holds(far) for case in found for c in case.constraints)
    far[Variable("Y_g", 1)] = fmpq(-1, 20)
    assert not any(c.holds(far) for case in found for c in case.constraints)
    far[Variable("Y_g", 1)] -= fmpq(1, 10**30)
    assert [all(c.holds(far) for c in case.constraints) for case in found] == [False] * 3 + [True]
