"""Reads installed schemas; one kind's file at a time, when it is asked for."""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec
from msgspec import Struct, field

from gateshift.apischema.constraints.compiled import Constraints
from gateshift.apischema.go_types import GoTypes
from gateshift.apischema.sharing import unshare
from gateshift.apischema.structural import at
from gateshift.errors import NoVerdict
from gateshift.schemas.layout import GO_TYPES, INDEX, crd_set, file_name, group_folder, root
from gateshift.system.cache_sums import is_as_recorded, read_sums
from gateshift.tools.lock import pinned
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, json_of, list_at, object_at, text_at

_VERSION = r"v(\d+)(?:(alpha|beta)(\d+))?"
_MATURITY = {None: 2, "beta": 1, "alpha": 0}


class KindInfo(Struct, frozen=True):
    """What the API server knows of a kind in one version."""

    version: str
    namespaced: bool
    served: bool
    storage: bool


class Schemas(Struct, frozen=True, eq=False):
    """The schemas of one choice of versions. `sets` are searched in order: the user's own kinds come first.

    `experimental` is the Gateway API's experimental channel where `sets` holds the standard one, else None; `release`
    is that of the Gateway API, such as `v1.6.0`.
    """

    sets: tuple[Path, ...]
    experimental: Path | None = None
    release: str = ""
    _read: dict[Path, JsonObject] = field(default_factory=dict)
    _resolved: dict[Path, JsonObject] = field(default_factory=dict)
    _kinds: dict[Path, dict[tuple[str, str], list[KindInfo]]] = field(default_factory=dict)
    _constraints: list[Constraints] = field(default_factory=list)
    _sums: dict[Path, JsonObject] = field(default_factory=dict)

    def structural(self, group: str, version: str, kind: str) -> JsonObject | None:
        """The publisher's own schema with defaults, list types and CEL rules, without references or descriptions.

        Equal parts are the same value in memory; None where there is no such kind or version.
        """
        home = self._home(group, kind)
        return None if home is None else self._structural(home, group, version, kind)

    def strict(self, group: str, version: str, kind: str) -> JsonObject | None:
        """The strict schema that kubeconform uses, with its `definitions`."""
        for folder in self.sets:
            schema = self._file(folder, _strict(group, version, kind))
            if schema:
                return schema
        return None

    def check_strict(self, group: str, version: str, kind: str) -> None:
        """See that what another program will read is what was installed. Raises NoVerdict where it is not."""
        for folder in self.sets:
            if self._bytes(folder, _strict(group, version, kind)) is not None:
                return

    def constraints(self) -> Constraints:
        """What the API server asks of Kubernetes' own kinds beyond their schemas; made once."""
        if not self._constraints:
            self._constraints.append(Constraints(self._go_types()))
        return self._constraints[0]

    def _go_types(self) -> GoTypes:
        for folder in self.sets:
            content = self._bytes(folder, GO_TYPES)
            if content is not None:
                try:
                    return msgspec.json.decode(content, type=GoTypes)
                except msgspec.MsgspecError as error:
                    raise damaged(folder / GO_TYPES) from error
        return GoTypes()

    def versions(self, group: str, kind: str) -> tuple[KindInfo, ...]:
        """Every version of the kind, served or not; empty where the kind is unknown."""
        home = self._home(group, kind)
        return tuple(self._index(home)[group, kind]) if home is not None else ()

    def served(self, group: str, kind: str) -> tuple[str, ...]:
        """The versions the API server takes, the most mature and newest first; empty where the kind is unknown."""
        versions = [info.version for info in self.versions(group, kind) if info.served]
        return tuple(sorted(versions, key=_maturity, reverse=True))

    def namespaced(self, group: str, kind: str) -> bool | None:
        """Whether objects of the kind live in a namespace; None where the kind is unknown."""
        versions = self.versions(group, kind)
        return versions[0].namespaced if versions else None

    def release_of(self, group: str, kind: str) -> str:
        """The release of another project whose schema the kind has here, such as `Argo CD 3.6.1`; "" for any other."""
        pins = pinned().crds_with(group, kind)
        of_project = pins is not None and self._home(group, kind) == crd_set(pins.name, pins.version)
        return pins.release if pins is not None and of_project else ""

    def installable(self, group: str, kind: str) -> str:
        """The project whose CRDs would bring a schema of the kind, by the name that `tools install --crds-of` takes; ""
        where none is known, or the kind has a schema."""
        pins = pinned().crds_with(group, kind)
        return pins.name if pins is not None and self._home(group, kind) is None else ""

    def experimental_only(self, group: str, version: str, kind: str, pointer: FieldPath = ()) -> bool:
        """Whether the field (or the whole kind and version) exists in the experimental channel of the Gateway API and
        not in the standard channel, which is the one in use."""
        if self.experimental is None:
            return False
        there = self._structural(self.experimental, group, version, kind)
        here = self.structural(group, version, kind)
        return there is not None and at(there, pointer) is not None and (here is None or at(here, pointer) is None)

    def experimental_value(self, group: str, version: str, kind: str, pointer: FieldPath, value: Json) -> bool:
        """Whether the value is one of those that the field may have in the experimental channel of the Gateway API, and
        none of those of the standard channel, which is the one in use."""
        if self.experimental is None:
            return False
        there = list_at(at(self._structural(self.experimental, group, version, kind) or {}, pointer), "enum")
        here = list_at(at(self.structural(group, version, kind) or {}, pointer), "enum")
        return value in there and bool(here) and value not in here

    def _structural(self, folder: Path, group: str, version: str, kind: str) -> JsonObject | None:
        name = f"structural/{group_folder(group)}/{file_name(kind, version)}"
        path = folder / name
        if path not in self._resolved:
            self._resolved[path] = unshare(self._file(folder, name))
        return self._resolved[path] or None

    def _home(self, group: str, kind: str) -> Path | None:
        return next((folder for folder in self.sets if (group, kind) in self._index(folder)), None)

    def _index(self, folder: Path) -> dict[tuple[str, str], list[KindInfo]]:
        if folder not in self._kinds:
            kinds: dict[tuple[str, str], list[KindInfo]] = {}
            for entry in list_at(self._file(folder, INDEX), "kinds"):
                kinds.setdefault((text_at(entry, "group"), text_at(entry, "kind")), []).append(_info(entry))
            self._kinds[folder] = kinds
        return self._kinds[folder]

    def _file(self, folder: Path, name: str) -> JsonObject:
        path = folder / name
        if path not in self._read:
            content = self._bytes(folder, name)
            try:
                self._read[path] = {} if content is None else object_at(json_of(content))
            except ValueError as error:
                raise damaged(path) from error
        return self._read[path]

    def _bytes(self, folder: Path, name: str) -> bytes | None:
        """A file of a set as it was installed; None where the set has none. Raises NoVerdict for any other."""
        if folder not in self._sums:
            self._sums[folder] = read_sums(folder)
        path, sums = folder / name, self._sums[folder]
        if sums and name not in sums and (not _is_plain(name) or not os.path.exists(path)):
            return None
        try:
            content = path.read_bytes()
        except (OSError, ValueError) as error:
            raise damaged(path) from error
        if not is_as_recorded(content, name, sums):
            raise damaged(path)
        return content


def _is_plain(name: str) -> bool:
    """Whether the path stays in its folder, whatever an object calls its kind."""
    return ".." not in name and "\0" not in name and len(name) < 1024 and "//" not in name


def _strict(group: str, version: str, kind: str) -> str:
    return f"strict/{group_folder(group)}/{file_name(kind, version)}"


def damaged(path: Path) -> NoVerdict:
    """The refusal to go by a schema that something outside has changed."""
    return NoVerdict(
        f"{path} is not as it was installed",
        next_step=f"Delete {root()} and run `gateshift tools install`.",
    )


def _info(entry: Json) -> KindInfo:
    fact = object_at(entry)
    return KindInfo(
        text_at(entry, "version"),
        fact.get("namespaced") is True,
        fact.get("served") is True,
        fact.get("storage") is True,
    )


def _maturity(version: str) -> tuple[int, int, int]:
    """Kubernetes' own order of versions: v2, v1, v1beta2, v1beta1, v1alpha1, and others last."""
    match = re.fullmatch(_VERSION, version)
    return (_MATURITY[match[2]], int(match[1]), int(match[3] or 0)) if match else (-1, 0, 0)
