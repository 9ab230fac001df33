"""exactrev: take deep ReLU networks apart exactly, and prove what was found."""

__version__ = "0.1.0"
