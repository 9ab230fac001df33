"""Pictures of networks on a plane: regions, every neuron's boundary, and which boundaries meet."""

from exactrev.plotting.plot import Plot, plot
from exactrev.plotting.slices import Slice
from exactrev.plotting.window import Window

__all__ = ["Plot", "Slice", "Window", "plot"]
