"""A rollout as files: base/, overlays/ and sync/, as text. Nothing here is written to disk."""

from gateshift.manifests.carry import carry_over
from gateshift.manifests.generate import generate
from gateshift.manifests.ownership import compare
from gateshift.manifests.seal import Seal, read_seal, seal

__all__ = ["Seal", "carry_over", "compare", "generate", "read_seal", "seal"]
