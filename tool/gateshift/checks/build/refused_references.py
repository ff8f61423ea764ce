"""GS11x: what a build would fetch, run or read outside the repository. Found by reading the tree, before any build."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateshift.model.finding import Finding, Level
from gateshift.model.kustomization import KustomizationTree, Problem, Reference, Refused
from gateshift.model.place import Place
from gateshift.model.rule import check
from gateshift.yamldoc.data import JsonObject, object_at, text_at

_PINNED = r"(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])|(?<![\w.])v?\d+\.\d+\.\d++(?![\w.]*\.\d)"
"""A commit's id, or the number of a release."""

_VERSION = r"v?\d+\.\d+\.\d+(-[\w.]+)?(\+[\w.]+)?"

PlacedField = tuple[Place, Refused, Reference | None]


def refused(tree: KustomizationTree, *problems: Problem) -> Iterator[PlacedField]:
    """Every refusal of these kinds, with its place and the reference that was not followed, if it is one."""
    for place, refusal in tree.problems:
        if refusal.problem in problems:
            yield place, refusal, None
    for node in tree.kustomizations:
        for pointer, refusal in node.problems:
            if refusal.problem in problems:
                yield node.file.place(pointer, key=True), refusal, None
        for reference in node.references:
            if isinstance(reference.target, Refused) and reference.target.problem in problems:
                yield reference.place, reference.target, reference


@check("GS111", source="Kustomize, api/internal/git/repospec.go and api/internal/loader/fileloader.go")
def remote_reference(tree: KustomizationTree) -> Iterator[Finding]:
    """A kustomization names a URL or a Git repository, which Kustomize would fetch.

    The build depends on the network and on whoever can write to that address, and a pull request could make the
    machine that checks it call any host. Nothing was fetched: the entry is left out and the rest of the root is
    checked. It is only noted where a commit or a release is named, since what that holds does not change.
    """
    for place, refusal, reference in refused(tree, Problem.REMOTE):
        role = reference.role.value if reference else "reference"
        pinned = re.search(_PINNED, refusal.what) is not None
        yield Finding(
            Level.NOTE if pinned else Level.WARNING,
            f"the {role} {refusal.what} is remote: it is not fetched, and what it brings is not checked",
            place,
            "" if pinned else "whatever is there when the sync engine builds is what gets applied",
            "Commit a copy of it to this repository and name the copy."
            if pinned
            else "Name a commit (`?ref=` and its id), or commit a copy of it to this repository.",
        )


@check("GS112", source="Kustomize, api/internal/plugins/loader/loader.go and fnplugin")
def program_in_the_build(tree: KustomizationTree) -> Iterator[Finding]:
    """A generator, transformer or validator is a program: an exec, container or Starlark function, or a plugin.

    Building would run code that the repository names, with the rights of whoever checks it; a pull request could run
    anything. Nothing was run and the root was not built.
    """
    for place, refusal, reference in refused(tree, Problem.PROGRAM):
        role = reference.role.value if reference else "configuration"
        yield Finding(
            Level.ERROR,
            f"the {role} {refusal.what or 'without a kind'} is not built into Kustomize: it would run a program",
            place,
            help="Use a transformer of Kustomize's own (`apiVersion: builtin`), or commit what the program writes.",
        )


@check("GS113", source="Kustomize, HelmChartInflationGenerator")
def helm_chart(tree: KustomizationTree) -> Iterator[Finding]:
    """A kustomization inflates a Helm chart.

    Kustomize would run `helm`, which fetches the chart and renders its templates; the result cannot be known from this
    repository. Nothing was run: the chart is left out and the rest of the root is checked. It is only noted where the
    chart's version is named.
    """
    for node in tree.kustomizations:
        for pointer, refusal in node.problems:
            if refusal.problem is Problem.HELM:
                entries = node.data.get(refusal.what)
                charts = [object_at(entry) for entry in entries] if isinstance(entries, list) else [object_at(entries)]
                yield _chart(node.file.place(pointer, key=True), refusal.what, charts)
        for reference in node.references:
            if isinstance(reference.target, Refused) and reference.target.problem is Problem.HELM:
                chart = object_at(reference.file.data(reference.document), *reference.pointer[:-1])
                yield _chart(reference.place, reference.target.what, [chart])


def _chart(place: Place, field: str, charts: list[JsonObject]) -> Finding:
    names = ", ".join(
        sorted({text_at(chart, "name") or text_at(chart, "chartName") or "without a name" for chart in charts})
    )
    versions = (text_at(chart, "version") or text_at(chart, "chartVersion") for chart in charts)
    pinned = all(re.fullmatch(_VERSION, version) for version in versions)
    return Finding(
        Level.NOTE if pinned else Level.WARNING,
        f"{field} inflates a Helm chart ({names}): it is not rendered, and what it brings is not checked",
        place,
        "" if pinned else "whatever version is the newest when the sync engine builds is what gets applied",
        ("" if pinned else "Name the chart's `version`. ")
        + "To have it checked, commit the output of `helm template` and name that under resources.",
    )


@check("GS114", source="product contract, Ground rules")
def path_outside_the_repository(tree: KustomizationTree) -> Iterator[Finding]:
    """A kustomization names a file or directory outside the repository.

    Nobody who has only the repository can build it, and a pull request could bring any file of the machine that checks
    it into a manifest. The file was not read and the root was not built.
    """
    for place, refusal, reference in refused(tree, Problem.OUTSIDE_REPOSITORY):
        named = reference.text if reference else refusal.what
        yield Finding(
            Level.ERROR,
            f"{named} leaves the repository ({tree.root.repository})",
            place,
            help="Move it into the repository. Without Git, the repository begins at the nearest directory above with a"
            " gateshift.yaml, else at the path that was named: name a directory further up.",
        )


@check("GS115", source="product contract, Ground rules")
def link_out_of_the_repository(tree: KustomizationTree) -> Iterator[Finding]:
    """A symbolic link inside the repository leads outside it.

    What it leads to is another file on every machine, and a pull request could use one to read any file of the machine
    that checks it. The link was not followed and the root was not built.
    """
    for place, refusal, reference in refused(tree, Problem.LINK_OUT):
        named = reference.text if reference else place.file.name
        yield Finding(
            Level.ERROR,
            f"{named} is reached by a link that leaves the repository, to {refusal.what}",
            place,
            help="Put the file itself where the link is.",
        )


@check("GS116", source="product contract, Ground rules")
def configuration_built_from_a_kustomization(tree: KustomizationTree) -> Iterator[Finding]:
    """The configuration of a generator, transformer or validator is itself changed by a kustomization.

    What it will name or run is known only after it is built, so it cannot be refused before. The root was not built.
    """
    for place, refusal, reference in refused(tree, Problem.INDIRECT):
        named = reference.text if reference else ""
        yield Finding(
            Level.ERROR,
            f"the kustomization {named} of configurations uses {refusal.what}, so they cannot be read beforehand",
            place,
            help="Let it list plain files under resources, and nothing else.",
        )


@check("GS117", source="product contract, Ground rules")
def tree_without_end(tree: KustomizationTree) -> Iterator[Finding]:
    """The bases of a kustomization are nested so deep, or use each other so often, that the build would hardly end.

    Kustomize reads a base again for every kustomization that uses it, so thirty levels of two bases each are a
    thousand million reads. The root was not built.
    """
    for place, refusal, _ in refused(tree, Problem.TOO_LARGE):
        yield Finding(
            Level.ERROR,
            f"this tree cannot be built in reasonable time: {refusal.what}",
            place,
            help="Let each overlay name the bases it needs directly.",
        )
