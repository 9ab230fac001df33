"""Writing certificates (proofs/certificate-format.md); judging them is :mod:`exactrev.checker`."""

from exactrev.certificate.claims import (
    counterexample_certificate,
    equality_certificate,
    isomorphism_certificate,
)
from exactrev.certificate.files import write_certificate

__all__ = [
    "counterexample_certificate",
    "equality_certificate",
    "isomorphism_certificate",
    "write_certificate",
]
