"""The pickle inside a torch file, read as data: no import, no call, no object of the file's making.

A pickle is a program for a stack machine.  This one runs only the opcodes that torch writes for a
dictionary of tensors, and its results are plain values: dictionaries, lists, numbers, strings and
:class:`Tensor` records.  A GLOBAL becomes a :class:`Name`; a REDUCE is looked up in a short table
of names, whose entries build records; every other name or opcode is refused, by name.
Source: Python's ``pickletools`` and ``torch/_utils.py`` (``_rebuild_tensor_v2``).
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from exactrev.errors import FormatError, UnsupportedOperator

#: storage class -> little-endian numpy type; bfloat16 is the upper half of a float32
STORAGES = {
    "torch.FloatStorage": "f4",
    "torch.DoubleStorage": "f8",
    "torch.HalfStorage": "f2",
    "torch.BFloat16Storage": "bfloat16",
    "torch.LongStorage": "i8",
    "torch.IntStorage": "i4",
    "torch.ShortStorage": "i2",
    "torch.CharStorage": "i1",
    "torch.ByteStorage": "u1",
}
_ORDERED_DICT = "collections.OrderedDict"
_TENSOR = "torch._utils._rebuild_tensor_v2"
_PARAMETER = "torch._utils._rebuild_parameter"
_KNOWN = {_ORDERED_DICT, _TENSOR, _PARAMETER, *STORAGES}
_MAX_OPCODES = 5_000_000


@dataclass(frozen=True)
class Name:
    """A global the pickle names; never imported."""

    text: str


@dataclass(frozen=True)
class Storage:
    """Where numbers lie: the numpy type, the archive member's key, how many there are."""

    dtype: str
    key: str
    length: int


@dataclass(frozen=True)
class Tensor:
    """A strided view of a storage; offset and strides count elements."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _Mark:
    """The stack's bracket."""


def read_pickle(data: bytes) -> Any:
    """The value of a pickle of tensors in containers.

    Raises UnsupportedOperator for a global that is not torch's way to write a plain tensor, and
    FormatError for damaged pickles and every opcode without a use here.
    """
    machine = _Machine()
    try:
        for count, (opcode, argument, _) in enumerate(pickletools.genops(data)):
            if count > _MAX_OPCODES:
                raise FormatError("the pickle is too long")
            if opcode.name == "STOP":
                return machine.pop()
            machine.step(opcode.name, argument)
    except FormatError:
        raise
    except (
        ValueError, TypeError, IndexError, KeyError, OverflowError, AttributeError,
        UnicodeError, EOFError,
    ) as error:  # pickletools and the stack judge a damaged pickle
        raise FormatError(f"the pickle is damaged: {error}") from None
    raise FormatError("the pickle is truncated")


