"""Claims on domains in a hyperplane: golden certificates, and every line of them is needed.

Rules about taking inputs out are in tests/equivalence/test_flat_domains.py.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from exactrev.checker import Outcome, check

GOLDEN = Path(__file__).parent / "golden"
KINDS = ("equal-on", "within", "same-class")


def judge(text: str) -> Outcome:
    return check(io.BytesIO(text.encode()))


def text_of(kind: str) -> str:
    return (GOLDEN / f"{kind}-flat.cert").read_text(encoding="ascii")


@pytest.mark.parametrize("kind", KINDS)
def test_golden_certificates(kind: str) -> None:
    outcome = judge(text_of(kind))
    assert outcome.accepted and outcome.claim.startswith(f"{kind}: "), outcome.reason
    assert "every point of the stated domain" in outcome.claim
    assert "interior" not in outcome.claim
    refused = check(GOLDEN / f"{kind}-flat.refused.cert")
    assert not refused.accepted and refused.claim == "" and refused.reason


@pytest.mark.parametrize("kind", KINDS)
def test_no_line_can_be_left_out(kind: str) -> None:
    lines = text_of(kind).splitlines(keepends=True)
    for place, line in enumerate(lines):
        outcome = judge("".join([*lines[:place], *lines[place + 1 :]]))
        if line.startswith("attained "):
            assert outcome.accepted and "attained" not in outcome.claim
        else:
            assert not outcome.accepted and outcome.reason, line


def test_what_is_attained_is_in_the_plane() -> None:
    """The segment's ends have all coordinates; a point of the line beyond them is refused."""
    text = text_of("within")
    for point in ("0 1 1", "0 1 1 0 0", "0 1 2 -1", "0 1 1 1", "1 1 1 0"):
        assert not judge(text.replace("attained 0 1 1 0\n", f"attained {point}\n")).accepted, point
    assert judge(text.replace("attained 0 1 1 0\n", "attained 0 3 3 0\n")).accepted
