"""How a sync engine builds the folder that one of its objects follows, where Kustomize alone would build it otherwise.

What it adds to the kustomization comes before the build; variables and common metadata come after it; of a folder
without a kustomization each engine makes something of its own.
"""

from __future__ import annotations

import json
from enum import Enum

from msgspec import Struct

from gateshift.model.resource import Resource
from gateshift.yamldoc.data import FieldPath, Json, JsonObject


class EditKind(Enum):
    """What an edit does with what a field of the kustomization holds."""

    SET = "takes its place"
    APPEND = "is one item more"
    PUT = "is laid over the item of the same name"
    MERGE = "adds keys"


class KustomizationEdit(Struct, frozen=True):
    """One thing that a sync object adds to a kustomization: a value for `field`, which is Kustomize's name of it.

    `at` is the place of the value in the sync object. `drops` are the keys that PUT takes out of the item before;
    an `optional` one names a path, and is not made where nothing is there.
    """

    kind: EditKind
    field: str
    value: Json
    at: FieldPath
    drops: tuple[str, ...] = ()
    optional: bool = False


class Variables(Struct, frozen=True):
    """The variables that are filled into what was built; `at` is their place in the sync object.

    With `open` there may be others, whose values only the cluster knows; with `always` what was built is read even
    where there is no variable.
    """

    values: JsonObject
    at: FieldPath
    open: bool = False
    always: bool = False


class GeneratedFolder(Struct, frozen=True):
    """A folder without a kustomization gets one that lists every manifest below it."""


class ManifestFiles(Struct, frozen=True):
    """Of a folder without a kustomization the files themselves are applied: with `recurse` those of its subfolders too,
    and of them those that match the glob `include`, where it is not "", and do not match `exclude`."""

    recurse: bool = False
    include: str = ""
    exclude: str = ""


class EngineBuild(Struct, frozen=True):
    """The way in which an engine builds a folder: as Kustomize does, but for what is said here.

    `folder` is what it makes of one without a kustomization; `labels` and `annotations` are put on every object.
    """

    folder: GeneratedFolder | ManifestFiles
    edits: tuple[KustomizationEdit, ...] = ()
    variables: Variables | None = None
    labels: JsonObject = {}
    annotations: JsonObject = {}

    @property
    def changes(self) -> bool:
        """Whether a kustomization is built otherwise than by Kustomize alone."""
        return bool(self.edits or self.variables or self.labels or self.annotations)

    @property
    def way(self) -> str:
        """A text that two builds of a folder share where they come to the same."""
        edits = [(edit.kind.name, edit.field, edit.value, edit.drops) for edit in self.edits]
        variables = self.variables and (self.variables.values, self.variables.open, self.variables.always)
        return json.dumps([edits, variables, self.labels, self.annotations], sort_keys=True)


class VariableEffect(Enum):
    """What variables do to a text that they are filled into, where something is to be said of it."""

    REFUSED = "the engine refuses it, and the whole sync with it"
    EMPTY = "a variable has no value and becomes nothing"
    DOLLARS = "two dollar signs become one"
    UNKNOWN = "the value of a variable is known to the cluster alone"


class VariableFault(Struct, frozen=True):
    """What a variable, or what looks like one, does at a place of an object, or where `resource` is None, of the sync
    object itself: `what` is the text at fault, `why` the engine's reason where it refuses it."""

    effect: VariableEffect
    resource: Resource | None
    at: FieldPath
    what: str
    why: str = ""


class FinishedObjects(Struct, frozen=True):
    """The objects as the engine applies them, and what is to be said of their variables."""

    resources: tuple[Resource, ...]
    faults: tuple[VariableFault, ...] = ()
