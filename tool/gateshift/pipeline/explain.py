"""Answers requests from the objects of one root: a stage of a rollout, a Kustomize root, or plain YAML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateshift.documents.data import text_at
from gateshift.errors import Exit, NoVerdict, UserError
from gateshift.external.kustomization import TreeReader
from gateshift.external.roots import find_roots
from gateshift.model.finding import Finding, Level, Spot
from gateshift.model.kustomization import KustomizationTree, Root
from gateshift.model.place import Place
from gateshift.model.report import ReportedPlace
from gateshift.model.resource import Build
from gateshift.model.rollout import Rollout
from gateshift.pipeline.address import Asked, absent, known_parents, request_of
from gateshift.pipeline.assemble import relative
from gateshift.pipeline.building import build_roots
from gateshift.pipeline.choices import Choices
from gateshift.pipeline.requests_file import read_requests
from gateshift.pipeline.rollouts import StageRoot, rollout_file_above, rollout_files_in, stage_roots
from gateshift.provenance import Locator
from gateshift.report.explanation import Explained, Explanation
from gateshift.spec import open_rollout
from gateshift.traffic.cluster import VERSION_LABELS, Cluster
from gateshift.traffic.decide import decide
from gateshift.traffic.decision import Decision
from gateshift.traffic.request import ParentRef, Request

_MOST_SHOWN = 8
_PLAINLY = Asked()


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a URL with what goes with it, or the text of a requests file and its name."""

    url: str = ""
    asked: Asked = _PLAINLY
    requests: str | None = None
    requests_file: str = ""


def explain(target: str, environment: str, question: Question, choices: Choices, *, trace: bool) -> Explanation:
    """The decisions about the requests, made from what `target` (a stage's name or a path) builds.

    Raises UserError where the target, a request or its parent cannot be told; NoVerdict without Kustomize.
    """
    path, rollout = _find(target, environment)
    tree, built = _build(_only_root(path), choices)
    label = () if rollout is None else (rollout.service.version_label,)
    cluster = Cluster.of(built.resources, version_labels=tuple(dict.fromkeys((*label, *VERSION_LABELS))))
    requests = _requests(cluster, question)
    cluster = cluster.derive(assume=absent(cluster, (request.parent for request in requests)))
    decisions = (decide(cluster, request, trace=trace) for request in requests)
    locator = Locator(tree)
    return Explanation(tuple(_placed(each, locator) for each in decisions), detailed=question.requests is None)


def _requests(cluster: Cluster, question: Question) -> tuple[Request, ...]:
    if question.requests is not None:
        return read_requests(question.requests, question.requests_file)
    request = request_of(cluster, question.url, question.asked)
    _refuse_stranger(cluster, request.parent)
    return (request,)


def _refuse_stranger(cluster: Cluster, parent: ParentRef) -> None:
    """A parent that the build does not hold and no route names can only be a slip."""
    group = "" if parent.kind == "Service" else "gateway.networking.k8s.io"
    if cluster.find(group, parent.kind, parent.namespace, parent.name) is None and not absent(cluster, (parent,)):
        known = ", ".join(str(each) for each in known_parents(cluster)) or "none"
        raise UserError(f"{parent} is not in the build, and no route names it", next_step=f"Parents here: {known}.")


def _find(target: str, environment: str) -> tuple[Path, Rollout | None]:
    """The path of the target, and the rollout that it is a stage of. A name without a slash may be a stage's, and is
    one where a rollout of the current folder has such a stage."""
    path = Path(target)
    if "/" not in target and target not in (".", ".."):
        stages = list(_stages(target, environment))
        if stages:
            return _only_stage(target, stages)
    if not path.exists():
        raise _unknown(target, environment)
    file = rollout_file_above(path.resolve(), Path(path.resolve().anchor))
    rollout = open_rollout(file).rollout if file is not None else None
    ours = rollout is not None and any(root.folder.resolve() == path.resolve() for root in stage_roots(rollout))
    return path, rollout if ours else None


def _stages(name: str, environment: str) -> Iterator[StageRoot]:
    """The stages of that name of the rollouts in the current folder and below it."""
    for file in rollout_files_in(Path()):
        for root in stage_roots(open_rollout(file).rollout):
            if root.stage.name == name and environment in ("", root.environment.name):
                yield root


def _only_stage(name: str, stages: list[StageRoot]) -> tuple[Path, Rollout]:
    if len(stages) > 1:
        folders = ", ".join(str(root.folder) for root in stages)
        raise UserError(
            f"stage {name} is that of {folders}", next_step="Name the folder, or the environment with --env."
        )
    root = stages[0]
    if not root.folder.is_dir():
        raise UserError(
            f"stage {name} has no overlay {root.folder} yet",
            next_step="`gateshift generate` writes it.",
            exit_code=Exit.NOTHING_FOUND,
        )
    return root.folder, root.rollout


def _unknown(target: str, environment: str) -> UserError:
    names = [
        root.stage.name
        for file in rollout_files_in(Path())
        for root in stage_roots(open_rollout(file).rollout)
        if environment in ("", root.environment.name)
    ]
    stages = f" Stages here: {', '.join(dict.fromkeys(names))}." if names else ""
    return UserError(
        f"there is no stage, file or folder {target}",
        next_step=f"Name a stage, a folder or a YAML file.{stages}",
        exit_code=Exit.NOTHING_FOUND,
    )


def _only_root(path: Path) -> Root:
    roots = find_roots([path]).roots
    if len(roots) > 1:
        shown = ", ".join(str(root.path) for root in roots[:_MOST_SHOWN])
        raise UserError(f"{path} holds {len(roots)} roots: {shown}", next_step="Name one of them.")
    return roots[0]


def _build(root: Root, choices: Choices) -> tuple[KustomizationTree, Build]:
    """The root's objects. Raises UserError where it may not be built or Kustomize refuses it (exit code 1), NoVerdict
    where Kustomize cannot be run."""
    (built,) = build_roots((root,), TreeReader(), program=choices.kustomize, timeout=choices.timeout)
    if built.gap is not None:
        raise NoVerdict(f"{built.gap.what}: {built.gap.why}", next_step=built.gap.next_step)
    unreadable = _unreadable(built.tree)
    if built.build is None or unreadable:
        found = [f"{_where(each)}{each.message}" for each in built.findings if each.level is Level.ERROR]
        lines = [*found, *unreadable][:_MOST_SHOWN]
        raise UserError("\n".join(lines), where=str(root.path), exit_code=Exit.FINDINGS)
    return built.tree, built.build


def _unreadable(tree: KustomizationTree) -> list[str]:
    """The YAML files of a plain root that cannot be read: what they hold might decide."""
    files = tree.files.values() if tree.root.files else ()
    return [
        f"{relative(each.path, Path.cwd())}:{fault.line}:{fault.column}: {fault.what}"
        for each in files
        if (fault := each.fault)
    ]


def _where(finding: Finding) -> str:
    place = finding.at
    if not isinstance(place, Place):
        return ""
    return f"{relative(place.file, Path.cwd())}:{place.line}:{place.column}: "


def _placed(decision: Decision, locator: Locator) -> Explained:
    """The decision with the name of its rule and the rule's place in the files."""
    route = decision.route
    if route is None or decision.rule is None:
        return Explained(decision)
    pointer = ("spec", "rules", decision.rule)
    place = locator.find(Spot(route, pointer)).place
    return Explained(decision, text_at(route.data, *pointer, "name"), _reported(place))


def _reported(place: Place) -> ReportedPlace:
    return ReportedPlace(
        relative(place.file, Path.cwd()), place.line, place.column, place.end_line or place.line, place.end_column
    )
