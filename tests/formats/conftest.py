"""Hypothesis without deadlines: a first import of onnx or h5py takes a second."""

from hypothesis import settings

settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")
