"""Measurements: seeded networks and the table of what recovery costs on them."""

import os

# Before numpy loads: many tiny products, which threads only slow down.
os.environ.setdefault("OMP_NUM_THREADS", "1")
