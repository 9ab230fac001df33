"""The exceptions of exactrev, in one tree.

Everything exactrev raises on purpose derives from :class:`ExactRevError`.  The command line turns
an :class:`InputError` into one line on stderr and exit code 2.
"""


class ExactRevError(Exception):
    """Base of every exception raised on purpose by exactrev."""


class InputError(ExactRevError, ValueError):
    """The caller's data is at fault; the message is one line that says what is wrong."""


class DomainError(InputError):
    """A domain has no points, or no interior points where they are needed."""


class FormatError(InputError):
    """A file is not what its format demands; the message names the file and the fault."""


class UnsupportedOperator(FormatError):
    """A graph holds an operator that has no exact translation; the message names it."""


class RecoveryError(ExactRevError):
    """Recovery cannot go on; what was found so far stays valid."""


class QueryBudgetExceeded(RecoveryError):
    """The oracle has been asked as many points as the caller allowed."""


class TimeLimitExceeded(RecoveryError):
    """The time the caller allowed is used up."""
