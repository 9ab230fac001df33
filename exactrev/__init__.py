"""exactrev: take deep ReLU networks apart exactly, and prove what was found.

The names below are loaded on first use, so that ``import exactrev`` (and the stand-alone checker
``python -m exactrev.checker``) needs the standard library only.

>>> import exactrev
>>> net = exactrev.Network.dense([([[1, -1]], [0]), ([["1/3"]], [2])])
>>> exactrev.info(net).architecture
(2, 1, 1)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from exactrev.arrangement import Regions as Regions
    from exactrev.arrangement import regions as regions
    from exactrev.boundaries import recover_from_boundaries as recover_from_boundaries
    from exactrev.checker import check as check
    from exactrev.cli.convert import convert as convert
    from exactrev.cli.info import info as info
    from exactrev.equivalence import equiv as equiv
    from exactrev.errors import ExactRevError as ExactRevError
    from exactrev.errors import FormatError as FormatError
    from exactrev.errors import InputError as InputError
    from exactrev.errors import QueryBudgetExceeded as QueryBudgetExceeded
    from exactrev.errors import RecoveryError as RecoveryError
    from exactrev.errors import TimeLimitExceeded as TimeLimitExceeded
    from exactrev.errors import UnsupportedOperator as UnsupportedOperator
    from exactrev.floating import recover_from_floats as recover_from_floats
    from exactrev.formats import read_network as read_network
    from exactrev.formats import write_network as write_network
    from exactrev.irreducible import reduce as reduce
    from exactrev.lp import Polyhedron as Polyhedron
    from exactrev.network import Network as Network
    from exactrev.plotting import plot as plot
    from exactrev.recovery import Recovery as Recovery
    from exactrev.recovery import recover as recover
    from exactrev.symmetries import Symmetries as Symmetries
    from exactrev.symmetries import symmetries as symmetries
    from exactrev.verification import verify as verify

__version__ = "0.1.0"

_HOMES = {
    "ExactRevError": "exactrev.errors",
    "FormatError": "exactrev.errors",
    "InputError": "exactrev.errors",
    "Network": "exactrev.network",
    "Polyhedron": "exactrev.lp",
    "QueryBudgetExceeded": "exactrev.errors",
    "Recovery": "exactrev.recovery",
    "RecoveryError": "exactrev.errors",
    "Regions": "exactrev.arrangement",
    "Symmetries": "exactrev.symmetries",
    "TimeLimitExceeded": "exactrev.errors",
    "UnsupportedOperator": "exactrev.errors",
    "check": "exactrev.checker",
    "convert": "exactrev.cli.convert",
    "equiv": "exactrev.equivalence",
    "info": "exactrev.cli.info",
    "plot": "exactrev.plotting",
    "read_network": "exactrev.formats",
    "recover": "exactrev.recovery",
    "recover_from_boundaries": "exactrev.boundaries",
    "recover_from_floats": "exactrev.floating",
    "reduce": "exactrev.irreducible",
    "regions": "exactrev.arrangement",
    "symmetries": "exactrev.symmetries",
    "verify": "exactrev.verification",
    "write_network": "exactrev.formats",
}

__all__ = [*sorted(_HOMES), "__version__"]


def __getattr__(name: str) -> Any:
    """Load a public name from its home on first use (PEP 562)."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
