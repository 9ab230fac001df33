"""Where a command puts its certificate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from exactrev.cli.files import beside, demand_writable, naming, write_whole
from exactrev.errors import InputError

if TYPE_CHECKING:
    from exactrev.equivalence.state import Resumable


def demand_certificate(path: str | None, *sources: str | None) -> None:
    """Raise InputError now if a certificate cannot be written to ``path`` later: no such place, no
    such compression here, or one of the files ``sources``."""
    if path is None:
        return
    from exactrev.certificate import write_certificate

    demand_writable(path, *sources)
    trial = beside(Path(path))
    with naming(path):
        try:
            write_certificate((), trial)
        except InputError as error:
            raise InputError(f"{path}: {error}") from error
        finally:
            trial.unlink(missing_ok=True)


def beside_certificate(path: str | None, word: str) -> str | None:
    """Where another certificate goes: the word before the ending; None without a certificate.

    >>> beside_certificate("net.cert.gz", "isomorphic"), beside_certificate("out/net", "partner")
    ('net.isomorphic.cert.gz', 'out/net.partner')
    """
    if path is None:
        return None
    target = Path(path)
    packed = target.suffix if target.suffix in (".gz", ".zst") else ""
    inner = Path(target.name.removesuffix(packed)) if packed else Path(target.name)
    return str(target.with_name(f"{inner.stem}.{word}{inner.suffix}{packed}"))


def save_certificate(lines: Iterable[str], path: str) -> None:
    """Write the certificate, compressed if its ending asks for it."""
    from exactrev.certificate import write_certificate

    write_whole(path, lambda draft: write_certificate(lines, draft))


def prove(lines: Iterator[str], path: str | None) -> bool:
    """Take the lines of a certificate, and write them if a path is given; whether they are a proof.

    If they are not, nothing is written.
    """
    from exactrev.equivalence.covering import discard, is_proved

    if path is None:
        return is_proved(lines, discard)
    return is_proved(lines, lambda found: save_certificate(found, path))


@contextmanager
def kept(search: Resumable, state: str | None) -> Iterator[None]:
    """Inside, the search goes on from the file ``state``, if it is there; afterwards the file holds
    what it has done.  Raises InputError for a file that is no such search."""
    if state is None:
        yield
        return
    from exactrev.equivalence.state import recorded, resume

    with naming(state):
        if Path(state).exists():
            resume(search, state)
        with recorded(search, state):
            yield
