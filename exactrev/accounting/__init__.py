"""What a recovery found of each neuron and weight of a network, and why it lacks the others."""

from exactrev.accounting.account import Account, Standing, accounted

__all__ = ["Account", "Standing", "accounted"]
