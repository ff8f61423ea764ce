"""A rollout as files: base/, overlays/ and sync/, as text. Nothing here is written to disk."""

from gateshift.manifests.generate import generate
from gateshift.manifests.header import FileHeader, compare, read_header, with_header
from gateshift.manifests.keep_pointer_path import keep_pointer_path
from gateshift.manifests.live import live_copies

__all__ = ["FileHeader", "compare", "generate", "keep_pointer_path", "live_copies", "read_header", "with_header"]
