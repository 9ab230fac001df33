"""Exact ReLU networks over Q: the model, evaluation, symmetries and the canonical form."""

from exactrev.network.model import Layer, Network

__all__ = ["Layer", "Network"]
