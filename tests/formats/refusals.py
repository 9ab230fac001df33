"""What every refusal has to look like, and how to damage a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import strategies as st

from exactrev.errors import InputError
from exactrev.formats import read_network


def refused(path: Path, *words: str, kind: type[InputError] = InputError) -> str:
    """Reading fails with one line that starts with the path and has all the words."""
    with pytest.raises(kind) as caught:
        read_network(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    for word in words:
        assert word in message
    return message


def only_input_errors(path: Path, data: bytes) -> None:
    """Reading these bytes gives a network or a proper refusal, nothing else."""
    path.write_bytes(data)
    try:
        read_network(path)
    except InputError as error:
        assert str(error).startswith(f"{path}: ")
        assert "\n" not in str(error)


#: (cut, [(position, byte)]): where to cut a file, as a share of it, and which bytes to change
damages = st.tuples(
    st.none() | st.floats(0, 1), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)))
)


def damaged(data: bytes, damage: tuple[float | None, list[tuple[float, int]]]) -> bytes:
    """The bytes with some changed and the end cut off."""
    cut, changes = damage
    changed = bytearray(data)
    for place, value in changes:
        changed[int(place * (len(data) - 1))] = value
    return bytes(changed if cut is None else changed[: int(cut * len(data))])
