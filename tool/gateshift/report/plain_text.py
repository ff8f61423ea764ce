"""Text that steers no terminal and no runner, whatever it came from. Every command needs it: it imports nothing."""

from __future__ import annotations

_CONTROL = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if code != 0x09}
_CONTROL |= {
    code: f"\\u{code:04x}"
    for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0x2028, 0x2029)
}

_LONGEST = 600
_END = 100


def printable(text: str) -> str:
    """The text with control characters and bidirectional overrides spelled out, so that no input steers a terminal."""
    return text.translate(_CONTROL)


def without_commands(line: str) -> str:
    """The line without what the runners of GitHub Actions and Azure Pipelines obey: `::` at its start, `##[`, `##vso[`
    (actions/runner, ActionCommand.cs; microsoft/azure-pipelines-agent, Command.cs)."""
    shown = line.replace("##[", "# #[").replace("##vso[", "# #vso[")
    return shown.replace("::", ": :", 1) if shown.lstrip().startswith("::") else shown


def shortened(text: str) -> str:
    """As `printable`, at most 600 characters: a name of twenty thousand is one mistake, and reads as one."""
    shown = printable(text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - _END]} ... {shown[-_END:]}"
