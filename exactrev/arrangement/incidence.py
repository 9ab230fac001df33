"""Which faces of an arrangement lie in the closures of which, from the signs of the neurons.

A face is the set of points in the interior of the domain where every z has given signs (1, -1, 0).
A face G lies in the closure of a face F if and only if every sign of G is that of F or 0; otherwise
no point of G does.

*Only if*: a point where z > 0 has only such points near it, and the same for z < 0; so if one point
of G is a limit of points of F, each sign of G is that of F or 0.

*If*: let z^F be the affine form that z is on F, and x in G.  Layer by layer z(x) = z^F(x): where F
has z_j > 0, z_j(x) = z_j^F(x) >= 0 by the signs of G, so z_j is passed on at x as on F; elsewhere
z_j(x) <= 0 and nothing is passed on, at x as on F; so the forms of the next layer agree at x too.
Hence x satisfies the conditions s z^F >= 0 (s = +-1) and z^F = 0 of F weakly, and for any p in F
the half-open segment from p towards x, all of it but x, satisfies them strictly (the interior of
the domain is convex): it lies in F, and ends in x.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from exactrev.arrangement.forms import WALL, ZERO, Signs


def plain_signs(signs: Signs) -> Signs:
    """Signs 1, -1, 0: without telling the neurons that vanish apart."""
    return np.where((signs == ZERO) | (signs == WALL), 0, signs).astype(np.int8)


def cofaces(faces: Signs, larger: Signs) -> list[tuple[int, ...]]:
    """For every face, which of ``larger`` (signs 1, -1, 0; of one dimension more) it bounds.

    Where only independent equations vanish on a face of codimension k, every choice of signs of
    these k neurons occurs beside it: on each, their forms differ from those on the face by
    multiples of earlier ones, so they stay independent.  There the faces of one dimension more are
    those with one of the k signs changed to 1 or -1.  Other faces are compared with all.
    """
    number = {row.tobytes(): k for k, row in enumerate(larger)}
    degenerate = (faces == ZERO).any(axis=1)
    plain = plain_signs(faces)
    found: list[tuple[int, ...]] = [()] * len(faces)
    for k in np.flatnonzero(~degenerate).tolist():
        beside = []
        row = plain[k].copy()
        for wall in np.flatnonzero(faces[k] == WALL).tolist():
            for sign in (1, -1):
                row[wall] = sign
                beside.append(number[row.tobytes()])
            row[wall] = 0
        found[k] = tuple(sorted(beside))
    above, below = _words(larger == 1), _words(larger == -1)
    on, off = _words(plain == 1), _words(plain == -1)
    for k in np.flatnonzero(degenerate).tolist():
        kept = ((on[k] & ~above) | (off[k] & ~below)) == 0
        found[k] = tuple(np.flatnonzero(kept.all(axis=1)).tolist())
    return found


def _words(bits: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Rows of bits packed into words of 64."""
    rows, width = bits.shape
    padded = np.zeros((rows, -(-width // 64) * 64), dtype=bool)
    padded[:, :width] = bits
    return np.packbits(padded, axis=1).view(np.uint64)
