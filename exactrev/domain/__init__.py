"""Input domains in files: polyhedra as VNN-LIB input constraints or as JSON rows."""

from exactrev.domain.files import read_domain

__all__ = ["read_domain"]
