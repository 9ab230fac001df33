"""Partners as JSON values."""

from __future__ import annotations

from typing import Any

from exactrev.symmetries.partner import Partner


def partner_facts(partner: Partner) -> dict[str, Any]:
    """What is known of a partner; its network is named by its hashes."""
    before, after = partner.canonical
    return {
        "kind": partner.kind,
        "neurons": list(partner.neurons),
        "sentence": partner.sentence,
        "proof": "steps" if partner.proof.reduced is not None else "tree",
        "sha256": partner.network.sha256,
        "canonical_sha256": {"network": before, "partner": after},
    }
