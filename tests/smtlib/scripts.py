"""What z3 answers to exported scripts."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable

import z3

from exactrev.smtlib import export


def answers(certificate: str | Iterable[str]) -> Counter[str]:
    """How often z3 says unsat, sat, or anything else; as many answers as there are checks."""
    if not isinstance(certificate, str):
        certificate = "".join(f"{line}\n" for line in certificate)
    lines: list[str] = []
    found = export(io.BytesIO(certificate.encode()), lines.append)
    assert lines.count("(check-sat)") == found.checks
    assert lines[-1] == "(exit)" and "(set-logic QF_LRA)" in lines
    text = "\n".join(["(reset)", *lines[:-1]])
    said = z3.Z3_eval_smtlib2_string(z3.main_ctx().ref(), text).split("\n")
    assert len([line for line in said if line]) == found.checks, said[:3]
    return Counter(line for line in said if line)


def all_unsat(certificate: str | Iterable[str]) -> bool:
    """Whether z3 confirms every check."""
    return set(answers(certificate)) <= {"unsat"}
