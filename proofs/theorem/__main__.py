"""``python -m proofs.theorem``: make the certificates of this directory again.

With ``--check`` nothing is written: what is made must be accepted by the checker and claim what the
file here claims; the exit code is 1 if something does not.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path

from exactrev.checker import check
from proofs.theorem.certificates import CERTIFICATES

HERE = Path(__file__).parent


def text(name: str) -> str:
    """The certificate of this name, made now."""
    return "".join(f"{line}\n" for line in CERTIFICATES[name]())


def claims_the_same(name: str) -> bool:
    """Whether a certificate made now is accepted with the claim of the file."""
    kept, made = check(HERE / f"{name}.cert"), check(io.BytesIO(text(name).encode()))
    return kept.accepted and made.accepted and kept.claim == made.claim


def main(arguments: Sequence[str]) -> int:
    """Write or compare every file; the exit code."""
    if list(arguments) == ["--check"]:
        different = [name for name in CERTIFICATES if not claims_the_same(name)]
        for name in CERTIFICATES:
            print("different" if name in different else "same", f"{name}.cert")
        return 1 if different else 0
    for name in CERTIFICATES:
        (HERE / f"{name}.cert").write_text(text(name), encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
