"""A Python function named on the command line, to be queried in place of a network."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from exactrev.errors import InputError


def load_oracle(name: str) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """The function ``module:function``, looked up from the working directory too.

    Its exceptions become InputError, so that a fault in it is reported in one line.
    Raises InputError when there is no such module or function.
    """
    module_name, _, function_name = name.partition(":")
    if not module_name or not function_name:
        raise InputError(f"--oracle {name}: not of the form MODULE:FUNCTION")
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        function = getattr(import_module(module_name), function_name)
    except Exception as error:
        raise InputError(f"--oracle {name}: {type(error).__name__}: {error}") from error
    if not callable(function):
        raise InputError(f"--oracle {name}: not a function")

    def oracle(point: Sequence[Any]) -> Sequence[Any]:
        try:
            answer: Sequence[Any] = function(point)
        except Exception as error:
            raise InputError(f"--oracle {name}: {type(error).__name__}: {error}") from error
        return answer

    return oracle
