"""How a convolution that was found is told: to programs and to people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from exactrev.network.convolution import Convolution


def convolution_facts(convolution: Convolution | None) -> dict[str, Any] | None:
    """A convolution as in a network file, with the layout of what it makes."""
    if convolution is None:
        return None
    from exactrev.formats.json_writer import convolution_text

    block: dict[str, Any] = json.loads(convolution_text(convolution))["conv"]
    return {**block, "output": list(convolution.output_shape)}


def described(convolution: Convolution) -> str:
    """Its layouts, window and number of weights in a line."""
    windows = convolution.windows
    text = f"convolution {_by(convolution.input_shape)} to {_by(convolution.output_shape)}"
    text += f", kernel {_by(windows.kernel)}, stride {_by(windows.strides)}"
    if any(windows.before) or any(windows.after):
        text += f", padding {_by(windows.before)} before and {_by(windows.after)} after"
    if max(windows.dilations) > 1:
        text += f", dilation {_by(windows.dilations)}"
    if convolution.groups > 1:
        text += f", {convolution.groups} groups"
    return f"{text}, {convolution.parameters} weights"


def _by(lengths: tuple[int, ...]) -> str:
    return "x".join(map(str, lengths))
