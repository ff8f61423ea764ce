"""The text of Kubernetes' types.go files -> the types it declares.

Source: k8s.io/api, GROUP/VERSION/types.go. They are written in one form (gofmt, one declaration a line), so that
lines say all that is needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from gateshift.apischema.go_types import GoField, GoTypes

_PACKAGE = r"(?:^|/)([a-z0-9]+/v[0-9a-z]+)/types\.go$"
_IMPORT = r'\s*(?:(\w+)\s+)?"k8s\.io/(?:api|apimachinery/pkg(?:/apis)?)/([\w/]+)"'
_DECLARED = r"type (\w+) (=?) ?(\S+)"
_CONSTANT = r'\s+\w+\s+(?:(\w+)\s*=\s*|=\s*(\w+)\()"([^"]*)"'
_COMPUTED = r"\s+\w+\s+(?:(\w+)\s*)?=\s*(?:(\w+)\()?[\w.]"
_FIELD = r'\s+(?:(\w+)\s+)?([*\w.\[\]]+)\s+`.*json:"([^"]*)"'
_SIGNS = ("*", "[]", "{}")
"""A pointer, a list and a map, in front of a type's name."""


def package_of(path: str) -> str:
    """The group and version whose types the file declares, such as `core/v1`; "" for another file."""
    match = re.search(_PACKAGE, path)
    return match[1] if match else ""


def types_in(files: Iterable[tuple[str, str]]) -> GoTypes:
    """The types of the files, each given as its package and its text."""
    source = _Source()
    for package, text in files:
        source.read(package, text)
    structs = {
        name: {field: source.field(*written) for field, written in source.fields(name).items()}
        for name in source.structs
        if not name.endswith(("List", "Status"))
    }
    # A constant that is computed from others leaves its type without words: half of them would be worse than none.
    whole = sorted((source.enumerations & source.words.keys()) - source.computed)
    words = {name: tuple(source.words[name]) for name in whole}
    return GoTypes({name: fields for name, fields in sorted(structs.items()) if fields}, words)


class _Source:
    """What the files say; types are written with signs, and stand by names that are not yet resolved."""

    def __init__(self) -> None:
        self.structs: dict[str, dict[str, tuple[str, bool]]] = {}
        self.embedded: dict[str, list[str]] = {}
        self.names: dict[str, str] = {}
        self.enumerations: set[str] = set()
        self.words: dict[str, list[str]] = {}
        self.computed: set[str] = set()

    def read(self, package: str, text: str) -> None:
        """Read one file."""
        imports: dict[str, str] = {}
        struct, comment = "", ""

        def written(kind: str) -> str:
            return _written(kind, package, imports)

        for line in text.splitlines():
            if line.lstrip().startswith("//"):
                comment += line.lstrip() + "\n"
                continue
            if match := re.match(_IMPORT, line):
                imports[match[1] or match[2].rpartition("/")[2]] = match[2]
            elif match := re.match(_DECLARED, line):
                struct = f"{package}.{match[1]}"
                self._declare(struct, match, comment, written)
            elif match := re.match(_CONSTANT, line):
                self.words.setdefault(f"{package}.{match[1] or match[2]}", []).append(match[3])
            elif match := re.match(_COMPUTED, line):
                self.computed.add(f"{package}.{match[1] or match[2]}")
            elif struct in self.structs and (match := re.match(_FIELD, line)):
                self._field(struct, match, comment, written)
            elif line.startswith("}"):
                struct = ""
            comment = ""

    def _declare(self, name: str, match: re.Match[str], comment: str, written: Callable[[str], str]) -> None:
        if match[3] == "struct":
            self.structs[name] = {}
        else:
            self.names[name] = written(match[3])
            if not match[2] and re.search(r"^// \+enum$", comment, re.MULTILINE):
                self.enumerations.add(name)

    def _field(self, struct: str, match: re.Match[str], comment: str, written: Callable[[str], str]) -> None:
        name, *options = match[3].split(",")
        if "inline" in options or not (name or match[1]):
            self.embedded.setdefault(struct, []).append(written(match[2]))
        elif name and name != "-":
            required = "omitempty" not in options and "+optional" not in comment
            self.structs[struct][name] = (written(match[2]), required)

    def fields(self, struct: str) -> dict[str, tuple[str, bool]]:
        """The fields of a structure, those of the structures embedded in it included."""
        parts = self.embedded.get(struct, ())
        below = {name: field for part in parts for name, field in self.fields(part).items()}
        return {**below, **self.structs.get(struct, {})}

    def field(self, kind: str, required: bool) -> GoField:  # noqa: FBT001 -- as `fields` gives it
        """The field of a written type, other names of a type replaced by what they stand for."""
        pointer = listed = mapped = False
        while True:
            sign = next((sign for sign in _SIGNS if kind.startswith(sign)), "")
            pointer |= sign == "*" and not (listed or mapped)
            listed |= sign == "[]"
            mapped |= sign == "{}"
            kind = kind.removeprefix(sign)
            if not sign:
                if kind in self.enumerations or kind not in self.names:
                    return GoField(kind, pointer, listed, mapped, required)
                kind = self.names[kind]


def _written(kind: str, package: str, imports: Mapping[str, str]) -> str:
    """The type with its signs in front, a map's without its keys, and its name with the package it is declared in."""
    signs = ""
    while match := re.match(r"\*|\[\]|map\[[\w.]+\]", kind):
        signs += "{}" if match[0].startswith("map") else match[0]
        kind = kind[match.end() :]
    place, dot, local = kind.rpartition(".")
    if dot:
        return f"{signs}{imports.get(place, place)}.{local}"
    return signs + (kind if kind[:1].islower() else f"{package}.{kind}")
