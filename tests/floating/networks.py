"""Networks with weights of few digits."""

from __future__ import annotations

import numpy as np

from exactrev.exact.rational import to_float
from exactrev.network.model import Network


def short(network: Network) -> Network:
    """A dense network with its weights rounded to float32."""
    return Network.dense([
        ([[np.float32(to_float(x)) for x in row] for row in layer.weights[0][1].tolist()],
         [np.float32(to_float(x)) for x in layer.bias.entries()])
        for layer in network.layers
    ])  # fmt: skip
