"""Recovery from answers that are rounded: float64 or float32 instead of exact numbers.

Here floats are all there is, so every decision on the way has a tolerance, drawn from the noise
that was measured.  None of them reaches a verdict: what comes out is a network of exact rationals,
and only a proof against the network that was asked makes it ``recovered``.
"""

from exactrev.floating.recover import FloatRecovery, recover_from_floats

__all__ = ["FloatRecovery", "recover_from_floats"]
