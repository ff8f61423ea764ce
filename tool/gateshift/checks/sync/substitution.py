"""GS614: what the substitution of variables does to the objects of a directory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from msgspec import Struct

from gateshift.model.engine_build import VariableEffect, VariableFault
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.place import Place
from gateshift.model.rule import check
from gateshift.model.source import SourceFile
from gateshift.yamldoc.data import FieldPath

_POST_BUILD: FieldPath = ("spec", "postBuild")


class SubstitutedRoot(Struct, frozen=True, eq=False):
    """What variables do in one root, and the sync object that has them: its name, its file and its document there."""

    who: str
    file: SourceFile
    document: int
    faults: tuple[VariableFault, ...]

    def place(self, at: FieldPath) -> Place:
        """Where a field of the sync object stands."""
        return self.file.place(at, self.document)


@check("GS614", source="Flux, Post build variable substitution; fluxcd/pkg envsubst")
def substitution_touches_output(root: SubstitutedRoot) -> Iterator[Finding]:
    """A Kustomization substitutes variables, and what it builds holds a `$` that does something else than was meant.

    A `${name}` that is not one of its variables becomes an empty string, and `$$` one `$`: a script or a template in a
    ConfigMap is another one in the cluster. What is neither a variable nor an operator that Flux knows stops the sync.
    """
    told: set[str] = set()
    for fault in root.faults:
        if fault.effect is VariableEffect.UNKNOWN:
            told.add(f"{fault.what}}}")
        else:
            yield _finding(root, fault)
    if told:
        names = ", ".join(f"`{name}`" for name in sorted(told))
        what = f"{root.who} substitutes {names}, which only the cluster knows: any value is taken for right"
        yield Finding(Level.NOTE, what, root.place(_POST_BUILD))


def _finding(root: SubstitutedRoot, fault: VariableFault) -> Finding:
    if fault.resource is None:
        return Finding(
            Level.ERROR,
            f"{root.who} substitutes `{fault.what}`, and {fault.why}",
            root.place(fault.at),
            f"'{fault.what}' var name is invalid",
            "Use letters, digits and underscores, and no digit first.",
        )
    level, does, consequence = _said(fault)
    return Finding(
        level,
        f"{root.who} {does} in {fault.resource.id}",
        FieldRef(fault.resource, fault.at, part=fault.what),
        consequence,
        "Give the variable a value, write `$${` for a `${` that is to stay, or annotate the object with "
        "`kustomize.toolkit.fluxcd.io/substitute: disabled`.",
        (Related(f"{root.who} substitutes variables here", root.place(_POST_BUILD)),),
    )


def _said(fault: VariableFault) -> tuple[Level, str, str]:
    """How bad it is, what is done, and what comes of it."""
    match fault.effect:
        case VariableEffect.REFUSED:
            return (
                Level.ERROR,
                f"cannot read a variable: {fault.why},",
                "the sync stops and the cluster keeps what it has",
            )
        case VariableEffect.EMPTY:
            return Level.ERROR, f"replaces `{fault.what}}}`", "a variable without a value becomes an empty string"
        case VariableEffect.DOLLARS:
            return Level.WARNING, "reads the dollar signs", "`$$` becomes `$`"
        case VariableEffect.UNKNOWN:
            return Level.NOTE, f"fills `{fault.what}}}` in", "only the cluster knows its value"
        case _:
            assert_never(fault.effect)
