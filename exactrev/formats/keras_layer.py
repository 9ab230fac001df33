"""One layer of a Keras graph: its configuration, its variables, its activation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flint import fmpq

from exactrev.errors import UnsupportedOperator
from exactrev.exact.rational import to_rational
from exactrev.formats.floats import Array
from exactrev.formats.piecewise import bounded_relu, leaky
from exactrev.formats.unrolling import Unrolling

#: the variables of a layer as exact arrays, by their roles
Found = dict[str, Array]


@dataclass(frozen=True, eq=False)
class GraphLayer:
    """One layer of the graph: class, unique name, configuration, names of the layers it reads."""

    kind: str
    name: str
    config: Mapping[str, Any]
    sources: tuple[str, ...]

    @property
    def roles(self) -> tuple[str, ...]:
        """The variables the layer has, in the order Keras lists them."""
        bias = ("bias",) if self.config.get("use_bias", True) else ()
        if self.kind.startswith("SeparableConv"):
            return ("depthwise_kernel", "pointwise_kernel", *bias)
        if self.kind == "Dense" or self.kind.startswith(("Conv", "DepthwiseConv")):
            return ("kernel", *bias)
        if self.kind == "BatchNormalization":
            scale = ("gamma",) if self.config.get("scale", True) else ()
            center = ("beta",) if self.config.get("center", True) else ()
            return (*scale, *center, "moving_mean", "moving_variance")
        return ("alpha",) if self.kind == "PReLU" else ()

    def number(self, key: str, default: float) -> fmpq:
        """A number of the configuration, exactly; None counts as left out."""
        given = self.config.get(key)
        return to_rational(default if given is None else given)


#: what a layer does: (layer, the tensors it reads, its variables, the unrolling) -> its output
Translation = Callable[[GraphLayer, list[Array], Found, Unrolling], Array]


def activated(layer: GraphLayer, tensor: Array, unrolling: Unrolling) -> Array:
    """The tensor after the layer's own activation; UnsupportedOperator for what is not ReLU."""
    activation = layer.config.get("activation")
    if activation in (None, "linear"):
        return tensor
    if activation == "relu":
        return unrolling.relu(tensor)
    if activation == "relu6":
        return bounded_relu(tensor, fmpq(0), fmpq(6), unrolling)
    if activation == "leaky_relu":
        return leaky(tensor, to_rational(0.2), unrolling)
    raise UnsupportedOperator(f"activation {str(activation)[:60]!r} is not supported")
