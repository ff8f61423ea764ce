"""Where schemas lie in the cache, and how a set of them is written.

A set is a folder that is made once and never changed: `index.json` names its kinds, `strict/` is laid out as
kubeconform asks for it, `structural/` the same way, and `sums.json` has the SHA-256 of all of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from gateshift.apischema.structural import KindSchema
from gateshift.system.cache import cache_root
from gateshift.system.cache_sums import SUMS, write_sums
from gateshift.yamldoc.data import Json, JsonObject

_FORMAT = "8"
"""Changes whenever the conversion does, so that sets an older release made are not taken for this one's."""

TEMPLATE = "strict/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json"
"""A set's schemas as kubeconform's -schema-location. Its Group is the whole group, and `v1` for the core one;
ResourceKind is in lower case (kubeconform pkg/registry/registry.go)."""

CHANNELS = ("standard", "experimental")
"""The Gateway API's channels: two different schemas of the same versions."""

TITLES = {"kubernetes": "Kubernetes", "gateway-api": "the Gateway API"}
"""The publishers of schemas, by the name of their folder and of the option that chooses a version."""

INDEX = "index.json"

GO_TYPES = "go_types.json"
"""The Go types of Kubernetes' own kinds, in the folder of a Kubernetes version."""

_NUMBERS = r"v?(\d+(?:\.\d+)*)(-[0-9A-Za-z.-]+)?"


def root() -> Path:
    """The folder of all sets."""
    return cache_root() / "schemas" / _FORMAT


def kubernetes_set(version: str) -> Path:
    """The built-in kinds of this Kubernetes version, such as 1.37.2."""
    return root() / "kubernetes" / version


def gateway_api_set(version: str, channel: str) -> Path:
    """The Gateway API's kinds of this version and channel."""
    return root() / "gateway-api" / version / channel


def crd_set(name: str, version: str) -> Path:
    """The kinds of a project of the pin list, such as `argo-cd`, in this version of the project."""
    return root() / name / version


def installed_versions(name: str) -> list[str]:
    """The versions of "kubernetes", "gateway-api" or a project of the pin list that are installed, oldest first."""
    folder = root() / name
    folders = [path for path in folder.iterdir() if path.name[:1].isdigit()] if folder.is_dir() else []
    return sorted((path.name for path in folders if is_whole(path)), key=version_key)


def is_whole(folder: Path) -> bool:
    """Whether the sets in the folder of a version are there; an index is written last."""
    sets = [folder] if (folder / INDEX).is_file() else [folder / channel for channel in CHANNELS]
    return all((place / name).is_file() for place in sets for name in (INDEX, SUMS))


def newest_installed(name: str, version: str) -> str | None:
    """The installed version that the text means: itself, or the newest patch of a shorter one."""
    fitting = [other for other in installed_versions(name) if other == version or other.startswith(f"{version}.")]
    return fitting[-1] if fitting else None


def plain_version(text: str) -> str | None:
    """`v1.37.2` or `1.37.2` as 1.37.2; None for what is no version."""
    match = re.fullmatch(_NUMBERS, text.strip())
    return match[1] + (match[2] or "") if match else None


def version_key(version: str) -> tuple[list[int], bool, str]:
    """Sorts versions by their numbers; a release stands after its candidates."""
    numbers, dash, candidate = version.partition("-")
    return [int(part) for part in numbers.split(".") if part.isdigit()], not dash, candidate


def group_folder(group: str) -> str:
    """The folder of a group, as kubeconform calls it: `v1` for the core group."""
    return group or "v1"


def file_name(kind: str, version: str) -> str:
    """The file of a kind in a version."""
    return f"{kind.lower()}_{version}.json"


def can_be_installed(group: str, version: str, kind: str) -> bool:
    """Whether a schema of these names can lie in a set: whatever an object calls itself, each of them is one step of a
    path."""
    names = (group_folder(group), file_name(kind, version))
    return all(re.fullmatch(r"[\w.-]{1,255}", name, re.ASCII) and name.strip(".") for name in names)


def write_set(folder: Path, kind_schemas: Iterable[KindSchema]) -> int:
    """Write the schemas into an empty folder; how many kinds there were."""
    kinds: list[Json] = []
    for kind_schema in kind_schemas:
        for part, schema in (("strict", kind_schema.strict), ("structural", kind_schema.structural)):
            _write(
                folder / part / group_folder(kind_schema.group) / file_name(kind_schema.kind, kind_schema.version),
                schema,
            )
        kinds.append(
            {
                "group": kind_schema.group,
                "version": kind_schema.version,
                "kind": kind_schema.kind,
                "namespaced": kind_schema.namespaced,
                "served": kind_schema.served,
                "storage": kind_schema.storage,
            }
        )
    _write(folder / INDEX, {"kinds": kinds})
    write_sums(folder)
    return len(kinds)


def _write(path: Path, value: JsonObject) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, separators=(",", ":"), sort_keys=True), encoding="utf-8")
