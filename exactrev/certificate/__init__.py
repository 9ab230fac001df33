"""Writing certificates (proofs/certificate-format.md); judging them is :mod:`exactrev.checker`."""

from exactrev.certificate.claims import (
    counterexample_certificate,
    difference_certificate,
    domain_lines,
    equality_certificate,
    isomorphism_certificate,
    reduction_lines,
)
from exactrev.certificate.files import write_certificate

__all__ = [
    "counterexample_certificate",
    "difference_certificate",
    "domain_lines",
    "equality_certificate",
    "isomorphism_certificate",
    "reduction_lines",
    "write_certificate",
]
