"""The checker extracted from the Coq proofs, run as a program of its own."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from exactrev.certificate.files import certificate_stream
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
    with _readable(path) as name:
        done = subprocess.run(
            [program, *demands, name], capture_output=True, text=True, check=False
        )
    word, _, rest = done.stdout.strip().partition(" ")
    if done.returncode == 0 and word == "accepted":
        return Outcome(True, claim=rest)
    if done.returncode == 1 and word == "rejected":
        return Outcome(False, reason=rest)
    raise OSError(done.stderr.strip() or f"{_NAME} ended with code {done.returncode}")


@contextmanager
def _readable(path: str) -> Iterator[str]:
    """A file that the program can read, which knows gzip and no zstd."""
    with certificate_stream(path) as stream:
        if isinstance(stream, io.BufferedReader) and isinstance(stream.raw, io.FileIO):
            yield path
            return
        with tempfile.NamedTemporaryFile(prefix="exactrev-", suffix=".cert") as plain:
            with suppress(EOFError):  # damaged: the program sees a certificate that is cut short
                shutil.copyfileobj(stream, plain)
            plain.flush()
            yield plain.name
