"""Answers requests from the objects of one root: a stage of a rollout, a Kustomize root, or plain YAML."""

from __future__ import annotations

from msgspec import Struct

from gateshift.app.explain.address import RequestOptions, absent, known_parents, request_of
from gateshift.app.explain.requests_file import read_requests
from gateshift.app.shared.build_roots import build_roots, required
from gateshift.app.shared.followed_folders import as_its_engine_builds
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.resolve_target import only_root, resolve_target
from gateshift.app.shared.rollouts import StageRoot, declared_rule_name
from gateshift.app.shared.tool_choices import Choices
from gateshift.errors import UserError
from gateshift.kustomize.trace import Locator
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.model.finding import FieldRef
from gateshift.model.kustomization import KustomizationTree, Root
from gateshift.model.place import Place
from gateshift.model.report import ReportedPlace
from gateshift.model.resource import Build, Resource
from gateshift.report.explain.json import Explained, Explanation
from gateshift.traffic.cluster import VERSION_LABELS, Cluster
from gateshift.traffic.decide import decide
from gateshift.traffic.decision import Decision
from gateshift.traffic.request import ParentRef, Request
from gateshift.yamldoc.data import list_at, text_at

_PLAINLY = RequestOptions()


class Question(Struct, frozen=True):
    """What is asked: a URL with what goes with it, or the text of a requests file and its name."""

    url: str = ""
    asked: RequestOptions = _PLAINLY
    requests: str | None = None
    requests_file: str = ""


def explain(target: str, environment: str, question: Question, choices: Choices, *, trace: bool) -> Explanation:
    """The decisions about the requests, made from what `target` (a stage's name or a path) builds, with what a pointer
    that follows it adds.

    Raises UserError where the target, a request or its parent cannot be told; NoVerdict without Kustomize.
    """
    resolved = resolve_target(target, environment)
    root = only_root(resolved.path)
    tree, built = _build(as_its_engine_builds(root) if resolved.path.is_dir() else root, choices)
    label = () if resolved.rollout is None else (resolved.rollout.service.version_label,)
    cluster = Cluster.of(built.resources, version_labels=tuple(dict.fromkeys((*label, *VERSION_LABELS))))
    requests = _requests(cluster, question)
    cluster = cluster.derive(assume=absent(cluster, (request.parent for request in requests)))
    decisions = (decide(cluster, request, trace=trace) for request in requests)
    rules = _Rules(tree, resolved.stage)
    return Explanation(tuple(rules.explained(each) for each in decisions), detailed=question.requests is None)


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


def _build(root: Root, choices: Choices) -> tuple[KustomizationTree, Build]:
    (built,) = build_roots(
        (root,), TreeReader(), program=choices.kustomize, timeout=choices.timeout, progress=choices.progress
    )
    return built.tree, required(built)


class _Rules:
    """The names of rules and their places in the files; each is followed once, however many requests it takes."""

    def __init__(self, tree: KustomizationTree, stage: StageRoot | None) -> None:
        self._locator = Locator(tree)
        self._stage = stage
        self._known: dict[tuple[Resource, int], ReportedPlace] = {}

    def explained(self, decision: Decision) -> Explained:
        """The decision with the name and place of its rule."""
        if decision.route is None or decision.rule is None:
            return Explained(decision)
        key = (decision.route, decision.rule)
        if key not in self._known:
            field_ref = FieldRef(decision.route, ("spec", "rules", decision.rule))
            self._known[key] = _reported(self._locator.find(field_ref).place)
        rules = list_at(decision.route.data, "spec", "rules")
        names = tuple(self._name(decision.route, index) for index in range(len(rules)))
        return Explained(decision, self._name(decision.route, decision.rule), self._known[key], names)

    def _name(self, route: Resource, rule: int) -> str:
        """The rule's own name, else that which the stage gives it."""
        declared = "" if self._stage is None else declared_rule_name(self._stage, route, rule)
        return text_at(route.data, "spec", "rules", rule, "name") or declared


def _reported(place: Place) -> ReportedPlace:
    return ReportedPlace(
        shown_path(place.file), place.line, place.column, place.end_line or place.line, place.end_column
    )
