"""Writing certificates (proofs/certificate-format.md); judging them is :mod:`exactrev.checker`."""

from exactrev.certificate.claims import (
    counterexample_certificate,
    difference_certificate,
    domain_lines,
    equality_certificate,
    isomorphism_certificate,
    not_isomorphic_certificate,
    other_class_certificate,
    reduction_lines,
    same_class_certificate,
    unscalable_certificate,
)
from exactrev.certificate.files import write_certificate

__all__ = [
    "counterexample_certificate",
    "difference_certificate",
    "domain_lines",
    "equality_certificate",
    "isomorphism_certificate",
    "not_isomorphic_certificate",
    "other_class_certificate",
    "reduction_lines",
    "same_class_certificate",
    "unscalable_certificate",
    "write_certificate",
]
