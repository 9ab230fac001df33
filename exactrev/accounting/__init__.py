"""What a recovery found of each neuron and weight of a network, and why it lacks the others."""

from exactrev.accounting.account import accounted
from exactrev.accounting.standing import Account, Standing

__all__ = ["Account", "Standing", "accounted"]