class _Machine:
    """The pickle stack machine, without any opcode that could run code."""

    def __init__(self) -> None:
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}

    def pop(self) -> Any:
        return self._stack.pop()

    def step(self, opcode: str, argument: Any) -> None:
        if opcode in _IGNORED:
            return
        if opcode in _LITERALS:
            self._stack.append(argument)
        elif opcode in _CONSTRUCTORS:
            self._stack.append(_CONSTRUCTORS[opcode]())
        elif opcode in _TUPLES:
            size = _TUPLES[opcode]
            self._stack[len(self._stack) - size :] = [tuple(self._top(size))]
        elif opcode in _ACTIONS:
            _ACTIONS[opcode](self, argument)
        else:
            raise UnsupportedOperator(f"refuses the pickle opcode {opcode}")

    def _top(self, size: int) -> list[Any]:
        if len(self._stack) < size:
            raise FormatError("the pickle is damaged: its stack runs empty")
        return self._stack[len(self._stack) - size :]

    def _since_mark(self) -> list[Any]:
        items: list[Any] = []
        while not isinstance(top := self._stack.pop(), _Mark):
            items.append(top)
        return items[::-1]

    def global_name(self, argument: Any) -> None:
        self._push_name(argument.replace(" ", ".", 1))

    def stack_global(self, _: Any) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        self._push_name(f"{module}.{name}")

    def _push_name(self, text: str) -> None:
        if text not in _KNOWN:
            raise UnsupportedOperator(
                f"refuses to unpickle {text}: only the tensors of a state dict are read "
                "(save model.state_dict())"
            )
        self._stack.append(Name(text))

    def put(self, argument: Any) -> None:
        self._memo[argument] = self._stack[-1]

    def memoize(self, _: Any) -> None:
        self._memo[len(self._memo)] = self._stack[-1]

    def get(self, argument: Any) -> None:
        self._stack.append(self._memo[argument])

    def tuple_since_mark(self, _: Any) -> None:
        self._stack.append(tuple(self._since_mark()))

    def append(self, _: Any) -> None:
        item = self._stack.pop()
        self._container(list).append(item)

    def appends(self, _: Any) -> None:
        items = self._since_mark()
        self._container(list).extend(items)

    def set_item(self, _: Any) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        self._fill([key, value])

    def set_items(self, _: Any) -> None:
        self._fill(self._since_mark())

    def _fill(self, items: list[Any]) -> None:
        """Put keys and values, alternating, into the dictionary on top of the stack."""
        if any(type(key) not in (str, int) for key in items[::2]):
            raise FormatError("the pickle is damaged: a key that is neither text nor an integer")
        self._container(dict).update(zip(items[::2], items[1::2], strict=True))

    def _container(self, kind: type) -> Any:
        if type(self._stack[-1]) is not kind:
            raise FormatError(f"the pickle is damaged: fills something that is no {kind.__name__}")
        return self._stack[-1]

    def persistent_id(self, _: Any) -> None:
        self._stack.append(_storage(self._stack.pop()))

    def reduce(self, _: Any) -> None:
        arguments, name = self._stack.pop(), self._stack.pop()
        if not isinstance(name, Name) or not isinstance(arguments, tuple):
            raise FormatError("the pickle is damaged: calls something that has no name")
        self._stack.append(_build(name.text, arguments))

    def build(self, _: Any) -> None:
        """The attributes of an OrderedDict (``_metadata``, version numbers) are dropped."""
        self._stack.pop()
        self._container(dict)


def _storage(pid: Any) -> Storage:
    kind, name, key, _device, length = pid
    if kind != "storage" or not isinstance(name, Name) or name.text not in STORAGES:
        raise FormatError("the pickle is damaged: a persistent id that is no storage")
    if type(key) is not str or not _is_count(length):
        raise FormatError("the pickle is damaged: a storage without key or length")
    return Storage(STORAGES[name.text], key, length)


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 1 << 62


def _build(name: str, arguments: tuple[Any, ...]) -> Any:
    if name == _ORDERED_DICT and not arguments:
        return {}
    if name == _PARAMETER and arguments and isinstance(arguments[0], Tensor):
        return arguments[0]
    if name == _TENSOR and len(arguments) >= 4:
        storage, offset, shape, strides = arguments[:4]
        numbers = (offset, *shape, *strides)
        if isinstance(storage, Storage) and all(_is_count(n) for n in numbers):
            return Tensor(storage, offset, tuple(shape), tuple(strides))
    raise FormatError(f"the pickle is damaged: {name} with foreign arguments")


_IGNORED = {"PROTO", "FRAME"}
_LITERALS = {
    "BININT", "BININT1", "BININT2", "LONG1", "LONG4", "INT", "LONG", "BINFLOAT", "FLOAT",
    "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "UNICODE",
}
_CONSTRUCTORS: dict[str, Callable[[], Any]] = {
    "EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_TUPLE": tuple, "MARK": _Mark,
    "NEWTRUE": lambda: True, "NEWFALSE": lambda: False, "NONE": lambda: None,
}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_ACTIONS: dict[str, Callable[[_Machine, Any], None]] = {
    "GLOBAL": _Machine.global_name, "STACK_GLOBAL": _Machine.stack_global,
    "PUT": _Machine.put, "BINPUT": _Machine.put, "LONG_BINPUT": _Machine.put,
    "MEMOIZE": _Machine.memoize,
    "GET": _Machine.get, "BINGET": _Machine.get, "LONG_BINGET": _Machine.get,
    "TUPLE": _Machine.tuple_since_mark, "APPEND": _Machine.append, "APPENDS": _Machine.appends,
    "SETITEM": _Machine.set_item, "SETITEMS": _Machine.set_items,
    "BINPERSID": _Machine.persistent_id, "REDUCE": _Machine.reduce, "BUILD": _Machine.build,
}
