"""Hypothesis strategies for systems, degenerate ones on purpose, and who proposes to the solver."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest
from flint import fmpq
from hypothesis import strategies as st

from exactrev.lp import highs
from exactrev.lp.highs import Proposal, Proposer
from exactrev.lp.polyhedron import Form, value
from exactrev.lp.program import Program
from exactrev.lp.system import System

small = st.integers(-2, 2).map(fmpq)
fractions = st.builds(fmpq, st.integers(-9, 9), st.integers(1, 7))
dyadics = st.builds(fmpq, st.integers(-(1 << 53), 1 << 53), st.just(1 << 50))
scales = st.sampled_from(
    [fmpq(1), fmpq(2, 3), fmpq(10) ** 9, fmpq(1, 10**11), fmpq(1, 1 << 300), fmpq(1 << 300)]
)
MODES = ("highs", "nothing", "lies")


@st.composite
def forms(draw: st.DrawFn, dimension: int, known: list[Form], centre: list[fmpq]) -> Form:
    """A form: fresh, through a common point, or made of one that is known."""
    entries = draw(st.sampled_from([small, small, fractions, dyadics]))
    kind = draw(st.sampled_from(["fresh", "fresh", "through", "scaled", "opposite", "near"]))
    if kind == "fresh" or (kind != "through" and not known):
        return tuple(draw(entries) for _ in range(dimension + 1))
    if kind == "through":
        slopes = [draw(entries) for _ in range(dimension)]
        return (*slopes, -value((*slopes, fmpq(0)), centre))
    form, scale = draw(st.sampled_from(known)), draw(scales)
    if kind == "near":
        form = (*form[:-1], form[-1] + draw(st.sampled_from([-1, 1])) * fmpq(1, 1 << 60))
    return tuple(a * (-scale if kind == "opposite" else scale) for a in form)


@st.composite
def systems(
    draw: st.DrawFn, max_dimension: int = 3, max_forms: int = 6, strict: bool = True
) -> System:
    """A system of a few forms of all kinds."""
    dimension = draw(st.integers(0 if max_dimension < 3 else 1, max_dimension))
    centre = [draw(fractions) for _ in range(dimension)]
    known: list[Form] = []
    for _ in range(draw(st.integers(0, max_forms))):
        known.append(draw(forms(dimension, known, centre)))
    kinds = ["strict", "rows", "rows", "equalities"] if strict else ["rows", "rows", "equalities"]
    weights = draw(st.sampled_from([kinds, kinds, kinds[:1], kinds[:3]]))
    sorted_out: dict[str, list[Form]] = {kind: [] for kind in kinds}
    for form in known:
        sorted_out[draw(st.sampled_from(weights))].append(form)
    return System(dimension, **{kind: tuple(listed) for kind, listed in sorted_out.items()})


def bounded(system: System, size: int = 10) -> System:
    """The system within a box."""
    rows = []
    for j in range(system.dimension):
        for sign in (1, -1):
            row = [fmpq(0)] * system.dimension + [fmpq(size)]
            row[j] = fmpq(sign)
            rows.append(tuple(row))
    return System(system.dimension, system.strict, (*system.rows, *rows), system.equalities)


@contextmanager
def proposals(mode: str) -> Iterator[None]:
    """HiGHS for programs of any size, or no HiGHS, or proposals that have nothing to do with it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(highs, "_FEW_UNKNOWNS", 0)
        if mode == "nothing":
            patch.setattr(highs, "highspy_module", lambda: None)
        if mode == "lies":
            patch.setattr(Proposer, "propose", _lie)
        yield


def _lie(self: Any, program: Program) -> Proposal:
    random = Random(len(program.rows))
    count = len(program.inequalities) + len(program.equalities)
    return Proposal(
        tuple(fmpq(random.randint(-40, 5), random.randint(1, 9)) for _ in program.objective),
        tuple(random.sample(range(count), random.randint(0, count))),
        {k: fmpq(random.randint(-3, 9), 8) for k in range(count)},
    )
