"""Addresses for readers of a comment: a file's line at the planned commit, and a rule's page."""

from __future__ import annotations

from msgspec import Struct

RULES_PAGE = "https://github.com/gateshift/gateshift/blob/main/docs/rules.md"


_UNRESERVED = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/")


class Links(Struct, frozen=True):
    """Where the repository is shown: `blob` is the address that a path follows, "" where none is known; `top` is the
    folder of the repository that shown paths start from ("" for its top); `commit` is the planned commit, as text."""

    blob: str = ""
    top: str = ""
    commit: str = ""

    def line(self, file: str, line: int) -> str:
        """The address of a line of a file of the work tree; "" where there is none."""
        if not self.blob or ":" in file or file.startswith(("/", "..")):
            return ""
        path = f"{self.top}/{file}" if self.top else file
        return f"{self.blob}/{_quoted(path)}#L{line}"


def _quoted(path: str) -> str:
    """The path as a URL holds it: every byte that is not unreserved or a slash becomes %XX."""
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in path.encode())


NO_LINKS = Links()


def rule_page(rule: str) -> str:
    """The address of a rule's documentation."""
    return f"{RULES_PAGE}#{rule.lower()}"
