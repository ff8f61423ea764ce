"""gateshift.yaml -> that of the next release, its comments kept."""

from gateshift.config.succession.next_release import abandoned_release, further_release, next_release
from gateshift.config.succession.versions import NewVersion, Successor

__all__ = ["NewVersion", "Successor", "abandoned_release", "further_release", "next_release"]
