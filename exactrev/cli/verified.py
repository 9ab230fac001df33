"""The checker extracted from the Coq proofs, run as a program of its own."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from exactrev.checker import Outcome
from exactrev.errors import InputError

_NAME = "exactrev-check"
#: Where ``make -C proofs/coq`` leaves it in a checkout.
_BUILT = Path(__file__).resolve().parents[2] / "proofs" / "coq" / "checker" / _NAME


def check(path: str, expected: tuple[str | None, str | None] | None = None) -> Outcome:
    """The extracted checker's judgement, as :func:`exactrev.checker.check` gives one.

    Raises InputError if the program is not built, OSError if it cannot read the file.
    """
    program = str(_BUILT) if _BUILT.exists() else shutil.which(_NAME)
    if program is None:
        raise InputError("check: --verified needs the extracted checker: make -C proofs/coq")
    demands = [
        part
        for option, sha in zip(("--sha256-a", "--sha256-b"), expected or (None, None), strict=True)
        if sha is not None
        for part in (option, sha)
    ]
    done = subprocess.run(
        [program, *demands, path], capture_output=True, text=True, check=False
    )
    word, _, rest = done.stdout.strip().partition(" ")
    if done.returncode == 0 and word == "accepted":
        return Outcome(True, claim=rest)
    if done.returncode == 1 and word == "rejected":
        return Outcome(False, reason=rest)
    raise OSError(done.stderr.strip() or f"{_NAME} ended with code {done.returncode}")
