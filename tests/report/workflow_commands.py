"""How GitHub's runner reads a line: the grammar of ActionCommand.cs in actions/runner (both forms of a command)."""

from dataclasses import dataclass

REGISTERED = ("error", "warning", "notice", "add-mask", "set-output", "stop-commands", "group", "endgroup", "debug")


@dataclass(frozen=True)
class Command:
    name: str
    properties: dict[str, str]
    data: str


def read(line: str) -> Command | None:
    """The command the runner would obey, or None for a line that it only prints."""
    return _second_form(line) or _first_form(line)


def _second_form(line: str) -> Command | None:
    line = line.lstrip()
    if not line.startswith("::") or "::" not in line[2:]:
        return None
    info, _, data = line[2:].partition("::")
    name, _, given = info.partition(" ")
    if name not in REGISTERED:
        return None
    pairs = [part.partition("=") for part in given.strip().split(",") if part]
    properties = {key: _unescaped(value, ":,") for key, _, value in pairs if value}
    return Command(name, properties, _unescaped(data, ""))


def _first_form(line: str) -> Command | None:
    if "##[" not in line or "]" not in line.partition("##[")[2]:
        return None
    info, _, data = line.partition("##[")[2].partition("]")
    name = info.partition(" ")[0]
    return Command(name, {}, data) if name in REGISTERED else None


def _unescaped(text: str, extra: str) -> str:
    for char in ("\r", "\n", *extra, "%"):
        text = text.replace(f"%{ord(char):02X}", char)
    return text
