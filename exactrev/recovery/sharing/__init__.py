"""Recovery of layers that share weights: few kernels are found, every other row is predicted."""
