"""What a run says, ready to render: every place resolved to a path relative to the working directory."""

from __future__ import annotations

from msgspec import Struct

from gateshift.model.finding import Level
from gateshift.model.lasting import Lasting
from gateshift.model.place import NO_FOCUS, Focus


class SourceLine(Struct, frozen=True):
    """One line of a source file, without its line break, counted from 1."""

    number: int
    text: str


class ResourceName(Struct, frozen=True):
    """The object a finding speaks of; `namespace` is "" where the manifest names none."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


class ReportedPlace(Struct, frozen=True):
    """A span in a file, its path relative to the working directory with forward slashes.

    Lines and columns count from 1; the end is exclusive. `excerpt` holds the source lines worth showing; `focus` is the
    part of the span that they are shown for.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    excerpt: tuple[SourceLine, ...] = ()
    focus: Focus = NO_FOCUS

    @property
    def focused(self) -> ReportedPlace:
        """The place for a reader, who looks for the name of an object and not for its first line."""
        if not self.focus.line:
            return self
        line, column, end_column = self.focus.line, self.focus.column, self.focus.end_column
        return ReportedPlace(self.file, line, column, line, end_column, self.excerpt)


class ReportedRelated(Struct, frozen=True):
    """A second place that explains a finding."""

    message: str
    place: ReportedPlace


class ReportedFinding(Struct, frozen=True):
    """One fault, once, with every root it reaches. `pointer` is a JSON pointer (RFC 6901) into the object; `cause` is
    the same for findings that one change would mend."""

    rule: str
    name: str
    level: Level
    message: str
    place: ReportedPlace
    roots: tuple[str, ...]
    resource: ResourceName | None
    pointer: str
    cluster_says: str
    help: str
    related: tuple[ReportedRelated, ...] = ()
    cause: str = ""


class ReportedRoot(Struct, frozen=True):
    """A root that was looked at, and how many objects it built."""

    path: str
    resources: int


OWN_DEFECT = "a defect of gateshift's own: "
"""How the reason of a gap begins that a defect left."""


class Gap(Struct, frozen=True):
    """Something that could not be checked, so that there is no verdict: what, why, and the way to get one.

    `defect` is the traceback where a defect of gateshift's own is the reason; no renderer shows it. `root` is the root
    that it is about, "" for none.
    """

    what: str
    why: str
    next_step: str
    defect: str = ""
    root: str = ""

    @property
    def defect_line(self) -> str:
        """The kind of the defect and what it says, in one line."""
        return self.why.removeprefix(OWN_DEFECT)


class LeftOut(Struct, frozen=True):
    """Something that was not built: where it is written, a path relative to the working directory, and why."""

    path: str
    reason: str


class Coverage(Struct, frozen=True):
    """What a run looked at, and what it did not.

    `kustomizations` are those found: `checked` as a root that was built or as part of one, the others `refused`, whose
    reasons `refused_for` counts. `files` in `folders` are manifests that no kustomization reads, `not_manifests` are
    YAML files without a Kubernetes object, `excluded` those that settings leave out.
    """

    kustomizations: int = 0
    checked: int = 0
    refused: int = 0
    files: int = 0
    folders: int = 0
    not_manifests: int = 0
    excluded: int = 0
    left_out: tuple[LeftOut, ...] = ()
    refused_for: tuple[tuple[str, int], ...] = ()
    left_out_for: tuple[tuple[str, int], ...] = ()


NO_COVERAGE = Coverage()
"""That of a run which looked at nothing."""


class OwnSuppression(Struct, frozen=True):
    """What a change suppresses, allows or excludes by itself, which does not count in its own run.

    `rule` is "" where it is not about one rule; `what` says in words what the change adds.
    """

    rule: str
    what: str
    reason: str
    file: str
    line: int
    column: int


class ValidationReport(Struct, frozen=True):
    """The outcome of a validation. Findings are sorted by file, line, column and rule.

    `own` is what the change suppresses by itself, where a change is validated. `lasting` is how long the same files
    give the same report.
    """

    findings: tuple[ReportedFinding, ...]
    roots: tuple[ReportedRoot, ...]
    suppressed: int = 0
    gaps: tuple[Gap, ...] = ()
    coverage: Coverage = NO_COVERAGE
    own: tuple[OwnSuppression, ...] = ()
    lasting: Lasting = Lasting.ANY_DAY

    def count(self, level: Level) -> int:
        """How many findings have this level."""
        return sum(finding.level is level for finding in self.findings)
