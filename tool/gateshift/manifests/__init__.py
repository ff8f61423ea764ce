"""A rollout as files: base/, overlays/ and sync/, as text. Nothing here is written to disk."""

from gateshift.manifests.generate import generate
from gateshift.manifests.header import Seal, compare, read_seal, seal
from gateshift.manifests.keep_pointer_path import carry_over

__all__ = ["Seal", "carry_over", "compare", "generate", "read_seal", "seal"]
