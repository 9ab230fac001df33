"""Exact rationals, linear algebra and lattices on python-flint.  Knows nothing of networks."""
